"""Where the content of one picture lies in another: shift, zoom, a slight turn or stretch.

Measured on displacements of many tiles that must agree; refuses to guess where they do not, as
after a change of the camera. Method and figures: phase correlation in tiles, a robust fit, and
three rounds of it, each on the picture as the last one moved it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import Matrix, grey_of, moved, resized, size_within
from kontext_studio.imaging.tile_shifts import Correlator, Shifts, lay_tiles
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STILL_PX = 0.15
"""Two pictures whose content lies closer than this everywhere are not moved onto each other."""

_NOTHING_PX = 0.03  # less than can be measured
_WORKING_PIXELS = 1_300_000
_COARSE_PIXELS = 300_000
_LEAST_SIDE_PX = 48
_MOST_SHIFT = 0.08  # of the longer side
_MOST_ZOOM = 0.06
_MOST_TURN_DEGREES = 4.0
_LEAST_AGREEMENT = 0.3
_FEW, _FEW_AGREEMENT = 5, 0.6
_AGREES_PX = 0.6
# How exactly tiles of the same view agree, by half; tiles that happen to agree lie about 0.25 away.
_MOST_SCATTER_PX, _MOST_SCATTER_OF_SMALL_PX = 0.16, 0.25
_LEAST_STRUCTURE = 0.35  # levels
_CLEAR = 0.12

IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class Outcome(Enum):
    """How the search for an alignment ended."""

    FOUND = "found"
    OTHER_VIEW = "other view"
    """Too few tiles agree: the camera or the scene changed."""
    TOO_PLAIN = "too plain"
    """Too little structure, or too few pixels, to hold on to."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The affine map from the pixels of a base to where their content lies in a result.

    `matrix` is (a, b, c, d, e, f): the content at (x, y) of the base lies at (ax + by + c,
    dx + ey + f) of the result, in pixel centres of the base's size; a result of another size is
    brought to that of the base first. It is the identity where nothing was found. `agreement` is
    the share of the tiles with structure that agree, 0 to 1.
    """

    width: int
    height: int
    matrix: Matrix = IDENTITY
    outcome: Outcome = Outcome.FOUND
    agreement: float = 1.0

    @property
    def found(self) -> bool:
        return self.outcome is Outcome.FOUND

    @property
    def shift_px(self) -> tuple[float, float]:
        """How far the content lies right of and below its place, at the centre."""
        return self.moved(((self.width - 1) / 2, (self.height - 1) / 2))

    @property
    def zoom(self) -> float:
        """The size of the content over its size in the base."""
        a, b, _, d, e, _ = self.matrix
        return math.sqrt(abs(a * e - b * d))

    @property
    def turn_degrees(self) -> float:
        """How far the content is turned, clockwise positive."""
        a, b, _, d, e, _ = self.matrix
        return math.degrees(math.atan2(d - b, a + e))

    @property
    def farthest_px(self) -> float:
        """The longest way of any corner."""
        right, bottom = self.width - 1, self.height - 1
        corners = ((0, 0), (right, 0), (0, bottom), (right, bottom))
        return max(math.hypot(*self.moved(corner)) for corner in corners)

    @property
    def is_still(self) -> bool:
        """Nothing moved as far as can be measured."""
        return self.farthest_px < STILL_PX

    def moved(self, point: tuple[float, float]) -> tuple[float, float]:
        """How far the content of one point of the base has moved, in pixels."""
        a, b, c, d, e, f = self.matrix
        x, y = point
        return a * x + b * y + c - x, d * x + e * y + f - y

    def scaled(self, width: int, height: int) -> Alignment:
        """The same between copies of another size."""
        sx, sy = width / self.width, height / self.height
        a, b, c, d, e, f = self.matrix
        # Pixel centres: a point x of one copy is (x + 0.5) s - 0.5 of the other.
        c = (a * (0.5 - 0.5 * sx) / sx + b * (0.5 - 0.5 * sy) / sy + c + 0.5) * sx - 0.5
        f = (d * (0.5 - 0.5 * sx) / sx + e * (0.5 - 0.5 * sy) / sy + f + 0.5) * sy - 0.5
        return Alignment(
            width, height, (a, b * sx / sy, c, d * sy / sx, e, f), self.outcome, self.agreement
        )

    def reversed(self) -> Alignment:
        """From the result back to the base."""
        a, b, c, d, e, f = self.matrix
        whole = a * e - b * d
        g, h, j, k = e / whole, -b / whole, -d / whole, a / whole
        back = (g, h, -g * c - h * f, j, k, -j * c - k * f)
        return replace(self, matrix=back)

    def known(self, margin_px: float = 1.5) -> NDArray[np.bool_]:
        """The pixels of the base, (height, width), whose content lies within the result."""
        import numpy as np

        if self.is_still:
            return np.ones((self.height, self.width), bool)
        a, b, c, d, e, f = self.matrix
        x = np.arange(self.width, dtype=np.float32)[None, :]
        y = np.arange(self.height, dtype=np.float32)[:, None]
        u, v = a * x + (b * y + c), d * x + (e * y + f)
        right, bottom = self.width - 1 - margin_px, self.height - 1 - margin_px
        return (u >= margin_px) & (v >= margin_px) & (u <= right) & (v <= bottom)


def align(
    base: NDArray[np.uint8], result: NDArray[np.uint8], watch: Watch = UNWATCHED
) -> Alignment:
    """Where the content of `base` lies in `result`; both (height, width, 3), any sizes.

    Shifts to 8 % of the longer side, zooms to 6 % and turns to 4 degrees are found; beyond, or
    where under 30 % of the tiles agree, the outcome says so and nothing is moved.
    """
    height, width = base.shape[:2]
    if result.shape == base.shape and _same(base, result):
        return Alignment(width, height)
    size = size_within(width, height, _WORKING_PIXELS)
    first, second = (grey_of(resized(one, size)) for one in (base, result))
    watch.reach(0.2)
    found = align_grey(first, second, watch.part(0.2, 1.0))
    return found.scaled(width, height)


def align_grey(
    base: NDArray[np.float32], result: NDArray[np.float32], watch: Watch = UNWATCHED
) -> Alignment:
    """As `align`, of two grey pictures of one size and at most about a megapixel."""
    import numpy as np

    height, width = base.shape
    if min(height, width) < _LEAST_SIDE_PX:
        return Alignment(width, height, outcome=Outcome.TOO_PLAIN, agreement=0.0)
    coarse = size_within(width, height, _COARSE_PIXELS)
    first = _from_tiles(resized(base, coarse), resized(result, coarse))
    watch.reach(0.3)
    if isinstance(first, Outcome):
        return Alignment(width, height, outcome=first, agreement=0.0)
    now = Alignment(coarse[0], coarse[1], first[0], agreement=first[1]).scaled(width, height)
    # Finer rounds: each sees what the last one left.
    side = _tile_side(width, height)
    tiles = lay_tiles(base, side, 110)
    strong = tiles.structure >= max(_LEAST_STRUCTURE, 0.08 * float(tiles.structure[0]))
    correlator = Correlator(base, tiles)
    centres = tiles.centres()
    agreed = (0.0, False)
    for round_number in range(3):
        watch.reach(0.4 + 0.2 * round_number)
        back = moved(result, now.matrix, (width, height))
        counts = _inside(tiles.corners, side, now.matrix, (width, height)) & strong
        seen = correlator.shifts(back, 6.0 if round_number == 0 else 2.5)
        weight = seen.clarity * counts
        if np.count_nonzero(weight) < 2:
            return Alignment(width, height, outcome=Outcome.TOO_PLAIN, agreement=0.0)
        step = _fit(centres, seen.px, weight, (width, height))
        now = replace(now, matrix=_after(now.matrix, step))
        agreed = _agreement(centres, seen, step, counts, side)
    share, certain = agreed
    watch.reach(1.0)
    if not (certain and _plausible(now)):
        return Alignment(width, height, outcome=Outcome.OTHER_VIEW, agreement=share)
    matrix = IDENTITY if now.farthest_px < _NOTHING_PX else now.matrix
    return replace(now, matrix=matrix, agreement=share)


# ---------------------------------------------------------------- the first, coarse agreement


def _from_tiles(
    base: NDArray[np.float32], result: NDArray[np.float32]
) -> tuple[Matrix, float] | Outcome:
    """A similarity on which enough tiles agree, found from pairs of tiles."""
    import numpy as np

    height, width = base.shape
    side = _tile_side(width, height)
    tiles = lay_tiles(base, side, 64)
    strong = tiles.structure >= max(_LEAST_STRUCTURE, 0.12 * float(tiles.structure[0]))
    if np.count_nonzero(strong) < 2:
        return Outcome.TOO_PLAIN
    seen = Correlator(base, tiles).shifts(result, side * 0.45)
    px, clarity = seen.px[strong], seen.clarity[strong]
    centres = tiles.centres()[strong]
    clear = clarity >= _CLEAR
    if np.count_nonzero(clear) < 2:
        return Outcome.OTHER_VIEW
    matrix, agreeing = _consensus(centres[clear], px[clear], clarity[clear], (width, height))
    share = agreeing / len(clear)
    # Where most of the picture was replaced few tiles are clear, and these agree; after a change of
    # the camera many are clear, each with a way of its own.
    few = agreeing >= _FEW and agreeing >= _FEW_AGREEMENT * np.count_nonzero(clear)
    return (matrix, share) if share >= _LEAST_AGREEMENT or few else Outcome.OTHER_VIEW


def _consensus(
    centres: NDArray[np.float64],
    shifts: NDArray[np.float64],
    clarity: NDArray[np.float64],
    size: tuple[int, int],
) -> tuple[Matrix, int]:
    """The similarity through two tiles with which most others agree, and how many do."""
    import numpy as np

    count = len(centres)
    middle = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    z = (centres - middle) @ np.array([1, 1j])
    w = z + shifts @ np.array([1, 1j])
    first, second = np.triu_indices(count, 1)
    far = np.abs(z[first] - z[second]) > 0.2 * max(size)
    first, second = first[far], second[far]
    scale = (w[second] - w[first]) / (z[second] - z[first])
    sane = (np.abs(np.abs(scale) - 1) < _MOST_ZOOM) & (
        np.abs(np.degrees(np.angle(scale))) < _MOST_TURN_DEGREES
    )
    scale = np.concatenate([scale[sane], np.ones(count, complex)])
    origin = np.concatenate([first[sane], np.arange(count)])
    offset = w[origin] - scale * z[origin]
    best, votes = 0, -1.0
    for start in range(0, len(scale), 2048):
        part = slice(start, start + 2048)
        away = np.abs(scale[part, None] * z[None, :] + offset[part, None] - w[None, :])
        score = (np.maximum(0.0, 1.0 - (away / 1.25) ** 2) * clarity).sum(1)
        if score.max() > votes:
            best, votes = start + int(score.argmax()), float(score.max())
    agree = np.abs(scale[best] * z + offset[best] - w) < 1.25
    s = scale[best]
    shift = offset[best] + (middle @ np.array([1, 1j])) * (1 - s)
    matrix = (s.real, -s.imag, shift.real, s.imag, s.real, shift.imag)
    return tuple(float(one) for one in matrix), int(agree.sum())  # type: ignore[return-value]


# ---------------------------------------------------------------- the finer rounds


def _fit(
    centres: NDArray[np.float64],
    shifts: NDArray[np.float64],
    weight: NDArray[np.float64],
    size: tuple[int, int],
) -> Matrix:
    """The map from centres to centres + shifts that most tiles follow: shift and zoom, and a turn
    or a stretch only where the tiles ask for them clearly."""
    import numpy as np

    extent = max(size) / 2
    x = (centres[:, 0] - (size[0] - 1) / 2) / extent
    y = (centres[:, 1] - (size[1] - 1) / 2) / extent
    one, none = np.ones_like(x), np.zeros_like(x)
    # Columns for the x and the y of each shift: right, down, zoom, turn, stretch, shear.
    columns = np.stack(
        [
            np.concatenate([one, none]),
            np.concatenate([none, one]),
            np.concatenate([x, y]),
            np.concatenate([-y, x]),
            np.concatenate([x, -y]),
            np.concatenate([y, x]),
        ],
        axis=1,
    )
    target = np.concatenate([shifts[:, 0], shifts[:, 1]])
    held = np.zeros(6)
    kept, spread = _robust(columns[:, :3], target, weight)
    held[:3] = kept
    for terms in (4, 6):
        more, finer = _robust(columns[:, :terms], target, weight)
        if finer < 0.8 * spread - 0.004:
            held[:] = 0.0
            held[:terms] = more
            spread = finer
    right, down, zoom, turn, stretch, shear = held / np.array([1, 1] + [extent] * 4)
    a, b, d, e = 1 + zoom + stretch, shear - turn, shear + turn, 1 + zoom - stretch
    mx, my = (size[0] - 1) / 2, (size[1] - 1) / 2
    return (
        float(a),
        float(b),
        float(right + mx - a * mx - b * my),
        float(d),
        float(e),
        float(down + my - d * mx - e * my),
    )


def _agreement(
    centres: NDArray[np.float64],
    seen: Shifts,
    step: Matrix,
    counts: NDArray[np.bool_],
    side: int,
) -> tuple[float, bool]:
    """The share of the tiles that count which lie where the map puts them; whether they are enough,
    and agree as exactly as those of one view do."""
    import numpy as np

    a, b, c, d, e, f = step
    x, y = centres[:, 0], centres[:, 1]
    away = np.hypot(a * x + b * y + c - x - seen.px[:, 0], d * x + e * y + f - y - seen.px[:, 1])
    clear = counts & (seen.clarity >= _CLEAR)
    near = away[clear & (away < _AGREES_PX)]
    agreeing = len(near)
    share = agreeing / max(1, int(np.count_nonzero(counts)))
    few = agreeing >= _FEW and agreeing >= _FEW_AGREEMENT * np.count_nonzero(clear)
    most = _MOST_SCATTER_PX if side >= 128 else _MOST_SCATTER_OF_SMALL_PX
    exact = agreeing > 0 and float(np.median(near)) <= most
    return share, bool(exact and (share >= _LEAST_AGREEMENT or few))


def _robust(
    columns: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Least squares with weights that fall to nothing for tiles far off (Tukey); and how far the
    tiles that count lie away, typically."""
    import numpy as np

    tiles = len(weight)
    held = np.zeros(columns.shape[1])
    scale = 2.0
    for turn in range(12):
        rest = target - columns @ held
        away = np.hypot(rest[:tiles], rest[tiles:])
        if turn:
            near = away[(weight > 0) & (away < 3 * scale)]
            typical = float(np.median(near)) if len(near) else scale
            scale = max(0.04, min(scale, 3.0 * typical + 0.02))
        factor = weight * np.clip(1.0 - (away / (2.5 * scale)) ** 2, 0.0, None) ** 2
        both = np.sqrt(np.concatenate([factor, factor]))
        if np.count_nonzero(factor) < columns.shape[1]:
            break
        held = np.linalg.lstsq(columns * both[:, None], target * both, rcond=1e-6)[0]
    rest = target - columns @ held
    away = np.hypot(rest[:tiles], rest[tiles:])
    near = np.sort(away[weight > 0])
    return held, float(near[: max(1, int(0.6 * len(near)))].mean()) if len(near) else scale


