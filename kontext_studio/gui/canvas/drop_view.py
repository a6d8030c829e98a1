"""A widget on which pictures can be dropped: it says what a drop does, and reports it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.overlays import paint_drop_target
from kontext_studio.gui.canvas.readings import dropped_from
from kontext_studio.gui.theme.tokens import Theme


class DropView(QWidget):
    """Takes files of this computer and pictures without a file; reading them is the owner's."""

    files_dropped = Signal(object)  # Dropped

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drop_hovering = False
        self._drop_words = "Drop to open as a new original"
        self.setAcceptDrops(True)

    def set_drop_words(self, words: str) -> None:
        """The one line that says what a drop would do."""
        self._drop_words = words

    @property
    def drop_is_hovering(self) -> bool:
        return self._drop_hovering

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_from(event.mimeData()) is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self._hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hover(False)
        what = dropped_from(event.mimeData())
        if what is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self.files_dropped.emit(what)

    def _paint_drop_target(self, painter: QPainter) -> None:
        """Called last by whoever paints the widget."""
        if self._drop_hovering:
            paint_drop_target(painter, self._theme, self.rect(), self._drop_words)

    def _hover(self, hovering: bool) -> None:
        self._drop_hovering = hovering
        self.update()
