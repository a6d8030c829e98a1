"""The frame on which files are dropped: dashed, and in the accent while something hangs over it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme, ThemeName

_ICON_PX = 36
_DASH_PX = 3.0


class DropZone(QWidget):
    """`picture` is its icon, to be put into its layout."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._targeted = False
        self.picture = Label(self)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        made = icon(theme, "image-plus", size_px=_ICON_PX)
        self.picture.setPixmap(made.pixmap(QSize(_ICON_PX, _ICON_PX)))
        self.update()

    @property
    def is_targeted(self) -> bool:
        return self._targeted

    def set_targeted(self, on: bool) -> None:
        self._targeted = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            radius = self._theme.length("radius.dialog")
            if self._targeted:
                pen = QPen(self._theme.colour("accent.line"), 2)
            else:
                # Between the panel and the light theme's surround a border's grey would not show.
                dark = self._theme.name is ThemeName.DARK
                token = "border.control" if dark else "text.secondary"
                pen = QPen(self._theme.colour(token), 1)
                pen.setDashPattern([_DASH_PX, _DASH_PX])
            painter.setPen(pen)
            painter.setBrush(self._theme.colour("surface.panel"))
            half = pen.widthF() / 2
            line = QRectF(self.rect()).adjusted(half, half, -half, -half)
            painter.drawRoundedRect(line, radius, radius)
