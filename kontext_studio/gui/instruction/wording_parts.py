"""What stands below the editor about its words: the problems, clauses to add, what "Fix all" would
make of them. It joins these parts with the editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.instruction.checker import Answer, Question
from kontext_studio.gui.instruction.fix_all_card import FixAllCard
from kontext_studio.gui.instruction.fixing_all import AllFixed, all_fixed
from kontext_studio.gui.instruction.in_thread import InThread
from kontext_studio.gui.instruction.late_fixes import work_out
from kontext_studio.gui.instruction.problem_list import ProblemList
from kontext_studio.gui.instruction.prompt_edit import PromptEdit
from kontext_studio.gui.instruction.ready_fixes import ready_fixes
from kontext_studio.gui.instruction.snippet_chips import SnippetChips
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.prompting.templates import Snippet


class WordingParts(QObject):
    """`ignored_wanted`: the person wants to see what is ignored."""

    ignored_wanted = Signal()

    def __init__(
        self, theme: Theme, edit: PromptEdit, question: Callable[[], Question], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._edit = edit
        self._question = question
        self._answer = Answer()
        self.problems = ProblemList(theme, parent)
        self.fix_all_card = FixAllCard(theme, parent)
        self.snippets = SnippetChips(theme, parent)
        self._fixing = InThread("fixing", self)
        self._fixing.done.connect(self._show_outcome)
        self._trying = InThread("fixes", self)
        self._trying.done.connect(self._take_fixes)
        self._tried = self._answer  # whose fixes the thread works out
        self._fixes_later = self._after_events(self._try_fixes)
        self._rows_later = self._after_events(lambda: self._painted_later(self._show_rows))
        self._clauses_later = self._after_events(lambda: self._painted_later(self._show_clauses))
        self._caret_later = self._after_events(self.follow_caret)
        edit.problem_reached.connect(self.problems.set_current)
        edit.textChanged.connect(self.fix_all_card.forget)
        edit.cursorPositionChanged.connect(self._caret_later.start)
        self.problems.problem_chosen.connect(edit.go_to_finding)
        self.problems.fix_wanted.connect(self._offer)
        self.problems.menu_wanted.connect(self._open_menu)
        self.problems.fix_all_wanted.connect(self.show_all_fixes)
        self.problems.ignored_wanted.connect(self.ignored_wanted)
        self.fix_all_card.accepted.connect(self._make_all)
        self.fix_all_card.left.connect(edit.setFocus)
        self.snippets.chosen.connect(self.add_clause)

    def take(self, answer: Answer, *, at_once: bool = True) -> None:
        """Show what a check found: the marks now, and the rows below them with `at_once` too, else
        when a thread has worked out their fixes, so that nothing waits for all of it."""
        self._answer = Answer(answer.text, answer.sent_text) if not answer.text.strip() else answer
        self._edit.set_findings(answer.text, self._answer.findings, self._answer.ghost)
        for later in (self._fixes_later, self._rows_later, self._clauses_later):
            later.stop()
        if at_once or not self._answer.findings:
            self._show_rows()
            self._show_clauses()
        else:
            self._fixes_later.start()

    def _try_fixes(self) -> None:
        if not self._trying.is_busy:
            self._tried = answer = self._answer
            self._trying.start(lambda: work_out(answer.findings))

    def _take_fixes(self, _outcome: object) -> None:
        if self._tried is self._answer:
            self._rows_later.start()
        elif self._answer.findings:
            self._try_fixes()

    def _show_rows(self) -> None:
        answer = self._answer
        self.problems.set_findings(answer.text, answer.findings)
        self.problems.set_also(fixable=len(ready_fixes(answer.findings)), ignored=answer.ignored)
        self.follow_caret()
        self._clauses_later.start()

    def _show_clauses(self) -> None:
        self._clauses_later.stop()
        self.snippets.set_snippets(self._answer.snippets)

    def _painted_later(self, work: Callable[[], None]) -> None:
        """Do it and let the column find its places in this turn of the loop; paint in the next, so
        that a key that is pressed meanwhile goes in between."""
        column = self.problems.parentWidget() or self.problems
        column.setUpdatesEnabled(False)
        QTimer.singleShot(0, column, lambda: column.setUpdatesEnabled(True))
        work()

    def _after_events(self, work: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(work)
        return timer

    def follow_caret(self) -> None:
        if self.problems.isVisible() or self.problems.rows():
            self.problems.set_current(self._edit.finding_at_caret())

    def show_all_fixes(self) -> None:
        """Work out what all fixes together would make of the words, and show that."""
        if not self._fixing.is_busy and self._edit.toPlainText().strip():
            question = self._question()
            self._fixing.start(lambda: all_fixed(question))

    def open_menu_at_caret(self) -> None:
        """All that can be done about the problem at the caret."""
        index = self._edit.finding_at_caret()
        if index is not None:
            self._edit.open_fix_menu(index)

    def _show_outcome(self, fixed: AllFixed | None) -> None:
        if fixed is not None and fixed.before == self._edit.toPlainText():
            self.fix_all_card.show_outcome(fixed)

    def _make_all(self, fixed: AllFixed) -> None:
        if fixed.before == self._edit.toPlainText():
            self._edit.write_over(fixed.after)

    def add_clause(self, snippet: Snippet) -> None:
        """Put it at the caret if a clause ends there, else behind the last word; one undo step."""
        from kontext_studio.prompting.templates import snippet_fix

        fix = snippet_fix(self._edit.toPlainText(), snippet, self._edit.caret())
        self._edit.make_edits(fix)

    def _offer(self, index: int, at: QPoint) -> None:
        self._edit.offer_fixes(index, at)

    def _open_menu(self, index: int, at: QPoint) -> None:
        self._edit.open_fix_menu(index, at)
