"""How a message stands in its row: icon, words, verbs, tools. Where there is no room beside each
other the words wrap and the verbs go below them, so that nothing is ever cut."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QWidget, QWidgetItem

WORDS_LEAST_PX = 220
"""Words that need more room than they would have beside the verbs get at least this much."""


class Part(Enum):
    ICON = auto()
    TITLE = auto()
    BODY = auto()
    VERB = auto()
    TOOL = auto()


class MessageLayout(QLayout):
    """Labels of TITLE and BODY wrap; `row_px` is the height of a message that takes one line."""

    def __init__(self, parent: QWidget, *, row_px: int, side_px: int, gap_px: int) -> None:
        super().__init__(parent)
        self._entries: list[tuple[Part, QLayoutItem]] = []
        self._row_px, self._side, self._gap = row_px, side_px, gap_px
        self.setContentsMargins(0, 0, 0, 0)

    def put(self, part: Part, widget: QWidget) -> None:
        self.addChildWidget(widget)
        self._entries.append((part, QWidgetItem(widget)))
        self.invalidate()

    def take(self, widget: QWidget) -> None:
        """Let go of a widget."""
        self._entries = [one for one in self._entries if one[1].widget() is not widget]
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._entries.append((Part.TOOL, item))

    def count(self) -> int:
        return len(self._entries)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._entries[index][1] if 0 <= index < len(self._entries) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._entries.pop(index)[1] if 0 <= index < len(self._entries) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        fixed = sum(self._width(part) for part in (Part.ICON, Part.VERB, Part.TOOL))
        return QSize(2 * self._side + fixed + self._words_width(), self._row_px)

    def minimumSize(self) -> QSize:
        widest = max((item.sizeHint().width() for _, item in self._shown(Part.VERB)), default=0)
        fixed = self._width(Part.ICON) + self._width(Part.TOOL)
        return QSize(2 * self._side + fixed + max(widest, WORDS_LEAST_PX // 2), self._row_px)

    # -- inside -------------------------------------------------------------------------------

    def _shown(self, *parts: Part) -> list[tuple[Part, QLayoutItem]]:
        return [one for one in self._entries if one[0] in parts and not one[1].isEmpty()]

    def _width(self, part: Part) -> int:
        """Of all items of a kind, with the gap that each has beside it."""
        return sum(item.sizeHint().width() + self._gap for _, item in self._shown(part))

    def _labels(self) -> list[QLabel]:
        found = [item.widget() for _, item in self._shown(Part.TITLE, Part.BODY)]
        return [label for label in found if isinstance(label, QLabel)]

    def _words_width(self) -> int:
        """Of title and body on one line."""
        widths = [_line_width(label) for label in self._labels()]
        return sum(widths) + self._gap * max(0, len(widths) - 1)

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Set the items into `rect`; returns the height they take."""
        left = rect.x() + self._side + self._width(Part.ICON)
        room = rect.width() - 2 * self._side - self._width(Part.ICON) - self._width(Part.TOOL)
        verbs = self._width(Part.VERB)
        beside = room - verbs >= min(self._words_width(), max(WORDS_LEAST_PX, room // 2))
        words = room - verbs if beside else room
        high = self._place_words(QRect(left, 0, words, 0), move=False)
        pad = self._row_px // 4
        top = rect.y() + max(pad, (self._row_px - high) // 2)
        bottom = top + high
        if move:
            self._place_words(QRect(left, top, words, high), move=True)
            self._place_row(Part.ICON, rect.x() + self._side, rect.y())
            self._place_row(Part.TOOL, left + room + self._gap, rect.y())
        if not beside:
            below = QRect(left, bottom + self._gap // 2, room, 0)
            bottom = below.y() + self._place_below(below, move=move)
        elif move:
            self._place_row(Part.VERB, left + words + self._gap, rect.y())
        return max(self._row_px, bottom - rect.y() + pad)

    def _place_row(self, part: Part, x: int, top: int) -> None:
        """Items of a kind on the message's first line."""
        for _, item in self._shown(part):
            size = item.sizeHint()
            item.setGeometry(QRect(QPoint(x, top + (self._row_px - size.height()) // 2), size))
            x += size.width() + self._gap

    def _place_words(self, rect: QRect, *, move: bool) -> int:
        """Title and body on one line, or the body below the title; returns their height."""
        labels = self._labels()
        one_line = self._words_width() <= rect.width()
        x, y, tallest = rect.x(), rect.y(), 0
        for label in labels:
            width = _line_width(label) if one_line else rect.width()
            height = max(label.heightForWidth(width), label.fontMetrics().height())
            if move:
                place = QRect(x, y, width, rect.height() if one_line else height)
                label.setGeometry(place)
            if one_line:
                x += width + self._gap
                tallest = max(tallest, height)
            else:
                y += height
        return tallest if one_line else y - rect.y()

    def _place_below(self, rect: QRect, *, move: bool) -> int:
        """The verbs in lines from the left; returns their height."""
        x, y, line = rect.x(), rect.y(), 0
        for _, item in self._shown(Part.VERB):
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, line = rect.x(), y + line + self._gap // 2, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            line = max(line, size.height())
        return y + line - rect.y()


def _line_width(label: QLabel) -> int:
    label.ensurePolished()
    return label.fontMetrics().horizontalAdvance(label.text()) + 2
