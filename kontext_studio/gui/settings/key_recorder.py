"""A field that takes the next key that is pressed, whatever that key does elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QWidget

_PORTABLE = QKeySequence.SequenceFormat.PortableText
_LEAVES = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class KeyRecorder(QKeySequenceEdit):
    """`pressed` carries a key in Qt's portable form. Tab goes on, and Esc is the window's."""

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        self._line = self.findChild(QLineEdit)
        if self._line is not None:
            self._line.setPlaceholderText("Press a key")
        self.keySequenceChanged.connect(self._tell)

    def name_itself(self, name: str) -> None:
        """What a screen reader calls it."""
        self.setAccessibleName(name)
        if self._line is not None:
            self._line.setAccessibleName(name)

    def show_key(self, key: str) -> None:
        """Nothing is told."""
        with QSignalBlocker(self):
            self.setKeySequence(QKeySequence.fromString(key, _PORTABLE))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in _LEAVES:
                return self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
            if event.key() == Qt.Key.Key_Escape:
                event.ignore()
                return False
        return super().event(event)

    def _tell(self, sequence: QKeySequence) -> None:
        if key := sequence.toString(_PORTABLE):
            self.pressed.emit(key)
