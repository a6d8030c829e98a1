"""A thin bar: how far a run is, that it is busy, or how much of a limit is used."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.theme.tokens import Theme

_SWEEP = 0.28


class ThinBar(QWidget):
    """`value` 0 to 1, or None for a piece that wanders with `set_turn`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, height_px: int = 3) -> None:
        super().__init__(parent)
        self._theme = theme
        self._height_px = height_px
        self._value: float | None = 0.0
        self._turn: float | None = 0.0
        self._token = "accent.line"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_value(self, value: float | None) -> None:
        if value != self._value:
            self._value = value
            self.update()

    def value(self) -> float | None:
        return self._value

    def set_turn(self, turn: float | None) -> None:
        """Where the wandering piece stands (0 to 1); None keeps it away."""
        self._turn = turn
        if self._value is None:
            self.update()

    def set_token(self, token: str) -> None:
        """The colour token of the part that is done."""
        self._token = token
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, self._height_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self._height_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            track = QRectF(0, (self.height() - self._height_px) / 2, self.width(), self._height_px)
            radius = self._height_px / 2
            painter.setBrush(self._theme.colour("border.subtle"))
            painter.drawRoundedRect(track, radius, radius)
            done = QRectF(track)
            if self._value is not None:
                done.setWidth(track.width() * min(1.0, max(0.0, self._value)))
            elif self._turn is None:
                return
            else:
                done.setWidth(track.width() * _SWEEP)
                done.moveLeft((track.width() - done.width()) * abs(2 * self._turn - 1))
            if done.width() > 0:
                painter.setBrush(self._theme.colour(self._token))
                painter.drawRoundedRect(done, radius, radius)
