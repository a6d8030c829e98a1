"""A widget on which pictures and steps can be dropped: it says what a drop does and reports it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter
from PySide6.QtWidgets import QWidget

from kontext_studio.core.history import NodeId
from kontext_studio.gui.canvas.overlays import paint_drop_target
from kontext_studio.gui.canvas.readings import dropped_from
from kontext_studio.gui.history.drag import node_of
from kontext_studio.gui.theme.tokens import Theme


class DropView(QWidget):
    """Takes files of this computer and pictures without a file; reading them is the owner's. A
    step of the session is no new original: it is taken where there are words for it alone."""

    files_dropped = Signal(object)  # Dropped
    step_dropped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drop_hovering = False
        self._drop_words = "Drop to open as a new original"
        self._step_words = ""
        self._hovering_words = ""
        self.setAcceptDrops(True)

    def set_drop_words(self, words: str) -> None:
        """The one line that says what a drop would do."""
        self._drop_words = words

    def set_step_words(self, words: str) -> None:
        """What a drop of a step would do; empty where it would do nothing."""
        self._step_words = words

    @property
    def drop_is_hovering(self) -> bool:
        return self._drop_hovering

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if self._step_in(event) is not None:
            words = self._step_words
        else:
            words = self._drop_words if dropped_from(mime) is not None else ""
        if not words:
            event.ignore()
            return
        event.acceptProposedAction()
        self._hovering_words = words
        self._hover(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hover(False)
        step = self._step_in(event)
        what = dropped_from(event.mimeData()) if step is None else None
        if step is not None and self._step_words:
            event.acceptProposedAction()
            self.step_dropped.emit(step)
        elif what is not None:
            event.acceptProposedAction()
            self.files_dropped.emit(what)
        else:
            event.ignore()

    def _step_in(self, event: QDropEvent) -> NodeId | None:
        """The step that is dragged here. One of another window of the program is a picture."""
        within = bool(self._step_words) or event.source() is not None
        return node_of(event.mimeData()) if within else None

    def _paint_drop_target(self, painter: QPainter) -> None:
        """Called last by whoever paints the widget."""
        if self._drop_hovering:
            paint_drop_target(painter, self._theme, self.rect(), self._hovering_words)

    def _hover(self, hovering: bool) -> None:
        self._drop_hovering = hovering
        self.update()
