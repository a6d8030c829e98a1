"""How a step was computed here from others, without a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.area import Area, area_in

Fact = str | float | None


class Method(StrEnum):
    """What was done. The first parent of such a step is the picture on which it builds, the second
    one the step whose result was used."""

    KEEP = "keep"
    """Of the result only what changed, on the picture before."""
    RECOMPOSE = "recompose"
    """The result inside another area."""
    UNPROTECTED = "unprotected"
    """The result as it came, where an area had been set."""
    ALIGN = "align"
    COLOURS = "colours"
    SIZE = "size"
    """Brought to the size of the picture before."""
    REBASE = "rebase"
    """The changes of a chain, stacked on its original."""


class Fit(StrEnum):
    """How a picture of another shape came to the size of the picture before."""

    CROP = "crop"
    """Cut off alike on two sides."""
    PAD = "pad"
    """Whole, and around it the picture before."""
    STRETCH = "stretch"
    """Its sides no longer as they were to each other."""


_FITTED = {Fit.CROP: "cropped", Fit.PAD: "set inside", Fit.STRETCH: "stretched back"}

TITLES = {
    Method.KEEP: "Keep everything else",
    Method.RECOMPOSE: "Another area",
    Method.UNPROTECTED: "Result without the area",
    Method.ALIGN: "Aligned",
    Method.COLOURS: "Colours matched",
    Method.SIZE: "Brought back to size",
    Method.REBASE: "Re-based on the original",
}


@dataclass(frozen=True, slots=True)
class Derivation:
    """`area` is what may differ from the picture on which the step builds, where that is bounded;
    `facts` are figures and words of what was done, by name."""

    method: Method
    area: Area | None = None
    facts: tuple[tuple[str, Fact], ...] = ()

    @property
    def title(self) -> str:
        """What was done, and how far where it was not done wholly."""
        strength = self.fact("colour_strength")
        if self.method is Method.COLOURS and isinstance(strength, int | float):
            return f"{TITLES[self.method]} {round(strength * 100)} %"
        fit = self.fact("fit")
        if self.method is Method.SIZE and fit in _FITTED:
            return f"{TITLES[self.method]}, {_FITTED[Fit(fit)]}"
        return TITLES[self.method]

    def fact(self, name: str) -> Fact:
        """None where it is not noted."""
        return dict(self.facts).get(name)

    def to_json(self) -> dict[str, object]:
        return {
            "method": self.method.value,
            "area": self.area.to_json() if self.area else None,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Derivation:
        """Raise KeyError, TypeError or ValueError where `data` is not one."""
        facts = data["facts"]
        if not isinstance(facts, dict):
            raise TypeError("not facts")
        return cls(
            Method(str(data["method"])),
            area_in(data["area"]),
            tuple((str(name), _fact(value)) for name, value in facts.items()),
        )


def _fact(value: object) -> Fact:
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise TypeError(f"not a fact: {value!r}")
    return value
