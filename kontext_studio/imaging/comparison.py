"""Every figure that is told of two pictures, from their stored pixels at full size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.alignment import Alignment, align
from kontext_studio.imaging.changed_area import find_changed_area
from kontext_studio.imaging.difference import delta_e_map
from kontext_studio.imaging.drift import unchanged_difference
from kontext_studio.imaging.likeness import psnr_db, ssim
from kontext_studio.imaging.measure import mean_of, share_of
from kontext_studio.imaging.operators import grown, resized
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BESIDE_PX = 6


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`b` against `a`; a `b` of another size was brought to that of `a` first.

    `alignment` is from `a` to `b`. `differences` are CIEDE2000 of each pixel as it stands (height,
    width), `delta_e_mean` their mean, `changed_share` the share above 2. `delta_e_outside` is the
    mean of the unchanged area, aligned, colours as they are; `area_share` what is not in it.
    `sharpness_ratio` is b's over a's, there. `ssim` and `psnr_db` are of both as they stand.
    """

    alignment: Alignment
    differences: NDArray[np.float32]
    delta_e_mean: float
    delta_e_outside: float | None
    changed_share: float
    area_share: float
    ssim: float
    psnr_db: float
    sharpness_ratio: float | None
    same_size: bool


def compare(
    a: NDArray[np.uint8],
    b: NDArray[np.uint8],
    *,
    changed: NDArray[np.bool_] | None = None,
    watch: Watch = UNWATCHED,
) -> Comparison:
    """All figures of two 8-bit sRGB pictures (height, width, 3). `changed` (height, width of `a`)
    is what was meant to change; without it, it is found."""
    import numpy as np

    height, width = a.shape[:2]
    same_size = a.shape == b.shape
    b = resized(b, (width, height))
    differences = delta_e_map(a, b, watch.part(0.0, 0.25))
    likeness = ssim(a, b, watch.part(0.25, 0.4))
    found = align(a, b, watch.part(0.4, 0.55))
    if changed is None:
        changed = find_changed_area(a, b, alignment=found, watch=watch.part(0.55, 0.8)).mask
    outside, ratio = unchanged_difference(
        a, b, found, grown(changed, _BESIDE_PX), watch.part(0.8, 1.0)
    )
    return Comparison(
        alignment=found,
        differences=differences,
        delta_e_mean=mean_of(differences),
        delta_e_outside=outside,
        changed_share=share_of(differences),
        area_share=float(np.count_nonzero(changed) / changed.size),
        ssim=likeness,
        psnr_db=psnr_db(a, b),
        sharpness_ratio=ratio,
        same_size=same_size,
    )
