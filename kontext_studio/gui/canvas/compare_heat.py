"""The difference of two pictures as something to lay over one of them, and its scale in words.

The pixels come from stored pictures; here they only get their colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QLinearGradient, QPainter, QPen

from kontext_studio.gui.canvas.bands import converted_in_bands
from kontext_studio.gui.canvas.overlays import PLATE_MARGIN
from kontext_studio.gui.canvas.pyramid import Pyramid, build_pyramid
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font
from kontext_studio.imaging.heat_map import PLAIN_SCALE, HeatScale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FULL_DELTA_E = round(PLAIN_SCALE.full)
_BAND_PIXELS = 1 << 20
_LEAST_WIDTH, _PADDING, _RAMP_PX, _GAP = 204, 10, 8, 5
_TICKS = 4
_TITLES = ("Difference, ΔE 2000", "ΔE 2000")


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """A map with clear parts, how strongly it covers (0 to 1), and below what it is clear."""

    pyramid: Pyramid
    strength: float
    clear_below: float


def heat_pyramid(values: NDArray[np.float16], clear_below: float) -> Pyramid:
    """The map of differences (height, width) in CIEDE2000, for a worker thread."""
    import cv2
    import numpy as np

    from kontext_studio.imaging.heat_map import heat_map

    scale = HeatScale(clear_below=clear_below)
    height, width = values.shape
    out = np.empty((height, width, 4), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        part = slice(top, top + rows)
        heat = heat_map(values[part].astype(np.float32), scale)
        # In the order and premultiplied form that Qt paints fastest.
        ordered = cv2.cvtColor(heat, cv2.COLOR_RGBA2BGRA)
        out[part] = cv2.bitwise_and(ordered, ordered, mask=np.ascontiguousarray(heat[..., 3]))
    kind = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(out.data, width, height, 4 * width, kind)
    # The copy outlives the array.
    return build_pyramid(converted_in_bands(image, kind, lambda band: band))


def legend_size(theme: Theme) -> QSizeF:
    """The room that the legend's words need."""
    metrics = QFontMetricsF(type_font(theme, "meta"))
    wide = max(_LEAST_WIDTH, 2 * _PADDING + metrics.horizontalAdvance(_TITLES[0]) * 1.2)
    return QSizeF(round(wide), round(2 * metrics.height() + _RAMP_PX + 4 * _GAP))


def legend_box(theme: Theme, visible: QRectF, view: QRectF, bar_px: float) -> QRectF:
    """Where a legend lies: in the lower right of what is seen of a picture, above the `bar_px` at
    the view's bottom, where the contextual bar floats. It is no wider than the view."""
    size = legend_size(theme)
    size.setWidth(min(size.width(), view.width() - 2 * PLATE_MARGIN))
    right = min(visible.right(), view.right()) - PLATE_MARGIN
    bottom = min(visible.bottom(), view.bottom() - bar_px) - PLATE_MARGIN
    left = max(view.left() + PLATE_MARGIN, right - size.width())
    top = max(view.top() + PLATE_MARGIN, bottom - size.height())
    return QRectF(QPointF(round(left), round(top)), size)


def legend_words(theme: Theme, wide: float) -> tuple[str, tuple[int, ...]]:
    """The title and the values below the ramp that a legend of that width has room for."""
    metrics = QFontMetricsF(type_font(theme, "meta"))
    room = wide - 2 * _PADDING
    title = next((one for one in _TITLES if metrics.horizontalAdvance(one) <= room), "")
    for steps in (_TICKS, _TICKS // 2, 1):
        values = tuple(FULL_DELTA_E * tick // steps for tick in range(steps + 1))
        needed = sum(metrics.horizontalAdvance(_tick_words(one)) + 2 * _GAP for one in values)
        if needed <= room:
            return title, values
    return title, ()


def paint_legend(painter: QPainter, theme: Theme, box: QRectF, clear_below: float) -> None:
    """The scale on a plate: a ramp from 0 to 80 and more; what is clear is left out of it."""
    title, values = legend_words(theme, box.width())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("overlay.plate"))
    radius = theme.length("radius.card")
    painter.drawRoundedRect(box, radius, radius)
    painter.setFont(type_font(theme, "meta"))
    painter.setPen(theme.colour("overlay.text"))
    inner = box.adjusted(_PADDING, _GAP, -_PADDING, -_GAP)
    metrics = QFontMetricsF(painter.font())
    top_left = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
    painter.drawText(inner, top_left, title)
    ramp = QRectF(inner.left(), inner.top() + metrics.height() + _GAP, inner.width(), _RAMP_PX)
    _paint_ramp(painter, theme, ramp, clear_below)
    painter.setPen(theme.colour("overlay.text.dim"))
    for value in values:
        words = _tick_words(value)
        wide = metrics.horizontalAdvance(words)
        middle = ramp.left() + ramp.width() * value / FULL_DELTA_E
        left = min(max(ramp.left(), middle - wide / 2), ramp.right() - wide)
        painter.drawText(QPointF(left, inner.bottom() - metrics.descent()), words)
    painter.restore()


def _tick_words(value: int) -> str:
    return f"{value}+" if value == FULL_DELTA_E else str(value)


def _paint_ramp(painter: QPainter, theme: Theme, ramp: QRectF, clear_below: float) -> None:
    gradient = QLinearGradient(ramp.topLeft(), ramp.topRight())
    for place, colour in theme.heatmap_stops:
        gradient.setColorAt(place, colour)
    seen = QRectF(ramp)
    seen.setLeft(ramp.left() + ramp.width() * min(1.0, clear_below / FULL_DELTA_E))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRect(seen)
    # The darkest end would be lost on the plate without a line around it.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(theme.colour("overlay.text.dim"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(ramp.toRect().adjusted(0, 0, -1, -1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
