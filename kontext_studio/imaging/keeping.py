"""Keep everything else: of a result only the changed area is taken, onto the picture before.

Outside the area every pixel is the base's, to the last bit. The result itself is left as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import Alignment, align
from kontext_studio.imaging.changed_area import find_changed_area
from kontext_studio.imaging.colour_fit import no_fit
from kontext_studio.imaging.composite import compose
from kontext_studio.imaging.matching import Match, colours_back, worth_matching
from kontext_studio.imaging.operators import grown
from kontext_studio.imaging.seam import Seam, measure_seam
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

GLOBAL_SHARE = 0.6
"""Where more of the picture than this changed, keeping the rest is hardly what is wanted."""


_UNIT_PIXELS = 1_000_000  # lengths below are in pixels of a picture of this size
# The found area ends where a change has half its strength: so does the feather. Wider, more of the
# base is lost than edges gain; without a feather edges are harder than in either picture.
_GROW_PX, _FEATHER_PX = 0.0, 0.85


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """`pixels` (height, width, 3): the base, and the result inside `mask` (height, width).

    `match` tells how the result was brought back, `seam` how visible the edge is; `found` is
    whether the mask was found here rather than given, `feather_px` how far its edge was softened.
    """

    pixels: NDArray[np.uint8]
    mask: Mask
    match: Match
    seam: Seam
    found: bool
    feather_px: float = 0.0

    @property
    def alignment(self) -> Alignment:
        return self.match.alignment

    @property
    def share(self) -> float:
        """The share of the picture inside the mask, 0 to 1."""
        import numpy as np

        return float(np.count_nonzero(self.mask) / self.mask.size)

    @property
    def is_global(self) -> bool:
        """So much changed that the result as it is may be what is wanted."""
        return self.share > GLOBAL_SHARE


def keep_everything_else(
    base: NDArray[np.uint8],
    result: NDArray[np.uint8],
    *,
    mask: Mask | None = None,
    sensitivity: float = 1.0,
    grow_px: float | None = None,
    feather_px: float | None = None,
    colours: float = 1.0,
    watch: Watch = UNWATCHED,
) -> Kept:
    """What changed, on the untouched base; 8-bit sRGB pictures (height, width, 3) of any sizes.

    Without `mask` (height, width) the area is found, grown by `grow_px`; a given one is taken as
    it is. Pixels of which the result shows nothing, at the border, stay the base's. `colours` is
    how far the result's colours are brought back, 0 to 1. Lengths default to what suits the size.
    """
    import numpy as np

    height, width = base.shape[:2]
    unit = max(1.0, math.sqrt(width * height / _UNIT_PIXELS))
    was_given = mask is not None
    if mask is None:
        area = find_changed_area(base, result, sensitivity=sensitivity, watch=watch.part(0.0, 0.6))
        grow = round(_GROW_PX * unit) if grow_px is None else round(grow_px)
        mask = grown(area.mask, grow) if grow else area.mask
        where = area.alignment
    else:
        if mask.shape != (height, width):
            raise ValueError("a mask is as large as the picture it belongs to")
        where = align(base, result, watch.part(0.0, 0.6))
    mask = mask & where.known()
    if not mask.any() or (base.shape == result.shape and np.array_equal(base, result)):
        plain = Match(where, no_fit(), 0.0)
        return Kept(base.copy(), mask, plain, Seam(0.0, 0.0, 0), not was_given)
    fit = colours_back(base, result, mask, where) if colours else no_fit()
    back = Match(where, fit, colours if colours and worth_matching(fit) else 0.0)
    watch.reach(0.7)
    brought = back.applied(result, watch.part(0.7, 0.85))
    soft = _FEATHER_PX * unit if feather_px is None else feather_px
    pixels = compose(base, brought, mask, soft, watch=watch.part(0.85, 0.95))
    seam = measure_seam(pixels, base, brought, mask)
    watch.reach(1.0)
    return Kept(pixels, mask, back, seam, not was_given, soft)
