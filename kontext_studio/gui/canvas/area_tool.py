"""The tool that paints the area that may change: gestures on a view become strokes on a mask.

It shows what it paints at once and says when an act has ended. It knows no session and no draft.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter

from kontext_studio.gui.canvas.area_box import (
    NUDGE_FAR_PX,
    NUDGE_PX,
    box_between,
    moved,
    sized,
    spoken,
)
from kontext_studio.gui.canvas.area_drawing import paint_brush_ring, paint_dashed, ring_region
from kontext_studio.gui.canvas.area_mask import NOWHERE, AreaMask, PixelRect, Point
from kontext_studio.gui.canvas.area_overlay import AreaOverlay, OverlayInks
from kontext_studio.gui.canvas.area_places import MaskPlaces
from kontext_studio.gui.canvas.area_plates import NEXT_RUN, Naming, paint_plates, place_plates
from kontext_studio.gui.canvas.overlays import Plate, paint_plate, plate_size
from kontext_studio.gui.canvas.tooled_view import TooledView
from kontext_studio.gui.canvas.view_tool import ViewTool
from kontext_studio.gui.canvas.viewport import Viewport
from kontext_studio.gui.theme.tokens import Theme

USUAL_SIZE_PX = 64
MOST_SIZE_PX = 2000
_SIZE_FACTOR = 1.2
_SMALL_RING_PX = 6
_FIRST_BOX = 0.25  # of what is seen

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class AreaKind(StrEnum):
    BRUSH = "brush"
    ERASER = "eraser"
    LASSO = "lasso"
    BOX = "box"


class AreaTool(QObject, ViewTool):
    """`changed`: an act has ended, was taken back or done again. `size_changed`: the brush's size,
    by key or wheel. `done_wanted`: Enter where no box waits. `said`: words for a screen reader."""

    changed = Signal()
    size_changed = Signal(int)
    done_wanted = Signal()
    said = Signal(str)

    def __init__(self, theme: Theme, view: TooledView) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._mask: AreaMask | None = None
        self._places = MaskPlaces(view)
        self._kind = AreaKind.BRUSH
        self._size_px = USUAL_SIZE_PX
        self._naming = NEXT_RUN
        self._overlay = AreaOverlay()
        self._inks: tuple[float, OverlayInks] | None = None
        self._is_blank = True
        self._is_down = False
        self._adds = True
        self._pointer: QPointF | None = None
        self._last: Point | None = None  # where the last piece of a stroke ended
        self._line: list[Point] = []  # of a lasso
        self._corner: Point | None = None  # where a box was begun
        self._box = NOWHERE  # that is dragged, or waits for Enter
        self._placed: tuple[tuple[Plate, QRectF], ...] = ()
        self._placed_for: Viewport | None = None

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.forget_frames()

    def set_mask(self, mask: AreaMask | None, naming: Naming = NEXT_RUN) -> None:
        """What is painted on, and how its two parts are named; it may have another size than the
        picture that is shown."""
        self._naming = naming
        if mask is not self._mask:
            self._drop()
            self._mask = self._places.mask = mask
            self._last = None
            self._show_all()

    @property
    def mask(self) -> AreaMask | None:
        return self._mask

    def set_kind(self, kind: AreaKind) -> None:
        self._drop()
        self._kind = kind
        self._view.renew_cursor()
        self._view.update()

    @property
    def kind(self) -> AreaKind:
        return self._kind

    def set_size(self, size_px: int) -> None:
        """How wide the brush and the eraser are, in pixels of the picture."""
        size_px = min(max(1, size_px), MOST_SIZE_PX)
        if size_px != self._size_px:
            self._renew_ring()
            self._size_px = size_px
            self._renew_ring()
            self._view.renew_cursor()
            self.size_changed.emit(size_px)

    @property
    def size_px(self) -> int:
        return self._size_px

    def resize_by(self, steps: float) -> None:
        """Larger or smaller by so many steps of the wheel or the keys."""
        wanted = self._size_px * _SIZE_FACTOR**steps
        self.set_size(
            round(wanted)
            if abs(wanted - self._size_px) >= 1
            else self._size_px + (1 if steps > 0 else -1)
        )

    # -- acts ---------------------------------------------------------------------------------

    def invert(self) -> None:
        if self._mask is not None:
            self._drop()
            self._mask.invert()
            self._end_act(everything=True)

    def clear(self) -> None:
        if self._mask is not None:
            self._drop()
            self._mask.clear()
            self._end_act(everything=True)

    def undo(self) -> None:
        """The stroke in progress, else the last act."""
        if self._mask is not None and not self._drop():
            self._mask.undo()
            self._after_act()

    def redo(self) -> None:
        if self._mask is not None and not self._is_down:
            self._mask.redo()
            self._after_act()

    def show_mask_anew(self) -> None:
        """The mask was filled by somebody else."""
        self._after_act()

    def escape(self) -> bool:
        """Drop the stroke in progress or the box that waits; False where there is neither."""
        return self._drop()

    # -- gestures -----------------------------------------------------------------------------

    def press(self, at: QPointF, held: Qt.KeyboardModifier) -> None:
        point = self._places.to_mask(at)
        if self._mask is None or point is None:
            return
        self._drop()
        self._is_down = True
        self._hide_plates()
        alt = bool(held & Qt.KeyboardModifier.AltModifier)
        self._adds = (self._kind is not AreaKind.ERASER) != alt
        match self._kind:
            case AreaKind.BRUSH | AreaKind.ERASER:
                shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
                start = self._last if shift and self._last is not None else point
                self._stroke(start, point)
            case AreaKind.LASSO:
                self._line = [point]
            case AreaKind.BOX:
                self._corner = point
        self._move_ring(at)

    def drag(self, at: QPointF) -> None:
        point = self._places.to_mask(at)
        if not self._is_down or point is None:
            return
        match self._kind:
            case AreaKind.BRUSH | AreaKind.ERASER:
                self._stroke(self._last or point, point)
            case AreaKind.LASSO:
                self._line.append(point)
                self._places.renew(
                    self._places.box_of(self._line[-2:]),
                    self._places.box_of([self._line[0], *self._line[-2:]]),
                )
            case AreaKind.BOX:
                self._set_box(box_between(self._corner or point, point))
        self._move_ring(at)

    def release(self, at: QPointF) -> None:
        if not self._is_down or self._mask is None:
            return
        self.drag(at)
        self._is_down = False
        line, self._line = self._line, []
        box, self._box = self._box, NOWHERE
        self._corner = None
        if self._kind is AreaKind.LASSO:
            self._mask.polygon(line, adds=self._adds)
        elif self._kind is AreaKind.BOX and min(box.width, box.height) > 1:  # else it was a click
            self._mask.box(box, adds=self._adds)
        self._end_act(everything=self._kind in (AreaKind.LASSO, AreaKind.BOX))

    def hover(self, at: QPointF | None) -> None:
        self._move_ring(at)

    def wheel(self, notches: float) -> None:
        self.resize_by(notches)

    def key(self, event: QKeyEvent) -> bool:
        """A box is laid, moved (arrows), sized (Ctrl and arrows), added (Enter) or taken away
        (Shift and Enter) without a pointer."""
        modifiers = Qt.KeyboardModifier
        held = event.modifiers() & ~modifiers.KeypadModifier
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and held == modifiers.NoModifier:
            return self._drop()
        if key in _ENTER and held in (modifiers.NoModifier, modifiers.ShiftModifier):
            if self._box.is_empty:
                self.done_wanted.emit()
            else:
                self._take_box(adds=held == modifiers.NoModifier)
            return True
        known = held & ~(modifiers.ShiftModifier | modifiers.ControlModifier)
        if self._kind is not AreaKind.BOX or key not in _ARROWS or known:
            return False
        far = NUDGE_FAR_PX if held & modifiers.ShiftModifier else NUDGE_PX
        x, y = _ARROWS[key]
        self._nudge(x * far, y * far, sizes=bool(held & modifiers.ControlModifier))
        return True

    def cursor(self) -> Qt.CursorShape:
        brush = self._kind in (AreaKind.BRUSH, AreaKind.ERASER)
        ring_tells = brush and self._ring_radius() * 2 >= _SMALL_RING_PX
        return Qt.CursorShape.BlankCursor if ring_tells else Qt.CursorShape.CrossCursor

    # -- painting -----------------------------------------------------------------------------

    def paint(self, painter: QPainter, viewport: Viewport, size: QSize) -> None:
        if self._mask is None or self._is_blank:
            return
        ratio = viewport.device_pixel_ratio
        if self._inks is None or self._inks[0] != ratio:
            self._inks = (ratio, OverlayInks.of(self._theme, ratio))
        self._overlay.paint(painter, self._mask.pixels, viewport.placement, size, self._inks[1])

    def paint_plates(self, painter: QPainter, viewport: Viewport) -> None:
        if self._mask is None:
            return
        if not self._is_down:
            if self._placed_for != viewport:
                self._placed_for = viewport
                self._placed = place_plates(self._mask.pixels, viewport, self._theme, self._naming)
            paint_plates(painter, self._theme, self._placed)
        if len(self._line) > 1:
            paint_dashed(
                painter, self._theme, [self._places.to_view(point) for point in self._line]
            )
        if not self._box.is_empty:
            self._paint_box(painter)
        if self._pointer is not None and self._kind in (AreaKind.BRUSH, AreaKind.ERASER):
            paint_brush_ring(painter, self._theme, self._pointer, self._ring_radius())

    def forget_frames(self) -> None:
        self._overlay.forget()
        self._inks = None
        self._placed_for = None

    @property
    def drawn_pixels(self) -> int:
        """How many pixels of the overlay were drawn so far; for tests and the bench."""
        return self._overlay.drawn_pixels

    # -- inside -------------------------------------------------------------------------------

    def _stroke(self, start: Point, end: Point) -> None:
        if self._mask is None:
            return
        self._last = end
        changed = self._mask.stroke(start, end, self._size_px, adds=self._adds)
        if self._is_blank and self._adds and changed:
            self._is_blank = False
            self._overlay.forget()
            self._view.update()
            return
        for rect in changed:
            self._places.renew_physical(self._overlay.touch(self._mask.pixels, rect))

    def _drop(self) -> bool:
        """What has not ended yet; whether there was anything."""
        had = self._is_down or not self._box.is_empty
        self._is_down = False
        self._line, self._corner, self._box = [], None, NOWHERE
        if self._mask is not None:
            self._mask.revert()
        if had:
            self._show_all()
        return had

    def _end_act(self, *, everything: bool) -> None:
        if self._mask is None:
            return
        self._mask.commit()
        self._after_act(everything=everything)

    def _after_act(self, *, everything: bool = True) -> None:
        blank = self._mask is None or self._mask.is_empty
        if everything or blank != self._is_blank:
            self._show_all()
        else:
            self._hide_plates()  # they may lie elsewhere now
            self._placed_for = None
            self._view.update()
        self.changed.emit()

    def _show_all(self) -> None:
        self._is_blank = self._mask is None or self._mask.is_empty
        self._overlay.forget()
        self._placed_for = None
        self._view.update()

    def _hide_plates(self) -> None:
        self._places.renew(*(box for _, box in self._placed))

    # A box without a pointer.

    def _nudge(self, dx: int, dy: int, *, sizes: bool) -> None:
        mask = self._mask
        if mask is None or self._is_down:
            return
        box = self._box if not self._box.is_empty else self._first_box()
        if self._box.is_empty:
            dx = dy = 0  # the first key lays it
        change = sized if sizes else moved
        self._set_box(change(box, dx, dy, mask.width, mask.height))
        self.said.emit(spoken(self._box))

    def _first_box(self) -> PixelRect:
        """In the middle of what is seen."""
        mask, seen = self._mask, self._places.picture_seen()
        reach = QPointF(seen.width(), seen.height()) * (_FIRST_BOX / 2)
        first = self._places.to_mask(seen.center() - reach)
        last = self._places.to_mask(seen.center() + reach)
        if mask is None or first is None or last is None:
            return NOWHERE
        return box_between(first, last).within(mask.width, mask.height)

    def _take_box(self, *, adds: bool) -> None:
        if self._mask is not None:
            box, self._box = self._box, NOWHERE
            self._mask.box(box, adds=adds)
            self._end_act(everything=True)
            self.said.emit("Added the box" if adds else "Took the box away")

    def _set_box(self, box: PixelRect) -> None:
        before, self._box = self._box, box
        self._places.renew(self._box_room(before), self._box_room(box))

    def _box_room(self, box: PixelRect) -> QRectF:
        if box.is_empty:
            return QRectF()
        room = self._places.box_of([(box.left, box.top), (box.right, box.bottom)])
        label = plate_size(self._theme, self._box_plate(box))
        return room.united(QRectF(room.bottomLeft(), label).adjusted(0, 0, 8, 8))

    def _paint_box(self, painter: QPainter) -> None:
        box = self._box
        corners = [
            (box.left, box.top),
            (box.right, box.top),
            (box.right, box.bottom),
            (box.left, box.bottom),
            (box.left, box.top),
        ]
        paint_dashed(painter, self._theme, [self._places.to_view(corner) for corner in corners])
        below = self._places.to_view((box.left, box.bottom)) + QPointF(0, 6)
        paint_plate(painter, self._theme, below, self._box_plate(box))

    def _box_plate(self, box: PixelRect) -> Plate:
        keys = "" if self._is_down else "Enter adds, Shift+Enter takes away"
        return Plate(f"{box.width} × {box.height}", keys)

    # The ring.

    def _ring_radius(self) -> float:
        return self._places.length_in_view(self._size_px) / 2

    def _renew_ring(self) -> None:
        if self._pointer is not None and self._kind in (AreaKind.BRUSH, AreaKind.ERASER):
            self._view.update(ring_region(self._pointer, self._ring_radius()))

    def _move_ring(self, at: QPointF | None) -> None:
        came = self._pointer is None and at is not None
        self._renew_ring()
        self._pointer = at
        self._renew_ring()
        if came:
            self._view.renew_cursor()  # the zoom may be another one
