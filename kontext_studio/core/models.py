"""What a model accepts, makes and costs, read from the catalogue: one table for the form, the
checks before sending, the command line, the documentation and the request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.handling import Handling
from kontext_studio.core.parameter_shapes import flaw_in_items, size_in
from kontext_studio.core.request import ParamValue
from kontext_studio.core.result import Cost
from kontext_studio.core.text_rules import TextRule

ANY_MODEL = "*"
"""The id of a server's description that holds for whatever model it was started with."""

_LONGEST_NAME = 200
_NO_RULE = TextRule()
_AS_IT_IS = Handling()


class Mode(StrEnum):
    EDIT = "edit"
    TEXT_TO_IMAGE = "text-to-image"
    STREAM = "stream"
    MULTI_IMAGE = "multi-image"
    INPAINT = "inpaint"


class ParamKind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    JSON = "json"


class ParamRole(StrEnum):
    """What a parameter is to the program; only SETTING ones are a matter of the form."""

    SETTING = "setting"
    INSTRUCTION = "instruction"
    PICTURE = "picture"
    PICTURES = "pictures"
    SEED = "seed"
    COUNT = "count"
    FORMAT = "format"
    INTERNAL = "internal"


_ROLES = {
    "prompt": ParamRole.INSTRUCTION,
    "image_url": ParamRole.PICTURE,
    "input_image": ParamRole.PICTURE,
    "image": ParamRole.PICTURE,
    "image_urls": ParamRole.PICTURES,
    "ref_images": ParamRole.PICTURES,
    "seed": ParamRole.SEED,
    "num_images": ParamRole.COUNT,
    "n": ParamRole.COUNT,
    "output_format": ParamRole.FORMAT,
    "sync_mode": ParamRole.INTERNAL,
    "response_format": ParamRole.INTERNAL,
    "model": ParamRole.INTERNAL,
    "webhook_url": ParamRole.INTERNAL,
    "webhook_secret": ParamRole.INTERNAL,
    "url": ParamRole.INTERNAL,
}

_LABELS = {
    "num_inference_steps": "Steps",
    "guidance_scale": "Guidance",
    "guidance": "Guidance",
    "cfg_scale": "Guidance",
    "output_format": "Format",
    "output_compression": "Compression",
    "num_images": "Variants",
    "resolution_mode": "Size",
    "aspect_ratio": "Size",
    "image_size": "Size",
    "size": "Exact size",
    "step": "Steps",
    "enable_safety_checker": "Safety checker",
    "safety_tolerance": "Safety tolerance",
    "enhance_prompt": "Enhance prompt",
    "acceleration": "Acceleration",
}

