"""A short word on something that is done, with Undo; it leaves by itself after a while.

Only for done things: whatever needs an answer is a message (UX E2).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

STAYS_MS = 8000
_BOTTOM = 88


class Toast(QFrame):
    """Floats over its parent, bottom centre. `answered` carries the id given with the text.

    The time stands still while the pointer or the focus is on it.
    """

    answered = Signal(str)
    left = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget, *, stays_ms: int = STAYS_MS, bottom_px: int = _BOTTOM
    ) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        set_kind(self, kind="toast")
        self._bottom_px = bottom_px
        self._id = ""
        self._text = Label(self)
        self._verb = QPushButton(self)
        self._verb.setObjectName("toastVerb")
        set_kind(self._verb, kind="outlined", small="true")
        self._verb.clicked.connect(self._press)
        self._verb.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stays_ms)
        self._timer.timeout.connect(self.leave)
        row = self._row = QHBoxLayout(self)
        self._side, self._verb_side = theme.space(5), theme.space(3)
        row.setContentsMargins(self._side, theme.space(3), self._side, theme.space(3))
        row.setSpacing(theme.space(5))
        row.addWidget(self._text)
        row.addWidget(self._verb)
        parent.installEventFilter(self)
        self.hide()

    @property
    def is_counting(self) -> bool:
        """Whether its time is running."""
        return self._timer.isActive()

    def text(self) -> str:
        return self._text.text()

    def show_done(self, text: str, *, verb: str = "", answer_id: str = "") -> None:
        """Say what is done; a new word takes the place of the one before."""
        self._id = answer_id
        self._text.setText(text)
        self._verb.setText(verb)
        self._verb.setVisible(bool(verb))
        margins = self._row.contentsMargins()
        margins.setRight(self._verb_side if verb else self._side)
        self._row.setContentsMargins(margins)
        self.setAccessibleName(text)
        self.adjustSize()
        self._move_into_place()
        self.show()
        self.raise_()
        self._count_or_wait()

    def leave(self) -> None:
        self._timer.stop()
        if self.isVisible():
            self.hide()
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent() and event.type() is QEvent.Type.Resize:
            self._move_into_place()
        elif watched is self._verb and event.type() in (
            QEvent.Type.FocusIn,
            QEvent.Type.FocusOut,
        ):
            QTimer.singleShot(0, self, self._count_or_wait)
        return super().eventFilter(watched, event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._count_or_wait()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _count_or_wait(self) -> None:
        held = self.underMouse() or self._verb.hasFocus()
        if self.isVisible() and not held:
            self._timer.start()
        else:
            self._timer.stop()

    def _press(self) -> None:
        self.leave()
        self.answered.emit(self._id)

    def _move_into_place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            left = (parent.width() - self.width()) // 2
            self.move(max(0, left), max(0, parent.height() - self._bottom_px - self.height()))
