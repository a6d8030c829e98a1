"""A scroll area whose content keeps its width: the bar stands in the padding at its right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget


class SteadyScrollArea(QScrollArea):
    """Scrolls up and down only. Its content leaves the width of a scroll bar free at its right.

    Qt's own bar takes its room from the content, which jumps whenever a bar comes or goes; it goes
    on counting, hidden, and the bar that is shown follows it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setObjectName("steadyBar")
        self._bar.hide()
        counting = self.verticalScrollBar()
        counting.rangeChanged.connect(self._follow)
        counting.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(counting.setValue)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self._bar.sizeHint().width()
        self._bar.setGeometry(self.width() - width, 0, width, self.height())

    def _follow(self) -> None:
        counting = self.verticalScrollBar()
        self._bar.setRange(counting.minimum(), counting.maximum())
        self._bar.setPageStep(counting.pageStep())
        self._bar.setSingleStep(counting.singleStep())
        self._bar.setValue(counting.value())
        self._bar.setVisible(counting.maximum() > counting.minimum())
        self._bar.raise_()
