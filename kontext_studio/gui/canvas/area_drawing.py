"""Lines that belong to a gesture on a picture: the brush's ring, a lasso, a box.

All are drawn twice, dark under light, so that they show on any picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from kontext_studio.gui.theme.tokens import Theme

_DASH_PX = 4.0
_RING_PX = 2.0
_PLAIN_RING_PX = 48  # a smaller ring is one box
_MOST_PIECES = 40


def paint_brush_ring(painter: QPainter, theme: Theme, at: QPointF, radius: float) -> None:
    """As large as what a press would paint."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for token, width in (("overlay.outline.dark", 3.5), ("overlay.outline.light", 1.5)):
        painter.setPen(QPen(theme.colour(token), width))
        painter.drawEllipse(at, radius, radius)
    painter.restore()


def ring_region(at: QPointF, radius: float) -> QRegion:
    """What the ring touches, in small boxes along it: not the large disc inside."""
    reach = _RING_PX + 1
    if radius < _PLAIN_RING_PX:
        far = radius + reach
        return QRegion(QRectF(at.x() - far, at.y() - far, 2 * far, 2 * far).toAlignedRect())
    pieces = min(_MOST_PIECES, math.ceil(radius / 8))
    turn = 2 * math.pi / pieces
    region = QRegion()
    for n in range(pieces):
        first, last = n * turn, (n + 1) * turn
        # The arc bulges out of the box of its ends by less than this.
        wide = reach + radius * (1 - math.cos(turn / 2))
        x0, x1 = sorted((math.cos(first) * radius, math.cos(last) * radius))
        y0, y1 = sorted((math.sin(first) * radius, math.sin(last) * radius))
        box = QRectF(at.x() + x0 - wide, at.y() + y0 - wide, x1 - x0 + 2 * wide, y1 - y0 + 2 * wide)
        region += QRegion(box.toAlignedRect())
    return region


def paint_dashed(painter: QPainter, theme: Theme, points: Sequence[QPointF]) -> None:
    """A line of light dashes on a dark one."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("overlay.outline.dark"), 3))
    painter.drawPolyline(list(points))
    dashes = QPen(theme.colour("overlay.outline.light"), 1.5)
    dashes.setDashPattern([_DASH_PX, _DASH_PX])
    painter.setPen(dashes)
    painter.drawPolyline(list(points))
    painter.restore()
