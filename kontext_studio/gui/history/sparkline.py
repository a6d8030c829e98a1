"""The drift line: one point for each step from the original to the shown one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.history.drift_words import FAR_DRIFT
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
        self._far: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_values(self, values: tuple[float | None, ...], far: tuple[int, ...] = ()) -> None:
        """`far` are the places that are marked."""
        self._values, self._far = values, far
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            base = self.height() - _INSET + 0.5
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
            placed = self._points(base)
            if not placed:
                return
            self._paint_limit(painter, base)
            points = list(placed.values())
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
            for place, point in placed.items():
                size = 3.5 if place == len(self._values) - 1 else 2.5
                if place in self._far:
                    self._paint_far(painter, point, size + 1.5)
                else:
                    painter.drawEllipse(point, size, size)

    def _paint_limit(self, painter: QPainter, base: float) -> None:
        """Where far begins, as soon as the line comes there."""
        top = self._top()
        if top < FAR_DRIFT or not self._far:
            return
        y = base - (base - _INSET) * FAR_DRIFT / top
        painter.setPen(QPen(self._theme.colour("warning.line"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, y), QPointF(self.width(), y))

    def _paint_far(self, painter: QPainter, point: QPointF, size: float) -> None:
        """Another shape too: nobody has to tell the colours apart."""
        up = QPointF(0, -size)
        corners = [point + up, point + QPointF(size, size), point + QPointF(-size, size)]
        painter.setBrush(self._theme.colour("warning.line"))
        painter.drawPolygon(QPolygonF(corners))
        painter.setBrush(self._theme.colour("accent.line"))

    def _top(self) -> float:
        return max(_FLOOR, *(value for value in self._values if value is not None))

    def _points(self, base: float) -> dict[int, QPointF]:
        """By the place in the path."""
        known = [(place, value) for place, value in enumerate(self._values) if value is not None]
        if len(known) < 2:
            return {}
        top = self._top()
        width = self.width() - 2 * _INSET
        last = max(1, len(self._values) - 1)
        height = base - _INSET
        return {
            place: QPointF(_INSET + width * place / last, base - height * value / top)
            for place, value in known
        }
