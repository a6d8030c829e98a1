"""How much an edit changed, where it may and where it must not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Mask, delta_e76, lab_of
from kontext_studio.engine.strips import strips_of

_VISIBLE_LEVELS = 3  # of 255 in any channel
_SAMPLE_PIXELS = 500_000


@dataclass(frozen=True, slots=True)
class Change:
    """`changed` counts pixels that differ at all, `visible` those that differ by 3 levels or more;
    `delta_e` is the mean distance in Lab over the area looked at."""

    pixels: int
    changed: int
    visible: int
    delta_e: float

    @property
    def share(self) -> float:
        return self.changed / max(1, self.pixels)


def change_between(before: Bytes, after: Bytes, where: Mask | None = None) -> Change:
    """What differs between two pictures of one size, within `where`. Counts are exact; the mean
    distance is that of an even sample where the picture is large."""
    pixels = changed = visible = 0
    for rows in strips_of(*before.shape[:2]):
        each = np.asarray(cv2.absdiff(before[rows], after[rows]), dtype=np.uint8)
        away = np.maximum(np.maximum(each[..., 0], each[..., 1]), each[..., 2])
        if where is None:
            pixels += away.size
        else:
            inside = where[rows]
            pixels += int(np.count_nonzero(inside))
            away = away * inside
        changed += int(np.count_nonzero(away))
        visible += int(np.count_nonzero(away >= _VISIBLE_LEVELS))
    if not changed:
        return Change(pixels, 0, 0, 0.0)
    return Change(pixels, changed, visible, _mean_delta_e(before, after, where))


def _mean_delta_e(before: Bytes, after: Bytes, where: Mask | None) -> float:
    area = before.shape[0] * before.shape[1] if where is None else int(np.count_nonzero(where))
    step = max(1, round((area / _SAMPLE_PIXELS) ** 0.5))
    old, new = before[::step, ::step], after[::step, ::step]
    away = delta_e76(lab_of(np.ascontiguousarray(old)), lab_of(np.ascontiguousarray(new)))
    if where is not None:
        away = away[where[::step, ::step]]
    return float(away.mean(dtype=np.float64)) if away.size else 0.0
