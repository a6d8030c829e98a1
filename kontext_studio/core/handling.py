"""What becomes of a parameter on its way to the model, as the catalogue tells it: pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.request import ParamValue

_VALUE = str | int | float | bool | None


class Treatment(StrEnum):
    """PASSED as it is; RENAMED, the same value under another name; CONVERTED to what the model has;
    EMULATED although no model knows it; LEFT_OUT where nothing would come of it."""

    PASSED = "passed"
    RENAMED = "renamed"
    CONVERTED = "converted"
    EMULATED = "emulated"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Handling:
    """`reaches` names the one provider behind a gateway that takes the parameter, empty where all
    do, and `names` tells what providers call it. `native` are the values that need no conversion;
    to one of `nearest` every other value is converted. Where it is given, those in `wins_over` are
    left out. `fixed` is a value the program sends in any case; with `from_input` it sends the size
    of the picture unless one is chosen. `unsaid` is a value that goes without saying: it is not
    sent, for there are models that refuse the very name. `only_edits` are values that edits alone
    take; with `only_generates` nothing but pictures from text takes any."""

    treatment: Treatment = Treatment.PASSED
    reaches: str = ""
    names: tuple[tuple[str, str], ...] = ()
    native: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    wins_over: tuple[str, ...] = ()
    fixed: ParamValue = None
    from_input: bool = False
    unsaid: ParamValue = None
    only_edits: tuple[str, ...] = ()
    only_generates: bool = False
    note: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, object], reaches: object) -> Handling:
        """Raise ValueError or TypeError where `data` is none."""
        names, fixed, unsaid = data.get("names", {}), data.get("fixed"), data.get("unsaid")
        if not isinstance(names, dict):
            raise TypeError("not a handling")
        if not isinstance(fixed, _VALUE) or not isinstance(unsaid, _VALUE):
            raise TypeError("not a handling")
        return cls(
            treatment=Treatment(str(data.get("treatment", "passed"))),
            reaches="" if reaches in (None, "all") else str(reaches),
            names=tuple((str(who), str(name)) for who, name in names.items()),
            native=_texts(data.get("native", [])),
            nearest=_texts(data.get("nearest", [])),
            wins_over=_texts(data.get("wins_over", [])),
            fixed=fixed,
            from_input=data.get("from_input") is True,
            unsaid=unsaid,
            only_edits=_texts(data.get("only_edits", [])),
            only_generates=data.get("only_generates") is True,
            note=str(data.get("note", "")),
        )


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(str(one) for one in value)
