"""The paper of the editor: lines of a fixed height, a frame that grows with the text, ghost text,
underlines and the line at its foot. It refuses to know what any of them mean."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from kontext_studio.gui.instruction.ghost_layout import GhostLayout
from kontext_studio.gui.instruction.prompt_footer import PromptFooter
from kontext_studio.gui.instruction.spaced_lines import SpacedLines
from kontext_studio.gui.instruction.waves import line_parts, paint_wave
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_TALLEST = 220
_ABOVE_TEXT = 12
_BESIDE_TEXT = 13
_FRAME = 8  # the style sheet's padding and border
_FOOTER_ROOM = 36
_FOOTER_HEIGHT = 20
_MANY_LINES = 100
_A_LINE = 200  # characters, and then some
_MOST_SCALE = 1.6  # larger text scrolls rather than fill the panel


class PaperEdit(QPlainTextEdit):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ghost = ""
        self._ghost_layout: GhostLayout | None = None
        self._hint = ""
        document = QTextDocument(self)
        self._lines = SpacedLines(document, theme.type_styles["prompt"].line_px)
        document.setDocumentLayout(self._lines)
        document.setDocumentMargin(0)
        self.setDocument(document)
        self._footer = PromptFooter(theme, self)
        self.setCursorWidth(2)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        font = type_font(theme, "prompt")
        self.setFont(font)
        self.document().setDefaultFont(font)
        self._lines.set_line_px(self._line_px())
        self._footer.set_theme(theme)
        self.lay_out()

    def set_hint(self, text: str) -> None:
        """What an empty editor says, in place of ghost text."""
        self._hint = text
        self.setAccessibleDescription(text)
        self.lay_out()

    def ghost(self) -> str:
        """The continuation that is shown now; no part of the text."""
        cursor = self.textCursor()
        at_end = self.hasFocus() and cursor.atEnd() and not cursor.hasSelection()
        return self._ghost if at_end else ""

    def footer_words(self) -> str:
        return self._footer.words()

    def lay_out(self) -> None:
        """Ghost, footer and height anew, after anything they depend on."""
        shown = self._hint if self.document().isEmpty() else self.ghost()
        self._ghost_layout = None
        if shown:
            block = self.document().lastBlock()
            self.document().documentLayout().blockBoundingRect(block)  # breaks its lines
            width = float(self.viewport().width())
            colour = self._theme.colour("text.tertiary")
            font = self.document().defaultFont()
            self._ghost_layout = GhostLayout(block, shown, font, colour, width, self._line_px())
        self.show_footer()
        self._fit_height()
        self.viewport().update()

    def set_hint_keys(self, words: str, *keys: str) -> None:
        """The keys that a hint of the footer names."""
        self._footer.set_keys(words, *keys)

    def show_footer(self) -> None:
        """Fill the line at the foot; left to the editor that knows what to say."""

    def underlines(self, within: tuple[int, int] | None = None) -> list[tuple[int, int, str]]:
        """Ranges in UTF-16 units and the colour token of their line; `within` leaves out those
        that do not touch this range."""
        return []

    # ------------------------------------------------------------ size
    def _line_px(self) -> float:
        return round(self._theme.type_styles["prompt"].line_px * self._theme.text_scale)

    def _fit_height(self) -> None:
        scale = self._theme.text_scale
        footer = (
            _ABOVE_TEXT
            if self._footer.isHidden()
            else _FOOTER_ROOM + self._footer_height() - _FOOTER_HEIGHT
        )
        tallest = round(_TALLEST * min(scale, _MOST_SCALE))
        self.setViewportMargins(_BESIDE_TEXT - _FRAME, _ABOVE_TEXT - _FRAME, 0, footer - _FRAME)
        lines = self._count_lines()
        if self._ghost_layout is not None:
            lines += self._ghost_layout.extra_lines
        wanted = round(_ABOVE_TEXT + lines * self._line_px() + footer)
        height = max(self._theme.length("size.prompt.min"), min(tallest, wanted))
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
        # Not "as needed": Qt 6.11 keeps the narrower lines of a bar that showed for a moment.
        policy = Qt.ScrollBarPolicy
        bar = policy.ScrollBarAlwaysOn if wanted > tallest else policy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() is not bar:
            self.setVerticalScrollBarPolicy(bar)
        self._place_footer()

    def _count_lines(self) -> int:
        layout, lines = self.document().documentLayout(), 0
        block = self.document().firstBlock()
        while block.isValid() and lines < _MANY_LINES:
            layout.blockBoundingRect(block)
            lines += max(1, block.layout().lineCount())
            block = block.next()
        return lines

    def _place_footer(self) -> None:
        width = self.width() - 2 * _BESIDE_TEXT + 4
        height = self._footer_height()
        self._footer.setGeometry(_BESIDE_TEXT, self.height() - height - _FRAME, width, height)

    def _footer_height(self) -> int:
        return round(_FOOTER_HEIGHT * self._theme.text_scale)

    # ------------------------------------------------------------ events
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self.viewport()) as painter:
            offset = self.contentOffset()
            first, last = self._in_sight()
            for start, end, token in self.underlines((first, last)):
                seen = max(start, first), min(end, last)
                for block, left, right in line_parts(self.document(), *seen):
                    at = self.blockBoundingGeometry(block).translated(offset).topLeft()
                    paint_wave(painter, at + left, at.x() + right, self._theme.colour(token))
            if self._ghost_layout is not None:
                block = self.document().lastBlock()
                at = self.blockBoundingGeometry(block).translated(offset).topLeft()
                self._ghost_layout.paint(painter, at)

    def _in_sight(self) -> tuple[int, int]:
        """The range of the text that can be seen, and a line or so around it: right-to-left lines
        begin at their right end."""
        corner = self.viewport().rect().bottomRight()
        first = self.cursorForPosition(QPoint(0, 0)).position()
        last = self.cursorForPosition(corner).position()
        return min(first, last) - _A_LINE, max(first, last) + _A_LINE

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_footer()
        if self.isVisible() and event.size().width() != event.oldSize().width():
            self.lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # While it is not shown, Qt drops a resize that another one causes, so break lines again.
        super().resizeEvent(QResizeEvent(self.viewport().size(), QSize()))
        self.lay_out()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.lay_out()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.lay_out()
