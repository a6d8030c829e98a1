"""Lays out and paints text that is not part of a document, as if it went on behind its end."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPainter,
    QTextBlock,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from kontext_studio.gui.instruction.spaced_lines import space_lines

_LINE_SEPARATOR = "\u2028"


class GhostLayout:
    """The last block of a document with `ghost` behind it, in lines of `line_px`."""

    def __init__(
        self,
        block: QTextBlock,
        ghost: str,
        font: QFont,
        colour: QColor,
        width_px: float,
        line_px: float,
    ) -> None:
        real = block.text()
        typed = block.layout()
        breaks = [typed.lineAt(i).textStart() for i in range(typed.lineCount())]
        self._layout = _laid_out(real, ghost, font, colour, width_px)
        starts = [self._layout.lineAt(i).textStart() for i in range(self._layout.lineCount())]
        if real and [start for start in starts if start < len(real)] != breaks:
            # The ghost would pull a typed word into the next line, so it begins there itself.
            separated = _LINE_SEPARATOR + ghost.lstrip(" ")
            self._layout = _laid_out(real, separated, font, colour, width_px)
        space_lines(self._layout, line_px)
        self.extra_lines = max(0, self._layout.lineCount() - max(1, len(breaks)))

    def paint(self, painter: QPainter, at: QPointF) -> None:
        self._layout.draw(painter, at)


def _laid_out(real: str, ghost: str, font: QFont, colour: QColor, width_px: float) -> QTextLayout:
    layout = QTextLayout(real + ghost, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    clear = QColor(0, 0, 0, 0)
    # Before the lines are made: new formats throw them away.
    layout.setFormats([_coloured(0, len(real), clear), _coloured(len(real), len(ghost), colour)])
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width_px)
    layout.endLayout()
    return layout


def _coloured(start: int, length: int, colour: QColor) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start, part.length = start, length
    text_format = QTextCharFormat()
    text_format.setForeground(QBrush(colour))
    part.format = text_format
    return part
