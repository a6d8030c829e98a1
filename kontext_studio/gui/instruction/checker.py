"""Checks the wording a moment after the last key, and answers with a signal.

Short texts are checked where they are typed, which takes 2 ms at most; longer ones in a thread, so
that typing stays smooth. It refuses to know the editor.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from kontext_studio.prompting.context import LintContext
    from kontext_studio.prompting.findings import Finding, Fix
    from kontext_studio.prompting.keep_flags import KeepFlag

PAUSE_MS = 250
_LOOK_MS = 20
# Measured: 1.7 ms at 68 words with findings of every kind; 600 characters are about 110 words.
_LONG_TEXT = 600


@dataclass(frozen=True, slots=True)
class Question:
    """What the findings depend on."""

    text: str = ""
    context: LintContext | None = None
    keep: frozenset[KeepFlag] = frozenset()
    subject: str | None = None
    ignored_rules: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    """What the program can do for a fix besides changing text; other such fixes are left out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Findings of one text, the text to be sent in full, and what could follow behind the caret."""

    text: str = ""
    sent_text: str = ""
    findings: tuple[Finding, ...] = field(default=())
    ghost: str = ""


class Checker(QObject):
    """`answered` carries an Answer; an answer that a newer question has overtaken is dropped."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = Question()
        self._results: SimpleQueue[tuple[Question, Answer]] = SimpleQueue()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._check)
        # The thread touches no Qt object; its answers are fetched from here.
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._fetch)

    def ask(self, question: Question) -> None:
        """Answer after the pause, counted from the last call."""
        self._question = question
        self._pause.start()

    def ask_now(self, question: Question) -> None:
        """Answer as soon as possible; before this returns if the text is short."""
        self._question = question
        self._pause.stop()
        self._check()

    def _check(self) -> None:
        question = self._question
        if len(question.text) <= _LONG_TEXT:
            self.answered.emit(answer_to(question))
            return
        threading.Thread(
            target=_answer_into, args=(question, self._results), name="wording", daemon=True
        ).start()
        self._look.start()

    def _fetch(self) -> None:
        while True:
            try:
                question, answer = self._results.get_nowait()
            except Empty:
                return
            if question is self._question:
                self._look.stop()
                self.answered.emit(answer)


def answer_to(question: Question) -> Answer:
    # Imported here: the vocabulary takes 35 ms, which the first painted window need not wait for.
    from kontext_studio.prompting.ghost import ghost_text
    from kontext_studio.prompting.keep import compose, lint_with_keep

    text = question.text
    found = lint_with_keep(text, question.context, question.keep, question.subject)
    findings = tuple(
        replace(one, fixes=tuple(fix for fix in one.fixes if _can(fix, question.commands)))
        for one in found
        if one.rule not in question.ignored_rules
    )
    sent = compose(text, question.keep, question.subject)
    return Answer(text, sent, findings, ghost_text(text, findings))


def _can(fix: Fix, commands: frozenset[str]) -> bool:
    return fix.command is None or fix.command in commands


def _answer_into(question: Question, results: SimpleQueue[tuple[Question, Answer]]) -> None:
    results.put((question, answer_to(question)))
