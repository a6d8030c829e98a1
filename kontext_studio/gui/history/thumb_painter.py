"""Paints the thumbnail of a history row with its star, comparison letters and busy ring."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from kontext_studio.gui.history.rows import HistoryRow, RowKind
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.shell.small_pictures import paint_busy, paint_icon
from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_BADGE = 16
_INSET = 2
_DIMMED = 0.5
_PROBLEM = 26


def paint_thumb(
    painter: QPainter,
    row: HistoryRow,
    rect: QRect,
    shelf: ThumbnailShelf,
    theme: Theme,
    turn: float | None,
) -> None:
    """`turn` (0 to 1) is where the busy ring stands; None shows the hourglass instead."""
    radius = theme.length("radius.thumb")
    painter.save()
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
    )
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(rect), radius, radius)
    painter.fillPath(shape, theme.colour("surface.field"))
    busy = row.kind is RowKind.RUNNING
    preview = shelf.preview(row.job) if busy and row.job is not None else None
    picture = preview or (shelf.picture(row.sha) if _shows_picture(row) and row.sha else None)
    if picture is not None:
        painter.setClipPath(shape)
        dimmed = row.is_lost or (busy and preview is None)
        painter.setOpacity(_DIMMED if dimmed else 1.0)
        painter.drawPixmap(rect, picture)
        painter.setOpacity(1.0)
        painter.setClipping(False)
    _paint_outline(painter, row, rect, theme, radius)
    if busy:
        paint_busy(painter, rect.center() + QPoint(1, 1), theme, turn)
    elif row.is_lost:
        _paint_problem(painter, rect, row.icon, theme)
    elif row.icon:
        paint_icon(painter, rect, row.icon, theme)
    if row.starred:
        _paint_star(painter, rect, theme)
    if row.mark and not row.is_lost:
        _paint_mark(painter, row.mark, rect, theme)
    if row.picks:
        _paint_letters(painter, row.picks, rect, theme)
    painter.restore()


def _shows_picture(row: HistoryRow) -> bool:
    return row.kind in (RowKind.STEP, RowKind.RUNNING)


def _paint_outline(
    painter: QPainter, row: HistoryRow, rect: QRect, theme: Theme, radius: float
) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if row.current:
        painter.setPen(QPen(theme.colour("accent.line"), 2))
        painter.drawRoundedRect(QRectF(rect).adjusted(-1, -1, 1, 1), radius + 1, radius + 1)
        return
    painter.setPen(QPen(theme.colour("border.subtle"), 1))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _paint_problem(painter: QPainter, rect: QRect, name: str, theme: Theme) -> None:
    """On a plate: a small picture that was kept may lie under it."""
    plate = QRect(0, 0, _PROBLEM, _PROBLEM)
    plate.moveCenter(rect.center() + QPoint(1, 1))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("overlay.plate"))
    painter.drawRoundedRect(plate, 4, 4)
    paint_icon(painter, plate, name, theme, token="overlay.star")


def _paint_star(painter: QPainter, rect: QRect, theme: Theme) -> None:
    plate = QRect(rect.right() + 1 - _INSET - _BADGE, rect.top() + _INSET, _BADGE, _BADGE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("overlay.plate"))
    painter.drawRoundedRect(plate, 3, 3)
    ratio = painter.device().devicePixelRatio()
    star = icon_pixmap(theme, "star", "overlay.star", 12, ratio, filled=True)
    painter.drawPixmap(plate.topLeft() + QPoint(2, 2), star)


def _paint_mark(painter: QPainter, name: str, rect: QRect, theme: Theme) -> None:
    """How the step was computed here, in the corner that neither star nor letters use."""
    top = rect.bottom() + 1 - _INSET - _BADGE
    plate = QRect(rect.right() + 1 - _INSET - _BADGE, top, _BADGE, _BADGE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("overlay.plate"))
    painter.drawRoundedRect(plate, 3, 3)
    ratio = painter.device().devicePixelRatio()
    sign = icon_pixmap(theme, name, "overlay.text", 12, ratio)
    painter.drawPixmap(plate.topLeft() + QPoint(2, 2), sign)


def _paint_letters(painter: QPainter, letters: tuple[str, ...], rect: QRect, theme: Theme) -> None:
    font = type_font(theme, "meta")
    font.setWeight(font.Weight.DemiBold)
    width = _BADGE + 10 * (len(letters) - 1)
    plate = QRect(rect.left() + _INSET, rect.top() + _INSET, width, _BADGE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent.fill"))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(theme.colour("accent.on"))
    painter.setFont(font)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, " ".join(letters))
