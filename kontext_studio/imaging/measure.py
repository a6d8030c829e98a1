"""How far two pictures differ, in CIEDE2000 (D65), on copies of at most 1024 pixels a side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SIDE_PX = 1024
_ROWS_PIXELS = 131_072  # so many at a time: the formula needs some thirty arrays of this size

_WHITE = (0.95047, 1.0, 1.08883)
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_25_POWER_7 = 25.0**7


def changed_share(a: NDArray[np.uint8], b: NDArray[np.uint8], delta_e: float = 2.0) -> float:
    """The share of pixels, 0 to 1, that differ by more than `delta_e`. `b` is scaled to `a`."""
    return share_of(difference_map(a, b), delta_e)


def mean_delta_e(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """The mean difference. `b` is scaled to `a` where the sizes differ."""
    return mean_of(difference_map(a, b))


def share_of(differences: NDArray[np.float32], delta_e: float = 2.0) -> float:
    """The share of a difference map, 0 to 1, that lies above `delta_e`."""
    import numpy as np

    return float(np.count_nonzero(differences > delta_e) / differences.size)


def mean_of(differences: NDArray[np.float32]) -> float:
    """The mean of a difference map."""
    import numpy as np

    return float(differences.mean(dtype=np.float64))


def measuring_copy(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The copy of at most 1024 pixels a side on which differences are measured."""
    return _scaled(pixels, _measured_size(pixels))


def difference_map(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIEDE2000 of each pixel of the two sRGB pictures, scaled down to at most 1024 a side."""
    import numpy as np

    size = _measured_size(a)
    small_a, small_b = _scaled(a, size), _scaled(b, size)
    out = np.empty(small_a.shape[:2], np.float32)
    step = max(1, _ROWS_PIXELS // size[0])
    for top in range(0, size[1], step):
        rows = slice(top, top + step)
        out[rows] = delta_e_2000(srgb_to_lab(small_a[rows]), srgb_to_lab(small_b[rows]))
    return out


def _measured_size(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    scale = min(1.0, MAX_SIDE_PX / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image

    if pixels.shape[:2] == (size[1], size[0]):
        return pixels
    resized = Image.fromarray(pixels).resize(size, Image.Resampling.BOX, reducing_gap=None)
    array: NDArray[np.uint8] = np.asarray(resized, dtype=np.uint8)
    return array


def srgb_to_lab(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """CIELAB of 8-bit sRGB pixels under D65."""
    import numpy as np

    levels = np.arange(256, dtype=np.float64) / 255.0
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    light = linear.astype(np.float32)[pixels]
    matrix = (np.array(_TO_XYZ) / np.array(_WHITE)[:, None]).astype(np.float32)
    xyz: NDArray[np.float32] = light @ matrix.T
    low = (6.0 / 29.0) ** 3
    curve = np.where(
        xyz > low, np.cbrt(xyz), xyz * np.float32((29.0 / 6.0) ** 2 / 3.0) + np.float32(4 / 29)
    )
    lab = np.empty_like(curve)
    lab[..., 0] = 116.0 * curve[..., 1] - 16.0
    lab[..., 1] = 500.0 * (curve[..., 0] - curve[..., 1])
    lab[..., 2] = 200.0 * (curve[..., 1] - curve[..., 2])
    return lab


def delta_e_2000(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colour difference CIEDE2000 of two arrays of (L*, a*, b*), all weights 1.

    After G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 color-difference formula, 2005.
    """
    import numpy as np

    l1, a1, b1 = first[..., 0], first[..., 1], first[..., 2]
    l2, a2, b2 = second[..., 0], second[..., 1], second[..., 2]
    # 1. Chroma, with a* stretched for colours near grey.
    mean_chroma7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) * 0.5) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_chroma7 / (mean_chroma7 + _25_POWER_7))
    s1, s2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(s1, b1), np.hypot(s2, b2)
    # 2. Hue angles in degrees. Those of greys do not matter: their chroma of 0 is a factor below.
    h1 = np.degrees(np.arctan2(b1, s1)) % 360.0
    h2 = np.degrees(np.arctan2(b2, s2)) % 360.0
    turn = h2 - h1
    turn = np.where(turn > 180.0, turn - 360.0, np.where(turn < -180.0, turn + 360.0, turn))
    delta_hue = 2.0 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) * 0.5)
    # 3. Means; that of the hues lies on the shorter arc.
    mean_l, mean_c = (l1 + l2) * 0.5, (c1 + c2) * 0.5
    total = h1 + h2
    wraps = np.abs(h1 - h2) > 180.0
    mean_h = np.where(wraps, np.where(total < 360.0, total + 360.0, total - 360.0), total) * 0.5
    # 4. Weights.
    tint = (
        1.0
        - 0.17 * np.cos(np.radians(mean_h - 30.0))
        + 0.24 * np.cos(np.radians(2.0 * mean_h))
        + 0.32 * np.cos(np.radians(3.0 * mean_h + 6.0))
        - 0.20 * np.cos(np.radians(4.0 * mean_h - 63.0))
    )
    from_mid = (mean_l - 50.0) ** 2
    weight_l = 1.0 + 0.015 * from_mid / np.sqrt(20.0 + from_mid)
    weight_c = 1.0 + 0.045 * mean_c
    weight_h = 1.0 + 0.015 * mean_c * tint
    mean_c7 = mean_c**7
    blue_turn = 30.0 * np.exp(-(((mean_h - 275.0) / 25.0) ** 2))
    rotation = (
        -2.0 * np.sqrt(mean_c7 / (mean_c7 + _25_POWER_7)) * np.sin(np.radians(2.0 * blue_turn))
    )
    # 5. The difference.
    d_l, d_c, d_h = (l2 - l1) / weight_l, (c2 - c1) / weight_c, delta_hue / weight_h
    squared = d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h
    difference: NDArray[np.float32] = np.sqrt(np.maximum(squared, 0.0)).astype(np.float32)
    return difference
