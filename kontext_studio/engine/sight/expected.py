"""What is known of large things without seeing them: a wall is no speck, a sky lies high.

Knows names, sizes and places; whether an area may stand for a name, it judges by these alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kontext_studio.engine.colour_space import Mask
from kontext_studio.engine.operations import ColourThing


@dataclass(frozen=True, slots=True)
class Expected:
    """The least share of the picture, and how far down the middle of the thing may lie (0 to 1)."""

    share: float
    highest: float = 0.0
    lowest: float = 1.0


_ABOVE = Expected(0.02, lowest=0.55)
_BELOW = Expected(0.02, highest=0.42)
_BY_NOUN: dict[str, Expected] = {
    **dict.fromkeys(("wall", "background", "backdrop", "facade", "landscape"), Expected(0.02)),
    **dict.fromkeys(("sky", "skies", "ceiling"), _ABOVE),
    **dict.fromkeys(
        ("grass", "lawn", "meadow", "floor", "ground", "pavement", "road", "street", "carpet"),
        _BELOW,
    ),
    **dict.fromkeys(("sea", "ocean", "lake", "river", "beach", "field"), Expected(0.015)),
}


def is_sky(thing: ColourThing) -> bool:
    return _head_of(thing.noun) in ("sky", "skies")


def misfit_of(region: Mask, thing: ColourThing) -> str:
    """Why `region` can hardly be what the noun names, as the end of a sentence; "" if it can."""
    expected = _expected(thing.noun)
    if expected is None or not region.any():
        return ""
    noun = _head_of(thing.noun)
    share = float(region.mean())
    if share < expected.share:
        return f"only {100 * share:.1f} % of the picture has that colour, less than a {noun} covers"
    down = float(np.nonzero(region)[0].mean()) / region.shape[0]
    if down > expected.lowest:
        return f"what has that colour lies in the lower part, where no {noun} is looked for"
    if down < expected.highest:
        return f"what has that colour lies in the upper part, where no {noun} is looked for"
    return ""


def _expected(noun: str) -> Expected | None:
    head = _head_of(noun)
    return _BY_NOUN.get(head) or _BY_NOUN.get(head.removesuffix("s"))


def _head_of(noun: str) -> str:
    """The last word: a wall clock is a clock."""
    return noun.lower().split()[-1] if noun else ""
