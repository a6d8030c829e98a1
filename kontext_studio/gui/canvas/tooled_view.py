"""A picture view whose left button a tool may have: its gestures go there, all others stay."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.gestures import turn_of
from kontext_studio.gui.canvas.picture_view import PictureView
from kontext_studio.gui.canvas.view_tool import ViewTool
from kontext_studio.gui.theme.tokens import Theme

_NOTCH = 120.0


class TooledView(PictureView):
    """Space and the middle button pan whatever the tool. Subclasses paint the tool."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._tool: ViewTool | None = None
        self._tool_is_down = False
        super().__init__(theme, parent)

    def set_tool(self, tool: ViewTool | None) -> None:
        """Who has the left button; with none the hand has it."""
        if self._tool is not None and tool is not self._tool:
            self._tool.forget_frames()
        self._tool, self._tool_is_down = tool, False
        self._update_cursor()
        self.update()

    @property
    def tool(self) -> ViewTool | None:
        return self._tool

    def renew_cursor(self) -> None:
        """The tool's cursor is another one now."""
        self._update_cursor()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if self._tool is not None:
            self._tool.forget_frames()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._tool is not None:
            self._tool.forget_frames()
        super().hideEvent(event)

    # -- gestures -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() is Qt.MouseButton.LeftButton
        if self._tool is None or not left or not self._tool_has_left() or self._press is not None:
            super().mousePressEvent(event)
            return
        self._ring_shown = False
        self._tool_is_down = True
        self._tool.press(event.position(), event.modifiers())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and self._press is None:
            (self._tool.drag if self._tool_is_down else self._tool.hover)(event.position())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._tool_is_down or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        self._tool_is_down = False
        if self._tool is not None:
            self._tool.release(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and self._tool_has_left():
            self.mousePressEvent(event)  # two dabs in quick succession
        else:
            super().mouseDoubleClickEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self._tool is not None:
            self._tool.hover(None)
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._tool is None or not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().wheelEvent(event)
            return
        turn = turn_of(event)
        self._tool.wheel((turn.angle_y or turn.angle_x) / _NOTCH)  # some systems turn the axis
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tool is None or not self._tool.key(event):
            super().keyPressEvent(event)

    # -- inside -------------------------------------------------------------------------------

    def _tool_has_left(self) -> bool:
        return not self._space_held and self._viewport is not None

    def _left_pans(self) -> bool:
        return self._space_held if self._tool is not None else super()._left_pans()

    def _update_cursor(self) -> None:
        super()._update_cursor()
        if self._tool is not None and not self._dragging and not self._left_pans():
            self.setCursor(self._tool.cursor())
