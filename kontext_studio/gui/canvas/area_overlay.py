"""What stays as it is, shown over a picture: dimmed and hatched, with a dashed outline.

Drawn once at the resolution of the screen and kept: a stroke redraws what it touched, a pan moves
it and draws the bare strips. Dashes and hatch lie still on the picture. Knows no gesture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from kontext_studio.gui.canvas.area_mask import PixelRect
from kontext_studio.gui.canvas.picture_painter import rectangles
from kontext_studio.gui.canvas.viewport import Placement
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Inks = NDArray[np.uint32]

_HATCH_PX = 11
_DASH_PX = 5
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class OverlayInks:
    """The colours of the overlay, as premultiplied ARGB, and a device independent pixel's width."""

    dim: int
    hatch: int
    dark: int
    light: int
    unit: int

    @staticmethod
    def of(theme: Theme, device_pixel_ratio: float) -> OverlayInks:
        dim, hatch = theme.colour("protect.dim"), theme.colour("protect.hatch")
        return OverlayInks(
            _premultiplied(dim),
            _premultiplied(dim, hatch),
            _premultiplied(theme.colour("overlay.outline.dark")),
            _premultiplied(theme.colour("overlay.outline.light")),
            max(1, round(device_pixel_ratio)),
        )

    @property
    def reach(self) -> int:
        """So far from the edge of the area something is drawn, in physical pixels."""
        return 4 * self.unit


def _premultiplied(*inks: QColor) -> int:
    """What they make over one another."""
    dot = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    dot.fill(0)
    with QPainter(dot) as painter:
        for ink in inks:
            painter.fillRect(0, 0, 1, 1, ink)
    return int.from_bytes(bytes(dot.constBits()[:4]), "little")


def draw_overlay(mask: Pixels, placed: Placement, rect: QRect, inks: OverlayInks) -> Inks:
    """The overlay of `rect`, in physical pixels of the view, over a picture placed there; the mask
    may have another size than the picture."""
    import numpy as np

    reach, unit = inks.reach, inks.unit
    columns, inside_x = _sampled(
        rect.left(), rect.width(), reach, placed.left, placed.width, mask.shape[1]
    )
    rows, inside_y = _sampled(
        rect.top(), rect.height(), reach, placed.top, placed.height, mask.shape[0]
    )
    first = int(columns[0])
    free = mask[:, first : int(columns[-1]) + 1].take(rows, axis=0).take(columns - first, axis=1)
    # Beyond the picture nothing may change: an area that reaches its border is outlined there too.
    free[~inside_y] = 0
    free[:, ~inside_x] = 0
    out = np.zeros((rect.height(), rect.width()), np.uint32)
    own = (slice(reach, -reach), slice(reach, -reach))
    across = np.arange(rect.left(), rect.right() + 1) - math.floor(placed.left)
    down = np.arange(rect.top(), rect.bottom() + 1) - math.floor(placed.top)
    # 1. What is protected, with lines that rise to the right.
    period = _HATCH_PX * unit
    tile = np.full(period, inks.dim, np.uint32)
    tile[:unit] = inks.hatch
    longer = np.resize(tile, len(across) + period)
    starts = (down + int(across[0])) % period
    lines = np.lib.stride_tricks.sliding_window_view(longer, len(across))[starts]
    protected = free[own] == 0
    np.copyto(out, lines, where=protected)
    # 2. The outline: dark and wider under light dashes, half of each on either side.
    if free.any() and not free.all():
        _draw_outline(out, free, across, down, inks)
    out[~inside_y[own[0]]] = 0
    out[:, ~inside_x[own[1]]] = 0
    return out


