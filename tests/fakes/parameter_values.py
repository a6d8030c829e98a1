"""Values for any parameter of the catalogue: those that its description allows, its edges first,
and those just past them."""

from __future__ import annotations

import json

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamKind, ParamSpec
from kontext_studio.core.request import ParamValue

OWN_SIZE = "1024x768"

_TEXTS = {
    "size": ("1024x1024", "auto"),
    "aspect_ratio": ("16:9", "1:1"),
    "output_quality": ("low",),
}
_NO_TEXTS = {"size": "quite large", "aspect_ratio": "wide", "output_quality": "good"}
_JSON = {"path": "https://weights.example/lora.safetensors", "scale": 0.8}


def allowed(spec: ParamSpec) -> tuple[ParamValue, ...]:
    """Values of a setting or format, among them each end of its range and each of its choices; at
    least one is not the default."""
    values: list[ParamValue] = []
    match spec.kind:
        case _ if spec.choices:
            values = [one for one in spec.choices if one != spec.default]
            if spec.sizes:
                values.append(OWN_SIZE)
        case ParamKind.FLAG:
            values = [not spec.default, bool(spec.default)]
        case ParamKind.INTEGER:
            low, high = spec.minimum, spec.maximum
            values = [int(low) if low is not None else 1, int(high) if high is not None else 9]
        case ParamKind.NUMBER:
            low, high = spec.minimum, spec.maximum
            ends = (low if low is not None else 0.25, high if high is not None else 4.0)
            values = [float(ends[0]), float(ends[1]), round(sum(ends) / 2 + 0.1, 2)]
        case ParamKind.JSON:
            value: object = _JSON
            if spec.items:
                value = [dict(zip(spec.items, _JSON.values(), strict=True))]
            values = [json.dumps(value)]
        case ParamKind.TEXT:
            fitting = [one for one in _TEXTS.get(spec.name, ()) if _fits(spec, one)]
            values = [*(fitting or ["“Blur”, ünd 雨"])]
    assert values
    assert any(one != spec.default for one in values), spec.name
    return tuple(dict.fromkeys(values))


def refused(spec: ParamSpec) -> tuple[tuple[ParamValue, str], ...]:
    """Values that the description forbids, each with what the refusal has to say."""
    found: list[tuple[ParamValue, str]] = []
    match spec.kind:
        case _ if spec.choices:
            found = [("the best", f"is one of {', '.join(spec.choices)}")]
            found.append((spec.choices[0].upper() + " ", "is one of"))
        case ParamKind.FLAG:
            found = [("yes", "cannot be “yes”"), (1, "cannot be “1”")]
        case ParamKind.INTEGER | ParamKind.NUMBER:
            found = [("5", "cannot be “5”"), (True, "cannot be “True”")]
            step = 1 if spec.kind is ParamKind.INTEGER else 0.01
            words = f"is {spec.range_words}, not "
            if spec.minimum is not None and not spec.hinted:
                found.append((_like(spec, spec.minimum - step), words))
            if spec.maximum is not None and not spec.hinted:
                found.append((_like(spec, spec.maximum + step), words))
            if spec.kind is ParamKind.INTEGER:
                found.append((1.5, "cannot be “1.5”"))
        case ParamKind.JSON:
            found = [("[", "takes JSON"), (5, "cannot be")]
            if spec.items:
                found.append(('{"a": 1}', "is a list as"))
        case ParamKind.TEXT:
            found = [(7, "cannot be “7”")]
            if spec.name in _NO_TEXTS and spec.text.pattern:
                found.append((_NO_TEXTS[spec.name], spec.text.example))
            if spec.text.longest_side:
                found.append((f"{spec.text.longest_side + 16}x16", "pixels a side"))
    return tuple(found)


def _like(spec: ParamSpec, value: float) -> ParamValue:
    return round(value) if spec.kind is ParamKind.INTEGER else value


def _fits(spec: ParamSpec, value: ParamValue) -> bool:
    try:
        spec.check(value)
    except BadRequest:
        return False
    return True


def inputs_of(spec: ModelSpec) -> tuple[int, ...]:
    """With how many pictures a model is tried: edits with one, text with none, and the most."""
    edits = () if not spec.max_inputs else (1, spec.max_inputs)
    return tuple(dict.fromkeys(((0,) if spec.generates else ()) + edits))
