"""A label of one line that gives way: it is cut at its end where there is no room."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.shell.label import Label, plain_tip


class ElidedLabel(Label):
    """The whole text is the accessible name, and the tool tip while it is cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._shorter: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_whole_text(self, text: str, *shorter: str) -> None:
        """`shorter` texts are tried in turn before the last one is cut."""
        self._whole = text
        self._shorter = shorter
        self.setAccessibleName(text)
        self._cut()

    def whole_text(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        """Room for all of the text, also while it is cut."""
        cut, whole = super().sizeHint(), QFontMetricsF(self.font()).horizontalAdvance(self._whole)
        return QSize(max(cut.width(), ceil(whole)), cut.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._cut()  # other letters need another width, and may get none

    def _cut(self) -> None:
        wide = QFontMetricsF(self.font()).horizontalAdvance
        texts = (self._whole, *self._shorter)
        fitting = next((text for text in texts if wide(text) <= self.width()), texts[-1])
        shown = elided(fitting, self.font(), self.width())
        if shown != self.text():
            self.setText(shown)
            self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")
