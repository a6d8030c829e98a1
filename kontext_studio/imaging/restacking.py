"""The same edits from the untouched original: the changed area of each turn, stacked on it.

Free: nothing is asked of a model. What no turn changed is the original's to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import align
from kontext_studio.imaging.changed_area import ChangedArea, find_changed_area
from kontext_studio.imaging.difference import delta_e_map
from kontext_studio.imaging.keeping import keep_everything_else
from kontext_studio.imaging.operators import grown, mask_of_size, moved, resized, size_within
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

_SAMPLED_PIXELS = 20_000
_LEAST_TONE_DELTA_E, _MUCH_TONE_DELTA_E = 0.4, 3.0
_NOTHING_ELSE = 0.005  # of the picture


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One step: the picture it was made from and its result, (height, width, 3); `mask` is its area
    on the picture before, where one was set."""

    before: NDArray[np.uint8]
    result: NDArray[np.uint8]
    mask: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Restacked:
    """`pixels` are the original's outside `mask`, the union of all turns' areas. `shares` holds
    each turn's area, 0 to 1, in order; None for a turn that could not be laid on the original,
    because the camera changed, and was left out. `toned` are the turns, counted from 0, whose
    change of tone was taken for drift, and is not on the original."""

    pixels: NDArray[np.uint8]
    mask: Mask
    shares: tuple[float | None, ...]
    toned: tuple[int, ...] = ()

    @property
    def left_out(self) -> tuple[int, ...]:
        """The turns that were left out, counted from 0."""
        return tuple(index for index, share in enumerate(self.shares) if share is None)


def restack(
    original: NDArray[np.uint8],
    turns: Iterable[Turn],
    *,
    count: int = 0,
    watch: Watch = UNWATCHED,
) -> Restacked:
    """`turns` from the oldest on, taken one at a time, so that they may be read as they are wanted;
    `count` of them are expected, for the progress alone. All 8-bit sRGB."""
    import numpy as np

    height, width = original.shape[:2]
    pixels = original.copy()
    union = np.zeros((height, width), bool)
    shares: list[float | None] = []
    toned: list[int] = []
    for index, turn in enumerate(turns):
        total = max(count, index + 1)
        part = watch.part(index / total, (index + 1) / total)
        found = None
        if turn.mask is None:
            found = find_changed_area(turn.before, turn.result, watch=part.part(0.0, 0.5))
        here = _area_here(pixels, turn, found)
        part.reach(0.6)
        if here is not None and found is not None and _is_toned(turn.before, found):
            toned.append(index)
        if here is None:
            shares.append(None)
            continue
        kept = keep_everything_else(pixels, turn.result, mask=here, watch=part.part(0.6, 1.0))
        pixels = kept.pixels
        union |= kept.mask
        shares.append(kept.share)
    watch.reach(1.0)
    return Restacked(pixels, union, tuple(shares), tuple(toned))


def _is_toned(before: NDArray[np.uint8], found: ChangedArea) -> bool:
    """Whether the colours of the whole picture changed farther than drift takes them, or nothing
    but them changed: an edit of tone and drift of tone look alike."""
    import numpy as np

    height, width = before.shape[:2]
    small = resized(before, size_within(width, height, _SAMPLED_PIXELS))
    mapped = np.clip(np.rint(found.colours.applied(small)), 0, 255).astype(np.uint8)
    away = float(delta_e_map(small, mapped).mean())
    least = _LEAST_TONE_DELTA_E if found.share < _NOTHING_ELSE else _MUCH_TONE_DELTA_E
    return away > least


def _area_here(pixels: NDArray[np.uint8], turn: Turn, found: ChangedArea | None) -> Mask | None:
    """Where the turn's area, its own or what was found, lies on the stack so far; None where that
    cannot be told."""
    import numpy as np

    height, width = pixels.shape[:2]
    if turn.mask is not None:
        mask = turn.mask
    elif found is not None and found.alignment.found:
        mask = grown(found.mask, 1)
    else:
        return None
    place = align(pixels, turn.before)
    if not place.found:
        return None
    mask = mask_of_size(mask, (width, height))
    if place.is_still:
        return mask
    return moved(mask.astype(np.float32), place.matrix, (width, height)) > 0.5
