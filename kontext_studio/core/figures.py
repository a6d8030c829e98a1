"""Figures that are measured of steps: how far they drifted, and how visible an edge is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

AMBER_DELTA_E, RED_DELTA_E = 1.0, 3.0
VISIBLE_SEAM_DELTA_E = 3.0

FOUND, OTHER_VIEW, TOO_PLAIN = "found", "other view", "too plain"
_OUTCOMES = (FOUND, OTHER_VIEW, TOO_PLAIN)


class Level(StrEnum):
    """What a meter shows. QUIET: nothing at all has drifted; UNKNOWN: nobody can say, because
    nothing was left unchanged or the view is another one."""

    QUIET = "quiet"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    UNKNOWN = "unknown"


LEVEL_WORDS = {Level.GREEN: "small", Level.AMBER: "visible", Level.RED: "strong"}
"""What a person reads where something has drifted."""


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """A picture against an earlier one, outside what was changed.

    `outcome` says whether they could be aligned; where not, shift and zoom are None. `shift_px` is
    right and down, in pixels of the earlier one; `zoom` 1 is none. `delta_e` is the mean CIEDE2000
    there, None where nothing is left unchanged; `sharpness` the finest detail over what it was.
    Sizes are (width, height).
    """

    outcome: str
    shift_px: tuple[float, float] | None
    zoom: float | None
    delta_e: float | None
    sharpness: float | None
    changed_share: float
    size_before: tuple[int, int]
    size_after: tuple[int, int]

    @property
    def same_size(self) -> bool:
        return self.size_before == self.size_after

    @property
    def level(self) -> Level:
        if self.outcome != FOUND or self.delta_e is None:
            return Level.UNKNOWN
        still = self.shift_px == (0.0, 0.0) and self.zoom == 1.0 and self.same_size
        if still and self.delta_e == 0.0:
            return Level.QUIET
        if self.delta_e < AMBER_DELTA_E:
            return Level.GREEN
        return Level.AMBER if self.delta_e < RED_DELTA_E else Level.RED

    def to_numbers(self) -> Iterator[tuple[str, float]]:
        """Each figure that is known, by its name."""
        yield "outcome", float(_OUTCOMES.index(self.outcome))
        if self.shift_px is not None:
            yield "shift_x", self.shift_px[0]
            yield "shift_y", self.shift_px[1]
        for name in ("zoom", "delta_e", "sharpness", "changed_share"):
            value = getattr(self, name)
            if value is not None:
                yield name, value
        for when, size in (("before", self.size_before), ("after", self.size_after)):
            yield f"width_{when}", float(size[0])
            yield f"height_{when}", float(size[1])

    @classmethod
    def from_numbers(cls, known: Mapping[str, float]) -> DriftFigures | None:
        """None where they are not all there."""
        try:
            outcome = _OUTCOMES[round(known["outcome"])]
            shift = (known["shift_x"], known["shift_y"]) if "shift_x" in known else None
            sizes = [
                (round(known[f"width_{when}"]), round(known[f"height_{when}"]))
                for when in ("before", "after")
            ]
            share = known["changed_share"]
        except (KeyError, IndexError, ValueError, OverflowError):
            return None
        zoom, delta_e, sharpness = (known.get(one) for one in ("zoom", "delta_e", "sharpness"))
        return cls(outcome, shift, zoom, delta_e, sharpness, share, *sizes)

    def to_json(self) -> dict[str, object]:
        """As `show --json` tells it."""
        return {
            "level": self.level.value,
            "alignment": self.outcome,
            "shift_px": [round(one, 3) for one in self.shift_px] if self.shift_px else None,
            "zoom": _rounded(self.zoom, 6),
            "delta_e_outside": _rounded(self.delta_e, 3),
            "sharpness_ratio": _rounded(self.sharpness, 4),
            "changed_share": round(self.changed_share, 6),
            "size_before": list(self.size_before),
            "size_after": list(self.size_after),
        }


@dataclass(frozen=True, slots=True)
class SeamFigures:
    """The steps across the outline of an area that neither picture has by itself, in CIEDE2000:
    their mean, and what 95 of 100 do not exceed."""

    mean: float
    most: float

    @property
    def visible(self) -> bool:
        return self.mean > VISIBLE_SEAM_DELTA_E

    def to_json(self) -> dict[str, object]:
        return {
            "delta_e_mean": round(self.mean, 3),
            "delta_e_95": round(self.most, 3),
            "visible": self.visible,
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
