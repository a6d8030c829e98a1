"""Everything that is measured of one step, from stored bytes: against its parent, its original, and
along the outline of its area. Runs in threads; knows nothing of sessions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.area import Area
from kontext_studio.core.figures import DriftFigures, SeamFigures
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench.areas import mask_in_stored
from kontext_studio.workbench.pixel_work import as_sent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

_COPY_PIXELS = 1_300_000


@dataclass(frozen=True, slots=True)
class Inside:
    """What a step with an area was made of: the bytes of its mask, and the result as it came."""

    area: Area
    mask: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Measurement:
    """`changed` and `drift` are as `Measured` has them."""

    changed: float
    drift: float
    of_parent: DriftFigures
    of_original: DriftFigures
    seam: SeamFigures | None


def measured(
    mine: bytes, parent: bytes, original: bytes, inside: Inside | None, watch: Watch
) -> Measurement:
    """`original` is the same object as `parent` where the one is the other. Raise BadPicture."""
    from kontext_studio.imaging.measure import difference_map, mean_of, share_of

    # One whole picture at a time: the figures are of copies.
    me, me_small = _copies(mine)
    before, before_small = _copies(parent)
    away = difference_map(before_small, me_small)
    changed, drift = share_of(away), mean_of(away)
    mask = mask_in_stored(inside.mask, inside.area) if inside is not None else None
    of_parent = of_original = _drift(before, me, mask, watch.part(0.0, 0.5))
    if original is not parent:
        first, first_small = _copies(original)
        drift = mean_of(difference_map(first_small, me_small))
        of_original = _drift(first, me, None, watch.part(0.5, 0.9))
    seam = None
    if inside is not None and mask is not None:
        seam = _seam(as_sent(mine), as_sent(parent), as_sent(inside.raw), mask)
    watch.reach(1.0)
    return Measurement(changed, drift, of_parent, of_original, seam)


@dataclass(frozen=True, slots=True, eq=False)
class _Copy:
    """A copy that is large enough to measure drift on; `size` is that of the whole picture."""

    pixels: Bytes
    size: tuple[int, int]


def _copies(data: bytes) -> tuple[_Copy, Bytes]:
    from kontext_studio.imaging.measure import measuring_copy
    from kontext_studio.imaging.operators import resized, size_within

    whole = as_sent(data)
    size = (whole.shape[1], whole.shape[0])
    return _Copy(resized(whole, size_within(*size, _COPY_PIXELS)), size), measuring_copy(whole)


def _drift(before: _Copy, after: _Copy, changed: Mask | None, watch: Watch) -> DriftFigures:
    from kontext_studio.imaging.drift import measure_drift
    from kontext_studio.imaging.operators import mask_of_size

    width, height = before.pixels.shape[1], before.pixels.shape[0]
    if changed is not None:
        changed = mask_of_size(changed, (width, height))
    found = measure_drift(before.pixels, after.pixels, changed=changed, watch=watch)
    shift = found.shift_px
    if shift is not None:
        shift = (shift[0] * before.size[0] / width, shift[1] * before.size[1] / height)
    return DriftFigures(
        outcome=found.outcome.value,
        shift_px=shift,
        zoom=found.zoom,
        delta_e=found.delta_e,
        sharpness=found.sharpness,
        changed_share=found.changed_share,
        size_before=before.size,
        size_after=after.size,
    )


def _seam(mine: Bytes, parent: Bytes, raw: Bytes, mask: Mask) -> SeamFigures:
    from kontext_studio.imaging.operators import resized
    from kontext_studio.imaging.seam import measure_seam

    fitting = resized(raw, (mask.shape[1], mask.shape[0]))
    found = measure_seam(mine, parent, fitting, mask)
    return SeamFigures(found.mean, found.most)
