"""What is painted over pictures: plates with words, double lines, crosshair, outlines.

Everything is painted dark under light, so that it shows on any picture; words stand on a plate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QIcon, QPainter, QPen

from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

PLATE_HEIGHT = 28
PLATE_MARGIN = 12
_PLATE_PADDING = 10
_WORD_GAP = 8
_BADGE_PX = 18
_ICON_PX = 16
_CROSS_ARM = 9.0


@dataclass(frozen=True, slots=True)
class Plate:
    """Words on a dark plate: a badge, an icon by its name, a strong word and a dim one, any of
    them empty."""

    strong: str = ""
    dim: str = ""
    badge: str = ""
    icon: str = ""


def plate_size(theme: Theme, plate: Plate) -> QSizeF:
    """The size a plate needs."""
    parts = sum(map(bool, (plate.badge, plate.icon, plate.strong, plate.dim)))
    width = 2.0 * _PLATE_PADDING + _WORD_GAP * max(0, parts - 1)
    for mark, mark_px in ((plate.badge, _BADGE_PX), (plate.icon, _ICON_PX)):
        width += mark_px if mark else 0
    if plate.strong:
        width += QFontMetricsF(type_font(theme, "label")).horizontalAdvance(plate.strong)
    if plate.dim:
        width += QFontMetricsF(type_font(theme, "small")).horizontalAdvance(plate.dim)
    return QSizeF(math.ceil(width), PLATE_HEIGHT)


def paint_plate(painter: QPainter, theme: Theme, corner: QPointF, plate: Plate) -> None:
    """Paint a plate with its top left corner near a point, on whole pixels so that it is sharp."""
    box = QRectF(QPointF(round(corner.x()), round(corner.y())), plate_size(theme, plate))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("overlay.plate"))
    radius = theme.length("radius.card")
    painter.drawRoundedRect(box, radius, radius)
    words = box.adjusted(_PLATE_PADDING, 0, 0, 0)
    if plate.badge:
        _paint_badge(painter, theme, words, plate.badge)
        words.adjust(_BADGE_PX + _WORD_GAP, 0, 0, 0)
    if plate.icon:
        place = QRectF(words.left(), box.center().y() - _ICON_PX / 2, _ICON_PX, _ICON_PX).toRect()
        icon(theme, plate.icon, "overlay").paint(painter, place, state=QIcon.State.On)
        words.adjust(_ICON_PX + _WORD_GAP, 0, 0, 0)
    for text, role, token in (
        (plate.strong, "label", "overlay.text"),
        (plate.dim, "small", "overlay.text.dim"),
    ):
        if text:
            font = type_font(theme, role)
            painter.setFont(font)
            painter.setPen(theme.colour(token))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
            words.adjust(QFontMetricsF(font).horizontalAdvance(text) + _WORD_GAP, 0, 0, 0)
    painter.restore()


def paint_plate_around(painter: QPainter, theme: Theme, middle: QPointF, plate: Plate) -> None:
    """Paint a plate with its middle at a point."""
    size = plate_size(theme, plate)
    paint_plate(painter, theme, middle - QPointF(size.width() / 2, size.height() / 2), plate)


def _paint_badge(painter: QPainter, theme: Theme, words: QRectF, letter: str) -> None:
    badge = QRectF(words.left() - 2, 0, _BADGE_PX, _BADGE_PX)
    badge.moveTop(words.center().y() - _BADGE_PX / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent.fill"))
    painter.drawRoundedRect(badge, 3, 3)
    font = type_font(theme, "meta")
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("accent.on"))
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, letter)


def paint_line(painter: QPainter, theme: Theme, line: QLineF) -> None:
    """A wipe line: 4 px dark under 2 px light."""
    painter.save()
    for token, width in (("overlay.outline.dark", 4), ("overlay.outline.light", 2)):
        pen = QPen(theme.colour(token), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(line)
    painter.restore()


def paint_crosshair(painter: QPainter, theme: Theme, at: QPointF) -> None:
    """The pointer's place in a picture where the pointer is not."""
    painter.save()
    arms = (
        QLineF(at.x() - _CROSS_ARM, at.y(), at.x() + _CROSS_ARM, at.y()),
        QLineF(at.x(), at.y() - _CROSS_ARM, at.x(), at.y() + _CROSS_ARM),
    )
    for token, width in (("overlay.outline.dark", 3.0), ("overlay.outline.light", 1.0)):
        pen = QPen(theme.colour(token), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLines(list(arms))
    painter.restore()


def paint_ring(painter: QPainter, theme: Theme, box: QRect, token: str) -> None:
    """A 2 px ring inside `box`, for focus and for the chosen tile, over a dark hairline."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = QRectF(box)
    painter.setPen(_mitred(QPen(theme.colour("overlay.outline.dark"), 1)))
    painter.drawRect(inner.adjusted(2.5, 2.5, -2.5, -2.5))
    painter.setPen(_mitred(QPen(theme.colour(token), theme.length("stroke.focus"))))
    painter.drawRect(inner.adjusted(1, 1, -1, -1))
    painter.restore()


def paint_drop_target(painter: QPainter, theme: Theme, box: QRect, words: str) -> None:
    """An accent outline and one line of text, while something that can be dropped hovers."""
    painter.save()
    margin = theme.space(3)
    inner = QRectF(box).adjusted(margin, margin, -margin, -margin)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = theme.length("radius.bar")
    for token, width in (("overlay.outline.dark", 4), ("accent.line", 2)):
        painter.setPen(QPen(theme.colour(token), width))
        painter.drawRoundedRect(inner, radius, radius)
    painter.restore()
    paint_plate_around(painter, theme, inner.center(), Plate(words))


def _mitred(pen: QPen) -> QPen:
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen
