"""A card over the middle of the window that asks for one thing and goes away with its answer.

It blocks nothing: the rest of the window goes on, and Esc or Cancel puts it away unanswered.
"""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_SIDE_PX, _ABOVE_EDGE_PX = 16, 72  # above the bar with the verbs


class FloatingCard(QFrame):
    """Centred at the bottom of its parent. What it holds goes into `column`, below the title; what
    is `spare` gives way where there is no room for all of it."""

    left = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget, *, width_px: int) -> None:
        super().__init__(parent)
        set_kind(self, kind="toast")
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._over = parent
        self._width_px = round(width_px * min(theme.text_scale, 1.6))
        self._before: QWidget | None = None
        self._title = Label(title, self)
        set_kind(self._title, type="strong")
        self.spare: list[QWidget] = []
        self.column = QVBoxLayout(self)
        pad = theme.space(5)
        self.column.setContentsMargins(pad, theme.space(4), pad, pad)
        self.column.setSpacing(theme.space(3))
        self.column.addWidget(self._title)
        parent.installEventFilter(self)
        self.hide()

    def come_up(self, first: QWidget) -> None:
        """Show it, with the keyboard on `first`."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.show()
        self.place()
        self.raise_()
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def put_away(self) -> None:
        """Hide it; the keyboard goes back to where it was if it was here."""
        if not self.isVisible():
            return
        focus, before = QApplication.focusWidget(), self._before
        here = focus is not None and (focus is self or self.isAncestorOf(focus))
        self._before = None
        self.hide()
        if here and before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.left.emit()

    def place(self) -> None:
        """As wide as it likes to be, and no wider than there is room."""
        room = self._over.rect()
        width = max(0, min(self._width_px, room.width() - 2 * _SIDE_PX))
        for shown in (True, False):
            for part in self.spare:
                part.setVisible(shown)
            self._forget_heights()
            height = self.column.totalHeightForWidth(width)
            height = height if height > 0 else self.sizeHint().height()
            if height <= room.height():
                break
        top = max(0, room.height() - _ABOVE_EDGE_PX - height)
        self.setGeometry((room.width() - width) // 2, top, width, height)

    def _forget_heights(self) -> None:
        """Layouts within others hear only with the next turn of the loop that a part is hidden."""
        for part in (*self.findChildren(QWidget), self):
            if (layout := part.layout()) is not None:
                layout.invalidate()
                layout.activate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and self.isVisible():
            self.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)
