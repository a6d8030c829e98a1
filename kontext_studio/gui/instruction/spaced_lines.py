"""Lines of one fixed height in a plain text editor, which Qt has no setting for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextDocument, QTextLayout
from PySide6.QtWidgets import QPlainTextDocumentLayout


class SpacedLines(QPlainTextDocumentLayout):
    """WORKAROUND: QPlainTextDocumentLayout (Qt 6.11) ignores a block's line height, so each line is
    moved to its place after Qt has broken the text; may go when QTextBlockFormat.lineHeight works.
    """

    def __init__(self, document: QTextDocument, line_px: float) -> None:
        super().__init__(document)
        self._line_px = line_px

    def set_line_px(self, line_px: float) -> None:
        self._line_px = line_px
        self.requestUpdate()

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        rect = super().blockBoundingRect(block)
        if not block.isValid() or not block.isVisible():
            return rect
        layout = block.layout()
        space_lines(layout, self._line_px)
        last = not block.next().isValid()
        margin = self.document().documentMargin() if last else 0
        rect.setHeight(layout.lineCount() * self._line_px + margin)
        return rect


def space_lines(layout: QTextLayout, line_px: float) -> None:
    """Put each line in the middle of a strip of that height; cheap when they are there already."""
    count = layout.lineCount()
    if not count:
        return
    above = round((line_px - layout.lineAt(0).height()) / 2)
    last = layout.lineAt(count - 1)
    if last.y() == (count - 1) * line_px + above and layout.lineAt(0).y() == above:
        return
    for i in range(count):
        line = layout.lineAt(i)
        line.setPosition(QPointF(line.x(), i * line_px + above))
