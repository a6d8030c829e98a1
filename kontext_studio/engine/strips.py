"""Works through a large picture in strips of rows: it is never held as floats as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, to_bytes, to_float

_PIXELS_PER_STRIP = 1 << 20


def strips_of(height: int, width: int) -> Iterator[slice]:
    rows = max(1, _PIXELS_PER_STRIP // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, min(height, top + rows))


def by_strips(pixels: Bytes, change: Callable[[Floats, slice], Floats]) -> Bytes:
    """`change` gets floats from 0 to 1 and the rows they are."""
    out = np.empty_like(pixels)
    for rows in strips_of(*pixels.shape[:2]):
        out[rows] = to_bytes(change(to_float(pixels[rows]), rows))
    return out


def blended(before: Bytes, after: Bytes, alpha: Floats) -> Bytes:
    """`after` where alpha is 1, exactly `before` where it is 0."""
    out = before.copy()
    for rows in strips_of(*before.shape[:2]):
        a = alpha[rows]
        touched: Mask = a > 0
        if not touched.any():
            continue
        old, new = before[rows][touched], after[rows][touched]
        share = a[touched][:, None]
        mixed = old + (new.astype(np.float32) - old) * share
        strip = out[rows]
        strip[touched] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return out
