"""The colour difference CIEDE2000 of every pixel of two pictures of one size, quickly.

The formula of `measure.py` without a single angle: mean hues and hue differences come from the
vectors (a*, b*) themselves. It works in bands small enough for the processor's cache.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import looked_up, mixed
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_BAND_PIXELS = 1 << 15
_THREADS = 2
_FINE = 16  # steps within one level, for values between them
# Linear sRGB to XYZ over the white of D65.
_TO_XYZ = (
    (0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339 / 1.08883, 0.1191920 / 1.08883, 0.9503041 / 1.08883),
)
_LINEAR_BELOW = (6.0 / 29.0) ** 3
_25_POWER_7 = 25.0**7


def delta_e_map(
    first: NDArray[np.uint8], second: NDArray[np.uint8], watch: Watch = UNWATCHED
) -> Floats:
    """CIEDE2000 of each pixel of two 8-bit sRGB pictures (height, width, 3), as float32 (height,
    width). The formula after Sharma, Wu, Dalal 2005; float32 keeps it within 0.01."""
    import numpy as np

    curve = _light_of_levels(1)
    out = np.zeros(first.shape[:2], np.float32)

    def band(rows: slice) -> None:
        # Of a result whose surroundings were kept most is the same to the last bit.
        columns = _columns_that_differ(first[rows], second[rows])
        mine, theirs = (np.ascontiguousarray(one[rows, columns]) for one in (first, second))
        if mine.size:
            light = looked_up(mine, curve), looked_up(theirs, curve)
            out[rows, columns] = _difference(_lab(light[0]), _lab(light[1]))

    _by_bands(band, first.shape, watch)
    return out


def delta_e_of_values(first: Floats, second: Floats, watch: Watch = UNWATCHED) -> Floats:
    """The same of levels from 0 to 255 that need not be whole, as float32; what lies outside is
    cut off."""
    import numpy as np

    curve = _light_of_levels(_FINE)

    def light(part: Floats) -> Floats:
        steps = part * np.float32(_FINE)
        steps += np.float32(0.5)
        np.clip(steps, 0.0, 255.0 * _FINE, out=steps)
        return curve[steps.astype(np.uint16)]

    out = np.empty(first.shape[:2], np.float32)

    def band(rows: slice) -> None:
        out[rows] = _difference(_lab(light(first[rows])), _lab(light(second[rows])))

    _by_bands(band, first.shape, watch)
    return out


def _columns_that_differ(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> slice:
    """From the first such column to the last; empty where there is none."""
    import numpy as np

    if np.array_equal(first, second):
        return slice(0, 0)
    found = np.flatnonzero((first != second).reshape(len(first), -1).any(axis=0))
    return slice(int(found[0]) // 3, int(found[-1]) // 3 + 1)


def _by_bands(band: Callable[[slice], None], shape: tuple[int, ...], watch: Watch) -> None:
    """Work on some rows after the others, several at a time."""
    height, width = shape[:2]
    rows = max(1, _BAND_PIXELS // width)
    parts = [slice(top, top + rows) for top in range(0, height, rows)]
    group = 16 * _THREADS
    with ThreadPoolExecutor(_THREADS) as pool:
        for start in range(0, len(parts), group):
            watch.reach(start / len(parts))
            for _ in pool.map(band, parts[start : start + group]):
                pass
    watch.reach(1.0)


def _light_of_levels(steps: int) -> Floats:
    """Linear light, 0 to 1, of the levels 0 to 255 in so many steps each."""
    import numpy as np

    levels = np.arange(255 * steps + 1) / (255.0 * steps)
    light = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return light.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Lab:
    light: Floats
    a: Floats
    b: Floats


def _lab(linear: Floats) -> _Lab:
    """CIELAB of linear light (rows, columns, 3); not OpenCV's, whose tables err by up to 0.4."""
    import cv2
    import numpy as np

    xyz = mixed(linear, np.array(_TO_XYZ, np.float32))
    x, y, z = (_curved(np.asarray(one, np.float32)) for one in cv2.split(xyz))
    return _Lab(116.0 * y - np.float32(16.0), 500.0 * (x - y), 200.0 * (y - z))


def _curved(share: Floats) -> Floats:
    """CIELAB's curve: a cube root, and below a point the line that touches it there."""
    import numpy as np

    low = np.float32(_LINEAR_BELOW)
    slope = np.float32((29.0 / 6.0) ** 2 / 3.0)
    root: Floats = np.cbrt(np.maximum(share, low))
    line = np.minimum(share, low)
    line -= low
    line *= slope
    root += line
    return root


