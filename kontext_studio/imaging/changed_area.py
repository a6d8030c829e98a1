"""Where an edit changed a picture, apart from what a model does to all of it: it moves a little,
its colours drift, it is coded again.

The picture before is aligned and brought into the colours of the result, both are blurred against
noise, and what still differs is the area, with what hangs together with it too faintly to be told
pixel by pixel. Knows nothing of how the area is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import Alignment, align
from kontext_studio.imaging.colour_fit import ColourFit, fit_colours, no_fit
from kontext_studio.imaging.difference import delta_e_of_values
from kontext_studio.imaging.faint_change import with_faint_change
from kontext_studio.imaging.operators import (
    blurred,
    closed,
    contrast_near,
    grown,
    highest_near,
    mask_of_size,
    moved,
    opened,
    regions,
    resized,
    size_within,
    stretched,
    whole_cells,
)
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    from kontext_studio.imaging.operators import Bytes, Floats, Mask

_WORKING_PIXELS = 1_800_000
_FIRST_PIXELS = 200_000
_FIT_PIXELS = 70_000
_UNIT_PIXELS = 520_000  # lengths below are in pixels of a picture of this size
_BLUR_PX, _CLOSE_PX, _BESIDE_PX = 1.5, 6, 6
_SPECK = 0.0002  # of the picture
_LEAST_DELTA_E = 1.0
# Further difference for each level of contrast within 5 pixels.
_LEAST_STEEP, _MOST_STEEP = 0.01, 0.08
_DARK, _DARK_DELTA_E = 8.0, 1.2
_WEAK, _MUCH, _REACH_PX = 0.6, 0.4, 10
_RIM, _LOCAL_RIM = 0.2, 0.45
_GAP_TIMES, _GAP_USUAL, _LEAK = 0.45, 2.5, 0.45
_LARGE, _LARGE_TIMES, _SMALL_TIMES = 0.003, 1.35, 1.7


@dataclass(frozen=True, slots=True, eq=False)
class ChangedArea:
    """`mask` (height, width) is where the result differs; `alignment` and `colours` are from the
    base to the result. `threshold` is the difference, in CIEDE2000, that was taken for a change
    where the picture is smooth.
    """

    mask: Mask
    alignment: Alignment
    colours: ColourFit
    threshold: float

    @property
    def share(self) -> float:
        """The share of the picture that changed, 0 to 1."""
        import numpy as np

        return float(np.count_nonzero(self.mask) / self.mask.size)


def find_changed_area(
    base: Bytes,
    result: Bytes,
    *,
    sensitivity: float = 1.0,
    alignment: Alignment | None = None,
    watch: Watch = UNWATCHED,
) -> ChangedArea:
    """The area that an edit changed, for 8-bit sRGB pictures (height, width, 3) of any sizes.

    `sensitivity` above 1 finds more, below 1 less. An `alignment` that was found before is taken
    as it is. The mask is of the base's size; beyond 1.8 megapixels it is found on a smaller copy.
    """
    import numpy as np

    height, width = base.shape[:2]
    if base.shape == result.shape and np.array_equal(base, result):
        nothing = np.zeros((height, width), bool)
        return ChangedArea(nothing, Alignment(width, height), no_fit(), _LEAST_DELTA_E)
    size = size_within(width, height, _WORKING_PIXELS)
    before, after = resized(base, size), resized(result, size)
    watch.reach(0.05)
    if alignment is None:
        found = align(before, after, watch.part(0.05, 0.35))
    else:
        found = alignment.scaled(*size)
    if not found.is_still:
        after = moved(after, found.matrix, size)
    known = found.known()
    # 1. On a small copy, only to know what not to fit.
    small = size_within(*size, _FIRST_PIXELS)
    fit = fit_on_copies(before, after, known)
    rough, _ = _differing(
        resized(before, small), resized(after, small), whole_cells(known, small), fit, sensitivity
    )
    watch.reach(0.5)
    # 2. On the whole.
    unchanged = known & ~grown(mask_of_size(rough, size), _BESIDE_PX)
    fit = fit_on_copies(before, after, unchanged)
    mask, threshold = _differing(before, after, known, fit, sensitivity, watch.part(0.5, 1.0))
    if size != (width, height):
        mask = stretched(mask.astype(np.float32), (width, height)) > 0.3
    return ChangedArea(mask, found.scaled(width, height), fit, threshold)


def fit_on_copies(source: Bytes, target: Bytes, usable: Mask) -> ColourFit:
    """The map of colours from one picture to another of its size, from small copies of both."""
    height, width = usable.shape
    size = size_within(width, height, _FIT_PIXELS)
    return fit_colours(resized(source, size), resized(target, size), whole_cells(usable, size))


def _differing(
    before: Bytes,
    after: Bytes,
    known: Mask,
    fit: ColourFit,
    sensitivity: float,
    watch: Watch = UNWATCHED,
) -> tuple[Mask, float]:
    """What differs between two aligned pictures of one size once colours are mapped."""
    import numpy as np

    unit = max(1.0, math.sqrt(known.size / _UNIT_PIXELS))
    mapped = fit.applied(before)
    np.clip(mapped, 0, 255, out=mapped)
    mine = blurred(mapped, _BLUR_PX * min(unit, 1.5))
    watch.reach(0.2)
    theirs = blurred(after.astype(np.float32), _BLUR_PX * min(unit, 1.5))
    away = delta_e_of_values(mine, theirs, watch.part(0.3, 0.7))
    away[~known] = 0
    limits, threshold = _limits(away, mine, known, sensitivity)
    mask = opened(away > limits, 1)
    watch.reach(0.8)
    nearby = highest_near(blurred(away, 0.7), 4)
    mask = _without_rims(mask, away, nearby)
    mask = _certain(mask, away / limits)
    weak = opened(away > np.float32(_WEAK) * limits, 1) & grown(mask, round(_REACH_PX * unit))
    around = _around(mask, weak)
    mask |= _without_rims(around | mask, away, nearby)
    watch.reach(0.9)
    least = round(_SPECK * mask.size)
    gaps = _gaps(mask, round(_CLOSE_PX * unit), 12 * least) & known
    # Beside strong changes their blur does not count.
    away /= np.maximum(limits, np.float32(_LEAK) * nearby)
    mask |= _differing_gaps(gaps, away, _finely(mapped, after, gaps, known & ~gaps & ~mask))
    mask = _without_specks(mask, least)
    return with_faint_change(mask, mapped, after, known, unit), threshold


def _limits(away: Floats, before: Floats, known: Mask, sensitivity: float) -> tuple[Floats, float]:
    """The difference above which each pixel counts as changed, and that of smooth places.

    Along edges more differs without an edit: what is left of the movement, other sharpness,
    codecs that keep colour at half size. How much more is learnt from the picture, within bounds.
    """
    import numpy as np

    contrast = contrast_near(before).max(2)
    sample, edges = away[known][::5], contrast[known][::5]
    if not len(sample):
        return np.full_like(away, _LEAST_DELTA_E), _LEAST_DELTA_E
    smooth = sample[edges <= np.quantile(edges, 0.5)]
    middle = float(np.median(smooth))
    spread = float(np.median(np.abs(smooth - middle)))
    # Where most was edited the median is of the edit: what agrees best then tells of the noise.
    most = min(middle + 6.0 * spread, 10.0 * float(np.quantile(smooth, 0.25)) + 0.5)
    threshold = max(_LEAST_DELTA_E, most) / sensitivity
    sharp = edges > 12.0
    steep = _LEAST_STEEP
    if np.count_nonzero(sharp) > 100:
        ratio = (sample[sharp] - min(middle, threshold)) / edges[sharp]
        steep = float(np.clip(2.5 * np.quantile(ratio, 0.7), _LEAST_STEEP, _MOST_STEEP))
    contrast *= np.float32(steep / sensitivity)
    contrast += np.float32(threshold)
    # Near black nothing tells how the colours drifted: they are cut off there.
    dark = np.float32(_DARK_DELTA_E) - before.max(2) * np.float32(_DARK_DELTA_E / _DARK)
    contrast += np.maximum(dark, np.float32(0.0), out=dark)
    return contrast, threshold


def _without_rims(mask: Mask, away: Floats, nearby: Floats) -> Mask:
    """Without the rim that blurring put around each region: what lies far below its surroundings,
    and far below the most of the region."""
    import numpy as np

    labels, stats = regions(mask)
    limits = np.zeros(len(stats), np.float32)
    for label in range(1, len(stats)):
        x, y, w, h, area = stats[label]
        if area < 30:
            continue
        box = slice(y, y + h), slice(x, x + w)
        limits[label] = _RIM * float(np.quantile(away[box][labels[box] == label], 0.9))
    low = np.minimum(limits[labels], np.float32(_RIM) * nearby)
    low = np.maximum(low, np.float32(_LOCAL_RIM) * nearby)
    inside: Mask = mask & (away > low)
    return inside


def _certain(mask: Mask, times: Floats) -> Mask:
    """Without regions that hardly pass the limits, `times` over them, unless they are large."""
    import numpy as np

    labels, stats = regions(mask)
    keep = np.zeros(len(stats), bool)
    for label in range(1, len(stats)):
        x, y, w, h, area = stats[label]
        box = slice(y, y + h), slice(x, x + w)
        most = float(np.quantile(times[box][labels[box] == label], 0.9))
        keep[label] = most >= (_LARGE_TIMES if area >= _LARGE * mask.size else _SMALL_TIMES)
    kept: Mask = keep[labels]
    return kept


def _around(mask: Mask, weak: Mask) -> Mask:
    """The weaker change that hangs together with what is certain, where that is much of it."""
    import numpy as np

    labels, stats = regions(weak)
    certain = np.bincount(labels.ravel(), mask.ravel(), len(stats))
    keep = certain > _MUCH * stats[:, 4]
    keep[0] = False
    kept: Mask = keep[labels]
    return kept


def _gaps(mask: Mask, radius: int, most: int) -> Mask:
    """Narrow gaps, and holes of up to so many pixels."""
    near = closed(mask, radius)
    labels, stats = regions(~near, connectivity=4)
    small = stats[:, 4] <= most
    small[0] = False  # the mask itself
    gaps: Mask = (near | small[labels]) & ~mask
    return gaps


def _finely(before: Floats, after: Bytes, where: Mask, unchanged: Mask) -> Floats:
    """The difference of each pixel of `where` by itself, in multiples of the usual one."""
    import numpy as np

    out = np.zeros(where.shape, np.float32)
    places, others = np.flatnonzero(where), np.flatnonzero(unchanged)
    if not len(places) or not len(others):
        return out
    others = others[:: max(1, len(others) // 20_000)]
    both = np.concatenate([places, others])
    a, b = before.reshape(-1, 1, 3)[both], after.reshape(-1, 1, 3)[both].astype(np.float32)
    away = delta_e_of_values(a, b)[:, 0]
    usual = float(np.median(away[len(places) :]))
    out.ravel()[places] = away[: len(places)] / max(usual, 0.2)
    return out


def _differing_gaps(gaps: Mask, times: Floats, finely: Floats) -> Mask:
    """Those gaps in which something differs, though less than the limit, and more than usual."""
    import numpy as np

    labels, stats = regions(gaps, connectivity=4)
    flat, pixels = labels.ravel(), np.maximum(stats[:, 4], 1)
    some = np.bincount(flat, times.ravel(), len(stats)) / pixels > _GAP_TIMES
    fine = np.bincount(flat, finely.ravel(), len(stats)) / pixels > _GAP_USUAL
    fill = some & fine
    fill[0] = False
    filled: Mask = fill[labels]
    return filled


def _without_specks(mask: Mask, least: int) -> Mask:
    labels, stats = regions(mask)
    keep = stats[:, 4] >= max(4, least)
    keep[0] = False
    kept: Mask = keep[labels]
    return kept
