"""What the Compare tab shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QImage


@dataclass(frozen=True, slots=True)
class Compared:
    """One step of the comparison. `settings` are (label, value) pairs of how it was made, `figures`
    of what was measured of it, "…" for what is still being measured."""

    key: str
    badge: str
    head: str
    title: str
    step: str
    settings: tuple[tuple[str, str], ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    image: QImage | None = None
    seed: str = ""
    starred: bool = False
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of the box of reference pictures."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The steps in their order. `current` is the key of the one to go on from. A `pair` is before
    and after in one place; else the steps lie side by side, or there is one alone. `against` says
    what the figures are measured against ("the original"), `reference` which entry that is."""

    steps: tuple[Compared, ...] = ()
    current: str = ""
    pair: bool = False
    tiled: bool = False
    against: str = ""
    references: tuple[Choice, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the pixels outside the area of an edit, in words."""

    title: str
    body: str
    whole: bool


@dataclass(frozen=True, slots=True)
class DifferenceShown:
    """The map of differences. `why_not` is said where there is nothing to compare; `progress` (0 to
    1) while it is worked out; `changed` and `mean` are the figures once it is known."""

    on: bool = False
    strength: float = 0.86
    clear_below: float = 2.0
    why_not: str = ""
    progress: float | None = None
    changed: str = ""
    mean: str = ""
    kept: Kept | None = None
