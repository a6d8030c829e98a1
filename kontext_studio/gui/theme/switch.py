"""A check box drawn as a sliding switch; to keyboard and screen reader it stays a check box."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from kontext_studio.gui.theme.tokens import Theme

_TRACK = QSize(30, 18)
_ROOM = 3  # around the track, for the focus ring


class Switch(QCheckBox):
    """The label stands elsewhere, so an accessible name is asked for at once."""

    def __init__(self, theme: Theme, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(accessible_name)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return _TRACK + QSize(2 * _ROOM, 2 * _ROOM)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            track = QRectF(0, 0, _TRACK.width(), _TRACK.height())
            track.moveCenter(QRectF(self.rect()).center())
            on = self.isChecked()
            if self.isEnabled():
                fill = "accent.fill" if on else "surface.field"
                edge = "accent.fill" if on else "border.control"
                knob = "accent.on" if on else "text.secondary"
            else:
                fill, edge, knob = "surface.field", "border.subtle", "text.disabled"
            half = track.height() / 2
            painter.setPen(QPen(self._theme.colour(edge), 1))
            painter.setBrush(self._theme.colour(fill))
            painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), half - 0.5, half - 0.5)
            middle = track.right() - half if on else track.left() + half
            radius = half - 3 if on else half - 4
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(knob))
            knob_box = QRectF(0, 0, 2 * radius, 2 * radius)
            knob_box.moveCenter(QRectF(track).center())
            knob_box.moveLeft(middle - radius)
            painter.drawEllipse(knob_box)
            if self.hasFocus():
                painter.setPen(QPen(self._theme.colour("focus.ring"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                ring = track.adjusted(-2, -2, 2, 2)
                painter.drawRoundedRect(ring, half + 2, half + 2)
