"""Paints wavy underlines below ranges of a document."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextBlock, QTextDocument, QTextLine

_HALF_WAVE_PX = 3.0
_CREST_PX = 2.6  # of the control point; the wave itself rises half as far
_BELOW_BASELINE_PX = 4.0


def paint_wave(painter: QPainter, start: QPointF, end_x: float, colour: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath(start)
    x, down = start.x(), True
    while x + _HALF_WAVE_PX <= end_x + 1:
        x += _HALF_WAVE_PX
        middle = start.y() + (_CREST_PX if down else -_CREST_PX)
        path.quadTo(QPointF(x - _HALF_WAVE_PX / 2, middle), QPointF(x, start.y()))
        down = not down
    painter.setPen(QPen(colour, 1.1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def line_parts(
    document: QTextDocument, start: int, end: int
) -> Iterator[tuple[QTextBlock, QPointF, float]]:
    """For each line that the range touches: its block, the left end of the underline and its right
    x, both relative to the block. `start` and `end` count UTF-16 units."""
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        layout, offset = block.layout(), block.position()
        number = layout.lineForTextPosition(max(0, start - offset)).lineNumber()
        for i in range(max(0, number), layout.lineCount()):
            line = layout.lineAt(i)
            if line.textStart() >= end - offset:
                break
            first = max(start - offset, line.textStart())
            last = min(end - offset, line.textStart() + line.textLength())
            if first >= last:
                continue
            # In right-to-left text the second is left of the first.
            xs = sorted((_x(line, first), _x(line, last)))
            y = line.y() + line.ascent() + _BELOW_BASELINE_PX
            yield block, QPointF(xs[0], y), xs[1]
        block = block.next()


def _x(line: QTextLine, position: int) -> float:
    """WORKAROUND: PySide6 6.11 returns a pair (x, position) that its stubs call an object."""
    found = line.cursorToX(position)
    return float(found[0] if isinstance(found, tuple | list) else found)  # type: ignore[arg-type]