# ---------------------------------------------------------------- small things


def _after(now: Matrix, step: Matrix) -> Matrix:
    """The map that does `step` first and then `now`."""
    a, b, c, d, e, f = now
    g, h, i, j, k, m = step
    return (
        a * g + b * j,
        a * h + b * k,
        a * i + b * m + c,
        d * g + e * j,
        d * h + e * k,
        d * i + e * m + f,
    )


def _inside(
    corners: NDArray[np.int32], side: int, matrix: Matrix, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Tiles whose content still lies within the result."""
    import numpy as np

    a, b, c, d, e, f = matrix
    kept = np.ones(len(corners), bool)
    for dx, dy in ((0, 0), (side - 1, 0), (0, side - 1), (side - 1, side - 1)):
        x, y = corners[:, 0] + dx, corners[:, 1] + dy
        u, v = a * x + b * y + c, d * x + e * y + f
        room = 0.1 * side
        kept &= (u > -room) & (v > -room) & (u < size[0] - 1 + room) & (v < size[1] - 1 + room)
    return kept


def _plausible(found: Alignment) -> bool:
    shift = max(abs(one) for one in found.shift_px)
    return (
        shift <= _MOST_SHIFT * max(found.width, found.height)
        and abs(found.zoom - 1) <= _MOST_ZOOM
        and abs(found.turn_degrees) <= _MOST_TURN_DEGREES
    )


def _tile_side(width: int, height: int) -> int:
    shorter = min(width, height)
    return 128 if shorter >= 300 else 64 if shorter >= 120 else 32


def _same(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    import numpy as np

    return bool(np.array_equal(first, second))
