"""Thumbnails and what is painted on them, for every list that shows steps or runs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap

from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.tokens import Theme

_ICON = 18
_RING = 20


def filled_pixmap(image: QImage, size: QSize) -> QPixmap:
    """The middle of the picture in exactly that size of device pixels."""
    scaled = image.scaled(
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    middle = QRect(scaled.rect().center() - QRect(0, 0, *size.toTuple()).center(), size)
    return QPixmap.fromImage(scaled.copy(middle))


def paint_picture(painter: QPainter, rect: QRect, pixmap: QPixmap, radius: float) -> None:
    """A picture in a rounded frame."""
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(rect), radius, radius)
    painter.save()
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    painter.setClipPath(shape)
    painter.drawPixmap(rect, pixmap)
    painter.restore()


def paint_busy(painter: QPainter, centre: QPoint, theme: Theme, turn: float | None) -> None:
    """The busy ring, drawn dark under light so that it shows on any picture."""
    if turn is None:
        box = QRect(0, 0, _RING + 6, _RING + 6)
        box.moveCenter(centre)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("overlay.plate"))
        painter.drawRoundedRect(box, 4, 4)
        paint_icon(painter, box, "hourglass", theme, token="overlay.text")
        return
    ring = QRectF(0, 0, _RING - 2, _RING - 2)
    ring.moveCenter(QRectF(centre.x(), centre.y(), 0, 0).topLeft())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    track = QPen(theme.colour("overlay.outline.dark"), 3)
    painter.setPen(track)
    painter.drawEllipse(ring)
    light = theme.colour("overlay.outline.light")
    dim = theme.colour("overlay.outline.light")
    dim.setAlphaF(0.45)
    painter.setPen(QPen(dim, 2))
    painter.drawEllipse(ring)
    arc = QPen(light, 2)
    arc.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(arc)
    painter.drawArc(ring, round((90 - 360 * turn) * 16), -100 * 16)


def paint_icon(
    painter: QPainter, rect: QRect, name: str, theme: Theme, token: str = "text.secondary"
) -> None:
    ratio = painter.device().devicePixelRatio()
    pixmap = icon_pixmap(theme, name, token, _ICON, ratio)
    painter.drawPixmap(rect.center() - QPoint(_ICON // 2 - 1, _ICON // 2 - 1), pixmap)
