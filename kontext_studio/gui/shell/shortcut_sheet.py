"""All keys on one searchable sheet, made from the list of actions (UX G7)."""

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
)
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.shell.key_caps import caps_width, keys_of, paint_caps
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

Index = QModelIndex | QPersistentModelIndex

_SIZE = QSize(560, 640)
_KEYS_WIDTH = 200
_ROW_PX = 32


class _Role(IntEnum):
    KEYS = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class ShortcutRow:
    """One line of the sheet: where it belongs, what it does, its keys."""

    group: str
    words: str
    keys: tuple[str, ...]


def shortcut_rows(groups: Sequence[tuple[str, Sequence[QAction]]]) -> tuple[ShortcutRow, ...]:
    """The lines for menus and their actions; an action without keys has none."""
    rows = []
    for group, actions in groups:
        for action in actions:
            keys = keys_of(action.shortcut())
            words = action.text().replace("&", "").removesuffix("…")
            if keys and words:
                rows.append(ShortcutRow(group.replace("&", ""), words, keys))
    return tuple(rows)


class ShortcutSheet(QDialog):
    """Stands beside the window and does not block it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("shortcutSheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setModal(False)
        self.resize(_SIZE)
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
        pad = theme.space(5)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.space(4))
        column.addWidget(self._field)
        column.addWidget(self._tree, 1)

    def _filter(self, text: str) -> None:
        self._found.setFilterFixedString(" ".join(text.split()))
        self._tree.expandAll()


def _items(row: ShortcutRow) -> list[QStandardItem]:
    words, keys = QStandardItem(row.words), QStandardItem(" ".join(row.keys))
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
        keys = index.data(_Role.KEYS)
        if isinstance(keys, list):
            caps = tuple(str(key) for key in keys)
            left = option.rect.right() - caps_width(self._theme, caps) - 8
            paint_caps(painter, QPointF(left, option.rect.center().y() + 0.5), caps, self._theme)
