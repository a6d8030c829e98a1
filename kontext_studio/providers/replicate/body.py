"""An edit request as the JSON that creates a prediction."""

from __future__ import annotations

from collections.abc import Sequence

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.fields import as_json, fields_of, wire_name


def input_of(
    request: EditRequest, spec: ModelSpec, picture_urls: Sequence[str]
) -> dict[str, object]:
    """The input of the model. Raise BadRequest where it takes no such request."""
    fields = fields_of(request, spec)
    if picture_urls:
        fields[wire_name(spec, ParamRole.PICTURE, "input_image")] = picture_urls[0]
    return fields


def body_of(
    request: EditRequest, spec: ModelSpec, picture_urls: Sequence[str], delivery: Delivery
) -> bytes:
    body: dict[str, object] = {"input": input_of(request, spec, picture_urls)}
    if delivery.webhook:
        body |= {"webhook": delivery.webhook, "webhook_events_filter": ["completed"]}
    return as_json(body)
