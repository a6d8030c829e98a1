"""The list of connections: each with its provider and its state, folded to the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import line_height, type_font

Index = QModelIndex | QPersistentModelIndex
_FACTS = Qt.ItemDataRole.UserRole + 1
_LEAST_LIST_PX = 380
_LARGE_TEXT = 1.3


@dataclass(frozen=True, slots=True)
class Profile:
    """A line of the list. `detail` is its provider and way, `state` where its key is and what it
    is used for."""

    name: str
    title: str
    detail: str = ""
    state: str = ""


class ProfileBox(QComboBox):
    """`chosen` carries the name of the connection that a person chose."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profileBox")
        self.setAccessibleName("Connection")
        self._lines = _Lines(theme, self)
        self.setItemDelegate(self._lines)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18 if theme.text_scale < _LARGE_TEXT else 8)
        self.view().setMinimumWidth(_LEAST_LIST_PX)
        self.activated.connect(self._tell)

    def set_theme(self, theme: Theme) -> None:
        self._lines.set_theme(theme)

    def set_profiles(self, profiles: Sequence[Profile], current: str) -> None:
        """Show these; `current` is the one whose fields are shown. Nothing is told."""
        now = [self.itemData(row, _FACTS) for row in range(self.count())]
        if now != list(profiles):
            self.clear()
            for row, one in enumerate(profiles):
                self.addItem(one.title, one.name)
                self.setItemData(row, one, _FACTS)
                said = ", ".join(part for part in (one.title, one.detail, one.state) if part)
                self.setItemData(row, said, Qt.ItemDataRole.AccessibleTextRole)
        self.setCurrentIndex(self.findData(current))

    def profiles(self) -> tuple[Profile, ...]:
        return tuple(self.itemData(row, _FACTS) for row in range(self.count()))

    def _tell(self, row: int) -> None:
        self.chosen.emit(str(self.itemData(row)))


class _Lines(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        body, small = self._fonts()
        lines = line_height(body, "body") + line_height(small, "small")
        return QSize(_LEAST_LIST_PX - 40, lines + 2 * self._theme.space(3))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        facts = index.data(_FACTS)
        if not isinstance(facts, Profile):
            return
        theme, box = self._theme, option.rect
        picked = bool(
            option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        )
        if picked:
            painter.fillRect(box, theme.colour("surface.selected"))
        body, small = self._fonts()
        inner = box.adjusted(theme.space(4), theme.space(3), -theme.space(4), -theme.space(3))
        first = QRect(inner.topLeft(), QSize(inner.width(), line_height(body, "body")))
        second = QRect(first.bottomLeft(), QSize(inner.width(), line_height(small, "small")))
        elide = Qt.TextElideMode.ElideRight
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(body)
        painter.setPen(theme.colour("text.primary"))
        painter.drawText(
            first, middle, QFontMetrics(body).elidedText(facts.title, elide, inner.width())
        )
        words = " · ".join(part for part in (facts.detail, facts.state) if part)
        painter.setFont(small)
        painter.setPen(theme.colour("text.secondary"))
        painter.drawText(
            second, middle, QFontMetrics(small).elidedText(words, elide, inner.width())
        )

    def _fonts(self) -> tuple[QFont, QFont]:
        return type_font(self._theme, "body"), type_font(self._theme, "small")
