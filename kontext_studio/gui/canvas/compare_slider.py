"""The slider on a dark plate that mixes two pictures laid over each other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.percent_slider import PercentSlider
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_HEIGHT, _PADDING, _GAP = 32, 12, 10
_TRACK_PX, _LEAST_TRACK_PX = 140, 60
_KNOB = 7.0
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
}


class MixSlider(PercentSlider):
    """0 to 100 percent of the after picture; arrows move by 1, with Shift by 10."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        name = "Share of the after picture, percent"
        super().__init__(theme, "mixSlider", name, _STEPS, parent)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._track_px = _TRACK_PX

    def fit_into(self, width_px: float) -> None:
        """Take no more room than that, but never so little that it cannot be moved."""
        spare = width_px - (self._width() - self._track_px)
        self._track_px = round(min(_TRACK_PX, max(_LEAST_TRACK_PX, spare)))
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(self._width(), _HEIGHT)

    def _width(self) -> int:
        return round(2 * _PADDING + self._words_px("100 %") + _GAP) + self._track_px

    def _words_px(self, words: str) -> float:
        return QFontMetricsF(type_font(self._theme, "small")).horizontalAdvance(words)

    def _track(self) -> QRectF:
        return QRectF(_PADDING, self.height() / 2 - 2, self._track_px, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._move_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move_to(event.position())

    def _move_to(self, point: QPointF) -> None:
        track = self._track()
        self.setValue(round((point.x() - track.left()) / track.width() * 100))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, track = self._theme, self._track()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("overlay.plate"))
            radius = theme.length("radius.card")
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
            painter.setBrush(theme.colour("border.control"))
            painter.drawRoundedRect(track, 2, 2)
            knob = QPointF(track.left() + track.width() * self.value() / 100, track.center().y())
            painter.setBrush(theme.colour("overlay.text.dim"))
            done = QRectF(track)
            done.setRight(knob.x())
            painter.drawRoundedRect(done, 2, 2)
            painter.setBrush(theme.colour("overlay.text"))
            painter.drawEllipse(knob, _KNOB, _KNOB)
            painter.setFont(type_font(theme, "small"))
            painter.setPen(theme.colour("overlay.text"))
            words = QRectF(self.rect()).adjusted(0, 0, -_PADDING, 0)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(words, right, f"{self.value()} %")
            if self.hasFocus():
                painter.setPen(QPen(theme.colour("focus.ring"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
                painter.drawRoundedRect(ring, radius, radius)
