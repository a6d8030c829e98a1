"""The editor of the instruction: problems, quick fixes, ghost text, earlier instructions.

It shows findings it is given and changes text only when the person asks; it checks nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.commands import command
from kontext_studio.gui.instruction.fix_menu import FixMenu
from kontext_studio.gui.instruction.marks import Marks
from kontext_studio.gui.instruction.offsets import Utf16Map
from kontext_studio.gui.instruction.paper_edit import PaperEdit
from kontext_studio.gui.instruction.prompt_history import PromptHistory
from kontext_studio.gui.instruction.wording_asked import FixAsked
from kontext_studio.gui.keymap import is_key_of
from kontext_studio.gui.shell.local_files import local_files
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding, Fix

_SLOT = re.compile(r"\{[^{}\n]{1,60}\}|_{3,}")
_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier


class PromptEdit(PaperEdit):
    """`fix_command` carries a FixAsked, `why_asked` the id of a rule, `ignore_asked` an
    IgnoreAsked, `files_dropped` a tuple of paths, `problem_reached` the index of the finding that
    F8 or a quick fix is about.
    """

    run_asked = Signal()
    fix_command = Signal(object)
    why_asked = Signal(str)
    ignore_asked = Signal(object)
    files_dropped = Signal(object)
    problem_reached = Signal(int)
    check_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("promptEdit")
        self.setAccessibleName("Instruction")
        self._marks = Marks()
        self._findings: tuple[Finding, ...] = ()
        self._checked_text = ""
        self._notice: tuple[str, str, str] | None = None
        self._refused: tuple[str, tuple[str, ...]] = ("", ())
        self._tab_accepts = True
        self._history = PromptHistory()
        self._walking = False
        self._acts: dict[str, Callable[[], object]] = {
            "run": self.run_asked.emit,
            "quick_fix": self.show_fixes,
            "next_problem": partial(self.go_to_problem, 1),
            "previous_problem": partial(self.go_to_problem, -1),
            "older_instruction": partial(self.walk_history, older=True),
            "newer_instruction": partial(self.walk_history, older=False),
        }
        self._keys = {name: command(name).keys for name in self._acts}
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._on_text)
        self.cursorPositionChanged.connect(self.lay_out)
        self.set_theme(theme)

    # ------------------------------------------------------------ what is shown
    def set_text(self, text: str) -> None:
        """Another draft: the undo stack and the walk start anew."""
        self._history.typed()
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def set_findings(self, text: str, findings: tuple[Finding, ...], ghost: str = "") -> None:
        """What a check of `text` found; ignored if the text has changed since."""
        if text != self.toPlainText():
            return
        self._checked_text, self._findings = text, findings
        self._marks.pin(self.document(), text, findings)
        self._ghost = ghost
        self.lay_out()

    def set_notice(self, icon_name: str, words: str, tone: str) -> None:
        """A line in place of the number of problems: "Stopped by fal.ai". Typing removes it."""
        self._notice = (icon_name, words, tone) if words else None
        self.lay_out()

    def set_refused_words(self, text: str, words: Iterable[str]) -> None:
        """Words of `text` that the engine refused; marked for as long as that text stands here."""
        self._refused = (text, tuple(words))
        self.viewport().update()

    def set_history(self, newest_first: Iterable[str]) -> None:
        self._history.set_texts(newest_first)

    def unsent_text(self) -> str:
        """The person's own words, also while an earlier instruction is only looked at."""
        return self._history.unsent(self.toPlainText())

    def set_keys(self, keys_of: Callable[[str], tuple[str, ...]]) -> None:
        """Which keys the commands have that are carried out here."""
        self._keys = {name: keys_of(name) for name in self._acts}

    def set_tab_accepts(self, accepts: bool) -> None:
        self._tab_accepts = accepts
        self.lay_out()

    def underlines(self, within: tuple[int, int] | None = None) -> list[tuple[int, int, str]]:
        found = self._marks.underlined(within)
        text, words = self._refused
        if not words or text != self.toPlainText():
            return found
        units = Utf16Map(text)
        places = re.finditer(
            "|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in words), text, re.I
        )
        refused = [(units.to_units(one.start()), units.to_units(one.end())) for one in places]
        left = [one for one in found if not any(one[0] < b and a < one[1] for a, b in refused)]
        return [*left, *((start, end, "danger.line") for start, end in refused)]

    def show_footer(self) -> None:
        count = sum(1 for one in self._findings if one.severity.rank < 3)
        hints = set()
        if self.ghost() and self._tab_accepts:
            hints.add("accept")
        elif self._tab_accepts and self._next_slot() is not None:
            hints.add("next slot")
        if count:
            hints.add("fix")
        if self._notice is not None:
            self._footer.say(*self._notice, frozenset(["restores earlier text"]))
            return
        words = f"{count} to improve" if count else ""
        self._footer.say("triangle-alert" if count else "", words, "warning", frozenset(hints))

    # ------------------------------------------------------------ fixes
    def finding_at_caret(self) -> int | None:
        """The finding whose range holds the caret, else the next one, else the first."""
        position = self.textCursor().position()
        here = self._marks.at(position)
        if here:
            return here[0]
        later = [i for i, mark in enumerate(self._marks) if mark.start >= position]
        return later[0] if later else (0 if self._findings else None)

    def show_fixes(self) -> None:
        """Apply the only fix at the caret, or open a menu of several."""
        index = self.finding_at_caret()
        if index is not None:
            self.offer_fixes(index, None)

    def offer_fixes(self, index: int, at: QPoint | None) -> None:
        """As `show_fixes` for one finding; `at` is a point of the screen for the menu."""
        if self._is_stale():
            self.check_wanted.emit()
            return
        finding = self._findings[index]
        self.problem_reached.emit(index)
        if len(finding.fixes) == 1:
            self.apply_fix(finding.fixes[0], finding)
        else:
            self.open_fix_menu(index, at)

    def open_fix_menu(self, index: int, at: QPoint | None = None) -> None:
        """All that can be done about one finding, at a point of the screen or at the caret."""
        if self._is_stale():
            self.check_wanted.emit()
            return
        finding = self._findings[index]
        menu = FixMenu(self)
        menu.add_fixes(self._checked_text, finding, lambda fix: self.apply_fix(fix, finding))
        menu.add_ways_out(self._checked_text, finding, self.why_asked.emit, self.ignore_asked.emit)
        under_caret = self.viewport().mapToGlobal(self.cursorRect().bottomLeft())
        menu.popup(at or under_caret)

    def caret(self) -> int:
        """Where it stands, in characters as Python counts them."""
        return Utf16Map(self.toPlainText()).to_code_points(self.textCursor().position())

    def apply_fix(self, fix: Fix, finding: Finding) -> None:
        """One undo step; the caret stays near, or selects what is to be typed over."""
        if self._is_stale():
            self.check_wanted.emit()
            return
        if fix.command:
            self.fix_command.emit(FixAsked(fix.command, self._checked_text, finding))
            return
        self.make_edits(fix)

    def make_edits(self, fix: Fix) -> None:
        """The edits of a fix that was made for the text as it stands, in one undo step."""
        units = Utf16Map(self.toPlainText())
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for edit in reversed(fix.edits):
            cursor.setPosition(units.to_units(edit.start))
            cursor.setPosition(units.to_units(edit.end), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(edit.new_text)
        cursor.endEditBlock()
        if fix.select is not None:
            self._select(*fix.select)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.check_wanted.emit()

    def _is_stale(self) -> bool:
        """The findings belong to a text that has changed since."""
        return self._checked_text != self.toPlainText()

    def _select(self, start: int, end: int) -> None:
        units = Utf16Map(self.toPlainText())
        cursor = self.textCursor()
        cursor.setPosition(units.to_units(start))
        cursor.setPosition(units.to_units(end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def write_over(self, text: str) -> None:
        """Put other words in place of all that is written, in one undo step, with the first slot
        ready to be typed over."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if not self.select_next_slot():
            self.moveCursor(QTextCursor.MoveOperation.End)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.check_wanted.emit()

    def select_next_slot(self) -> bool:
        """Select the next placeholder behind the caret, else the first."""
        if (slot := self._next_slot()) is None:
            return False
        cursor = self.textCursor()
        cursor.setPosition(slot[0])
        cursor.setPosition(slot[1], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        return True

    def _next_slot(self) -> tuple[int, int] | None:
        """In UTF-16 units."""
        text = self.toPlainText()
        if "{" not in text and "___" not in text:
            return None
        units, caret = Utf16Map(text), self.textCursor().selectionEnd()
        slots = [
            (units.to_units(one.start()), units.to_units(one.end())) for one in _SLOT.finditer(text)
        ]
        here = self.textCursor().selectionStart(), caret
        ahead = [one for one in slots if one[0] >= caret and one != here] or slots
        return ahead[0] if ahead else None

    def go_to_problem(self, step: int) -> None:
        """Put the caret on the next (1) or previous (-1) problem; the last is before the first."""
        order = sorted(enumerate(self._marks), key=lambda pair: pair[1].start)
        if not order:
            return
        position = self.textCursor().position()
        if step > 0:
            ahead = [pair for pair in order if pair[1].start > position] or order
            self.go_to_finding(ahead[0][0])
        else:
            behind = [pair for pair in order if pair[1].start < position] or order
            self.go_to_finding(behind[-1][0])

    def go_to_finding(self, index: int) -> None:
        mark = list(self._marks)[index]
        cursor = self.textCursor()
        cursor.setPosition(mark.start)
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.problem_reached.emit(index)

    # ------------------------------------------------------------ ghost text
    def accept_ghost(self, *, word_only: bool = False) -> bool:
        """Make the ghost, or its first word, part of the text. False where there is none."""
        ghost = self.ghost()
        if not ghost:
            return False
        taken = ghost
        if word_only:
            lead = len(ghost) - len(ghost.lstrip(" ,"))
            space = ghost.find(" ", lead)
            taken = ghost[:space] if space > 0 else ghost
        self.textCursor().insertText(taken)  # which eats as much of the ghost, see _on_text
        return True

    def hide_ghost(self) -> bool:
        if not self.ghost():
            return False
        self._ghost = ""
        self.lay_out()
        return True

    def announce_ghost(self) -> None:
        """Tell a screen reader what Tab would add."""
        if self.ghost():
            event = QAccessibleAnnouncementEvent(self, f"Suggestion: {self.ghost().strip()}")
            QAccessible.updateAccessibility(event)

    # ------------------------------------------------------------ events
    def _on_text(self) -> None:
        text = self.toPlainText()
        self._ghost = self._left_of_ghost(text)
        if not text:
            self._findings = ()
            self._marks = Marks()
        self._notice = None
        if not self._walking:
            self._history.typed()
        self.lay_out()

    def _left_of_ghost(self, text: str) -> str:
        """Typing the ghost's own letters eats them; anything else removes it."""
        if not self._ghost or not text.startswith(self._checked_text):
            return ""
        added = text[len(self._checked_text) :]
        if not self._ghost.startswith(added):
            return ""
        self._checked_text = text
        return self._ghost[len(added) :]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_plain_with_alt(event):
            event.ignore()  # the key of a command that cannot be carried out now, not a letter
        elif not self._handle_key(event):
            super().keyPressEvent(event)

    def _handle_key(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Right and held == _NO_MODIFIER:
            return self.accept_ghost()
        if key == Qt.Key.Key_Right and held == _CTRL:
            return self.accept_ghost(word_only=True)
        if key == Qt.Key.Key_Escape and held == _NO_MODIFIER:
            event.setAccepted(self.hide_ghost())
            return True
        found = next((name for name in self._keys if is_key_of(event, self._keys[name])), None)
        if found is not None:
            if not event.isAutoRepeat() or found != "run":
                self._acts[found]()
        elif key == Qt.Key.Key_Space and held == _CTRL:
            self.announce_ghost()
        else:
            return False
        return True

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key, held = event.key(), event.modifiers()
            if key == Qt.Key.Key_Tab and held == _NO_MODIFIER:
                if self._tab_accepts and self.accept_ghost():
                    return True
                if self._tab_accepts and self.select_next_slot():
                    return True
            elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and held & _CTRL:
                forward = key == Qt.Key.Key_Tab and not held & _SHIFT
                return self.focusNextPrevChild(forward)
        return super().event(event)

    def walk_history(self, *, older: bool) -> None:
        """Show the next older or newer instruction of the session; undo brings the text back."""
        text = self._history.older(self.toPlainText()) if older else self._history.newer()
        if text is None:
            return
        self._walking = True
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._walking = False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """As of any editor, with what can be done about the words that were pointed at on top."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        cursor = self.textCursor() if by_key else self.cursorForPosition(event.pos())
        at = self.mapToGlobal(self.cursorRect().bottomLeft()) if by_key else event.globalPos()
        menu = FixMenu(self)
        here = [] if self._is_stale() else self._marks.at(cursor.position())
        if here:
            finding = self._findings[here[0]]
            menu.add_fixes(self._checked_text, finding, lambda fix: self.apply_fix(fix, finding))
            menu.add_ways_out(
                self._checked_text, finding, self.why_asked.emit, self.ignore_asked.emit
            )
            menu.addSeparator()
        standard = self.createStandardContextMenu()
        standard.setParent(menu)
        menu.addActions(standard.actions())
        menu.popup(at)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = local_files(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)
        else:
            super().dropEvent(event)


def _is_plain_with_alt(event: QKeyEvent) -> bool:
    """Alt with a key that writes what it writes without Alt. What Option or AltGr write differs."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~_SHIFT
    text = event.text()
    return held == _ALT and len(text) == 1 and ord(text.upper()) == event.key()
