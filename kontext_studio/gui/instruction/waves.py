"""Paints wavy underlines below ranges of a document.

A wave is drawn once for each colour and density and copied from then on: a long instruction has
dozens, and each key would wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextBlock,
    QTextDocument,
    QTextLine,
)

_HALF_WAVE_PX = 3.0
_CREST_PX = 2.6  # of the control point; the wave itself rises half as far
_BELOW_BASELINE_PX = 4.0
_STRIP = QSize(480, 8)  # whole waves, and whole pixels at every usual density


def paint_wave(painter: QPainter, start: QPointF, end_x: float, colour: QColor) -> None:
    density = painter.device().devicePixelRatioF()
    strip = _strip(colour.rgba(), density)
    x, top = round(start.x()), round(start.y()) - _STRIP.height() // 2
    while x < end_x:
        width = min(_STRIP.width(), end_x - x)
        part = QRectF(0, 0, width * density, _STRIP.height() * density)
        painter.drawPixmap(QRectF(x, top, width, _STRIP.height()), strip, part)
        x += _STRIP.width()


@lru_cache(maxsize=16)
def _strip(rgba: int, density: float) -> QPixmap:
    strip = QPixmap(_STRIP * density)
    strip.setDevicePixelRatio(density)
    strip.fill(Qt.GlobalColor.transparent)
    middle = _STRIP.height() / 2
    path = QPainterPath(QPointF(-_HALF_WAVE_PX, middle))
    for n in range(round(_STRIP.width() / _HALF_WAVE_PX) + 2):
        x, crest = n * _HALF_WAVE_PX, _CREST_PX if n % 2 else -_CREST_PX
        path.quadTo(QPointF(x - _HALF_WAVE_PX / 2, middle + crest), QPointF(x, middle))
    with QPainter(strip) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor.fromRgba(rgba), 1.1))
        painter.drawPath(path)
    return strip


def line_parts(
    document: QTextDocument, start: int, end: int
) -> Iterator[tuple[QTextBlock, QPointF, float]]:
    """For each line that the range touches: its block, the left end of the underline and its right
    x, both relative to the block. `start` and `end` count UTF-16 units. A line's last blanks belong
    to no word."""
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
            while last > first and document.characterAt(offset + last - 1).isspace():
                last -= 1
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
