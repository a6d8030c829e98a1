"""Before and after in one place, with a line between them that can be moved.

The line's position is a share of the visible part of the picture, so that it is always in sight.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.canvas_view import CANVAS_INSETS
from kontext_studio.gui.canvas.overlays import (
    PLATE_MARGIN,
    Plate,
    paint_line,
    paint_plate,
    plate_size,
)
from kontext_studio.gui.canvas.picture_painter import KeptFrame, Look, paint_picture
from kontext_studio.gui.canvas.picture_view import PictureView
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.viewport import Viewport
from kontext_studio.gui.canvas.wipe_handle import HANDLE_PX, WipeHandle
from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_GRAB_PX = 8
_PLATE_SHARE = 0.3
_LEAST_PLATE_PX = 160.0


@dataclass(frozen=True, slots=True, eq=False)
class WipeSide:
    """One side: its picture and the title on its plate ("Original", "Deep forest green")."""

    pyramid: Pyramid
    title: str


class WipeView(PictureView):
    """The line is dragged anywhere along it, set by a click, or moved by the handle's keys."""

    wipe_moved = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("wipeView")
        self._before: WipeSide | None = None
        self._after: WipeSide | None = None
        self._fraction = 0.5
        self._fraction_before_click = 0.5
        self._upright = True
        self._only_before = False
        self._wiping = False
        self._frames = (KeptFrame(), KeptFrame())
        self._handle = WipeHandle(theme, self)
        self._handle.percent_asked.connect(self._take_percent)
        self.set_fit_insets(CANVAS_INSETS)
        self._after_view_change()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._handle.set_theme(theme)

    def set_sides(self, before: WipeSide | None, after: WipeSide | None) -> None:
        """The two pictures; both or none. Zoom, position and line stay."""
        self._before, self._after = before, after
        if after is None:
            self._take_picture_size(None, keep_view=False)
        else:
            self._take_picture_size((after.pyramid.width, after.pyramid.height), keep_view=True)
        self._after_view_change()

    def set_fraction(self, fraction: float) -> None:
        """0.0 shows only the after picture, 1.0 only the before picture."""
        fraction = min(1.0, max(0.0, fraction))
        if fraction != self._fraction:
            self._fraction = fraction
            self._after_view_change()
            self.update()
            self.wipe_moved.emit(fraction)

    @property
    def fraction(self) -> float:
        return self._fraction

    def set_orientation(self, line: Qt.Orientation) -> None:
        """The direction of the line: Vertical has before on the left, Horizontal above."""
        self._upright = line is Qt.Orientation.Vertical
        # A slider is named after the way it moves, which is across its line.
        moves = Qt.Orientation.Horizontal if self._upright else Qt.Orientation.Vertical
        self._handle.setOrientation(moves)
        self._after_view_change()
        self.update()

    def show_only_before(self, shown: bool) -> None:
        """While a key or button is held: the before picture alone, without the line."""
        if shown != self._only_before:
            self._only_before = shown
            self._handle.setVisible(not shown and self._after is not None)
            self.update()

    # -- painting -----------------------------------------------------------------------------

    def _paint_pictures(self, painter: QPainter, viewport: Viewport, look: Look) -> None:
        if self._before is None or self._after is None:
            return
        size = self._physical_size()
        whole = QRect(0, 0, size.width(), size.height())
        cut = round(self._line_at() * self.devicePixelRatioF())
        first, second = QRect(whole), QRect(whole)
        if self._only_before:
            second = QRect()
        elif self._upright:
            first.setWidth(cut)
            second.setLeft(cut)
        else:
            first.setHeight(cut)
            second.setTop(cut)
        sides = (self._before, self._after)
        for side, part, frame in zip(sides, (first, second), self._frames, strict=True):
            if part.isEmpty():
                continue
            pyramid = side.pyramid
            placed = viewport.with_picture(pyramid.width, pyramid.height).placement
            if self._in_motion:
                paint_picture(painter, pyramid, placed, part, look, in_motion=True)
            else:
                frame.paint(painter, pyramid, placed, size, look, part)

    def _paint_overlay(self, painter: QPainter) -> None:
        if self._before is None or self._after is None or self._viewport is None:
            return
        if not self._only_before:
            paint_line(painter, self._theme, self._line())
        if self._wiping:  # what is being compared may lie under them
            return
        self._paint_plate(painter, self._plate("Before", self._before.title), leading=True)
        if not self._only_before:
            self._paint_plate(painter, self._plate("After", self._after.title), leading=False)

    def _plate(self, side: str, title: str) -> Plate:
        """A long title is cut, so that the plate leaves most of the picture free."""
        room = max(_LEAST_PLATE_PX, self._visible().width() * _PLATE_SHARE)
        rest = plate_size(self._theme, Plate(side, " ")).width()
        return Plate(side, elided(title, type_font(self._theme, "small"), room - rest))

    def _paint_plate(self, painter: QPainter, plate: Plate, *, leading: bool) -> None:
        """In the outer corner of its side; not at all where its side is too small for it."""
        visible = self._visible()
        size = plate_size(self._theme, plate)
        box = QRectF(visible.topLeft() + QPointF(PLATE_MARGIN, PLATE_MARGIN), size)
        line = self._line_at()
        if self._only_before:
            fits = True
        elif self._upright:
            room = line - visible.left() if leading else visible.right() - line
            fits = room >= size.width() + 2 * PLATE_MARGIN
            if not leading:
                box.moveRight(visible.right() - PLATE_MARGIN)
        else:
            room = line - visible.top() if leading else visible.bottom() - line
            fits = room >= size.height() + 2 * PLATE_MARGIN
            if not leading:
                box.moveBottom(visible.bottom() - PLATE_MARGIN)
        if fits:
            paint_plate(painter, self._theme, box.topLeft(), plate)

    # -- where things are ---------------------------------------------------------------------

    def _visible(self) -> QRectF:
        if self._viewport is None:
            return QRectF(self.rect())
        return QRectF(*self._viewport.picture_rect()) & QRectF(self.rect())

    def _line_at(self) -> float:
        visible = self._visible()
        if self._upright:
            return visible.left() + self._fraction * visible.width()
        return visible.top() + self._fraction * visible.height()

    def _line(self) -> QLineF:
        visible, at = self._visible(), self._line_at()
        if self._upright:
            return QLineF(at, visible.top(), at, visible.bottom())
        return QLineF(visible.left(), at, visible.right(), at)

    def _fraction_at(self, point: QPointF) -> float:
        visible = self._visible()
        if self._upright:
            return (point.x() - visible.left()) / max(1.0, visible.width())
        return (point.y() - visible.top()) / max(1.0, visible.height())

    def _is_on_line(self, point: QPointF) -> bool:
        if self._after is None:
            return False
        across = point.x() if self._upright else point.y()
        if abs(across - self._line_at()) <= _GRAB_PX and self._visible().contains(point):
            return True
        away = point - QPointF(self._handle.geometry().center())
        return away.x() ** 2 + away.y() ** 2 <= (HANDLE_PX / 2) ** 2

    def _pyramid_at(self, point: QPointF) -> Pyramid | None:
        across = point.x() if self._upright else point.y()
        side = self._before if across < self._line_at() or self._only_before else self._after
        return side.pyramid if side else None

    def _after_view_change(self) -> None:
        shown = self._after is not None and self._before is not None
        self._handle.setVisible(shown and not self._only_before)
        if not shown or self._before is None or self._after is None or self._viewport is None:
            self.setAccessibleName("Before and after, empty")
            return
        titles = f"before {self._before.title}, after {self._after.title}"
        self.setAccessibleName(f"Before and after, {titles}, {self._viewport.percent} percent")
        self._handle.setAccessibleName(f"Wipe position, {titles}")
        self._handle.set_percent(round(self._fraction * 100))
        middle = self._line().center()
        half = self._handle.width() / 2
        self._handle.move(round(middle.x() - half), round(middle.y() - half))

    def _forget_frames(self) -> None:
        for frame in self._frames:
            frame.forget()

    # -- the line under the pointer -----------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        if left and not self._space_held and self._is_on_line(event.position()):
            self._wiping = True
            self._fraction_before_click = self._fraction
            self._handle.setFocus(Qt.FocusReason.MouseFocusReason)
            self.drag_started.emit()
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._wiping:
            self.set_fraction(self._fraction_at(event.position()))
            return
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._point_at_line(self._is_on_line(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._wiping:
            self._wiping = False
            self.update()
            self.drag_ended.emit()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The first click of the pair has moved the line; the pair means something else.
        self.set_fraction(self._fraction_before_click)
        super().mouseDoubleClickEvent(event)

    def _clicked(self, point: QPointF) -> None:
        if self._after is not None and self._visible().contains(point):
            self._fraction_before_click = self._fraction
            self.set_fraction(self._fraction_at(point))

    def _left_pans(self) -> bool:
        return True  # a click sets the line, so the left button is taken with any tool

    def _point_at_line(self, over: bool) -> None:
        if over:
            shapes = Qt.CursorShape
            self.setCursor(shapes.SplitHCursor if self._upright else shapes.SplitVCursor)
        else:
            self._update_cursor()

    def _take_percent(self, percent: int) -> None:
        self.set_fraction(percent / 100)
