"""What the settings of a run mean for its words; light, so that a window can name it at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`enhances`: the service rewrites the instruction. `siblings` are what other steps from the
    same picture were sent, with their seeds; `aspect` the shape that is asked for, width by height,
    and `input_aspect` that of the picture, None where they are not known."""

    enhances: bool = False
    seed: int | None = None
    siblings: frozenset[tuple[str, int]] = frozenset()
    aspect: float | None = None
    input_aspect: float | None = None
