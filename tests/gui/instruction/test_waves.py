from __future__ import annotations

from PySide6.QtGui import QTextDocument

from kontext_studio.gui.instruction.waves import line_parts


def laid_out(text: str, width: float) -> QTextDocument:
    document = QTextDocument(text)
    document.setTextWidth(width)
    document.size()
    return document


def widths(document: QTextDocument, start: int, end: int) -> list[float]:
    return [right - left.x() for _, left, right in line_parts(document, start, end)]


def test_the_blank_at_the_end_of_a_line_has_no_wave(qapp):
    words = "the flower"
    whole = laid_out(words, 400)
    broken = laid_out(words, whole.idealWidth() - 4)
    assert widths(broken, 0, len(words)) == widths(whole, 0, 3) + widths(whole, 4, len(words))
