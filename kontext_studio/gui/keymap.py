"""Which keys each command has: those of the table of commands, and what the person changed.

Keys are in Qt's portable form; several of one command stand beside each other with a space. Refuses
to know how keys are bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from kontext_studio.gui.commands import COMMANDS, Command, Scope, command

FIXED = frozenset({"edit_from_here"})
"""Enter does in a list what lists do with it."""
_IN_THE_EDITOR = ("older_instruction", "newer_instruction")
_APART_FROM_TYPING = re.compile(r".*(Ctrl|Alt|Meta)\+|(Shift\+)?F\d+$")
_OF_EVERY_PART = frozenset(
    {
        "Esc", "Tab", "Shift+Tab", "Backtab", "Shift+Backtab", "Ctrl+Tab", "Ctrl+Shift+Tab",
        "Space", "Return", "Enter", "Shift+Return", "Shift+Enter", "Left", "Right", "Up", "Down",
        "Home", "End", "PgUp", "PgDown", "Backspace",
    }
)  # fmt: skip
_OF_TEXT = frozenset(
    {
        "Ctrl+A", "Ctrl+C", "Ctrl+X", "Ctrl+Ins", "Ctrl+Space", "Ctrl+Backspace", "Ctrl+Del",
        "Ctrl+Right", "Ctrl+Left", "Ctrl+Home", "Ctrl+End", "Ctrl+Shift+Right", "Ctrl+Shift+Left",
        "Ctrl+Shift+Home", "Ctrl+Shift+End",
    }
)  # fmt: skip

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Keymap:
    """`changed` are pairs of a command and its keys, empty for none."""

    changed: Pairs = ()
    _by_id: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, changed: Pairs) -> Keymap:
        """What can hold of it: unknown commands and keys that are somebody else's, or that typing
        needs, are left out, for the file may have been written by hand or by another version."""
        keys = {one.id: one.keys for one in COMMANDS}
        kept: dict[str, str] = {}
        for command_id, words in changed:
            if command_id not in keys or command_id in FIXED:
                continue
            given = tuple(_plain(one) for one in words.split())
            held = tuple(one for one in given if not why_not(command_id, one))
            if held or not given:
                keys[command_id] = held
                kept[command_id] = " ".join(held)
        taken: set[str] = set()
        # What was changed goes before what the program came with.
        for command_id in sorted(keys, key=lambda one: one not in kept):
            keys[command_id] = tuple(one for one in keys[command_id] if one and one not in taken)
            taken.update(keys[command_id])
        return cls(tuple(kept.items()), keys)

    def keys(self, command_id: str) -> tuple[str, ...]:
        return self._by_id.get(command_id, command(command_id).keys)

    def is_changed(self, command_id: str) -> bool:
        return self.keys(command_id) != command(command_id).keys

    def owner(self, key: str, *, but: str = "") -> Command | None:
        """Which other command has this key; one key never means two things, wherever one is."""
        holders = (one for one in COMMANDS if one.id != but and key in self.keys(one.id))
        return next(holders, None)

    def with_keys(self, command_id: str, keys: Iterable[str]) -> Keymap:
        """The same with other keys of one command, taken from whoever had them."""
        given = tuple(keys)
        changed = dict(self.changed)
        for one in COMMANDS:
            if one.id != command_id and set(given) & {*self.keys(one.id)}:
                rest = [key for key in self.keys(one.id) if key not in given]
                changed[one.id] = " ".join(rest)
        if given == command(command_id).keys:
            changed.pop(command_id, None)
        else:
            changed[command_id] = " ".join(given)
        return Keymap.of(tuple(changed.items()))

    def reset(self, command_id: str) -> Keymap:
        """The same with this command's own keys again, taken back from whoever has them now."""
        without = replace(self, changed=tuple(p for p in self.changed if p[0] != command_id))
        return Keymap.of(without.changed).with_keys(command_id, command(command_id).keys)


def why_not(command_id: str, key: str) -> str:
    """Why a command cannot have this key; empty where it can."""
    sequence = QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText)
    if command_id in FIXED:
        return "This key belongs to the list, and stays."
    if sequence.isEmpty():
        return "This key is not known."
    shown = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    if key in _OF_EVERY_PART:
        return f"{shown} moves and chooses in every part of the window."
    if key in _OF_TEXT:
        return f"{shown} belongs to the editing of text."
    everywhere = command(command_id).scope is Scope.WINDOW or command_id in _IN_THE_EDITOR
    if everywhere and not _APART_FROM_TYPING.match(key):
        return f"{shown} is needed for typing. Add Ctrl or Alt."
    return ""


def is_key_of(event: QKeyEvent, keys: Iterable[str]) -> bool:
    """Whether what was pressed is one of these keys."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(QKeyCombination(held, Qt.Key(event.key())))
    return any(QKeySequence(one) == pressed for one in keys)


def _plain(key: str) -> str:
    """As Qt writes it."""
    portable = QKeySequence.SequenceFormat.PortableText
    return QKeySequence.fromString(key, portable).toString(portable)
