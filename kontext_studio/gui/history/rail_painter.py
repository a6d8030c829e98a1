"""Paints the rail of one history row: the lines that pass, and the node in its shape."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from kontext_studio.gui.history.rails import Rail, Shape, Tone
from kontext_studio.gui.history.row_geometry import RowGeometry
from kontext_studio.gui.history.rows import HistoryRow, RowKind
from kontext_studio.gui.theme.tokens import Theme

_BEND = 12
_DASH_PX = 3.0
# Where lines cross, the current path lies on top.
_ORDER = (Tone.WAITING, Tone.PLAIN, Tone.RUNNING, Tone.ACTIVE)
_MAX_PLAIN_DEPTH = 2


def paint_rail(
    painter: QPainter,
    row: HistoryRow,
    rect: QRect,
    *,
    theme: Theme,
    geometry: RowGeometry,
    background: QColor,
) -> None:
    """The whole rail of a row; `background` is what the nodes are cut out with."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(QRect(rect.left(), rect.top(), geometry.rail_width, rect.height()))
    middle = rect.top() + rect.height() / 2

    def x_of(lane: int) -> float:
        return rect.left() + geometry.lane_x(lane, theme)

    for rail in sorted(row.rails, key=lambda one: _ORDER.index(one.tone)):
        painter.setPen(_pen(rail.tone, theme))
        painter.drawPath(_path(rail, rect, middle, x_of(rail.lane), x_of(rail.to_lane)))
    centre = QPointF(x_of(row.lane), middle)
    if row.depth > _MAX_PLAIN_DEPTH:
        _paint_depth(painter, row.depth, centre, theme, geometry, background)
    _paint_node(painter, row, centre, theme, background)
    painter.restore()


def _pen(tone: Tone, theme: Theme) -> QPen:
    active = tone in (Tone.ACTIVE, Tone.RUNNING)
    width = theme.stroke("stroke.rail.active" if active else "stroke.rail")
    pen = QPen(theme.colour("rail.active" if active else "rail.line"), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if tone in (Tone.RUNNING, Tone.WAITING):
        pen.setDashPattern([_DASH_PX / width, _DASH_PX / width])
    return pen


def _path(rail: Rail, rect: QRect, middle: float, x: float, to_x: float) -> QPainterPath:
    top, bottom = float(rect.top()), float(rect.bottom() + 1)
    bend = min(float(_BEND), to_x - x) if rail.shape is Shape.HOOK else float(_BEND)
    path = QPainterPath()
    if rail.shape is Shape.HOOK:
        path.moveTo(x, middle - _BEND)
        path.cubicTo(x, middle - _BEND * 0.3, x + bend * 0.3, middle, x + bend, middle)
        path.lineTo(to_x, middle)
        return path
    ends = {
        Shape.FULL: (top, bottom),
        Shape.TOP: (top, middle),
        Shape.BOTTOM: (middle, bottom),
        Shape.TO_BEND: (top, middle - _BEND),
        Shape.FROM_BEND: (middle - _BEND, bottom),
    }[rail.shape]
    path.moveTo(x, ends[0])
    path.lineTo(x, ends[1])
    return path


def _paint_node(
    painter: QPainter, row: HistoryRow, centre: QPointF, theme: Theme, background: QColor
) -> None:
    radius = float(theme.length("size.node.radius"))
    halo = float(theme.length("size.node.halo"))
    active, plain = theme.colour("rail.active"), theme.colour("rail.line")
    # A gap between the node and its lines, as in the designs.
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    clear = halo + 2 if row.current else radius + 1.5
    painter.drawEllipse(centre, clear, clear)
    if row.kind is RowKind.FAILED:
        _paint_crossed(painter, centre, radius + 1, theme, "danger.line", "accent.on")
    elif row.kind is RowKind.CANCELLED:
        _paint_crossed(painter, centre, radius + 1, theme, "rail.line", "surface.panel")
    elif row.kind is RowKind.RUNNING:
        _ring(painter, centre, radius, QPen(active, 2))
    elif row.kind is RowKind.WAITING:
        pen = QPen(plain, theme.stroke("stroke.rail"))
        pen.setDashPattern([1.6, 1.6])
        _ring(painter, centre, radius, pen)
    elif row.current:
        painter.setBrush(active)
        painter.drawEllipse(centre, radius, radius)
        _ring(painter, centre, halo - 0.5, QPen(active, theme.stroke("stroke.rail")))
    elif row.on_path:
        painter.setBrush(active)
        painter.drawEllipse(centre, radius - 1, radius - 1)
    else:
        _ring(painter, centre, radius, QPen(plain, theme.stroke("stroke.rail")))


def _ring(painter: QPainter, centre: QPointF, radius: float, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, radius, radius)


def _paint_crossed(
    painter: QPainter, centre: QPointF, radius: float, theme: Theme, disc: str, cross: str
) -> None:
    painter.setBrush(theme.colour(disc))
    painter.drawEllipse(centre, radius, radius)
    painter.setPen(QPen(theme.colour(cross), 1.8))
    arm = 2.0
    painter.drawLine(centre + QPointF(-arm, -arm), centre + QPointF(arm, arm))
    painter.drawLine(centre + QPointF(-arm, arm), centre + QPointF(arm, -arm))


def _paint_depth(
    painter: QPainter,
    depth: int,
    centre: QPointF,
    theme: Theme,
    geometry: RowGeometry,
    background: QColor,
) -> None:
    """How deep a branch of the last lane lies, on a plate over its line."""
    box = QRectF(0, 0, 13 if depth < 10 else 18, 14)
    box.moveCenter(QPointF(centre.x(), centre.y() - 17))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    painter.drawRect(box.adjusted(0, 0, 0, 6))
    painter.setPen(theme.colour("text.secondary"))
    painter.setFont(geometry.meta_font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(depth))
