"""A label whose words are never mark-up: much of what is shown comes from services and files.

Promises that lines which wrap stand as far apart as the tokens say; Qt sets them tighter.
"""

from __future__ import annotations

import html
import math

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QWidget

from kontext_studio.gui.theme.type import line_height

_WIDE = 16777215  # QWIDGETSIZE_MAX, which PySide does not name
_KEPT = 4


class Label(QLabel):
    """Used in place of QLabel everywhere: Qt's default looks for tags in the text."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        if isinstance(text, str):
            super().__init__(text, parent)
        else:
            super().__init__(text)
        self._kept: dict[int, tuple[QTextLayout, int]] = {}
        self._kept_for: tuple[object, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def line_px(self) -> int:
        """How far the lines of this label stand apart."""
        role = self.property("type")
        return line_height(self.font(), role if isinstance(role, str) else "")

    def heightForWidth(self, width: int) -> int:
        """WORKAROUND: QLabel (Qt 6.11) has no line height; may go when it gets one."""
        if self._is_ours():
            _, height = self._laid_out(width - self._around().width())
            return height + self._around().height()
        if self.wordWrap():
            self.ensurePolished()
            super().heightForWidth(width)  # makes the document anew where the words are new
            self._space_document()
        return super().heightForWidth(width)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width(), self.heightForWidth(hint.width())) if self.wordWrap() else hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(hint.width(), self.heightForWidth(_WIDE)) if self._is_ours() else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_ours():
            if self.wordWrap():
                self._space_document()
            super().paintEvent(event)
            return
        room = self.contentsRect().adjusted(*(2 * [self.margin()]), *(2 * [-self.margin()]))
        layout, height = self._laid_out(room.width())
        top = float(room.top())
        if self.alignment() & Qt.AlignmentFlag.AlignVCenter:
            top += math.floor((room.height() - height) / 2)
        elif self.alignment() & Qt.AlignmentFlag.AlignBottom:
            top += room.height() - height
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            layout.draw(painter, QPointF(room.left(), top))

    def _is_ours(self) -> bool:
        """Words that only wrap. Those that can be selected, or marked up by us, are Qt's."""
        plain = self.textFormat() is Qt.TextFormat.PlainText
        selectable = self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        return self.wordWrap() and plain and not selectable and bool(self.text())

    def _around(self) -> QSize:
        margins = self.contentsMargins()
        across = margins.left() + margins.right() + 2 * self.margin()
        return QSize(across, margins.top() + margins.bottom() + 2 * self.margin())

    def _laid_out(self, width: int) -> tuple[QTextLayout, int]:
        """The words broken into lines of that width, and how high they are together. Layouts ask
        for the same widths again and again while they settle, so the last few are kept."""
        self.ensurePolished()
        line_px = self.line_px()
        of = (self.text(), self.font().key(), self.alignment(), line_px, self.devicePixelRatioF())
        if of != self._kept_for or len(self._kept) >= _KEPT:
            self._kept.clear()
            self._kept_for = of
        if (kept := self._kept.get(width)) is None:
            kept = self._kept[width] = self._lay_out(width, line_px)
        return kept

    def _lay_out(self, width: int, line_px: int) -> tuple[QTextLayout, int]:
        option = QTextOption(self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font(), self)
        layout.setTextOption(option)
        layout.beginLayout()
        count = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            above = round((line_px - line.height()) / 2)
            line.setPosition(QPointF(0, count * line_px + above))
            count += 1
        layout.endLayout()
        return layout, count * line_px

    def _space_document(self) -> None:
        """The same distance for words that Qt lays out as a document."""
        document = self.findChild(QTextDocument)
        if document is None or not document.firstBlock().layout().lineCount():
            return
        first = document.firstBlock()
        more = max(0.0, self.line_px() - first.layout().lineAt(0).height())
        if first.blockFormat().lineHeight() == more:
            return
        spaced = QTextBlockFormat()
        spaced.setLineHeight(more, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(spaced)


def plain_tip(text: str) -> str:
    """A tool tip with these very words: Qt takes one with tags in it for mark-up."""
    return f"<p>{html.escape(text)}</p>" if "<" in text else text
