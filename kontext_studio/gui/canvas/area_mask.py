"""The area that may change, as a mask that is painted: strokes, shapes, undo. Knows no widget.

Coordinates are pixels of the picture, with a pixel's middle at a half. What is written is always
whole pixels, in or out: softness is the feather's, which is applied when pictures are joined.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.gui.canvas.area_shapes import spans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Point = tuple[float, float]

FREE = 255
"""The value of a pixel that may change; all others are 0."""

UNDO_BYTES = 32 * 1024 * 1024
"""So much is kept to take strokes back; the oldest go first."""

_BANDS, _LEAST_BAND_PX = 10, 16
_FRACTION_BITS = 4  # OpenCV takes coordinates as whole numbers with so many bits for the fraction


@dataclass(frozen=True, slots=True)
class PixelRect:
    """Whole pixels; `right` and `bottom` lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def united(self, other: PixelRect) -> PixelRect:
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return PixelRect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, width: int, height: int) -> PixelRect:
        """The part that lies in a picture of that size."""
        return PixelRect(
            min(max(self.left, 0), width),
            min(max(self.top, 0), height),
            max(min(self.right, width), 0),
            max(min(self.bottom, height), 0),
        )


NOWHERE = PixelRect(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Step:
    """What an act turned over: one bit for each pixel of `rect`."""

    rect: PixelRect
    flipped: bytes


class AreaMask:
    """`pixels` (height, width) holds FREE where the picture may change. Drawing shows at once and
    becomes one step of undo with `commit`; every method tells the pixels it has touched."""

    def __init__(self, width: int, height: int, pixels: Pixels | None = None) -> None:
        import numpy as np

        self.pixels: Pixels = np.zeros((height, width), np.uint8)
        if pixels is not None:
            if pixels.shape != (height, width):
                raise ValueError("a mask is as large as the picture it belongs to")
            self.pixels[pixels > FREE // 2] = FREE
        self._committed = self.pixels.copy()
        self._touched = NOWHERE
        self._done: deque[_Step] = deque()
        self._undone: list[_Step] = []
        self._kept_bytes = 0

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def whole(self) -> PixelRect:
        return PixelRect(0, 0, self.width, self.height)

    @property
    def share(self) -> float:
        """The share of the picture that may change, 0 to 1."""
        import numpy as np

        return float(np.count_nonzero(self.pixels) / self.pixels.size)

    @property
    def is_empty(self) -> bool:
        return not self.pixels.any()

    # -- drawing ------------------------------------------------------------------------------

    def stroke(
        self, start: Point, end: Point, size_px: float, *, adds: bool
    ) -> tuple[PixelRect, ...]:
        """A straight piece of a stroke with round ends, `size_px` wide. Tells where it changed
        something, in bands: of a large brush that moves a little that is a thin crescent."""
        rect = _around((start, end), size_px / 2 + 1).within(self.width, self.height)
        if rect.is_empty:
            return ()
        value = FREE if adds else 0
        first, last = spans(start, end, size_px, rect.top, rect.bottom)
        first, last = first.clip(0, self.width), last.clip(0, self.width)
        rows = self.pixels[rect.top : rect.bottom]
        before = rows[:, rect.left : rect.right].copy()
        # Row by row: with a large brush several times faster than a mask of the whole.
        for row, left, right in zip(rows, first.tolist(), last.tolist(), strict=True):
            row[left:right] = value
        changed = _changed_bands(before != rows[:, rect.left : rect.right], rect)
        for band in changed:
            self._touch(band)
        return changed

    def polygon(self, points: Sequence[Point], *, adds: bool) -> PixelRect:
        """The inside of a line that closes itself; where it crosses itself everything it goes
        around counts."""
        import cv2
        import numpy as np

        if len(points) < 3:
            return NOWHERE
        rect = _around(points, 1).within(self.width, self.height)
        if not rect.is_empty:
            line = np.array([_fixed(point) for point in points], np.int32)
            inside = np.zeros((rect.height, rect.width), np.uint8)
            shift = np.array([rect.left, rect.top], np.int32) << _FRACTION_BITS
            cv2.fillPoly(inside, [line - shift], 1, cv2.LINE_8, _FRACTION_BITS)
            _fill_holes(inside)
            part = self.pixels[rect.top : rect.bottom, rect.left : rect.right]
            part[inside > 0] = FREE if adds else 0
        return self._touch(rect)

    def box(self, box: PixelRect, *, adds: bool) -> PixelRect:
        rect = box.within(self.width, self.height)
        self.pixels[rect.top : rect.bottom, rect.left : rect.right] = FREE if adds else 0
        return self._touch(rect)

    def invert(self) -> PixelRect:
        import numpy as np

        np.bitwise_xor(self.pixels, FREE, out=self.pixels)
        return self._touch(self.whole)

    def clear(self) -> PixelRect:
        self.pixels[:] = 0
        return self._touch(self.whole)

    def fill_with(self, pixels: Pixels) -> PixelRect:
        """Another mask of this size in place of this one, as one act."""
        self.pixels[:] = 0
        self.pixels[pixels > 0] = FREE
        return self._touch(self.whole)

    # -- steps --------------------------------------------------------------------------------

    def commit(self) -> bool:
        """What was drawn since the last time is one act from now on; False where it changed
        nothing."""
        step = self._flips()
        self._touched = NOWHERE
        if step is None:
            return False
        self._settle(step.rect)
        self._undone.clear()
        self._done.append(step)
        self._kept_bytes += len(step.flipped)
        while self._kept_bytes > UNDO_BYTES and len(self._done) > 1:
            self._kept_bytes -= len(self._done.popleft().flipped)
        return True

    def revert(self) -> PixelRect:
        """Drop what was drawn since the last commit."""
        rect, self._touched = self._touched, NOWHERE
        part = (slice(rect.top, rect.bottom), slice(rect.left, rect.right))
        self.pixels[part] = self._committed[part]
        return rect

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> PixelRect:
        """Take the last act back; nothing may be half drawn."""
        if not self._done:
            return NOWHERE
        step = self._done.pop()
        self._kept_bytes -= len(step.flipped)
        self._undone.append(step)
        return self._flip(step)

    def redo(self) -> PixelRect:
        if not self._undone:
            return NOWHERE
        step = self._undone.pop()
        self._kept_bytes += len(step.flipped)
        self._done.append(step)
        return self._flip(step)

    # -- inside -------------------------------------------------------------------------------

    def _touch(self, rect: PixelRect) -> PixelRect:
        self._touched = self._touched.united(rect)
        return rect

    def _flips(self) -> _Step | None:
        import numpy as np

        rect = self._touched
        if rect.is_empty:
            return None
        part = (slice(rect.top, rect.bottom), slice(rect.left, rect.right))
        flipped = self.pixels[part] != self._committed[part]
        if not flipped.any():
            return None
        return _Step(rect, np.packbits(flipped).tobytes())

    def _flip(self, step: _Step) -> PixelRect:
        import numpy as np

        rect = step.rect
        packed = np.frombuffer(step.flipped, np.uint8)
        bits = np.unpackbits(packed, count=rect.width * rect.height)
        part = self.pixels[rect.top : rect.bottom, rect.left : rect.right]
        part ^= bits.reshape(rect.height, rect.width) * np.uint8(FREE)
        self._settle(rect)
        return rect

    def _settle(self, rect: PixelRect) -> None:
        part = (slice(rect.top, rect.bottom), slice(rect.left, rect.right))
        self._committed[part] = self.pixels[part]


def _changed_bands(changed: NDArray[np.bool_], rect: PixelRect) -> tuple[PixelRect, ...]:
    """Where something is set, cut into bands that lie in `rect`."""
    import numpy as np

    high = max(_LEAST_BAND_PX, -(-rect.height // _BANDS))
    bands = []
    for top in range(0, rect.height, high):
        columns = np.flatnonzero(changed[top : top + high].any(axis=0))
        if len(columns):
            left, right = rect.left + int(columns[0]), rect.left + int(columns[-1]) + 1
            bottom = min(rect.bottom, rect.top + top + high)
            bands.append(PixelRect(left, rect.top + top, right, bottom))
    return tuple(bands)


def _around(points: Sequence[Point], reach: float) -> PixelRect:
    across, down = [x for x, _ in points], [y for _, y in points]
    return PixelRect(
        math.floor(min(across) - reach),
        math.floor(min(down) - reach),
        math.ceil(max(across) + reach) + 1,
        math.ceil(max(down) + reach) + 1,
    )


def _fixed(point: Point) -> tuple[int, int]:
    """As OpenCV counts: a pixel's middle is a whole number there."""
    one = 1 << _FRACTION_BITS
    return round((point[0] - 0.5) * one), round((point[1] - 0.5) * one)


def _fill_holes(inside: Pixels) -> None:
    """An even-odd fill leaves out what a line goes around twice; nobody who draws it means that."""
    import cv2

    outlines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(inside, outlines, -1, 1, cv2.FILLED)
