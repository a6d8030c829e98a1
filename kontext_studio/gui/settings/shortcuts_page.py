"""Settings of keys: every command with its keys, and a new key for the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from kontext_studio.gui.commands import COMMANDS, command
from kontext_studio.gui.keymap import FIXED, Keymap, Pairs, why_not
from kontext_studio.gui.settings.key_recorder import KeyRecorder
from kontext_studio.gui.settings.plain_page import PlainPage
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.key_caps import keys_of
from kontext_studio.gui.shell.shortcut_list import ShortcutList, ShortcutRow
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_LIST_PX = 300


class ShortcutsPage(PlainPage):
    """Tells the setting `keys` as soon as a key was pressed that is free; of a key that is another
    command's it asks first."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Shortcuts", parent)
        self._keymap = Keymap()
        self._is_filled = False
        self._chosen = ""
        self._answer: Callable[[], None] | None = None
        self.add_switch(
            "single_keys",
            "Single keys",
            "S, C, Y and the like, while the canvas or the history has the keyboard.",
        )
        self._list = ShortcutList(theme)
        self._list.setFixedHeight(_LIST_PX)
        self._list.chosen.connect(self._choose)
        for wanted in (self._list.tree.activated, self._list.tree.doubleClicked):
            wanted.connect(self._write)
        self._name = words("Choose a command to change its key.", "body")
        self._recorder = KeyRecorder()
        self._recorder.setObjectName("newKey")
        self._recorder.pressed.connect(self._take)
        self._none = self._button("keyNone", "No key", self._take_away)
        self._reset = self._button("keyReset", "Reset", self._reset_one)
        self._told = words("", "small", "secondary")
        self._told.setObjectName("keyTold")
        self._yes = self._button("keyYes", "", self._agree)
        self._no = self._button("keyNo", "Keep as it is", self._show)
        self._all = self._button("keyResetAll", "Reset all keys", self._reset_all)
        self._fields["keys"] = self._list.tree
        self._setters["keys"] = self._show_keys  # type: ignore[assignment]  # pairs
        self._add(self._list)
        self._add(_line(self._name, self._recorder, self._none, self._reset))
        self._add(_line(self._told, self._yes, self._no))
        self._add(_line(None, self._all))
        self._show_keys(())

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._list.set_theme(theme)
        self._fill()

    # What is shown.

    def _show_keys(self, changed: Pairs) -> None:
        keymap = Keymap.of(changed)
        if self._is_filled and keymap == self._keymap:
            return  # as told from here: what is asked about it stays
        self._is_filled, self._keymap = True, keymap
        self._fill()
        self._all.setEnabled(bool(self._keymap.changed))
        self._show()

    def _fill(self) -> None:
        self._list.set_rows([self._row(one.id) for one in COMMANDS])
        if self._chosen:
            self._list.choose(self._chosen)

    def _row(self, command_id: str) -> ShortcutRow:
        one = command(command_id)
        keys = self._keymap.keys(command_id)
        shown = keys_of(QKeySequence(keys[0])) if keys else ()
        return ShortcutRow(one.menu, one.words.removesuffix("…"), shown, one.id)

    def _choose(self, command_id: str) -> None:
        if command_id != self._chosen:
            self._chosen = command_id
            self._show()

    def _show(self) -> None:
        """The chosen command as it is now; what was asked is not asked any more."""
        self._answer = None
        for said in (self._told, self._yes, self._no):
            said.hide()
        is_fixed, keys = self._chosen in FIXED, self._keymap.keys(self._chosen or "open")
        for part in (self._recorder, self._none, self._reset):
            part.setVisible(bool(self._chosen))
        if not self._chosen:
            return
        title = command(self._chosen).words.removesuffix("…")
        self._name.setText(title)
        self._recorder.name_itself(f"New key for {title}")
        self._recorder.show_key(keys[0] if keys else "")
        self._recorder.setEnabled(not is_fixed)
        self._none.setEnabled(bool(keys) and not is_fixed)
        self._reset.setEnabled(self._keymap.is_changed(self._chosen))
        own = command(self._chosen).keys
        self._reset.setToolTip(f"Back to {_native(own[0])}" if own else "Back to no key")
        if is_fixed:
            self._say(why_not(self._chosen, ""))

    # What the person does.

    def _write(self) -> None:
        """Enter on a line, or two clicks: the next key counts."""
        self._recorder.setFocus()

    def _take(self, key: str) -> None:
        if reason := why_not(self._chosen, key):
            self._show()
            self._say(reason)
            return
        changed = self._keymap.with_keys(self._chosen, (key,))
        if (other := self._keymap.owner(key, but=self._chosen)) is None:
            self._tell(changed)
            return
        name = other.words.removesuffix("…")
        if other.id in FIXED:
            self._show()
            self._say(f"{_native(key)} belongs to {name}, and stays there.")
            return
        self._ask(f"{_native(key)} is the key of {name}.", "Use it here", changed)

    def _take_away(self) -> None:
        self._tell(self._keymap.with_keys(self._chosen, ()))

    def _reset_one(self) -> None:
        own = command(self._chosen).keys
        changed = self._keymap.reset(self._chosen)
        others = (self._keymap.owner(key, but=self._chosen) for key in own)
        if (other := next((one for one in others if one is not None), None)) is None:
            self._tell(changed)
        else:
            name = other.words.removesuffix("…")
            self._ask(f"{_native(own[0])} is the key of {name} now.", "Use it here", changed)

    def _reset_all(self) -> None:
        before = self._keymap
        self._tell(Keymap.of(()))
        self._ask("All keys are the program's own again.", "Undo", before, asks=False)

    # Inside.

    def _tell(self, keymap: Keymap) -> None:
        self._show_keys(keymap.changed)
        self.changed.emit("keys", keymap.changed)

    def _ask(self, text: str, verb: str, then: Keymap, *, asks: bool = True) -> None:
        self._say(text)
        self._answer = lambda: self._tell(then)
        self._yes.setText(verb)
        self._yes.setVisible(True)
        self._no.setVisible(asks)

    def _agree(self) -> None:
        if (answer := self._answer) is not None:
            self._recorder.setFocus()
            answer()

    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._told.show()

    def _button(self, name: str, label: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName(name)
        set_kind(button, kind="outlined")
        button.clicked.connect(lambda _on=False: act())
        return button


def _line(first: QWidget | None, *rest: QWidget) -> QWidget:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    if first is not None:
        row.addWidget(first, 1)
    for part in rest:
        row.addWidget(part)
    if first is None:
        row.addStretch(1)
    return line


def _native(key: str) -> str:
    portable, native = QKeySequence.SequenceFormat.PortableText, QKeySequence.SequenceFormat
    return QKeySequence.fromString(key, portable).toString(native.NativeText)
