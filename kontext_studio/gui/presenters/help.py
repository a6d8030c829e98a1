"""The Help menu: the instruction guide and the sheet of keys, each made when it is first wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from kontext_studio.gui.actions import Actions
from kontext_studio.gui.commands import MENUS
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.shell.instruction_guide import InstructionGuide
from kontext_studio.gui.shell.shortcut_sheet import ShortcutSheet, shortcut_rows
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.guide import rule_guides


class Help(QObject):
    def __init__(
        self, window: MainWindow, actions: Actions, tasks: Tasks, theme: Callable[[], Theme]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._actions = actions
        self._tasks = tasks
        self._theme = theme
        self._sheet: ShortcutSheet | None = None
        self._guide: InstructionGuide | None = None

    def set_theme(self, theme: Theme) -> None:
        if self._sheet is not None:
            self._sheet.set_theme(theme)

    def show_guide(self, rule: str = "") -> None:
        """The guide, at a rule where one is named."""
        self._tasks.start(self._show_guide(rule))

    def show_shortcuts(self) -> None:
        if self._sheet is None:
            self._sheet = ShortcutSheet(self._theme(), self._window)
        groups = [
            (name, [one for one in menu.actions() if not one.isSeparator()])
            for name, menu in zip(MENUS, self._actions.menus, strict=True)
        ]
        self._sheet.set_rows(shortcut_rows(groups))  # the person may have changed keys since
        _bring_up(self._sheet)

    async def _show_guide(self, rule: str) -> None:
        if self._guide is None:
            rules = await asyncio.to_thread(rule_guides)
            if self._guide is None:  # F1 twice while the words were loaded
                self._guide = InstructionGuide(self._theme(), rules, self._window)
        _bring_up(self._guide)
        if rule:
            self._guide.show_rule(rule)


def _bring_up(dialog: QDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
