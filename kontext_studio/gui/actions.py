"""The commands as Qt actions, in menus and on widgets; a disabled one says why in its tool tip."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from kontext_studio.gui.commands import COMMANDS, MENUS, Command, Scope
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

REPEATS = frozenset(
    {
        "zoom_in", "zoom_out", "parent", "newest_child", "next_problem", "brush_smaller",
        "brush_larger",
    }
)  # fmt: skip
"""Commands that may go on while their key is held down."""


class Actions(QObject):
    """One QAction for each command. Connect what they do with `on`."""

    def __init__(self, window: QMainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        self._commands: dict[str, Command] = {}
        self._tips: dict[str, str] = {}
        for one in COMMANDS:
            self._make(one, window)
        self.set_theme(theme)
        self._menus = tuple(self._fill_menu(window, name) for name in MENUS)

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def all(self) -> tuple[QAction, ...]:
        """Every action in the order of the menus."""
        return tuple(self._actions.values())

    @property
    def menus(self) -> tuple[QMenu, ...]:
        return self._menus

    def on(self, command_id: str, act: Callable[[], object]) -> None:
        """Connect what a command does; the checked state of a checkable one is read by the act."""
        action = self._actions[command_id]
        action.triggered.connect(lambda _checked=False: act())

    def enable(self, command_ids: Iterable[str], enabled: bool, reason: str = "") -> None:
        """Switch commands; a disabled one keeps its place and says `reason` in its tool tip."""
        for command_id in command_ids:
            action, command = self._actions[command_id], self._commands[command_id]
            if command.later:
                continue
            action.setEnabled(enabled)
            tip = self._tips[command_id]
            action.setToolTip(
                tip if enabled or not reason else f"{_plain(command.words)}: {reason}"
            )

    def check(self, command_id: str, on: bool) -> None:
        """Show a checkable command as on or off without carrying it out."""
        self._actions[command_id].setChecked(on)

    def give_view_keys(self, widgets: Iterable[QWidget], enabled: bool = True) -> None:
        """Let the single keys act while one of these widgets, or a part of it, has the focus."""
        for widget in widgets:
            for one in COMMANDS:
                if one.scope is not Scope.VIEW:
                    continue
                action = self._actions[one.id]
                (widget.addAction if enabled else widget.removeAction)(action)

    def set_theme(self, theme: Theme) -> None:
        for one in COMMANDS:
            if one.icon:
                self._actions[one.id].setIcon(icon(theme, one.icon))

    def _make(self, one: Command, window: QMainWindow) -> None:
        action = QAction(one.words, self)
        action.setObjectName(one.id)
        action.setCheckable(one.checkable)
        action.setAutoRepeat(one.id in REPEATS)  # a key held down is one run, not many
        if one.short:
            action.setIconText(one.short)
        tip = _plain(one.words)
        if one.keys:
            shown = QKeySequence(one.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
            tip = f"{tip}  {shown}"
        if one.scope is not Scope.NONE:
            action.setShortcuts([QKeySequence(keys) for keys in one.keys])
        if one.scope is Scope.VIEW:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        elif one.scope is Scope.WINDOW:
            window.addAction(action)
        action.setToolTip(f"{_plain(one.words)}: {one.later}" if one.later else tip)
        action.setEnabled(not one.later)
        self._tips[one.id] = tip
        self._actions[one.id] = action
        self._commands[one.id] = one

    def _fill_menu(self, window: QMainWindow, name: str) -> QMenu:
        menu = window.menuBar().addMenu(name)
        menu.setToolTipsVisible(True)
        for one in COMMANDS:
            if one.menu != name:
                continue
            if one.separator_before:
                menu.addSeparator()
            menu.addAction(self._actions[one.id])
        return menu


def _plain(words: str) -> str:
    return words.removesuffix("…")
