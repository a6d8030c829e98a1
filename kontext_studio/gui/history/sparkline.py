"""The drift line: one point for each step from the original to the shown one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.theme.tokens import Theme

_HEIGHT = 40
_INSET = 5
_FLOOR = 1.0


class Sparkline(QWidget):
    """Decoration: the number beside it is what is read out."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[float | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_values(self, values: tuple[float | None, ...]) -> None:
        self._values = values
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            base = self.height() - _INSET + 0.5
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
            points = self._points(base)
            if not points:
                return
            line = QPainterPath(points[0])
            for point in points[1:]:
                line.lineTo(point)
            area = QPainterPath(line)
            area.lineTo(points[-1].x(), base)
            area.lineTo(points[0].x(), base)
            shade = self._theme.colour("accent.line")
            shade.setAlphaF(0.14)
            painter.fillPath(area, shade)
            accent = self._theme.colour("accent.line")
            painter.setPen(QPen(accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(line)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            for point in points[:-1]:
                painter.drawEllipse(point, 2.5, 2.5)
            painter.drawEllipse(points[-1], 3.5, 3.5)

    def _points(self, base: float) -> list[QPointF]:
        known = [(place, value) for place, value in enumerate(self._values) if value is not None]
        if len(known) < 2:
            return []
        top = max(_FLOOR, *(value for _, value in known))
        width = self.width() - 2 * _INSET
        last = max(1, len(self._values) - 1)
        height = base - _INSET
        return [
            QPointF(_INSET + width * place / last, base - height * value / top)
            for place, value in known
        ]
