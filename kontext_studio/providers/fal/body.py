"""An edit request as the JSON body that fal's models take: wire names from the catalogue."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamRole, ParamSpec
from kontext_studio.core.request import EditRequest
from kontext_studio.providers.fields import as_json, fields_of

# A multiple of three, so that the pieces join; between them other threads get their turn.
_ENCODED_AT_ONCE = 3 * 2**18


@dataclass(frozen=True, slots=True)
class Inside:
    """A picture that goes within the body."""

    data: bytes = field(repr=False)
    media_type: str


def body_of(
    request: EditRequest,
    spec: ModelSpec,
    pictures: Sequence[str | Inside],
    *,
    streamed: bool = False,
) -> bytes:
    """The body, ready to send; `pictures` are addresses or go inside. For a thread where any does:
    joined from bytes, because writing a text of megabytes as JSON holds everything up.

    Raise BadRequest where the model takes no such request.
    """
    place = _place_of(spec, len(pictures))
    settings = as_json(_settings(request, spec, streamed=streamed))
    if place is None:
        return settings
    parts = [settings[:-1], b", ", json.dumps(place.name).encode(), b": "]
    several = place.role is ParamRole.PICTURES
    parts.append(b"[" if several else b"")
    for index, one in enumerate(pictures):
        parts.append(b", " if index else b"")
        parts += [json.dumps(one).encode()] if isinstance(one, str) else _data_uri(one)
    parts.append(b"]}" if several else b"}")
    return b"".join(parts)


def demand_body(request: EditRequest, spec: ModelSpec, *, streamed: bool = False) -> None:
    """Raise BadRequest where there could be no body, before a picture is sent anywhere."""
    _place_of(spec, len(request.inputs))
    _settings(request, spec, streamed=streamed)


def _settings(request: EditRequest, spec: ModelSpec, *, streamed: bool) -> dict[str, object]:
    """All but the pictures.

    `sync_mode` is never sent: the service would keep no copy, and a crash would lose the result.
    """
    fields = fields_of(request, spec)
    if not streamed:
        return fields
    # A stream takes less: never a number of pictures, and only what is stated where it is.
    count = spec.with_role(ParamRole.COUNT)
    taken = spec.stream_names or tuple(fields)
    return {
        name: value
        for name, value in fields.items()
        if name in taken and (count is None or name != count.name)
    }


def _place_of(spec: ModelSpec, pictures: int) -> ParamSpec | None:
    """The parameter that takes the pictures; None where there are none."""
    if not pictures:
        return None
    if (several := spec.with_role(ParamRole.PICTURES)) is not None:
        return several
    one = spec.with_role(ParamRole.PICTURE)
    if one is None:
        raise BadRequest(f"{spec.title} takes no picture.", field="inputs")
    if pictures > 1:
        raise BadRequest(f"{spec.title} takes one picture.", field="inputs")
    return one


def _data_uri(picture: Inside) -> Iterator[bytes]:
    yield f'"data:{picture.media_type};base64,'.encode()
    whole = memoryview(picture.data)
    for begin in range(0, len(whole), _ENCODED_AT_ONCE):
        yield b64encode(whole[begin : begin + _ENCODED_AT_ONCE])
    yield b'"'
