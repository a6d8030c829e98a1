"""An edit request as the fields that a service's JSON holds, by the wire names of the catalogue;
pictures are for each provider to add in its own way."""

from __future__ import annotations

import json

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamKind, ParamRole, ParamSpec
from kontext_studio.core.parameter_shapes import size_in
from kontext_studio.core.request import EditRequest, ParamValue

_SAME_FORMAT = {"jpeg": "jpg", "jpg": "jpeg"}


def fields_of(request: EditRequest, spec: ModelSpec) -> dict[str, object]:
    """Parameters, format, instruction, seed and count. Raise BadRequest where the model takes no
    such request."""
    fields: dict[str, object] = {}
    for name, value in request.parameters:
        known = spec.parameter(name)
        if value is None or (known is not None and known.role is ParamRole.INTERNAL):
            continue
        fields[name] = value if known is None else _wire_value(known, value)
    wanted, lossless = spec.with_role(ParamRole.FORMAT), spec.lossless_format()
    if wanted is not None and lossless is not None:
        fields.setdefault(wanted.name, lossless)
    if wanted is not None and wanted.name in fields:
        fields[wanted.name] = _as_called_here(str(fields[wanted.name]), wanted.choices)
    fields[wire_name(spec, ParamRole.INSTRUCTION, "prompt")] = request.instruction
    fields[wire_name(spec, ParamRole.SEED, "seed")] = request.seed
    if (count := spec.with_role(ParamRole.COUNT)) is not None:
        fields[count.name] = request.count
    elif request.count != 1:
        raise BadRequest(f"{spec.title} makes one picture a run.", field="count")
    if len(request.inputs) > spec.max_inputs:
        raise BadRequest(
            f"{spec.title} takes at most {spec.max_inputs} pictures."
            if spec.max_inputs > 1
            else f"{spec.title} takes one picture.",
            field="inputs",
        )
    return fields


def as_json(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def wire_name(spec: ModelSpec, role: ParamRole, default: str) -> str:
    """What a model calls the parameter of that role."""
    known = spec.with_role(role)
    return known.name if known is not None else default


def _as_called_here(word: str, choices: tuple[str, ...]) -> str:
    """The same format by the name this service has for it: jpeg is jpg at some."""
    other = _SAME_FORMAT.get(word, "")
    return other if word not in choices and other in choices else word


def _wire_value(known: ParamSpec, value: ParamValue) -> object:
    if not isinstance(value, str):
        return value
    if known.sizes and (size := size_in(value)) is not None:
        return {"width": size[0], "height": size[1]}
    if known.kind is not ParamKind.JSON:
        return value
    known.check(value)
    parsed: object = json.loads(value)
    return parsed
