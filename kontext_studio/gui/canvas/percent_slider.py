"""A slider of 0 to 100 percent over the canvas, to keyboard and screen reader; what it looks like
is its own."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from kontext_studio.gui.theme.tokens import Theme


class PercentSlider(QAbstractSlider):
    """`steps` says which arrow goes which way: by 1, with Shift by 10."""

    percent_asked = Signal(int)

    def __init__(
        self, theme: Theme, name: str, title: str, steps: Mapping[Qt.Key, int], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._steps = steps
        # A screen reader sets the value directly; the keys below go the same way.
        self.valueChanged.connect(self.percent_asked)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_percent(self, percent: int) -> None:
        """Show a value, without asking for it."""
        blocked = self.blockSignals(True)
        self.setValue(percent)
        self.blockSignals(blocked)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain != Qt.KeyboardModifier.NoModifier and not shift:
            event.ignore()
            return
        key = Qt.Key(event.key())
        if key in self._steps:
            self.setValue(self.value() + self._steps[key] * (self.pageStep() if shift else 1))
        elif key == Qt.Key.Key_Home:
            self.setValue(self.minimum())
        elif key == Qt.Key.Key_End:
            self.setValue(self.maximum())
        else:
            event.ignore()
