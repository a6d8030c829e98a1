"""The round handle on a wipe line: a slider of 0 to 100 percent to keyboard and screen reader."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.percent_slider import PercentSlider
from kontext_studio.gui.theme.icons import icon_svg
from kontext_studio.gui.theme.tokens import Theme

HANDLE_PX = 36
_ROOM_PX = 4  # for the focus ring
_ICON_PX = 18
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class WipeHandle(PercentSlider):
    """Painted round; the pointer is the line's business, so it lets the mouse through."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "wipeHandle", "Wipe position", _STEPS, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        side = HANDLE_PX + 2 * _ROOM_PX
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = QPointF(self.width() / 2, self.height() / 2)
            radius = HANDLE_PX / 2
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("overlay.outline.dark"))
            painter.drawEllipse(middle, radius + 1, radius + 1)
            painter.setBrush(self._theme.colour("overlay.outline.light"))
            painter.setPen(QPen(self._theme.colour("accent.line"), 2))
            painter.drawEllipse(middle, radius - 1, radius - 1)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self._theme.colour("overlay.outline.dark"), 4))
                painter.drawEllipse(middle, radius + 1.5, radius + 1.5)
                painter.setPen(QPen(self._theme.colour("focus.ring"), 2))
                painter.drawEllipse(middle, radius + 2, radius + 2)
            self._paint_arrows(painter, middle)

    def _paint_arrows(self, painter: QPainter, middle: QPointF) -> None:
        ink = QColor(self._theme.colour("overlay.plate"))
        ink.setAlpha(255)
        painter.translate(middle)
        if self.orientation() is Qt.Orientation.Vertical:
            painter.rotate(90)
        renderer = QSvgRenderer(QByteArray(icon_svg("arrow-left-right", ink, 2.0)))
        half = _ICON_PX / 2
        renderer.render(painter, QRectF(-half, -half, _ICON_PX, _ICON_PX))
