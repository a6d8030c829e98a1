"""Which part of the picture may change, and the button that paints it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme

_LABEL_WIDTH = 112


class AreaRow(QWidget):
    paint_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("areaRow")
        self._label = Label("Area to change", self)
        self._label.setWordWrap(True)
        set_kind(self._label, type="small", tone="secondary")
        self._value = ElidedLabel(self)
        self._value.set_whole_text("Whole image")
        set_kind(self._value, type="body")
        self._paint = KeyHintButton(theme, "Paint", "outlined", self)
        self._paint.setObjectName("paintArea")
        self._paint.setAccessibleName("Paint the area to change")
        self._paint.set_keys("M")
        self._paint.clicked.connect(self.paint_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._label)
        row.addWidget(self._value, 1)
        row.addWidget(self._paint)
        self.set_available(False, "Every run may change the whole image")
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._label.setFixedWidth(_LABEL_WIDTH)
        self._paint.set_theme(theme)
        self._paint.set_icon("brush")

    def set_area(self, words: str) -> None:
        """ "Whole image", or "53 % of the image"."""
        self._value.set_whole_text(words)

    def set_available(self, available: bool, reason: str = "") -> None:
        self._paint.setEnabled(available)
        self._paint.setToolTip(reason)
