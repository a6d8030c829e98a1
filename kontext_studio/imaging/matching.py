"""A result brought back onto the picture it was made from: size, place and colours.

Works in bands of rows, so that the largest pictures need little more than themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import Alignment, align
from kontext_studio.imaging.changed_area import find_changed_area, fit_on_copies
from kontext_studio.imaging.colour_fit import ColourFit, no_fit
from kontext_studio.imaging.operators import grown, mask_of_size, moved, resized, size_within
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

BAND_PIXELS = 1 << 20
_WORKING_PIXELS = 1_300_000
_WORTH_MATCHING = 0.75  # levels: less than this is no drift


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """How a result is brought back: `alignment` from the base to the result, `colours` from the
    result, moved, to the base; `strength` of the colours, 0 to 1."""

    alignment: Alignment
    colours: ColourFit
    strength: float = 1.0

    def bands(
        self, result: NDArray[np.uint8], watch: Watch = UNWATCHED
    ) -> Iterator[tuple[slice, Floats]]:
        """The result on the base's places as levels from 0 to 255, some rows after the others."""
        import numpy as np

        width, height = self.alignment.width, self.alignment.height
        rows = max(1, BAND_PIXELS // width)
        still = self.alignment.is_still and result.shape[:2] == (height, width)
        for top in range(0, height, rows):
            watch.reach(top / height)
            part = slice(top, min(height, top + rows))
            band = result[part] if still else self._moved(result, part)
            if self.strength:
                levels = self.colours.applied(band, self.strength, top=top, height=height)
                yield part, np.clip(levels, 0.0, 255.0, out=levels)
            else:
                yield part, band.astype(np.float32)
        watch.reach(1.0)

    def applied(self, result: NDArray[np.uint8], watch: Watch = UNWATCHED) -> NDArray[np.uint8]:
        """The whole result, brought back, (height, width, 3) of the base."""
        import numpy as np

        out = np.empty((self.alignment.height, self.alignment.width, 3), np.uint8)
        for part, levels in self.bands(result, watch):
            out[part] = np.rint(levels)
        return out

    def known(self) -> Mask:
        """The pixels of the base about which the result says something."""
        return self.alignment.known()

    def _moved(self, result: NDArray[np.uint8], part: slice) -> NDArray[np.uint8]:
        """Some rows of the base, from the result at its own size."""
        import numpy as np

        width, height = self.alignment.width, self.alignment.height
        across, down = result.shape[1] / width, result.shape[0] / height
        a, b, c, d, e, f = (
            self.alignment.matrix if not self.alignment.is_still else (1, 0, 0, 0, 1, 0)
        )
        # Through the result at the base's size to the result as it is, and down to the rows.
        a, b, c = a * across, b * across, (c + 0.5) * across - 0.5
        d, e, f = d * down, e * down, (f + 0.5) * down - 0.5
        c, f = c + b * part.start, f + e * part.start
        size = (width, part.stop - part.start)
        return moved(np.ascontiguousarray(result), (a, b, c, d, e, f), size)


def match(
    base: NDArray[np.uint8],
    result: NDArray[np.uint8],
    *,
    changed: Mask | None = None,
    strength: float = 1.0,
    straighten: bool = True,
    watch: Watch = UNWATCHED,
) -> Match:
    """How `result` is brought onto `base`, both 8-bit (height, width, 3) of any sizes.

    `changed` (height, width of the base) is left out of the fit of colours; without it the area is
    found. `strength` 0 leaves the colours alone, `straighten` False the place.
    """
    import numpy as np

    height, width = base.shape[:2]
    still = Alignment(width, height)
    if changed is None and strength:
        area = find_changed_area(base, result, watch=watch.part(0.0, 0.8))
        changed, found = area.mask, area.alignment
    elif straighten:
        found = align(base, result, watch.part(0.0, 0.8))
    else:
        found = still
    where = found if straighten else still
    if not strength or (base.shape == result.shape and np.array_equal(base, result)):
        return Match(where, no_fit(), 0.0)
    colours = colours_back(base, result, changed, found)
    watch.reach(1.0)
    return Match(where, colours, strength if worth_matching(colours) else 0.0)


def worth_matching(colours: ColourFit) -> bool:
    """Whether the map moves anything by more than rounding and noise do."""
    return colours.farthest() > _WORTH_MATCHING


def colours_back(
    base: NDArray[np.uint8],
    result: NDArray[np.uint8],
    changed: Mask | None,
    alignment: Alignment,
) -> ColourFit:
    """The map from the colours of the result to those of the base, from what did not change."""
    height, width = base.shape[:2]
    size = size_within(width, height, _WORKING_PIXELS)
    before, after = resized(base, size), resized(result, size)
    small = alignment.scaled(*size)
    if not alignment.is_still:
        after = moved(after, small.matrix, size)
    usable = small.known(2.0)
    if changed is not None:
        usable &= ~grown(mask_of_size(changed, size), 4)
    return fit_on_copies(after, before, usable)
