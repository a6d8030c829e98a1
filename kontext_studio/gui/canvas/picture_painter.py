"""Draws a pyramid through a placement, and keeps the drawn frame so that a pan only moves it.

All coordinates here are physical pixels. It is the one place where picture pixels reach the screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap, QRegion

from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.viewport import NEAREST_FROM_ZOOM, Placement
from kontext_studio.gui.theme.tokens import Theme

# Bilinear sampling looks one pixel beyond; one more keeps strips and whole frames alike.
_SOURCE_MARGIN_PX = 2
_SAME_SCALE = 1e-9
_WHOLE = 1e-3
# In motion the level that is nearest in size, not the next larger one: half the pixels to read, and
# without smoothing less shimmer than from every second pixel.
_NEAREST_LEVEL = math.sqrt(0.5)
# A frame is so much larger than its view on each side.
_FRAME_MARGIN_PX = 64


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What lies behind the picture: the surround, and the checker under transparent parts."""

    surround: QColor
    checker: QBrush

    @staticmethod
    def of(theme: Theme, surround: QColor, device_pixel_ratio: float) -> Look:
        side = max(1, round(theme.length("canvas.checker") * device_pixel_ratio))
        tile = QPixmap(2 * side, 2 * side)
        tile.fill(theme.colour("canvas.checker.a"))
        with QPainter(tile) as painter:
            painter.fillRect(side, 0, side, side, theme.colour("canvas.checker.b"))
            painter.fillRect(0, side, side, side, theme.colour("canvas.checker.b"))
        return Look(surround, QBrush(tile))


def paint_picture(
    painter: QPainter,
    pyramid: Pyramid,
    placed: Placement,
    part: QRect,
    look: Look,
    *,
    in_motion: bool = False,
) -> None:
    """Fill `part` of a view with picture and surround. In motion, speed goes before smoothness."""
    covered = _covered(placed)
    # The outermost pixels too: where the edge runs through a pixel's middle, Qt may not draw it.
    inside = covered.adjusted(1, 1, -1, -1)
    for bare in rectangles(QRegion(part).subtracted(QRegion(inside))):
        painter.fillRect(bare, look.surround)
    visible = part & covered
    if visible.isEmpty():
        return
    painter.save()
    painter.setClipRect(visible, Qt.ClipOperation.IntersectClip)
    if pyramid.has_transparency:
        painter.setBrushOrigin(covered.topLeft())
        painter.fillRect(visible, look.checker)
    _paint_level(painter, pyramid, placed, visible, in_motion=in_motion)
    painter.restore()


def paint_over(
    painter: QPainter,
    pyramid: Pyramid,
    placed: Placement,
    part: QRect,
    opacity: float,
    *,
    in_motion: bool = False,
) -> None:
    """Lay a picture, which may have clear parts, over what `part` of a view shows."""
    visible = part & _covered(placed)
    if visible.isEmpty() or opacity <= 0:
        return
    painter.save()
    painter.setClipRect(visible, Qt.ClipOperation.IntersectClip)
    painter.setOpacity(opacity)
    _paint_level(painter, pyramid, placed, visible, in_motion=in_motion)
    painter.restore()


def _covered(placed: Placement) -> QRect:
    """The pixels whose middle lies in the picture, at least one."""
    left, top = _nearest(placed.left), _nearest(placed.top)
    right, bottom = _nearest(placed.left + placed.width), _nearest(placed.top + placed.height)
    return QRect(left, top, max(1, right - left), max(1, bottom - top))


def _nearest(length: float) -> int:
    # Not round(), which takes halves to even numbers: a pan by one pixel must move by one.
    return math.floor(length + 0.5 + _SAME_SCALE)


def needs_smoothing(pyramid: Pyramid, zoom: float, scale: float) -> bool:
    """Never where pixels are meant to be seen as squares, or where they fall on the grid."""
    if abs(scale - 1.0) < _SAME_SCALE:
        return False
    return zoom < NEAREST_FROM_ZOOM or not pyramid.is_exact


def _paint_level(
    painter: QPainter, pyramid: Pyramid, placed: Placement, visible: QRect, *, in_motion: bool
) -> None:
    """The visible part of the fitting level, cut at whole source pixels so that strips join."""
    level = pyramid.level_for(placed.zoom * (_NEAREST_LEVEL if in_motion else 1.0))
    scale_x, scale_y = placed.zoom * level.step_x, placed.zoom * level.step_y
    source = QRectF(
        (visible.x() - placed.left) / scale_x,
        (visible.y() - placed.top) / scale_y,
        visible.width() / scale_x,
        visible.height() / scale_y,
    ).toAlignedRect()
    margin = _SOURCE_MARGIN_PX
    source = source.adjusted(-margin, -margin, margin, margin) & level.image.rect()
    target = QRectF(
        placed.left + source.x() * scale_x,
        placed.top + source.y() * scale_y,
        source.width() * scale_x,
        source.height() * scale_y,
    )
    smooth = not in_motion and needs_smoothing(pyramid, placed.zoom, scale_x)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(target, level.image, QRectF(source))


