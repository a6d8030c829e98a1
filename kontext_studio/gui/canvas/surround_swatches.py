"""Five swatches that choose what lies around the picture, for judging it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from kontext_studio.gui.theme.tokens import Theme

_TARGET_PX = 24
_RADIUS = 6.0
_WORDS = {
    "black": "Black",
    "dark": "Dark grey, 3 percent",
    "mid": "Middle grey, 18 percent",
    "light": "Light grey",
    "white": "White",
}


class SurroundSwatches(QWidget):
    """One is always on. Arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Surround")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._swatches: dict[str, Swatch] = {}
        for name in theme.surrounds:
            swatch = Swatch(theme, name, self)
            swatch.toggled.connect(self._take_toggle)
            row.addWidget(swatch)
            self._swatches[name] = swatch
        self.set_surround(theme.default_surround)

    def set_theme(self, theme: Theme) -> None:
        for swatch in self._swatches.values():
            swatch.set_theme(theme)

    def set_surround(self, name: str) -> None:
        swatch = self._swatches[name]
        blocked = swatch.blockSignals(True)
        swatch.setChecked(True)
        swatch.blockSignals(blocked)
        swatch.update()

    def _take_toggle(self, on: bool) -> None:
        sender = self.sender()
        if on and isinstance(sender, Swatch):
            self.chosen.emit(sender.name)


class Swatch(QAbstractButton):
    """A round sample of one surround; the ring says which one is on."""

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self._theme = theme
        self.setObjectName(f"surround-{name}")
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(f"Surround: {_WORDS.get(name, name)}")
        self.setToolTip(_WORDS.get(name, name))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_TARGET_PX, _TARGET_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = QPointF(self.width() / 2, self.height() / 2)
            painter.setPen(QPen(self._edge(), 1))
            painter.setBrush(self._theme.surrounds[self.name])
            painter.drawEllipse(middle, _RADIUS, _RADIUS)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if self.isChecked():
                painter.setPen(QPen(self._theme.colour("accent.line"), 2))
                painter.drawEllipse(middle, _RADIUS + 2, _RADIUS + 2)
            if self.hasFocus():
                painter.setPen(QPen(self._theme.colour("focus.ring"), 2))
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _edge(self) -> QColor:
        return self._theme.colour("border.control")
