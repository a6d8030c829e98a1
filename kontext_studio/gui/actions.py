"""The commands as Qt actions, in menus and on widgets; a disabled one says why in its tool tip."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from kontext_studio.gui.commands import COMMANDS, MENUS, Command, Scope
from kontext_studio.gui.keymap import Keymap
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
        self._reasons: dict[str, str] = {}  # of those that cannot be carried out now
        self._keymap = Keymap()
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
            action.setEnabled(enabled)
            self._reasons[command_id] = "" if enabled else reason
            self._show_tip(command)

    def check(self, command_id: str, on: bool) -> None:
        """Show a checkable command as on or off without carrying it out."""
        self._actions[command_id].setChecked(on)

    def keys(self, command_id: str) -> tuple[str, ...]:
        """The keys of a command in Qt's portable form, the one that is shown first."""
        return self._keymap.keys(command_id)

    def set_keymap(self, keymap: Keymap) -> None:
        """From now on these keys hold, and menus and tool tips say them."""
        self._keymap = keymap
        for one in COMMANDS:
            self._bind(one)

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
        if one.scope is Scope.VIEW:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        elif one.scope is Scope.WINDOW:
            window.addAction(action)
        self._actions[one.id] = action
        self._commands[one.id] = one
        self._bind(one)

    def _bind(self, one: Command) -> None:
        keys = self._keymap.keys(one.id)
        tip = _plain(one.words)
        if keys:
            shown = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
            tip = f"{tip}  {shown}"
        if one.scope is not Scope.NONE:
            self._actions[one.id].setShortcuts([QKeySequence(key) for key in keys])
        self._tips[one.id] = tip
        self._show_tip(one)

    def _show_tip(self, one: Command) -> None:
        reason = self._reasons.get(one.id, "")
        tip = f"{_plain(one.words)}: {reason}" if reason else self._tips[one.id]
        self._actions[one.id].setToolTip(tip)

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
