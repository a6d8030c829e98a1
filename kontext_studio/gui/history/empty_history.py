"""The history before its first step: a drawing of a tree, and what it will be good for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_SIZE = QSize(88, 84)
_NODES = ((6.0, 7.0), (46.0, 31.0), (46.0, 53.0), (46.0, 75.0), (6.0, 75.0))
_PLATES = ((18.0, 0.0), (58.0, 24.0), (58.0, 46.0), (58.0, 68.0))
_PLATE = (30.0, 14.0)
_RADIUS = 5.5
_TEXT_WIDTH = 236


class EmptyHistory(QWidget):
    """Nothing here can be pressed; it only speaks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = _TreeDrawing(theme, self)
        title = Label("No steps yet", self)
        set_kind(title, type="strong")
        body = Label(
            "Each edit becomes a step. Go back to any step and branch from there, "
            "nothing is overwritten.",
            self,
        )
        set_kind(body, type="small", tone="secondary")
        body.setWordWrap(True)
        body.setMaximumWidth(_TEXT_WIDTH)
        body.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        # A wrapping label that is aligned in its layout gets too little height.
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(body, 100)
        line.addStretch(1)
        column = QVBoxLayout(self)
        pad = theme.space(5)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.space(2))
        column.addStretch(1)
        column.addWidget(self._drawing, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.space(6))
        column.addWidget(title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(line)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        self._drawing.set_theme(theme)


class _TreeDrawing(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(_SIZE)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("border.subtle"))
            for x, y in _PLATES:
                painter.drawRoundedRect(QRectF(x, y, *_PLATE), 3, 3)
            painter.setPen(QPen(self._theme.colour("rail.line"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            root, first, second, third, _ = _NODES
            lines = QPainterPath()
            lines.moveTo(root[0], root[1] + _RADIUS)
            lines.lineTo(root[0], third[1] - _RADIUS)
            for x, y in (first, second):
                lines.moveTo(root[0], y - 10)
                lines.quadTo(root[0], y, root[0] + 10, y)
                lines.lineTo(x - _RADIUS, y)
            lines.moveTo(second[0], second[1] + _RADIUS)
            lines.lineTo(third[0], third[1] - _RADIUS)
            painter.drawPath(lines)
            for x, y in _NODES:
                painter.drawEllipse(QPointF(x, y), _RADIUS, _RADIUS)
