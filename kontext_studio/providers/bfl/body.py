"""An edit request as the JSON that begins a run: pictures travel inside it, as base64.

What the service would refuse of a picture is refused here, before anything is sent.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.provider import InputPicture
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.fields import as_json, fields_of, wire_name

MOST_BYTES = 20_000_000
MOST_PIXELS = 20_000_000


def picture_fields(spec: ModelSpec, count: int) -> tuple[str, ...]:
    """What the pictures of a request are called, in their order."""
    first = wire_name(spec, ParamRole.PICTURE, "input_image")
    return (first, *(f"{first}_{number}" for number in range(2, count + 1)))[:count]


def demand_taken(field: str, picture: InputPicture, size: int | None = None) -> None:
    """Raise BadRequest where a picture is over the service's limits; `size` is in bytes."""
    megapixels = picture.ref.width * picture.ref.height / 1e6
    hint = "Make it smaller first: the model works at about one megapixel."
    if megapixels * 1e6 > MOST_PIXELS:
        raise BadRequest(
            f"The picture has {megapixels:.1f} megapixels; this service takes 20.",
            field=field,
            hint=hint,
        )
    if size is not None and size > MOST_BYTES:
        raise BadRequest(
            f"The picture has {size / 1e6:.1f} MB; this service takes 20.", field=field, hint=hint
        )


def body_of(
    request: EditRequest,
    spec: ModelSpec,
    pictures: Sequence[tuple[str, bytes]],
    delivery: Delivery,
) -> bytes:
    """The body, ready to send; with large pictures it takes a while, so make it in a thread.

    `pictures` are the fields with the bytes that go into them.
    """
    fields = fields_of(request, spec)
    if delivery.webhook:
        fields["webhook_url"] = delivery.webhook
    parts = [as_json(fields)[:-1]]
    for field, data in pictures:
        parts += [f',"{field}":"'.encode(), base64.b64encode(data), b'"']
    return b"".join((*parts, b"}"))
