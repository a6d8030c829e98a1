"""The pointer of the tests: wheel turns, drags and drops as Qt delivers them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kontext_studio.gui.canvas.picture_view import PictureView
from kontext_studio.gui.canvas.viewport import Viewport

NOTCH = 120


def looked_at(view: PictureView) -> Viewport:
    """The arithmetic of a view that shows a picture."""
    viewport = view.viewport_value()
    assert viewport is not None
    return viewport


def wheel(
    widget: QWidget,
    at: tuple[float, float],
    angle: int = NOTCH,
    *,
    pixels: tuple[int, int] = (0, 0),
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> QWheelEvent:
    """One wheel event; `angle` 120 is one notch away from the person."""
    point = QPointF(*at)
    event = QWheelEvent(
        point,
        widget.mapToGlobal(point),
        QPoint(*pixels),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def drag(
    widget: QWidget,
    start: tuple[int, int],
    end: tuple[int, int],
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """Press, move in two steps, release."""
    half = QPoint((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    QTest.mousePress(widget, button, pos=QPoint(*start))
    for point in (half, QPoint(*end)):
        _move_held(widget, point, button)
    QTest.mouseRelease(widget, button, pos=QPoint(*end))


def _move_held(widget: QWidget, point: QPoint, button: Qt.MouseButton) -> None:
    # QTest.mouseMove moves without a button held.
    place = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        widget.mapToGlobal(place),
        Qt.MouseButton.NoButton,
        button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def hover_drop(widget: QWidget, mime: QMimeData) -> QDragEnterEvent:
    """Something is dragged over the widget."""
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
    return event


def leave_drop(widget: QWidget) -> None:
    QApplication.sendEvent(widget, QDragLeaveEvent())


def drop(widget: QWidget, mime: QMimeData) -> QDropEvent:
    """Dragged over the widget, then let go."""
    hover_drop(widget, mime)
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)
    return event