class KeptFrame:
    """The last drawn frame of one picture, with a margin around the view.

    A pan shows another part of it; when the margin is used up, the frame is moved and only the
    bare strips are drawn.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._pyramid: Pyramid | None = None
        self._look: Look | None = None
        self._placed: Placement | None = None  # within the frame, not within the view
        self.whole_paints = 0  # for tests and the bench: what the pans have cost
        self.strip_paints = 0

    def paint(
        self,
        painter: QPainter,
        pyramid: Pyramid,
        placed: Placement,
        size: QSize,
        look: Look,
        part: QRect | None = None,
    ) -> None:
        """Bring the frame up to date and draw `part` of the view from it, or all of it."""
        drawn = self._update(pyramid, placed, size, look)
        shift = QPoint(round(drawn.left - placed.left), round(drawn.top - placed.top))
        target = QRect(QPoint(0, 0), size) if part is None else part
        painter.drawPixmap(target.topLeft(), self._pixmap, target.translated(shift))

    def forget(self) -> None:
        """Let the pixels go, for a view that is not shown."""
        self._pixmap = QPixmap()
        self._pyramid = self._look = self._placed = None

    def _update(self, pyramid: Pyramid, placed: Placement, size: QSize, look: Look) -> Placement:
        """Where the picture lies in the frame, after drawing what the view needs and lacks."""
        margin = _FRAME_MARGIN_PX
        room = size + QSize(2 * margin, 2 * margin)
        before = self._placed
        same = (
            before is not None
            and self._pyramid is pyramid
            and self._look is look
            and self._pixmap.size() == room
            and before.zoom == placed.zoom
            and _apart_by_whole_pixels(before, placed)
        )
        if same and before is not None:
            used_x, used_y = round(before.left - placed.left), round(before.top - placed.top)
            if 0 <= used_x <= 2 * margin and 0 <= used_y <= 2 * margin:
                return before
        drawn = replace(placed, left=placed.left + margin, top=placed.top + margin)
        bare = QRegion(QRect(QPoint(0, 0), room))
        if self._pixmap.size() != room:
            self._pixmap = QPixmap(room)
        if same and before is not None:
            dx, dy = round(drawn.left - before.left), round(drawn.top - before.top)
            near = abs(dx) < room.width() and abs(dy) < room.height()
            if near and _strips_join(pyramid, placed):
                self._pixmap.scroll(dx, dy, self._pixmap.rect())
                bare = bare.subtracted(bare.translated(dx, dy))
                self.strip_paints += 1
        if bare.rectCount() == 1 and bare.boundingRect().size() == room:
            self.whole_paints += 1
        with QPainter(self._pixmap) as painter:
            for rect in rectangles(bare):
                paint_picture(painter, pyramid, drawn, rect, look)
        self._pyramid, self._look, self._placed = pyramid, look, drawn
        return drawn


def rectangles(region: QRegion) -> Iterator[QRect]:
    """The rectangles that a region is made of."""
    # The stubs of PySide6 6.11 do not know that a region can be walked.
    yield from cast("Iterable[QRect]", region)


def _apart_by_whole_pixels(first: Placement, second: Placement) -> bool:
    dx, dy = first.left - second.left, first.top - second.top
    return abs(dx - round(dx)) < _WHOLE and abs(dy - round(dy)) < _WHOLE


def _strips_join(pyramid: Pyramid, placed: Placement) -> bool:
    """Whether a strip continues a frame exactly.

    Nearest neighbour at a broken zoom does not: Qt rounds the target rectangle, so that squares in
    a strip may be one pixel off. Whole frames are cheap there.
    """
    squares = placed.zoom >= NEAREST_FROM_ZOOM and pyramid.is_exact
    return not squares or abs(placed.zoom - round(placed.zoom)) < _SAME_SCALE


def physical_size(size: QSize, device_pixel_ratio: float) -> QSize:
    """The view's size on the physical grid, rounded up so that no edge stays bare."""
    return QSize(
        math.ceil(size.width() * device_pixel_ratio - 1e-6),
        math.ceil(size.height() * device_pixel_ratio - 1e-6),
    )
