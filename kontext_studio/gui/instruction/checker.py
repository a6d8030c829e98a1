"""Checks the wording a moment after the last key, and answers with a signal.

Short texts are checked where they are typed, which takes some ms; longer ones, and the first
one of all, which loads the vocabulary, in a thread, so that typing stays smooth. It refuses to know
the editor.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_studio.gui.instruction import vocabulary
from kontext_studio.gui.instruction.in_thread import InThread
from kontext_studio.gui.instruction.late_fixes import LateFixes

if TYPE_CHECKING:
    from kontext_studio.prompting.context import LintContext
    from kontext_studio.prompting.findings import Finding, Fix
    from kontext_studio.prompting.keep_flags import KeepFlag
    from kontext_studio.prompting.run_facts import RunFacts
    from kontext_studio.prompting.templates import Snippet

PAUSE_MS = 250
_THINGS = frozenset(["subject", "object", "thing"])
_PLACES = frozenset(["add-where", "image-roles"])
"""Rules that cannot be answered without a word of the person: their clauses have slots."""
# Fixes are tried before they are offered: some 6 ms at 200 characters, 1 ms more for each typing
# error, and twice that on a busy machine.
_LONG_TEXT = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What the findings depend on. `ignored_places` are rules with the words that they leave alone;
    `commands` what the program can do for a fix besides changing text: other such fixes are left
    out; `titles` are what some of these are called now, with their price."""

    text: str = ""
    context: LintContext | None = None
    keep: frozenset[KeepFlag] = frozenset()
    subject: str | None = None
    ignored_rules: frozenset[str] = frozenset()
    ignored_places: frozenset[tuple[str, str]] = frozenset()
    commands: frozenset[str] = frozenset()
    titles: tuple[tuple[str, str], ...] = ()
    run: RunFacts | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Findings of one text, the text to be sent in full, what could follow behind the caret, and
    clauses that could be added. `ignored` counts findings that were left out as the person asked.
    Fixes are worked out when they are asked for.
    """

    text: str = ""
    sent_text: str = ""
    findings: tuple[Finding, ...] = field(default=())
    ghost: str = ""
    snippets: tuple[Snippet, ...] = ()
    ignored: int = 0


class Checker(QObject):
    """`answered` carries an Answer; an answer that a newer question has overtaken is dropped."""

    answered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question = Question()
        self._asked = self._question  # what the thread works on
        self._thread = InThread("wording", self)
        self._thread.done.connect(self._take)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._check)

    def ask(self, question: Question) -> None:
        """Answer after the pause, counted from the last call."""
        self._question = question
        self._pause.start()

    def ask_now(self, question: Question) -> None:
        """Answer as soon as possible; before this returns if the text is short and the vocabulary
        is there."""
        self._question = question
        self._pause.stop()
        self._check()

    def _check(self) -> None:
        question = self._question
        if not question.text.strip():  # nothing is said that could be said better
            self.answered.emit(Answer(question.text, question.text))
        elif len(question.text) <= _LONG_TEXT and vocabulary.is_loaded():
            self.answered.emit(answer_to(question))
        elif not self._thread.is_busy:
            # One at a time: what is asked meanwhile is looked at when it has answered.
            self._asked = question
            self._thread.start(lambda: _thorough(question))

    def _take(self, answer: Answer | None) -> None:
        if self._asked is not self._question:
            if not self._pause.isActive():
                self._check()
        elif answer is not None:
            self.answered.emit(answer)


def answer_to(question: Question) -> Answer:
    # Imported here: the vocabulary takes a while, which the first painted window need not wait for.
    from kontext_studio.core.wording import once
    from kontext_studio.prompting.ghost import ghost_text
    from kontext_studio.prompting.keep import compose, lint_with_keep
    from kontext_studio.prompting.settings_checks import check_settings

    text = question.text
    found = lint_with_keep(text, question.context, question.keep, question.subject)
    sent = compose(text, question.keep, question.subject)
    if question.run is not None:
        found = (*found, *check_settings(sent, question.run))
    heeded = tuple(
        one
        for one in found
        if one.rule not in question.ignored_rules
        and (one.rule, once(one.rule, text[one.start : one.end], None).words)
        not in question.ignored_places
    )
    findings = tuple(
        replace(one, fixes=LateFixes(partial(_offered, one, question))) for one in heeded
    )
    ghost = ghost_text(text, findings)
    ignored = len(found) - len(heeded)
    return Answer(text, sent, findings, ghost, _snippets(sent, findings), ignored)


def _offered(finding: Finding, question: Question) -> tuple[Fix, ...]:
    titles = dict(question.titles)
    able = (
        replace(fix, title=titles.get(fix.command or "", fix.title))
        for fix in finding.fixes
        if _can(fix, question.commands)
    )
    return (*_known_values(finding, question), *able)


def _snippets(sent: str, findings: tuple[Finding, ...]) -> tuple[Snippet, ...]:
    """The clauses that a finding asks for and that are not said yet."""
    from kontext_studio.prompting.reading import Reading
    from kontext_studio.prompting.templates import SNIPPETS, said_in

    reading, rules = Reading(sent), {one.rule for one in findings}
    return tuple(
        one
        for one in SNIPPETS
        if rules.intersection(one.rules if "{" not in one.text else _PLACES.intersection(one.rules))
        and not said_in(reading, one)
    )


def _known_values(finding: Finding, question: Question) -> tuple[Fix, ...]:
    """For a slot of a template: the thing of the last instruction, where it is one."""
    from kontext_studio.prompting.findings import Fix, TextEdit

    slot = question.text[finding.start : finding.end].strip("{}[]<>")
    if finding.rule != "unfilled-slot" or slot not in _THINGS or not question.subject:
        return ()
    name = question.subject.removeprefix("the ")
    return (Fix(f"Use “{name}”", (TextEdit(finding.start, finding.end, name),)),)


def _can(fix: Fix, commands: frozenset[str]) -> bool:
    return fix.command is None or fix.command in commands


def _thorough(question: Question) -> Answer:
    vocabulary.load()
    return answer_to(question)
