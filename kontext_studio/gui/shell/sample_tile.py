"""A sample photograph as a button, with its name on a plate."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

from kontext_studio.gui.shell.small_pictures import filled_pixmap, paint_picture
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

TILE = QSize(108, 70)
_DENSITY = 2
_INSET = 4
_ROUND_NAME = 2 * _INSET + 12


class SampleTile(QAbstractButton):
    """`chosen` carries the file given with `set_file`."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._file = ""
        self._picture: QPixmap | None = None
        self.setText(name)
        self.setAccessibleName(f"Open the sample {name}")
        self.setToolTip(f"Open the sample “{name}”")
        self.setFixedSize(TILE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._choose)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_file(self, file: str) -> None:
        self._file = file
        self.setObjectName(f"sample-{file}")

    def set_picture(self, image: QImage) -> None:
        if not image.isNull():
            self._picture = filled_pixmap(image, TILE * _DENSITY)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            radius = self._theme.length("radius.thumb")
            if self._picture is not None:
                paint_picture(painter, self.rect(), self._picture, radius)
            else:
                painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
                painter.setBrush(self._theme.colour("surface.field"))
                painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
            self._paint_plate(painter)
            if self.hasFocus() or self.underMouse():
                width = self._theme.stroke("stroke.focus")
                token = "focus.ring" if self.hasFocus() else "border.strong"
                painter.setPen(QPen(self._theme.colour(token), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)

    def _paint_plate(self, painter: QPainter) -> None:
        font = type_font(self._theme, "meta")
        wide, room = QFontMetricsF(font).horizontalAdvance(self.text()), self.width() - _ROUND_NAME
        if wide > room:  # a name is whole, if need be smaller than the person's type
            font.setPointSizeF(font.pointSizeF() * room / wide)
        metrics = QFontMetricsF(font)
        height = metrics.height() + 3
        plate = QRectF(0, 0, metrics.horizontalAdvance(self.text()) + 10, height)
        plate.moveBottomLeft(QPointF(_INSET, self.height() - _INSET))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("overlay.plate"))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setFont(font)
        painter.setPen(self._theme.colour("overlay.text"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.text())

    def _choose(self) -> None:
        self.chosen.emit(self._file)
