"""How the colours of one picture became those of another that shows the same: a curve for each
channel with a little of the others, and a slow field over the picture.

Fitted robustly: what was edited, up to about half of the picture, does not pull the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import blurred, looked_up, mixed, moved_linear, resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Doubles = NDArray[np.float64]

_SAMPLES = 7_000
_CHUNK = 64  # samples multiplied at a time: larger products start threads that wait for each other
_FEWEST = 150
_CLIPPED = 2.5  # levels from either end: values there may be cut off
_FIELD_SIDE = 40
_WAVES = 4
_ROUNDS = 8
_FIRST_REACH = 14.0  # levels
# How many samples know something of their own: neighbours have their errors in common.
_INDEPENDENT = 400.0
# What can be expected of each term, in levels at the ends of the scale.
_OWN, _OTHERS, _BEND, _WAVE = 25.0, 3.0, 12.0, 5.0
_MOST_REST = 6.0  # levels


@dataclass(frozen=True, slots=True, eq=False)
class ColourFit:
    """A map of 8-bit levels: `curves` (256, 3) gives what is added to each level of each channel,
    `cross` (3, 3) how many levels a channel (row) gains from each level of another (column) above
    the middle, and `field` (rows, columns, 3), stretched over the picture, levels for each place.

    `typical` is how far the pixels that follow the map lie from it, in levels.
    """

    curves: Floats
    cross: Floats
    field: Floats
    typical: float = 0.0

    def applied(
        self,
        pixels: NDArray[np.uint8],
        strength: float = 1.0,
        *,
        top: int = 0,
        height: int | None = None,
    ) -> Floats:
        """Levels (rows, columns, 3) mapped, or a part of the way where `strength` is below 1.

        They may be some rows of a picture of `height`, from `top` on. Not cut off at 0 and 255.
        """
        import numpy as np

        rows, width = pixels.shape[:2]
        added = looked_up(pixels, self.curves)
        offset = -127.5 * self.cross.sum(1, keepdims=True)
        levels = pixels.astype(np.float32)
        added += mixed(levels, np.hstack([self.cross, offset]).astype(np.float32))
        down, right = self.field.shape[0] / (height or rows), self.field.shape[1] / width
        places = (right, 0.0, 0.5 * right - 0.5, 0.0, down, (top + 0.5) * down - 0.5)
        added += moved_linear(self.field, places, (width, rows))
        if strength != 1.0:
            added *= np.float32(strength)
        added += levels
        return added

    def farthest(self) -> float:
        """The most that any grey, and any place, is moved, in levels."""
        import numpy as np

        tilt = np.outer(np.arange(256) - 127.5, self.cross.sum(1))
        return float(np.abs(self.curves + tilt).max() + np.abs(self.field).max())


def no_fit() -> ColourFit:
    """The map that leaves everything as it is."""
    import numpy as np

    zero = np.zeros((256, 3), np.float32)
    return ColourFit(zero, np.zeros((3, 3), np.float32), np.zeros((1, 1, 3), np.float32))


def fit_colours(
    source: NDArray[np.uint8], target: NDArray[np.uint8], usable: NDArray[np.bool_]
) -> ColourFit:
    """The map that takes the levels of `source` to those of `target` at the same place.

    Both (height, width, 3); copies of a few hundred pixels a side are enough. Only `usable` pixels
    count, and of them those that follow a common map.
    """
    import numpy as np

    height, width = usable.shape
    # What the result shows at the ends of the scale may have been cut off there.
    good = usable[..., None] & (target > _CLIPPED) & (target < 255 - _CLIPPED)
    where = np.flatnonzero(good.any(2))
    if len(where) < _FEWEST:
        return no_fit()
    where = where[:: max(1, len(where) // _SAMPLES)]
    where = where[: len(where) // _CHUNK * _CHUNK]
    rows, columns = np.divmod(where, width)
    levels = source.reshape(-1, 3)[where]
    rest = target.reshape(-1, 3)[where].astype(np.float32) - levels
    counts = good.reshape(-1, 3)[where].astype(np.float32)
    waves = _waves((rows + 0.5) / height, (columns + 0.5) / width)
    bends = _bends()
    terms = np.concatenate([*(bend[levels] for bend in bends), waves], axis=1)
    terms = terms.astype(np.float32)
    away = _lengths(rest - _commonest(rest), counts)
    weight = 1.0 / (1.0 + (away / _FIRST_REACH) ** 2) ** 2
    scale = typical = _FIRST_REACH
    held = np.zeros((terms.shape[1], 3))
    for _ in range(_ROUNDS):
        held = _solved(terms, rest, weight[:, None] * counts)
        away = _lengths(rest - terms @ held.astype(np.float32), counts)
        near = away[away < 2.5 * scale]
        typical = float(np.median(near)) if len(near) else scale
        scale = max(1.0, min(scale * 0.7, 2.5 * typical))
        weight = np.clip(1.0 - (away / (2.5 * scale)) ** 2, 0.0, None) ** 2
        if np.count_nonzero(weight) < _FEWEST:
            return no_fit()
    curves = np.stack(
        [sum(bends[k] * held[3 * k + c, c] for k in range(3)) for c in range(3)], axis=1
    ).astype(np.float32)
    cross = (held[:3] * (1 - np.eye(3))).T / 255
    side = (np.arange(_FIELD_SIDE) + 0.5) / _FIELD_SIDE
    grid = _waves(np.repeat(side, _FIELD_SIDE), np.tile(side, _FIELD_SIDE)) @ held[9:]
    field = grid.reshape(_FIELD_SIDE, _FIELD_SIDE, 3).astype(np.float32)
    fit = ColourFit(curves, cross.astype(np.float32), field, typical)
    return replace(fit, field=field + _rest(fit, source, target, good, scale))


def _bends() -> tuple[Doubles, Doubles, Doubles]:
    """What each of the 256 levels gives to three terms: more contrast, a bend, another gamma."""
    import numpy as np

    share = np.arange(256) / 255
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = np.where(share > 0, share * np.log(share), 0.0)
    return share - 0.5, (share - 0.5) ** 2 * 2, gamma * 2


def _lengths(rest: Floats, counts: Floats) -> Floats:
    """How far samples are off, over the channels that count."""
    import numpy as np

    lengths: Floats = np.sqrt((rest * rest * counts).sum(1) / np.maximum(counts.sum(1), 1.0))
    return lengths


def _solved(terms: Floats, rest: Floats, weight: Floats) -> Doubles:
    """Weighted least squares for each channel from its own levels, a little of the others' and the
    waves, held back from what is not to be expected."""
    import numpy as np

    count = terms.shape[1]
    held = np.zeros((count, 3))
    for channel in range(3):
        used = np.array([0, 1, 2, 3 + channel, 6 + channel, *range(9, count)])
        expected = np.array([_OTHERS] * 3 + [_BEND, _BEND, _OWN] + [_WAVE] * (count - 10))
        expected[channel] = _OWN
        mine = weight[:, channel]
        some = terms[:, used]
        weighted = some * mine[:, None]
        noise = 1.5**2 * float(mine.sum()) / _INDEPENDENT
        both = np.column_stack([some, rest[:, channel]])
        parts = weighted.reshape(-1, _CHUNK, len(used)).swapaxes(1, 2)
        products = (parts @ both.reshape(-1, _CHUNK, len(used) + 1)).sum(0, dtype=np.float64)
        system = products[:, :-1] + np.diag(noise / expected**2)
        goal = products[:, -1]
        held[used, channel] = np.linalg.solve(system, goal)
    return held


def _waves(down: Doubles, right: Doubles) -> Doubles:
    """Slow cosines over the picture, the constant first; places from 0 to 1."""
    import numpy as np

    found = []
    for one in range(_WAVES + 1):
        for other in range(_WAVES + 1):
            wave = np.cos(math.pi * one * down) * np.cos(math.pi * other * right)
            found.append(wave / (1.0 + 0.2 * (one + other)))
    waves: Doubles = np.stack(found, axis=1)
    return waves


def _commonest(differences: Floats) -> Floats:
    """The difference that most samples have, for each channel: the top of a smoothed histogram."""
    import numpy as np

    tops = []
    for channel in range(3):
        counts, _ = np.histogram(differences[:, channel], bins=121, range=(-60.5, 60.5))
        smooth = blurred(counts.astype(np.float32).reshape(1, -1), 3.0)
        tops.append(float(smooth.argmax()) - 60.0)
    return np.array(tops, np.float32)


def _rest(
    fit: ColourFit,
    source: NDArray[np.uint8],
    target: NDArray[np.uint8],
    good: NDArray[np.bool_],
    scale: float,
) -> Floats:
    """What the map leaves over of the pixels that follow it, blurred; it fades where none do."""
    import numpy as np

    left = target - fit.applied(source)
    counts = good.astype(np.float32)
    away = np.sqrt((left * left * counts).sum(2) / np.maximum(counts.sum(2), 1.0))
    weight = counts * (away < max(2.0 * scale, _MOST_REST)).astype(np.float32)[..., None]
    size = (_FIELD_SIDE, _FIELD_SIDE)
    share, cells = resized(weight, size), resized(left * weight, size)
    sigma = _FIELD_SIDE * 0.055
    known = blurred(share, sigma)
    field: Floats = blurred(cells, sigma) / (known + np.float32(0.08))
    return np.clip(field, -_MOST_REST, _MOST_REST)
