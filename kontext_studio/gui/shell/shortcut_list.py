"""Commands and their keys as one searchable list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.shell.key_caps import caps_width, paint_caps
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

Index = QModelIndex | QPersistentModelIndex

_KEYS_WIDTH = 200
_ROW_PX = 32


class _Role(IntEnum):
    KEYS = Qt.ItemDataRole.UserRole + 1
    ID = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """One line: where it belongs, what it does, its keys, and the command's id where it matters."""

    group: str
    words: str
    keys: tuple[str, ...]
    id: str = ""


class ShortcutList(QWidget):
    """A search field over the lines, group after group. `chosen` carries the id of a command."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = QStandardItemModel(self)
        self._found = QSortFilterProxyModel(self)
        self._found.setSourceModel(self._rows)
        self._found.setRecursiveFilteringEnabled(True)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._found.setFilterKeyColumn(0)
        self._found.setFilterRole(Qt.ItemDataRole.WhatsThisRole)
        self._field = QLineEdit(self)
        self._field.setObjectName("shortcutSearch")
        self._field.setAccessibleName("Search shortcuts")
        self._field.setPlaceholderText("Search commands and keys")
        self._tree = QTreeView(self)
        self._tree.setObjectName("shortcutList")
        self._tree.setAccessibleName("Shortcuts")
        self._keys = _KeysDelegate(theme, self)
        self._build(theme)
        self._field.textChanged.connect(self._filter)
        self._tree.selectionModel().currentRowChanged.connect(self._tell)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._keys.set_theme(theme)
        self._tree.viewport().update()

    def set_rows(self, rows: Sequence[ShortcutRow]) -> None:
        """Show these lines, group after group."""
        self._rows.clear()
        self._rows.setHorizontalHeaderLabels(["Command", "Keys"])
        groups: dict[str, QStandardItem] = {}
        for row in rows:
            group = groups.get(row.group)
            if group is None:
                group = QStandardItem(row.group)
                group.setSelectable(False)
                group.setFont(type_font(self._theme, "strong"))
                group.setSizeHint(QSize(0, _ROW_PX))
                group.setEditable(False)
                groups[row.group] = group
                self._rows.appendRow(group)
            group.appendRow(_items(row))
        self._tree.expandAll()
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, _KEYS_WIDTH)

    def shown_rows(self) -> tuple[str, ...]:
        """The commands that are listed now."""
        words: list[str] = []
        for group in range(self._found.rowCount()):
            parent = self._found.index(group, 0)
            for row in range(self._found.rowCount(parent)):
                words.append(str(self._found.index(row, 0, parent).data()))
        return tuple(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._field.hasFocus():
            self._tree.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    @property
    def tree(self) -> QTreeView:
        return self._tree

    @property
    def current(self) -> str:
        """The command whose line is chosen, or empty."""
        return str(self._tree.currentIndex().siblingAtColumn(0).data(_Role.ID) or "")

    def choose(self, command_id: str) -> None:
        """Choose the line of a command, where it is listed now."""
        for group in range(self._found.rowCount()):
            parent = self._found.index(group, 0)
            for row in range(self._found.rowCount(parent)):
                index = self._found.index(row, 0, parent)
                if index.data(_Role.ID) == command_id:
                    self._tree.setCurrentIndex(index)
                    self._tree.scrollTo(index)

    def _tell(self) -> None:
        if self.current:
            self.chosen.emit(self.current)

    def _build(self, theme: Theme) -> None:
        self._tree.setModel(self._found)
        self._tree.setRootIsDecorated(False)
        self._tree.setItemsExpandable(False)
        self._tree.setIndentation(theme.space(4))
        self._tree.setHeaderHidden(True)
        self._tree.setUniformRowHeights(True)
        self._tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        self._tree.setItemDelegateForColumn(1, self._keys)
        set_kind(self._tree, kind="sheet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(4))
        column.addWidget(self._field)
        column.addWidget(self._tree, 1)

    def _filter(self, text: str) -> None:
        self._found.setFilterFixedString(" ".join(text.split()))
        self._tree.expandAll()


def _items(row: ShortcutRow) -> list[QStandardItem]:
    words, keys = QStandardItem(row.words), QStandardItem(" ".join(row.keys))
    words.setData(row.id, _Role.ID)
    words.setData(f"{row.words} {' '.join(row.keys)}", Qt.ItemDataRole.WhatsThisRole)
    words.setData(f"{row.words}, {' '.join(row.keys)}", Qt.ItemDataRole.AccessibleTextRole)
    keys.setData(list(row.keys), _Role.KEYS)
    for item in (words, keys):
        item.setEditable(False)
        item.setSizeHint(QSize(0, _ROW_PX))
    return [words, keys]


class _KeysDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._theme.colour("surface.selected"))
        keys = index.data(_Role.KEYS)
        if isinstance(keys, list):
            caps = tuple(str(key) for key in keys)
            left = option.rect.right() - caps_width(self._theme, caps) - 8
            paint_caps(painter, QPointF(left, option.rect.center().y() + 0.5), caps, self._theme)