_KINDS = {
    "string": ParamKind.TEXT,
    "integer": ParamKind.INTEGER,
    "float": ParamKind.NUMBER,
    "number": ParamKind.NUMBER,
    "boolean": ParamKind.FLAG,
    "enum": ParamKind.CHOICE,
    "enum or {width,height}": ParamKind.CHOICE,
}


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter of one model. `name` is the wire name. A `hinted` range is not stated by the
    service: the form offers it, nothing enforces it. Beside its `choices` one of `sizes` takes
    1024x768; one with `items` is a JSON list of objects with these fields."""

    name: str
    label: str
    kind: ParamKind
    role: ParamRole = ParamRole.SETTING
    default: ParamValue = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    hinted: bool = False
    text: TextRule = _NO_RULE
    handling: Handling = _AS_IT_IS
    sizes: bool = False
    items: tuple[str, ...] = ()
    maximum_with_picture: float | None = None

    def with_picture(self) -> ParamSpec:
        """The same parameter where a picture goes along."""
        if self.maximum_with_picture is None:
            return self
        return replace(self, maximum=self.maximum_with_picture)

    def parse(self, text: str) -> ParamValue:
        """A value from the command line. Raise BadRequest naming this parameter."""
        value: ParamValue
        try:
            match self.kind:
                case ParamKind.INTEGER:
                    value = int(text)
                case ParamKind.NUMBER:
                    value = float(text)
                case ParamKind.FLAG:
                    value = {"true": True, "1": True, "false": False, "0": False}[text.lower()]
                case _:
                    value = text
        except (ValueError, KeyError):
            wanted = {
                ParamKind.INTEGER: "a whole number",
                ParamKind.NUMBER: "a number",
            }.get(self.kind, "true or false")
            raise BadRequest(
                f"{self.name} takes {wanted}, not “{text}”.", field=self.name
            ) from None
        self.check(value)
        return value

    def check(self, value: ParamValue) -> None:
        """Raise BadRequest where the service would refuse the value."""
        if value is None:
            return
        kind_holds = {
            ParamKind.INTEGER: isinstance(value, int) and not isinstance(value, bool),
            ParamKind.NUMBER: isinstance(value, int | float)
            and not isinstance(value, bool)
            and value == value
            and abs(value) != float("inf"),
            ParamKind.FLAG: isinstance(value, bool),
        }.get(self.kind, isinstance(value, str))
        if not kind_holds:
            raise BadRequest(f"{self.name} cannot be “{value}”.", field=self.name)
        own_size = self.sizes and size_in(str(value)) is not None
        if self.choices and value not in self.choices and not own_size:
            offered = ", ".join(self.choices) + (", or a size as 1024x768" if self.sizes else "")
            raise BadRequest(f"{self.name} is one of {offered}, not “{value}”.", field=self.name)
        if self.kind is ParamKind.JSON and not _is_json(str(value)):
            raise BadRequest(f"{self.name} takes JSON, not “{str(value)[:60]}”.", field=self.name)
        if self.items and (flaw := flaw_in_items(str(value), self.items)):
            raise BadRequest(f"{self.name} {flaw}.", field=self.name)
        if isinstance(value, str):
            self.text.check(value, self.name, self.name)
        if self.hinted or isinstance(value, bool) or not isinstance(value, int | float):
            return
        low, high = self.minimum, self.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise BadRequest(
                f"{self.name} is {self.range_words}, not {value:.15g}.", field=self.name
            )

    @property
    def range_words(self) -> str:
        """What it may be, as "1 to 4" or "at least 1"; empty where nothing is stated."""
        low = f"{self.minimum:.15g}" if self.minimum is not None else ""
        high = f"{self.maximum:.15g}" if self.maximum is not None else ""
        if low and high:
            return f"{low} to {high}"
        return f"at least {low}" if low else f"at most {high}" if high else ""


@dataclass(frozen=True, slots=True)
class Price:
    """A list price in US dollars for one `unit` (image or megapixel); None is unknown."""

    usd: float | None
    unit: str = "image"

    def for_run(self, count: int, megapixels: float | None = None) -> Cost | None:
        """The estimate for `count` pictures, None where it cannot be told."""
        if self.usd is None:
            return None
        if self.unit == "image":
            return Cost(round(self.usd * count, 6))
        if self.unit == "megapixel" and megapixels is not None:
            return Cost(round(self.usd * count * max(1.0, megapixels), 6))
        return None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model at one provider. `max_inputs` is 0 for models that make a picture from text;
    `stream_names` are the parameters that it takes when streaming, where they are stated."""

    id: str
    provider: str
    protocol: str
    tier: str
    title: str
    modes: frozenset[Mode]
    parameters: tuple[ParamSpec, ...]
    price: Price
    endpoints: tuple[tuple[str, str], ...] = ()
    max_inputs: int = 1
    confirmed: bool = True
    licence_note: str = ""
    aliases: tuple[str, ...] = ()
    stream_names: tuple[str, ...] = ()

    def parameter(self, name: str) -> ParamSpec | None:
        return next((spec for spec in self.parameters if spec.name == name), None)

    def with_role(self, role: ParamRole) -> ParamSpec | None:
        return next((spec for spec in self.parameters if spec.role is role), None)

    @property
    def edits(self) -> bool:
        return Mode.EDIT in self.modes

    @property
    def generates(self) -> bool:
        return Mode.TEXT_TO_IMAGE in self.modes

    @property
    def max_count(self) -> int:
        count = self.with_role(ParamRole.COUNT)
        if count is None:
            return 1
        return int(count.maximum) if count.maximum is not None else 4

    @property
    def settings(self) -> tuple[ParamSpec, ...]:
        """What the parameter form shows: the settings, then the format."""
        shown = (ParamRole.SETTING, ParamRole.FORMAT)
        return tuple(spec for role in shown for spec in self.parameters if spec.role is role)

    def lossless_format(self) -> str | None:
        """The format to ask for unless the user says otherwise: PNG where the service has it."""
        spec = self.with_role(ParamRole.FORMAT)
        return "png" if spec is not None and "png" in spec.choices else None

    def check(
        self, parameters: Iterable[tuple[str, ParamValue]], *, count: int, inputs: int
    ) -> None:
        """Raise BadRequest where the catalogue already knows that the service would refuse."""
        for name, value in parameters:
            spec = self.parameter(name)
            if spec is None:
                known = ", ".join(sorted(one.name for one in self.settings))
                hint = f"It has {known}." if known else "It has no settings."
                raise BadRequest(f"{self.title} has no parameter {name}.", field=name, hint=hint)
            if spec.role not in (ParamRole.SETTING, ParamRole.FORMAT):
                raise BadRequest(f"{name} is set by the program itself.", field=name)
            (spec.with_picture() if inputs else spec).check(value)
        if not 1 <= count <= self.max_count:
            limit = "one picture" if self.max_count == 1 else f"1 to {self.max_count} pictures"
            raise BadRequest(f"{self.title} makes {limit} a run.", field="count")
        if inputs > self.max_inputs:
            taken = "one picture" if self.max_inputs == 1 else f"at most {self.max_inputs} pictures"
            if self.max_inputs == 0:
                taken = "no picture"
            raise BadRequest(f"{self.title} takes {taken}.", field="inputs")
        if inputs == 0 and not self.generates:
            raise BadRequest(f"{self.title} needs a picture to edit.", field="inputs")

    def check_instruction(self, text: str) -> None:
        """Raise BadRequest where the service would refuse the text."""
        if (spec := self.with_role(ParamRole.INSTRUCTION)) is not None:
            spec.text.check(text, "The instruction", "instruction")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models that are described, in the order of the file."""

    models: tuple[ModelSpec, ...]

    def of_provider(self, provider: str) -> tuple[ModelSpec, ...]:
        return tuple(model for model in self.models if model.provider == provider)

    def find(self, provider: str, model_id: str) -> ModelSpec:
        """By id or alias; where ANY_MODEL is described, whatever is named. Raise BadRequest naming
        what the provider has."""
        offered = self.of_provider(provider)
        for model in offered:
            if model_id == model.id or model_id in model.aliases:
                return model
        for model in offered:
            if model.id == ANY_MODEL and _may_be_a_name(model_id):
                return replace(model, id=model_id)
        names = ", ".join(model.id for model in offered) or "no model"
        raise BadRequest(
            f"{model_id} is not a model of this connection.", field="model", hint=f"It has {names}."
        )

    def first_model(self, provider: str, *, inputs: int) -> ModelSpec:
        """The first that takes so many pictures; with none, one that makes a picture from text.
        Raise BadRequest."""
        if inputs == 1:
            return self.first_edit_model(provider)
        for model in self.of_provider(provider):
            if model.generates if not inputs else model.edits and model.max_inputs >= inputs:
                return model
        wanted = "makes a picture from text" if not inputs else f"takes {inputs} pictures"
        raise BadRequest(f"This connection has no model that {wanted}.", field="model")

    def first_edit_model(self, provider: str) -> ModelSpec:
        for model in self.of_provider(provider):
            if model.edits:
                return model
        raise BadRequest("This connection has no model that edits pictures.", field="model")


def catalogue_from_json(data: Mapping[str, object]) -> Catalogue:
    """Read the catalogue file. Raise KeyError, TypeError or ValueError where it is not one."""
    models = data["models"]
    if not isinstance(models, list):
        raise TypeError("the catalogue has no list of models")
    return Catalogue(tuple(_model(entry) for entry in models))


def _model(entry: Mapping[str, object]) -> ModelSpec:
    modes = frozenset(Mode(str(mode)) for mode in _list(entry["modes"]))
    parameters = tuple(_parameter(one) for one in _list(entry["parameters"]))
    price, endpoints = entry["price"], entry["endpoints"]
    if not isinstance(price, dict) or not isinstance(endpoints, dict):
        raise TypeError(f"{entry['id']} lacks a price or endpoints")
    return ModelSpec(
        id=str(entry["id"]),
        provider=str(entry["provider"]),
        protocol=str(entry["protocol"]),
        tier=str(entry["tier"]),
        title=str(entry["title"]),
        modes=modes,
        parameters=parameters,
        price=Price(price.get("usd"), str(price.get("unit") or "image")),
        endpoints=tuple((str(name), str(value)) for name, value in endpoints.items()),
        max_inputs=_max_inputs(entry, modes, parameters),
        confirmed=bool(entry.get("confirmed", True)),
        licence_note=str(entry.get("licence_note", "")),
        aliases=tuple(str(one) for one in _list(entry.get("aliases", []))),
        stream_names=_stream_names(entry),
    )


def _max_inputs(
    entry: Mapping[str, object], modes: frozenset[Mode], parameters: tuple[ParamSpec, ...]
) -> int:
    stated = entry.get("max_input_images")
    if isinstance(stated, int):
        return stated
    if any(one.role is ParamRole.PICTURES for one in parameters):
        return 4
    return 0 if modes <= {Mode.TEXT_TO_IMAGE, Mode.STREAM} else 1


def _parameter(entry: Mapping[str, object]) -> ParamSpec:
    name = str(entry["name"])
    guess = entry.get("range_guess")
    bounds: Mapping[str, object] = guess if isinstance(guess, dict) else entry
    default = entry.get("default")
    return ParamSpec(
        name=name,
        label=_LABELS.get(name, name.replace("_", " ").capitalize()),
        kind=_KINDS.get(str(entry["type"]), ParamKind.JSON),
        role=_role(name),
        default=default if isinstance(default, str | int | float | bool) else None,
        required=entry.get("required") is True,
        minimum=_number(bounds.get("min")),
        maximum=_number(bounds.get("max")),
        choices=tuple(str(choice) for choice in _list(entry.get("enum", []))),
        help=str(entry.get("note", "")),
        hinted=isinstance(guess, dict),
        text=TextRule.from_json(entry),
        handling=_handling(entry),
        sizes="{width,height}" in str(entry["type"]),
        items=_item_fields(str(entry["type"])),
        maximum_with_picture=_number(entry.get("max_with_picture")),
    )


def _stream_names(entry: Mapping[str, object]) -> tuple[str, ...]:
    stated = entry.get("stream_parameters")
    names = stated.get("names") if isinstance(stated, dict) else None
    return tuple(str(name) for name in names) if isinstance(names, list) else ()


def _item_fields(kind: str) -> tuple[str, ...]:
    """The fields of `list<{path, scale}>`; none for any other type."""
    found = re.fullmatch(r"list<\{(.+)\}>", kind)
    return tuple(one.strip() for one in found[1].split(",")) if found is not None else ()


def _handling(entry: Mapping[str, object]) -> Handling:
    told = entry.get("handling", {})
    if not isinstance(told, dict):
        raise TypeError(f"{entry['name']} is not told how it is handled")
    return Handling.from_json(told, entry.get("reaches"))


def _may_be_a_name(model_id: str) -> bool:
    return 0 < len(model_id) <= _LONGEST_NAME and model_id.isprintable() and model_id.strip() != ""


def _is_json(text: str) -> bool:
    try:
        json.dumps(json.loads(text), allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return True


def _role(name: str) -> ParamRole:
    if name.startswith("input_image_"):
        return ParamRole.INTERNAL
    return _ROLES.get(name, ParamRole.SETTING)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _list(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
