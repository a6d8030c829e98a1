"""The common part of all widgets that show pictures: zoom, pan, keys, focus ring.

A subclass says what is painted and which picture lies under a point; it never handles a gesture
twice.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.drop_view import DropView
from kontext_studio.gui.canvas.gestures import PanBy, ZoomBy, turn_of, wheel_request
from kontext_studio.gui.canvas.overlays import paint_ring
from kontext_studio.gui.canvas.picture_painter import Look, physical_size
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.readings import ViewReading, read_pointer
from kontext_studio.gui.canvas.viewport import Insets, Viewport, ViewState
from kontext_studio.gui.theme.tokens import Theme

_SETTLE_MS = 120  # after the last turn of the wheel the picture is drawn smoothly
_DRAG_FROM_PX = 3
_KEY_PAN_PX = 48
_KEY_PAN_FAR_PX = 240
_RING_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
_PAN_KEYS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PictureView(DropView):
    """Base of CanvasView, WipeView and CompareTile."""

    view_changed = Signal(object)  # ViewReading
    pointer_moved = Signal(object)  # PointerReading, or None outside the picture
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._surround_name = theme.default_surround
        self._look: Look | None = None
        self._viewport: Viewport | None = None
        self._insets = Insets()
        self._remembered: ViewState | None = None
        self._wheel_pans = False
        self._hand_tool = True
        self._space_held = False
        self._press: QPointF | None = None
        self._last: QPointF | None = None
        self._dragging = False
        self._in_motion = False
        self._ring_shown = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.come_to_rest)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._update_cursor()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._look = None
        self.update()

    def set_surround(self, name: str) -> None:
        """One of the names in `Theme.surrounds`: black, dark, mid, light, white."""
        if name != self._surround_name:
            self._theme.surrounds[name]  # an unknown name is a fault here, not at the next paint
            self._surround_name = name
            self._look = None
            self.update()

    def set_fit_insets(self, insets: Insets) -> None:
        """Room kept free around a fitted picture."""
        self._insets = insets
        if self._viewport is not None:
            self._apply(self._viewport.with_insets(insets))

    def set_wheel_pans(self, pans: bool) -> None:
        """The setting that lets a plain wheel pan; Ctrl+wheel then zooms."""
        self._wheel_pans = pans

    def set_hand_tool(self, chosen: bool) -> None:
        """With the hand a left drag pans; without it Space or the middle button still do."""
        self._hand_tool = chosen
        self._update_cursor()

    # -- zoom and position --------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Physical pixels per picture pixel; 1.0 while nothing is shown."""
        return self._viewport.zoom if self._viewport else 1.0

    def view_state(self) -> ViewState | None:
        return self._viewport.state if self._viewport else None

    def set_view_state(self, state: ViewState, *, in_motion: bool = False) -> None:
        """Look there. Without a picture the state waits for the next one."""
        if self._viewport is None:
            self._remembered = state
            return
        if in_motion:
            self._start_motion()
        self._apply(self._viewport.with_state(state))

    def viewport_value(self) -> Viewport | None:
        """The arithmetic of this view, for those who place something over the picture."""
        return self._viewport

    def zoom_in(self) -> None:
        if self._viewport is not None:
            self._apply(self._viewport.stepped(+1))

    def zoom_out(self) -> None:
        if self._viewport is not None:
            self._apply(self._viewport.stepped(-1))

    def fit(self) -> None:
        if self._viewport is not None:
            self._apply(self._viewport.fit())

    def zoom_to(self, zoom: float) -> None:
        """1.0 is one to one; the middle of the view stays where it is."""
        if self._viewport is not None:
            self._apply(self._viewport.zoomed(zoom))

    # -- for subclasses -----------------------------------------------------------------------

    def _paint_pictures(self, painter: QPainter, viewport: Viewport, look: Look) -> None:
        """Paint on the physical pixel grid."""

    def _paint_overlay(self, painter: QPainter) -> None:
        """Paint over the pictures, in device independent pixels."""

    def _pyramid_at(self, point: QPointF) -> Pyramid | None:
        """The picture that lies there, whose pixels are read out."""
        return None

    def _after_view_change(self) -> None:
        """Place children, renew the accessible name."""

    def _clicked(self, point: QPointF) -> None:
        """A press and release of the left button without a drag."""

    def _forget_frames(self) -> None:
        """Let kept pixels go; the view is hidden."""

    def _take_picture_size(self, size: tuple[int, int] | None, *, keep_view: bool) -> None:
        """Look at a picture of that size: where the last one was looked at, or fitted."""
        if size is None:
            # Between two pictures there is nothing to look at, but the place is not forgotten.
            self._remembered = self.view_state() if keep_view else None
            self._viewport = None
        else:
            state = (self.view_state() or self._remembered) if keep_view else None
            ratio = self.devicePixelRatioF()
            fresh = Viewport(self.width(), self.height(), ratio, *size, insets=self._insets)
            self._apply(fresh.with_state(state) if state else fresh.fit())
        self.update()

    def _apply(self, viewport: Viewport) -> None:
        before, self._viewport = self._viewport, viewport
        if viewport == before:
            return
        self.update()
        self._after_view_change()
        reading = ViewReading(viewport.state, viewport.zoom, self._in_motion)
        if before is None or (before.state, before.zoom) != (reading.state, reading.zoom):
            self.view_changed.emit(reading)

    @property
    def _surround(self) -> QColor:
        return self._theme.surrounds[self._surround_name]

    def _physical_size(self) -> QSize:
        return physical_size(self.size(), self.devicePixelRatioF())

    # -- painting -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            ratio = self.devicePixelRatioF()
            if self._viewport is None:
                painter.fillRect(self.rect(), self._surround)
            else:
                if self._look is None:
                    self._look = Look.of(self._theme, self._surround, ratio)
                painter.save()
                painter.scale(1 / ratio, 1 / ratio)
                self._paint_pictures(painter, self._viewport, self._look)
                painter.restore()
            self._paint_overlay(painter)
            self._paint_drop_target(painter)
            if self._ring_shown and self.hasFocus():
                paint_ring(painter, self._theme, self.rect(), "focus.ring")

    def _start_motion(self) -> None:
        self._in_motion = True
        self._settle.start()

    def come_to_rest(self) -> None:
        """End of a gesture: from now on the picture is drawn smoothly."""
        self._in_motion = False
        self.update()

    # -- size ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_view_size()

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DevicePixelRatioChange:
            self._look = None
            self._take_view_size()
        elif isinstance(event, QNativeGestureEvent):
            return self._native_gesture(event)
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._settle.stop()
        self._in_motion = False
        self._forget_frames()
        super().hideEvent(event)

    def _take_view_size(self) -> None:
        if self._viewport is not None:
            ratio = self.devicePixelRatioF()
            self._apply(self._viewport.resized(self.width(), self.height(), ratio))
        self._after_view_change()

    # -- wheel and touch pad ------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        held = event.modifiers()
        if held & Qt.KeyboardModifier.AltModifier or self._viewport is None:
            event.ignore()  # Alt+wheel is the brush size
            return
        request = wheel_request(turn_of(event), wheel_pans=self._wheel_pans)
        match request:
            case ZoomBy(factor):
                self._zoom_at(event.position(), factor)
            case PanBy(dx, dy):
                self._apply(self._viewport.panned(dx, dy))
        event.accept()
        self._report_pointer(event.position())

    def _native_gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() is not Qt.NativeGestureType.ZoomNativeGesture:
            return super().event(event)
        self._zoom_at(event.position(), max(0.1, 1 + event.value()))
        return True

    def _zoom_at(self, point: QPointF, factor: float) -> None:
        if self._viewport is not None:
            self._start_motion()
            at = (point.x(), point.y())
            self._apply(self._viewport.zoomed(self._viewport.zoom * factor, at))

    # -- mouse --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ring_shown = False
        left = event.button() is Qt.MouseButton.LeftButton
        pans = event.button() is Qt.MouseButton.MiddleButton or (left and self._left_pans())
        if not pans or self._press is not None:
            event.ignore()
            return
        self._press = self._last = event.position()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._press is None or self._last is None:
            self._report_pointer(at)
            return
        if not self._dragging:
            if (at - self._press).manhattanLength() < _DRAG_FROM_PX:
                return
            self._dragging = True
            self._update_cursor()
            self.drag_started.emit()
        if self._viewport is not None:
            step = at - self._last
            self._apply(self._viewport.panned(step.x(), step.y()))
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            event.ignore()
            return
        was_dragging, self._dragging = self._dragging, False
        self._press = self._last = None
        self._update_cursor()
        if was_dragging:
            self.drag_ended.emit()
            self._report_pointer(event.position())
        elif event.button() is Qt.MouseButton.LeftButton:
            self._clicked(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._viewport is not None:
            at = event.position()
            self._apply(self._viewport.toggled_fit((at.x(), at.y())))
            self._report_pointer(at)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(None)
        super().leaveEvent(event)

    def _left_pans(self) -> bool:
        return self._hand_tool or self._space_held

    def _report_pointer(self, at: QPointF) -> None:
        pyramid = self._pyramid_at(at)
        if pyramid is None or self._viewport is None:
            self.pointer_moved.emit(None)
        else:
            self.pointer_moved.emit(read_pointer(self._viewport, pyramid, at.x(), at.y()))

    def _update_cursor(self) -> None:
        shapes = Qt.CursorShape
        if self._dragging:
            self.setCursor(shapes.ClosedHandCursor)
        elif self._left_pans():
            self.setCursor(shapes.OpenHandCursor)
        else:
            self.setCursor(shapes.ArrowCursor)

    # -- keys and focus -----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers()
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        others = held & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        key = event.key()
        if others != Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_held = True
                self._update_cursor()
        elif key in _PAN_KEYS and self._viewport is not None:
            x, y = _PAN_KEYS[Qt.Key(key)]
            far = _KEY_PAN_FAR_PX if shift else _KEY_PAN_PX
            self._apply(self._viewport.panned(x * far, y * far))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom_out()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._update_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring_shown = event.reason() in _RING_REASONS
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space_held = False
        self._update_cursor()
        self.update()
        super().focusOutEvent(event)
