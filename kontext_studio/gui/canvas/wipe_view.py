"""Before and after in one place: with a line between them that can be moved, one laid over the
other, or one at a time.

The line's position is a share of the visible part of the picture, so that it is always in sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.canvas_view import CANVAS_INSETS
from kontext_studio.gui.canvas.compare_heat import Heat, legend_box, paint_legend
from kontext_studio.gui.canvas.compare_slider import MixSlider
from kontext_studio.gui.canvas.overlays import (
    PLATE_HEIGHT,
    PLATE_MARGIN,
    Plate,
    paint_line,
    paint_plate,
    plate_size,
)
from kontext_studio.gui.canvas.picture_painter import KeptFrame, Look, paint_over, paint_picture
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
_BAR_PX = 72


class Manner(Enum):
    """How the two pictures share one place."""

    WIPE = "wipe"
    ONION = "onion"
    FLIP = "flip"


@dataclass(frozen=True, slots=True, eq=False)
class WipeSide:
    """One side: its picture and the title on its plate ("Original", "Deep forest green")."""

    pyramid: Pyramid
    title: str


class WipeView(PictureView):
    """The line is dragged anywhere along it, set by a click, or moved by the handle's keys. Laid
    over each other, a slider mixes the pictures; one at a time, `flip` changes between them."""

    wipe_moved = Signal(float)
    mix_changed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("wipeView")
        self._before: WipeSide | None = None
        self._after: WipeSide | None = None
        self._fraction = 0.5
        self._fraction_before_click = 0.5
        self._upright = True
        self._manner = Manner.WIPE
        self._mix = 0.5
        self._flipped = False
        self._only_before = False
        self._heat: Heat | None = None
        self._wiping = False
        self._frames = (KeptFrame(), KeptFrame())
        self._handle = WipeHandle(theme, self)
        self._handle.percent_asked.connect(self._take_percent)
        self._slider = MixSlider(theme, self)
        self._slider.percent_asked.connect(lambda percent: self.set_mix(percent / 100))
        self.set_fit_insets(CANVAS_INSETS)
        self.set_step_words("Drop to see this step as before")
        self._after_view_change()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._handle.set_theme(theme)
        self._slider.set_theme(theme)

    def set_sides(self, before: WipeSide | None, after: WipeSide | None) -> None:
        """The two pictures; both or none. Zoom, position, line and mix stay."""
        self._before, self._after = before, after
        self._heat = None  # it was about other pictures
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

    def set_manner(self, manner: Manner) -> None:
        """With a line, laid over each other, or one at a time."""
        if manner is not self._manner:
            self._manner = manner
            self._flipped = False
            self._after_view_change()
            self.update()

    @property
    def manner(self) -> Manner:
        return self._manner

    def set_mix(self, share: float) -> None:
        """Laid over each other: 0.0 is the before picture alone, 1.0 the after picture."""
        share = min(1.0, max(0.0, share))
        if share != self._mix:
            self._mix = share
            self._after_view_change()
            self.update()
            self.mix_changed.emit(share)

    @property
    def mix(self) -> float:
        return self._mix

    def flip(self) -> None:
        """One at a time: show the other one."""
        self._flipped = not self._flipped
        self._after_view_change()
        self.update()

    @property
    def shows_before_alone(self) -> bool:
        return self._only_before or (self._manner is Manner.FLIP and self._flipped)

    def set_heat(self, heat: Heat | None) -> None:
        """Lay a map of differences over the after picture."""
        if heat is not self._heat:
            self._heat = heat
            self.update()

    @property
    def heat(self) -> Heat | None:
        return self._heat

    @property
    def is_upright(self) -> bool:
        """Whether the line stands, with before on its left; else before is above it."""
        return self._upright

    @property
    def share_of_picture(self) -> float:
        """Where the line lies in the whole picture, 0 to 1, whatever part of it is seen."""
        if self._viewport is None:
            return self._fraction
        left, top, width, height = self._viewport.picture_rect()
        at = self._line_at()
        share = (at - left) / width if self._upright else (at - top) / height
        return min(1.0, max(0.0, share))

    def set_orientation(self, line: Qt.Orientation) -> None:
        """The direction of the line: Vertical has before on the left, Horizontal above."""
        self._upright = line is Qt.Orientation.Vertical
        # A slider is named after the way it moves, which is across its line.
        moves = Qt.Orientation.Horizontal if self._upright else Qt.Orientation.Vertical
        self._handle.setOrientation(moves)
        self._after_view_change()
        self.update()

    def rotate(self) -> None:
        """A line that stood lies down, and the other way round."""
        orientations = Qt.Orientation
        self.set_orientation(orientations.Horizontal if self._upright else orientations.Vertical)

    def show_only_before(self, shown: bool) -> None:
        """While a key or button is held: the before picture alone, without the line."""
        if shown != self._only_before:
            self._only_before = shown
            self._after_view_change()
            self.update()

    # -- painting -----------------------------------------------------------------------------

    def _paint_pictures(self, painter: QPainter, viewport: Viewport, look: Look) -> None:
        if self._before is None or self._after is None:
            return
        size = self._physical_size()
        first, second = self._parts()
        sides = (self._before, self._after)
        for side, part, frame in zip(sides, (first, second), self._frames, strict=True):
            if part.isEmpty():
                continue
            pyramid = side.pyramid
            placed = viewport.with_picture(pyramid.width, pyramid.height).placement
            if self._manner is Manner.ONION and side is self._after:
                moving = self._in_motion
                paint_over(painter, pyramid, placed, part, self._mix, in_motion=moving)
            elif self._in_motion:
                paint_picture(painter, pyramid, placed, part, look, in_motion=True)
            else:
                frame.paint(painter, pyramid, placed, size, look, part)
        if self._heat is not None and not second.isEmpty():
            heat = self._heat.pyramid
            placed = viewport.with_picture(heat.width, heat.height).placement
            strength = self._heat.strength
            paint_over(painter, heat, placed, second, strength, in_motion=self._in_motion)

    def _parts(self) -> tuple[QRect, QRect]:
        """Where before and after are seen, in physical pixels."""
        size = self._physical_size()
        first = QRect(0, 0, size.width(), size.height())
        second = QRect(first)
        if self.shows_before_alone:
            return first, QRect()
        if self._manner is Manner.FLIP:
            return QRect(), second
        if self._manner is Manner.WIPE:
            cut = round(self._line_at() * self.devicePixelRatioF())
            if self._upright:
                first.setWidth(cut)
                second.setLeft(cut)
            else:
                first.setHeight(cut)
                second.setTop(cut)
        return first, second

    def _paint_overlay(self, painter: QPainter) -> None:
        if self._before is None or self._after is None or self._viewport is None:
            return
        alone = self.shows_before_alone
        if not alone and self._manner is Manner.WIPE:
            paint_line(painter, self._theme, self._line())
        if self._wiping:  # what is being compared may lie under them
            return
        if alone or self._manner is not Manner.FLIP:
            self._paint_plate(painter, self._plate("Before", self._before.title), leading=True)
        if not alone:
            leading = self._manner is Manner.FLIP  # in one place, so that the eye rests there
            self._paint_plate(painter, self._plate("After", self._after.title), leading=leading)
        if self._heat is not None and not alone:
            picture = QRectF(*self._viewport.picture_rect())
            box = legend_box(self._theme, picture, QRectF(self.rect()), _BAR_PX)
            paint_legend(painter, self._theme, box, self._heat.clear_below)

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
        if self._manner is not Manner.WIPE or self._only_before:
            fits = True
            if not leading:
                box.moveRight(visible.right() - PLATE_MARGIN)
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
        if self._after is None or self._manner is not Manner.WIPE:
            return False
        across = point.x() if self._upright else point.y()
        if abs(across - self._line_at()) <= _GRAB_PX and self._visible().contains(point):
            return True
        away = point - QPointF(self._handle.geometry().center())
        return away.x() ** 2 + away.y() ** 2 <= (HANDLE_PX / 2) ** 2

    def _pyramid_at(self, point: QPointF) -> Pyramid | None:
        match self._manner:
            case Manner.WIPE:
                across = point.x() if self._upright else point.y()
                first = across < self._line_at()
            case Manner.ONION:
                first = self._mix < 0.5
            case Manner.FLIP:
                first = self._flipped
        side = self._before if first or self._only_before else self._after
        return side.pyramid if side else None

    def _after_view_change(self) -> None:
        shown = self._after is not None and self._before is not None
        aside = not shown or self._only_before
        self._handle.setVisible(not aside and self._manner is Manner.WIPE)
        self._slider.setVisible(not aside and self._manner is Manner.ONION)
        if not shown or self._before is None or self._after is None or self._viewport is None:
            self.setAccessibleName("Before and after, empty")
            return
        titles = f"before {self._before.title}, after {self._after.title}"
        alone = f", {'before' if self._flipped else 'after'} is shown"
        seen = alone if self._manner is Manner.FLIP else ""
        percent = self._viewport.percent
        self.setAccessibleName(f"Before and after, {titles}{seen}, {percent} percent")
        self._handle.setAccessibleName(f"Wipe position, {titles}")
        self._handle.set_percent(round(self._fraction * 100))
        middle = self._line().center()
        half = self._handle.width() / 2
        self._handle.move(round(middle.x() - half), round(middle.y() - half))
        self._place_slider()

    def _place_slider(self) -> None:
        """At the top, between the plates, or below them where there is no room between."""
        self._slider.set_percent(round(self._mix * 100))
        visible = self._visible()
        plate = max(_LEAST_PLATE_PX, visible.width() * _PLATE_SHARE)
        between = visible.width() - 2 * plate - 2 * PLATE_MARGIN
        self._slider.fit_into(between)
        top = visible.top() + PLATE_MARGIN - 2
        if self._slider.width() > between:
            top += PLATE_HEIGHT + PLATE_MARGIN
        left = visible.center().x() - self._slider.width() / 2
        self._slider.move(round(left), round(top))

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
        if self._manner is Manner.WIPE:
            # The first click of the pair has moved the line; the pair means something else.
            self.set_fraction(self._fraction_before_click)
        super().mouseDoubleClickEvent(event)

    def _clicked(self, point: QPointF) -> None:
        wipes = self._after is not None and self._manner is Manner.WIPE
        if wipes and self._visible().contains(point):
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