def _draw_outline(
    out: Inks, free: Pixels, across: NDArray[np.intp], down: NDArray[np.intp], inks: OverlayInks
) -> None:
    """Only where there is an edge: what is beside it costs nothing."""
    import numpy as np

    reach, unit = inks.reach, inks.unit
    wide = _edge(free, 2 * unit)[reach:-reach, reach:-reach]
    rows = np.flatnonzero(wide.any(axis=1))
    if not len(rows):
        return
    columns = np.flatnonzero(wide.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    row, column = np.nonzero(wide[top : rows[-1] + 1, left : columns[-1] + 1])
    row, column = row + top, column + left
    out[row, column] = inks.dark
    near = _edge(free, unit)[reach:-reach, reach:-reach][row, column] > 0
    row, column = row[near], column[near]
    # Which way the edge runs there decides along which axis its dashes are counted.
    y, x = row + reach, column + reach
    lies, stands = np.zeros(len(x), np.int16), np.zeros(len(x), np.int16)
    for side in range(-2, 3):
        for away in (1, 2):
            lies += free[y + away, x + side] != 0
            lies -= free[y - away, x + side] != 0
            stands += free[y + side, x + away] != 0
            stands -= free[y + side, x - away] != 0
    dash = 2 * _DASH_PX * unit
    place = np.where(np.abs(lies) >= np.abs(stands), across[column], down[row])
    lit = place % dash < _DASH_PX * unit
    out[row[lit], column[lit]] = inks.light


def _sampled(
    start: int, count: int, reach: int, left: float, length: float, pixels: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Which mask pixel lies under the middle of each physical pixel, and whether one does."""
    import numpy as np

    at = np.arange(start - reach, start + count + reach) + 0.5
    place = np.floor((at - left) * (pixels / length) + _SAME)
    inside = (place >= 0) & (place < pixels)
    return np.clip(place, 0, pixels - 1).astype(np.intp), inside


def _edge(free: Pixels, reach: int) -> Pixels:
    """Everything so near to the edge of the area."""
    import cv2
    import numpy as np

    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    edge: Pixels = cv2.morphologyEx(free, cv2.MORPH_GRADIENT, around).astype(np.uint8, copy=False)
    return edge


class AreaOverlay:
    """The kept drawing of one mask in one view."""

    def __init__(self) -> None:
        self._image = QImage()
        self._drawn: Inks | None = None
        self._placed: Placement | None = None
        self._inks: OverlayInks | None = None
        self.drawn_pixels = 0  # for tests and the bench: what the strokes have cost

    def forget(self) -> None:
        """Draw everything anew: another mask, another theme, a view that was hidden."""
        self._placed = None

    def touch(self, mask: Pixels, rect: PixelRect) -> QRect:
        """Pixels of the mask have changed; answers where the view has to be painted again."""
        placed, inks = self._placed, self._inks
        if placed is None or inks is None or rect.is_empty:
            return QRect()
        spread = inks.reach
        scale_x, scale_y = placed.width / mask.shape[1], placed.height / mask.shape[0]
        left = math.floor(placed.left + rect.left * scale_x) - spread
        top = math.floor(placed.top + rect.top * scale_y) - spread
        right = math.ceil(placed.left + rect.right * scale_x) + spread
        bottom = math.ceil(placed.top + rect.bottom * scale_y) + spread
        seen = QRect(left, top, right - left, bottom - top) & self._image.rect()
        self._draw(mask, seen)
        return seen

    def paint(
        self, painter: QPainter, mask: Pixels, placed: Placement, size: QSize, inks: OverlayInks
    ) -> None:
        """On the physical pixel grid; only the painter's clip is copied."""
        self._update(mask, placed, size, inks)
        painter.drawImage(0, 0, self._image)

    def _update(self, mask: Pixels, placed: Placement, size: QSize, inks: OverlayInks) -> None:
        before = self._placed
        if before == placed and self._image.size() == size and self._inks == inks:
            return
        whole = QRect(0, 0, size.width(), size.height())
        bare = QRegion(whole)
        dx, dy = 0, 0
        if self._image.size() != size:
            self._make(size)
        elif before is not None and self._inks == inks and _moved_only(before, placed):
            dx, dy = round(placed.left - before.left), round(placed.top - before.top)
            if abs(dx) < size.width() and abs(dy) < size.height():
                self._scroll(dx, dy)
                bare = bare.subtracted(QRegion(whole.translated(dx, dy)))
        self._placed, self._inks = placed, inks
        for rect in rectangles(bare):
            self._draw(mask, rect)

    def _make(self, size: QSize) -> None:
        import numpy as np

        self._image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        pixels = np.frombuffer(self._image.bits(), np.uint32)
        self._drawn = pixels.reshape(size.height(), size.width())

    def _scroll(self, dx: int, dy: int) -> None:
        drawn = self._drawn
        if drawn is None or (dx == 0 and dy == 0):
            return
        height, width = drawn.shape
        source = drawn[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)]
        drawn[max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)] = source.copy()

    def _draw(self, mask: Pixels, rect: QRect) -> None:
        if self._drawn is None or self._placed is None or self._inks is None or rect.isEmpty():
            return
        part = (
            slice(rect.top(), rect.top() + rect.height()),
            slice(rect.left(), rect.left() + rect.width()),
        )
        self._drawn[part] = draw_overlay(mask, self._placed, rect, self._inks)
        self.drawn_pixels += rect.width() * rect.height()


def _moved_only(before: Placement, after: Placement) -> bool:
    """By whole pixels, at the same size: then what was drawn is right at its new place."""
    dx, dy = after.left - before.left, after.top - before.top
    whole = abs(dx - round(dx)) < _SAME and abs(dy - round(dy)) < _SAME
    return whole and before.zoom == after.zoom and before.width == after.width
