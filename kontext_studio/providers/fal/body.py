"""An edit request as the JSON body that fal's models take: wire names from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamKind, ParamRole
from kontext_studio.core.request import EditRequest, ParamValue


def body_of(request: EditRequest, spec: ModelSpec, picture_urls: Sequence[str]) -> bytes:
    """The body, ready to send. Raise BadRequest where the model takes no such request.

    `sync_mode` is never sent: the service would keep no copy, and a crash would lose the result.
    """
    body: dict[str, object] = {}
    for name, value in request.parameters:
        known = spec.parameter(name)
        if value is None or (known is not None and known.role is ParamRole.INTERNAL):
            continue
        is_json = known is not None and known.kind is ParamKind.JSON
        body[name] = _parsed(name, value) if is_json else value
    wanted = spec.with_role(ParamRole.FORMAT)
    lossless = spec.lossless_format()
    if wanted is not None and lossless is not None:
        body.setdefault(wanted.name, lossless)
    body[wire_name(spec, ParamRole.INSTRUCTION, "prompt")] = request.instruction
    body[wire_name(spec, ParamRole.SEED, "seed")] = request.seed
    if (count := spec.with_role(ParamRole.COUNT)) is not None:
        body[count.name] = request.count
    elif request.count != 1:
        raise BadRequest(f"{spec.title} makes one picture a run.", field="count")
    body.update(_pictures(spec, picture_urls))
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _pictures(spec: ModelSpec, urls: Sequence[str]) -> dict[str, object]:
    if not urls:
        return {}
    if (several := spec.with_role(ParamRole.PICTURES)) is not None:
        return {several.name: list(urls)}
    one = spec.with_role(ParamRole.PICTURE)
    if one is None:
        raise BadRequest(f"{spec.title} takes no picture.", field="inputs")
    if len(urls) > 1:
        raise BadRequest(f"{spec.title} takes one picture.", field="inputs")
    return {one.name: urls[0]}


def wire_name(spec: ModelSpec, role: ParamRole, default: str) -> str:
    """What a model calls the parameter of that role."""
    known = spec.with_role(role)
    return known.name if known is not None else default


def _parsed(name: str, value: ParamValue) -> object:
    if not isinstance(value, str):
        return value
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError):
        raise BadRequest(f"{name} takes JSON, not “{value[:60]}”.", field=name) from None
    return parsed