def _difference(first: _Lab, second: _Lab) -> Floats:
    import numpy as np

    f = np.float32
    tiny = f(1e-12)
    # 1. Chroma, with a* stretched for colours near grey.
    chroma = np.sqrt(first.a * first.a + first.b * first.b)
    chroma += np.sqrt(second.a * second.a + second.b * second.b)
    chroma *= f(0.5)
    stretch = f(1.5) - f(0.5) * _grown(chroma)
    a1, a2 = first.a * stretch, second.a * stretch
    b1, b2 = first.b, second.b
    c1, c2 = np.sqrt(a1 * a1 + b1 * b1), np.sqrt(a2 * a2 + b2 * b2)
    total = c1 + c2
    # 2. Differences; that of the hues so that nothing is lost between colours that nearly agree.
    da, db = a2 - a1, b2 - b1
    d_c = (da * (a1 + a2) + db * (b1 + b2)) / np.maximum(total, tiny)
    d_h = np.sqrt(np.maximum(da * da + db * db - d_c * d_c, f(0.0)))
    np.copysign(d_h, a1 * b2 - a2 * b1, out=d_h)
    d_l = second.light - first.light
    # 3. The mean hue as a vector of length 1: on the shorter arc, the colour's own beside a grey.
    c1 = f(1.0) / np.maximum(c1, tiny)
    c2 = f(1.0) / np.maximum(c2, tiny)
    u, v = a1 * c1 + a2 * c2, b1 * c1 + b2 * c2
    length = f(1.0) / np.sqrt(u * u + v * v + f(1e-20))
    u *= length
    v *= length
    # 4. Weights.
    mean_c = total * f(0.5)
    weight_h = f(1.0) + f(0.015) * mean_c * _tint(u, v)
    weight_c = f(1.0) + f(0.045) * mean_c
    from_mid = (first.light + second.light) * f(0.5) - f(50.0)
    from_mid *= from_mid
    weight_l = f(1.0) + f(0.015) * from_mid / np.sqrt(f(20.0) + from_mid)
    # 5. The difference.
    d_l /= weight_l
    d_c /= weight_c
    d_h /= weight_h
    squared = d_l * d_l + d_c * d_c + d_h * d_h
    squared -= _blue_turn(u, v) * _grown(mean_c) * f(2.0) * d_c * d_h
    difference: Floats = np.sqrt(np.maximum(squared, f(0.0)))
    return difference


def _grown(chroma: Floats) -> Floats:
    """The root of C⁷ / (C⁷ + 25⁷)."""
    import numpy as np

    power = chroma * chroma
    power *= power * power
    power *= chroma
    power /= power + np.float32(_25_POWER_7)
    root: Floats = np.sqrt(power)
    return root


def _tint(u: Floats, v: Floats) -> Floats:
    """The formula's T of a mean hue (u, v) of length 1."""
    import numpy as np

    f = np.float32

    def cosine(degrees: float) -> np.float32:
        return f(math.cos(math.radians(degrees)))

    def sine(degrees: float) -> np.float32:
        return f(math.sin(math.radians(degrees)))

    square = u * u
    twice_c, twice_s = f(2.0) * square - f(1.0), f(2.0) * u * v
    square *= f(4.0)
    tint = f(1.0) - (f(0.17) * cosine(30)) * u - (f(0.17) * sine(30)) * v
    tint += f(0.24) * twice_c
    tint += (f(0.32) * cosine(6)) * u * (square - f(3.0))
    tint -= (f(0.32) * sine(6)) * v * (square - f(1.0))
    tint -= (f(0.20) * cosine(63)) * (f(2.0) * twice_c * twice_c - f(1.0))
    tint -= (f(0.40) * sine(63)) * twice_s * twice_c
    return tint


def _blue_turn(u: Floats, v: Floats) -> Floats:
    """The sine of twice the formula's turn, which only hues near 275 degrees have."""
    import numpy as np

    f = np.float32
    away = f(1.0) - f(math.cos(math.radians(275))) * u - f(math.sin(math.radians(275))) * v
    # The square of an angle from 1 - its cosine; beyond 90 degrees the turn is nothing anyway.
    squared = away * (f(2.0) + away * (f(1 / 3) + away * (f(4 / 45) + away * f(1 / 35))))
    squared *= f(-((180 / math.pi / 25) ** 2))
    turn: Floats = np.sin(f(math.radians(60)) * np.exp(squared))
    return turn
