"""What of a request will really be sent: every value with what is done to it, as a pure function of
the catalogue. The bodies that go to OpenAI-style servers are made of the same answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kontext_studio.core.handling import Treatment
from kontext_studio.core.images import ImageRef
from kontext_studio.core.models import ModelSpec, ParamRole, ParamSpec
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.services import title_of

_USUAL_SIZE = (1024, 1024)
_GRID = 16
"""Sides of the models are multiples of this."""


@dataclass(frozen=True, slots=True)
class SentParam:
    """`name` and `value` as they were chosen, `wire_name` and `wire_value` as they are sent: None
    where they are not. `note` is a sentence on what the service makes of it, or empty."""

    name: str
    value: ParamValue
    treatment: Treatment
    wire_name: str
    wire_value: ParamValue
    note: str = ""


def sent_as(spec: ModelSpec, request: EditRequest) -> tuple[SentParam, ...]:
    """All that goes along with the pictures, the instruction first; never the model's own name."""
    chosen: dict[str, ParamValue] = {
        name: value for name, value in request.parameters if value is not None
    }
    beaten: dict[str, str] = {}
    for one in spec.parameters:
        if chosen.get(one.name) == "auto":  # the service would let it win all the same
            for name in filter(chosen.__contains__, one.handling.wins_over):
                beaten.setdefault(one.name, name)
        elif one.name in chosen:
            beaten.update(dict.fromkeys(one.handling.wins_over, one.name))
    found: list[SentParam] = []
    for one in sorted(spec.parameters, key=lambda it: it.role is not ParamRole.INSTRUCTION):
        value = _value(one, spec, request, chosen)
        if value is None or value == one.handling.unsaid:
            continue
        if one.name in beaten:
            found.append(_left_out(one.name, value, f"{beaten[one.name]} decides instead."))
        else:
            found.append(_sent(one, value, spec, request))
    return (*found, *_unknown(spec, request))


def _value(
    one: ParamSpec, spec: ModelSpec, request: EditRequest, chosen: dict[str, ParamValue]
) -> ParamValue:
    match one.role:
        case ParamRole.INSTRUCTION:
            return request.instruction
        case ParamRole.SEED:
            return request.seed
        case ParamRole.COUNT:
            return request.count
        case ParamRole.PICTURE | ParamRole.PICTURES:
            return None
        case ParamRole.INTERNAL:
            return one.handling.fixed
        case ParamRole.FORMAT:
            return chosen.get(one.name, spec.lossless_format())
    value = chosen.get(one.name)
    return _size_of(request.inputs) if value is None and one.handling.from_input else value


def _sent(one: ParamSpec, value: ParamValue, spec: ModelSpec, request: EditRequest) -> SentParam:
    handling = one.handling
    if value in handling.only_edits and not request.inputs:
        return _left_out(one.name, value, f"{title_of(spec.provider)} takes it for edits alone.")
    if handling.only_generates and request.inputs:
        service = title_of(spec.provider)
        return _left_out(one.name, value, f"{service} takes it for pictures from text alone.")
    treatment, wire_value = handling.treatment, value
    if handling.nearest and isinstance(value, str):
        wire_value = nearest(value, handling.nearest)
        treatment = Treatment.PASSED if wire_value == value else Treatment.CONVERTED
    elif handling.native:
        treatment = Treatment.PASSED if value in handling.native else handling.treatment
    elif one.role is ParamRole.COUNT and value == 1:
        treatment = Treatment.PASSED
    note = " ".join(_notes(one, value, treatment, spec))
    return SentParam(one.name, value, treatment, one.name, wire_value, note)


def _notes(
    one: ParamSpec, value: ParamValue, treatment: Treatment, spec: ModelSpec
) -> Iterator[str]:
    handling = one.handling
    forced = spec.id.partition("/")[0]
    if treatment is not Treatment.PASSED:
        if one.role is ParamRole.COUNT:
            yield f"{title_of(spec.provider)} makes {value} runs of it, each billed."
        elif handling.nearest:
            yield "It is the nearest that the model makes."
        if names := [f"{title_of(who)} calls it {name}" for who, name in handling.names]:
            yield f"{', '.join(names)}."
    if handling.reaches and handling.reaches != forced:
        yield (
            f"Only {title_of(handling.reaches)} takes it, and the run may go elsewhere: where it "
            f"matters, choose a model that begins with {handling.reaches}/."
        )
    if handling.note and (treatment is not Treatment.PASSED or not handling.native):
        yield handling.note


def _unknown(spec: ModelSpec, request: EditRequest) -> Iterator[SentParam]:
    if spec.with_role(ParamRole.SEED) is None:
        yield _left_out("seed", request.seed, f"{title_of(spec.provider)} takes no seed.")


def _left_out(name: str, value: ParamValue, note: str) -> SentParam:
    return SentParam(name, value, Treatment.LEFT_OUT, "", None, note)


def nearest(value: str, offered: tuple[str, ...]) -> str:
    """The one of `offered` whose shape is nearest; `value` itself where it is none (auto)."""
    ratio = _ratio(value)
    if value in offered or ratio is None:
        return value
    shapes = {one: found for one in offered if (found := _ratio(one)) is not None}
    if not shapes:
        return value
    return min(shapes, key=lambda one: abs(math.log(shapes[one] / ratio)))


def _ratio(text: str) -> float | None:
    width, _, height = text.replace("x", ":").partition(":")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        return None
    return int(width) / int(height) if int(width) and int(height) else None


def _size_of(inputs: tuple[ImageRef, ...]) -> str:
    """As large as the first picture, at most about a megapixel, on the grid of the models."""
    width, height = (inputs[0].width, inputs[0].height) if inputs else _USUAL_SIZE
    scale = min(1.0, math.sqrt(_USUAL_SIZE[0] * _USUAL_SIZE[1] / (width * height)))
    sides = (max(_GRID, round(side * scale / _GRID) * _GRID) for side in (width, height))
    return "x".join(str(side) for side in sides)
