"""What a picture view asks of the tool that has its left button: the contract, and nothing done."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from kontext_studio.gui.canvas.viewport import Viewport


class ViewTool:
    """Points are device independent pixels of the view."""

    def press(self, at: QPointF, held: Qt.KeyboardModifier) -> None:
        """The left button went down on the view."""

    def drag(self, at: QPointF) -> None:
        """The pointer moved while it was down."""

    def release(self, at: QPointF) -> None:
        """It went up."""

    def hover(self, at: QPointF | None) -> None:
        """The pointer moved, or left the view."""

    def wheel(self, notches: float) -> None:
        """The wheel was turned with Alt held."""

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key was the tool's; else it is the view's."""
        return False

    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor

    def paint(self, painter: QPainter, viewport: Viewport, size: QSize) -> None:
        """Over the picture, on the grid of physical pixels; `size` is the view's."""

    def paint_plates(self, painter: QPainter, viewport: Viewport) -> None:
        """Over everything on the picture, in device independent pixels."""

    def forget_frames(self) -> None:
        """Let kept pixels go; the view is hidden or dressed anew."""
