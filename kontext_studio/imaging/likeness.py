"""How alike two pictures of one size are, apart from colour difference: SSIM, PSNR, sharpness.

All of stored 8-bit pixels, in bands, so that memory stays bounded.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import blurred, grey_of
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_SIGMA_PX, _RADIUS_PX = 1.5, 5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_BAND_PIXELS = 1 << 18


def ssim(first: NDArray[np.uint8], second: NDArray[np.uint8], watch: Watch = UNWATCHED) -> float:
    """The mean structural similarity of the grey pictures, at most 1.

    After Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: Image quality assessment, 2004:
    Gaussian windows of 1.5 px, without the five pixels along the border. NaN below 11 px a side.
    """
    height, width = first.shape[:2]
    if min(height, width) <= 2 * _RADIUS_PX:
        return math.nan
    total = 0.0
    rows = max(32, _BAND_PIXELS // width)
    for top in range(_RADIUS_PX, height - _RADIUS_PX, rows):
        watch.reach(top / height)
        bottom = min(height - _RADIUS_PX, top + rows)
        part = slice(top - _RADIUS_PX, bottom + _RADIUS_PX)
        total += _ssim_sum(grey_of(first[part]), grey_of(second[part]))
    watch.reach(1.0)
    return float(total / ((height - 2 * _RADIUS_PX) * (width - 2 * _RADIUS_PX)))


def _ssim_sum(first: Floats, second: Floats) -> float:
    """Four blurs instead of five: sums and differences hold the same as squares and products."""
    import numpy as np

    f = np.float32
    plus, minus = first + second, first - second
    mean_plus, mean_minus = _blurred(plus), _blurred(minus)
    plus *= plus
    minus *= minus
    var_plus, var_minus = _blurred(plus), _blurred(minus)
    mean_plus *= mean_plus
    mean_minus *= mean_minus
    var_plus -= mean_plus
    var_minus -= mean_minus
    # (2 m1 m2 + C1)(2 cov + C2) over (m1² + m2² + C1)(var1 + var2 + C2), each doubled.
    above = mean_plus - mean_minus
    above += f(2 * _C1)
    above *= var_plus - var_minus + f(2 * _C2)
    mean_plus += mean_minus
    mean_plus += f(2 * _C1)
    var_plus += var_minus
    var_plus += f(2 * _C2)
    mean_plus *= var_plus
    above /= mean_plus
    edge = slice(_RADIUS_PX, -_RADIUS_PX)
    return float(above[edge, edge].sum(dtype=np.float64))


def _blurred(values: Floats) -> Floats:
    import cv2
    import numpy as np

    side = 2 * _RADIUS_PX + 1
    return np.asarray(cv2.GaussianBlur(values, (side, side), _SIGMA_PX), np.float32)


def psnr_db(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """The peak signal-to-noise ratio over all channels in dB; infinite between equal pictures."""
    import cv2

    squares = float(cv2.norm(first, second, cv2.NORM_L2SQR))
    return math.inf if squares == 0 else 10 * math.log10(255**2 * first.size / squares)


def sharpness(pixels: NDArray[np.uint8], where: NDArray[np.bool_] | None = None) -> float:
    """How much of the finest detail there is, in levels: the root mean square of what a blur of one
    pixel takes away from the grey picture, over all pixels or those of `where`."""
    import numpy as np

    height, width = pixels.shape[:2]
    rows = max(16, _BAND_PIXELS // width)
    total, count = 0.0, 0
    for top in range(0, height, rows):
        start, stop = max(0, top - 4), min(height, top + rows)
        grey = grey_of(pixels[start : stop + 4])
        grey -= blurred(grey, 1.0)
        fine = grey[top - start : top - start + stop - top]
        if where is not None:
            fine = fine[where[top:stop]]
        total += float((fine * fine).sum(dtype=np.float64))
        count += fine.size
    return math.sqrt(total / count) if count else 0.0
