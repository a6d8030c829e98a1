"""Which pixels a piece of a brush stroke covers: every one whose middle it covers, no other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEAST_RADIUS_PX = 0.71  # wherever a point lies, it is so near to a pixel's middle
_FAR = 1e9


def spans(
    start: tuple[float, float], end: tuple[float, float], size_px: float, top: int, bottom: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """A straight line with round ends, `size_px` wide: the first column and the one after the last
    of each row from `top` on. It is convex, so that each row is one span; it may be empty."""
    import numpy as np

    radius = max(size_px / 2, _LEAST_RADIUS_PX)
    rows = np.arange(top, bottom) + 0.5
    first, last = np.full(len(rows), _FAR), np.full(len(rows), -_FAR)
    for x, y in (start, end):
        half = radius * radius - (rows - y) ** 2
        reach = np.sqrt(np.maximum(half, 0.0))
        inside = half >= 0
        first = np.where(inside, np.minimum(first, x - reach), first)
        last = np.where(inside, np.maximum(last, x + reach), last)
    for (ax, ay), (bx, by) in _sides(start, end, radius):
        if ay == by:
            continue
        share = (rows - ay) / (by - ay)
        across = ax + share * (bx - ax)
        inside = (share >= 0) & (share <= 1)
        first = np.where(inside, np.minimum(first, across), first)
        last = np.where(inside, np.maximum(last, across), last)
    return np.ceil(first - 0.5).astype(np.intp), (np.floor(last - 0.5) + 1).astype(np.intp)


def _sides(
    start: tuple[float, float], end: tuple[float, float], radius: float
) -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
    """The two long sides; those across lie within the round ends."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return ()
    x, y = -dy / length * radius, dx / length * radius
    a, b = (start[0] + x, start[1] + y), (end[0] + x, end[1] + y)
    c, d = (end[0] - x, end[1] - y), (start[0] - x, start[1] - y)
    return (a, b), (c, d)
