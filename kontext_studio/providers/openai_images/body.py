"""A request as the one body that buys it: JSON where no file goes along, multipart where one does.

What is sent is what `core.treatment` says is sent, but that a gateway is asked for pictures within
the answer: who can reach it may not reach the service's files.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.handling import Treatment
from kontext_studio.core.models import ANY_MODEL, ModelSpec, ParamKind, ParamRole
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.treatment import sent_as
from kontext_studio.providers.openai_images.service import EDITS, GENERATIONS, Profile

_ANSWER, _WITHIN = "response_format", "b64_json"
_READ_EVERYWHERE = ("image/png", "image/jpeg")
_SUFFIXES = {"image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Body:
    """Ready to be posted below the base address."""

    path: str
    data: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class File:
    data: bytes = field(repr=False)
    media_type: str


def served_model(request: EditRequest, profile: Profile, route: Route) -> str:
    """What the server calls the model; empty where it serves one and need not be told. Raise
    BadRequest."""
    name = route.model if request.model == ANY_MODEL else request.model
    if not name and profile.needs_model:
        raise BadRequest(
            f"{profile.service.title} wants the name of a model.",
            field="model",
            hint="Write it into the connection.",
        )
    return name


def demand_body(request: EditRequest, spec: ModelSpec, profile: Profile, route: Route) -> None:
    """Raise BadRequest where no body can be made, before a picture is read for it."""
    spec.check_instruction(request.instruction)
    settings = tuple(
        (name, value)
        for name, value in request.parameters
        if (known := spec.parameter(name)) is None or known.role is not ParamRole.INTERNAL
    )
    spec.check(settings, count=request.count, inputs=len(request.inputs))
    served_model(request, profile, route)


def body_of(
    request: EditRequest, spec: ModelSpec, profile: Profile, route: Route, files: Sequence[File]
) -> Body:
    """The body with its pictures, for a worker thread: it copies them. Raise BadRequest."""
    fields = _fields(request, spec, served_model(request, profile, route))
    answer = spec.parameter(_ANSWER)
    if route.mode is RouteMode.GATEWAY and answer is not None and _WITHIN in answer.choices:
        fields[_ANSWER] = _WITHIN
    if files and not profile.references:
        boundary = f"kontext-studio-{secrets.token_hex(16)}"
        data = b"".join(_multipart(fields, files, boundary))
        return Body(EDITS, data, f"multipart/form-data; boundary={boundary}")
    if files:
        # A data URI would be dropped without a word, and another picture made.
        fields[profile.references] = [base64.b64encode(_plain(one)).decode() for one in files]
    for one in spec.parameters:
        if one.kind is ParamKind.JSON and isinstance(told := fields.get(one.name), str):
            fields[one.name] = json.loads(told)  # forms alone have it as a text
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    return Body(GENERATIONS, text.encode("utf-8", "replace"), "application/json")


def _plain(file: File) -> bytes:
    """As it is, or as PNG: a WebP would be dropped without a word as well."""
    if file.media_type in _READ_EVERYWHERE:
        return file.data
    from kontext_studio.imaging.decode import decode_picture
    from kontext_studio.imaging.encode import encode_png

    return encode_png(decode_picture(file.data).pixels)


def _fields(request: EditRequest, spec: ModelSpec, model: str) -> dict[str, object]:
    sent = [one for one in sent_as(spec, request) if one.treatment is not Treatment.LEFT_OUT]
    fields: dict[str, object] = {one.wire_name: one.wire_value for one in sent[:1]}
    if model:
        fields["model"] = model
    fields.update((one.wire_name, one.wire_value) for one in sent[1:])
    return fields


def _multipart(
    fields: Mapping[str, object], files: Sequence[File], boundary: str
) -> Iterator[bytes]:
    for name, value in fields.items():
        yield _head(boundary, f'name="{name}"')
        yield _as_text(value).encode("utf-8", "replace") + b"\r\n"
    part = "image" if len(files) == 1 else "image[]"
    for number, one in enumerate(files, 1):
        file_name = f"picture-{number}.{_SUFFIXES.get(one.media_type, 'png')}"
        named = f'name="{part}"; filename="{file_name}"'
        yield _head(boundary, named, (f"content-type: {one.media_type}",))
        yield one.data
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _head(boundary: str, named: str, more: Iterable[str] = ()) -> bytes:
    lines = (f"--{boundary}", f"content-disposition: form-data; {named}", *more, "", "")
    return "\r\n".join(lines).encode("utf-8", "replace")


def _as_text(value: ParamValue | object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
