"""What a turn did to the parts of a picture that it was not asked to change: it moved, grew, lost
colour or sharpness, came back in another size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import Alignment, Outcome, align
from kontext_studio.imaging.changed_area import find_changed_area
from kontext_studio.imaging.difference import delta_e_map
from kontext_studio.imaging.likeness import sharpness
from kontext_studio.imaging.operators import (
    grown,
    mask_of_size,
    moved,
    resized,
    size_within,
)
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

_WORKING_PIXELS = 1_300_000
_AREA_PIXELS = 300_000
_BESIDE_PX = 6


@dataclass(frozen=True, slots=True)
class Drift:
    """A picture against an earlier one, outside what was changed.

    `shift_px` (right, down), at the centre, in pixels of the earlier picture, `zoom` (1 is none)
    and `turn_degrees` are None where no alignment can be told; `outcome` says why. `delta_e` is the
    mean CIEDE2000 of the unchanged area, aligned, colours as they are; None where nothing is left
    unchanged. `sharpness` is the finest detail there over what it was. Sizes are (width, height).
    """

    outcome: Outcome
    shift_px: tuple[float, float] | None
    zoom: float | None
    turn_degrees: float | None
    delta_e: float | None
    sharpness: float | None
    changed_share: float
    size_before: tuple[int, int]
    size_after: tuple[int, int]

    @property
    def same_size(self) -> bool:
        return self.size_before == self.size_after

    @property
    def is_nothing(self) -> bool:
        """Nothing that anyone could see, or measure with certainty, has drifted."""
        still = self.shift_px == (0.0, 0.0) and self.zoom == 1.0
        return still and self.same_size and not self.delta_e


def measure_drift(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    *,
    changed: Mask | None = None,
    watch: Watch = UNWATCHED,
) -> Drift:
    """The drift from `before` to `after`, 8-bit sRGB (height, width, 3) of any sizes.

    `changed` (height, width of `before`) is what was meant to change; without it, it is found.
    Measured on copies of at most 1.3 megapixels.
    """
    import numpy as np

    height, width = before.shape[:2]
    sizes = (width, height), (after.shape[1], after.shape[0])
    if before.shape == after.shape and np.array_equal(before, after):
        return Drift(Outcome.FOUND, (0.0, 0.0), 1.0, 0.0, 0.0, 1.0, 0.0, *sizes)
    size = size_within(width, height, _WORKING_PIXELS)
    first, second = resized(before, size), resized(after, size)
    found = align(first, second, watch.part(0.0, 0.3))
    if changed is None:
        small = size_within(*size, _AREA_PIXELS)
        area = find_changed_area(
            resized(first, small),
            resized(second, small),
            alignment=found.scaled(*small),
            watch=watch.part(0.3, 0.7),
        )
        changed = area.mask
    share = float(np.count_nonzero(changed) / changed.size)
    beside = grown(mask_of_size(changed, size), _BESIDE_PX)
    delta_e, ratio = unchanged_difference(first, second, found, beside)
    watch.reach(1.0)
    place = found.scaled(width, height)
    known = found.found
    return Drift(
        found.outcome,
        place.shift_px if known else None,
        place.zoom if known else None,
        place.turn_degrees if known else None,
        delta_e,
        ratio,
        share,
        *sizes,
    )


def unchanged_difference(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    found: Alignment,
    changed: Mask,
    watch: Watch = UNWATCHED,
) -> tuple[float | None, float | None]:
    """The mean CIEDE2000 of what did not change, and the ratio of its sharpness; of pictures of one
    size. None where nothing is left.

    The picture before is moved to where the result has it: moving the result instead would blur its
    noise away, which is part of the difference.
    """
    import numpy as np

    same = ~changed & found.known(2.0)
    if np.count_nonzero(same) < 64:
        return None, None
    fine = sharpness(before, same)
    if found.is_still:
        there, where = before, same
    else:
        back = found.reversed()
        size = (found.width, found.height)
        there = moved(before, back.matrix, size, fine=True)
        where = moved(same.astype(np.float32), back.matrix, size) > 0.99
        where &= back.known(2.0)
    if not where.any():
        return None, None
    ratio = sharpness(after, where) / fine if fine > 0 else None
    away = delta_e_map(there, after, watch)
    return float(away[where].mean(dtype=np.float64)), ratio
