"""All keys on one searchable sheet, made from the list of actions (UX G7)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from kontext_studio.gui.shell.key_caps import keys_of
from kontext_studio.gui.shell.shortcut_list import ShortcutList, ShortcutRow
from kontext_studio.gui.theme.tokens import Theme

_SIZE = QSize(560, 640)


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
        self.setObjectName("shortcutSheet")
        self.setWindowTitle("Keyboard shortcuts")
        self.setModal(False)
        self.resize(_SIZE)
        self._list = ShortcutList(theme, self)
        column = QVBoxLayout(self)
        pad = theme.space(5)
        column.setContentsMargins(pad, pad, pad, pad)
        column.addWidget(self._list)

    def set_theme(self, theme: Theme) -> None:
        self._list.set_theme(theme)

    def set_rows(self, rows: Sequence[ShortcutRow]) -> None:
        """Show these lines, group after group."""
        self._list.set_rows(rows)

    def shown_rows(self) -> tuple[str, ...]:
        """The commands that are listed now."""
        return self._list.shown_rows()
