"""Settings of the wording checker: what is ignored in the open session, words that are no typing
errors, and every rule with its switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from kontext_studio.core.wording import Ignored
from kontext_studio.gui.settings.plain_page import PlainPage
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.guide import RuleGuide

_LIST_PX = 132
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class IgnoredRow:
    """Something ignored, and where it was said: "Step 4"."""

    ignored: Ignored
    where: str = ""


class WordingPage(PlainPage):
    """`heeded` carries the Ignored that is to count again."""

    heeded = Signal(object)

    def __init__(
        self, theme: Theme, rules: Sequence[RuleGuide], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Wording", parent)
        self.setObjectName("wordingPage")
        self._rules = tuple(rules)
        self._ignored: tuple[IgnoredRow, ...] = ()
        self._off: frozenset[str] = frozenset()
        self.add_words(
            "Instructions are checked on this computer while they are written. Nothing of it is "
            "sent, and nothing is changed by itself."
        )
        self._ignored_list = _ShortList("Ignored in this session", "Take back")
        self._ignored_list.setObjectName("ignoredList")
        self._ignored_list.taken.connect(self._heed)
        self._fields["ignored"] = self._ignored_list.rows
        self._add(self._ignored_list)
        self._words_list = _ShortList("Your dictionary", "Remove")
        self._words_list.setObjectName("personalWords")
        self._words_list.taken.connect(self._forget_word)
        self._fields["personal_words"] = self._words_list.rows
        self._setters["personal_words"] = self._show_words  # type: ignore[assignment]  # a tuple
        self._add(self._words_list)
        self._add(words("Rules", "body", "secondary"))
        self._switches: dict[str, Switch] = {}
        for rule in self._rules:
            self._add_rule(rule)
        self._fields["rules_off"] = next(iter(self._switches.values()), self)
        self._setters["rules_off"] = self._show_rules  # type: ignore[assignment]  # a tuple
        self.set_ignored(())

    def set_ignored(self, rows: Sequence[IgnoredRow]) -> None:
        """What is ignored in the open session, the latest last."""
        self._ignored = tuple(rows)
        names = {rule.id: rule.name for rule in self._rules}
        self._ignored_list.show_rows(
            [_words_of(row, names.get(row.ignored.rule, row.ignored.rule)) for row in rows],
            "Nothing is ignored in this session.",
        )

    def ignored_words(self) -> list[str]:
        """The lines of what is ignored."""
        return self._ignored_list.texts()

    def take_back(self, place: int) -> None:
        """As a press on the button with that line chosen."""
        self._heed(place)

    def _add_rule(self, rule: RuleGuide) -> None:
        switch = Switch(self._theme, rule.name)
        switch.setObjectName(f"rule-{rule.id}")
        switch.setChecked(True)
        switch.clicked.connect(lambda on, rule=rule.id: self._switch(rule, on))
        self._dressed.append(switch)
        self._switches[rule.id] = switch
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.space(4))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(words(rule.name, "body"))
        texts.addWidget(words(rule.why, "small", "secondary"))
        row.addLayout(texts, 1)
        row.addWidget(switch)
        self._add(line)

    def _switch(self, rule: str, on: bool) -> None:
        off = self._off - {rule} if on else self._off | {rule}
        self._off = off
        self.changed.emit("rules_off", tuple(sorted(off)))

    def _show_rules(self, off: Sequence[str]) -> None:
        self._off = frozenset(off)
        for rule, switch in self._switches.items():
            with QSignalBlocker(switch):
                switch.setChecked(rule not in self._off)

    def _show_words(self, personal: Sequence[str]) -> None:
        self._words_list.show_rows(list(personal), "No words yet. A typing error offers to add it.")

    def _forget_word(self, place: int) -> None:
        left = self._words_list.texts()
        self.changed.emit("personal_words", tuple(left[:place] + left[place + 1 :]))

    def _heed(self, place: int) -> None:
        self.heeded.emit(self._ignored[place].ignored)


class _ShortList(QWidget):
    """Lines of text, one of which can be taken out; `taken` carries its place."""

    taken = Signal(int)

    def __init__(self, title: str, verb: str) -> None:
        super().__init__()
        self._texts: list[str] = []
        label = words(title, "body", "secondary")
        self._empty = words("", "small", "tertiary")
        self.rows = _Rows(self)
        self.rows.setAccessibleName(title)
        self.rows.setMaximumHeight(_LIST_PX)
        set_kind(self.rows, kind="sheet")
        self._take = QPushButton(verb)
        self._take.setAccessibleName(f"{verb}: {title}")
        set_kind(self._take, kind="outlined")
        self._take.clicked.connect(self._take_current)
        self.rows.delete_pressed.connect(self._take_current)
        line = QHBoxLayout()
        line.addWidget(self._take)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (label, self._empty, self.rows):
            column.addWidget(part)
        column.addLayout(line)

    def show_rows(self, texts: list[str], nothing: str) -> None:
        place = self.rows.currentRow()
        self._texts = texts
        self.rows.clear()
        self.rows.addItems([text.replace("\n", " ") for text in texts])
        self.rows.setCurrentRow(min(max(0, place), len(texts) - 1))
        self._empty.setText(nothing)
        self._empty.setVisible(not texts)
        self.rows.setVisible(bool(texts))
        self._take.setVisible(bool(texts))

    def texts(self) -> list[str]:
        return list(self._texts)

    def _take_current(self) -> None:
        if (place := self.rows.currentRow()) >= 0:
            self.taken.emit(place)


class _Rows(QListWidget):
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


def _words_of(row: IgnoredRow, name: str) -> str:
    if not row.ignored.is_once:
        return f"{name}, everywhere"
    shown = row.ignored.words
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    at = f"{name}, at “{shown}”" if shown != "·" else name
    return f"{at}, {row.where}" if row.where else at
