"""What the words in the editor are judged by: the step they are for, the model, what the
instructions so far were about, and whether they were refused before."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.route import EMBEDDED
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.jobs.refusals import unknown_words
from kontext_studio.gui.presenters.drafting import begins
from kontext_studio.gui.tasks import Tasks
from kontext_studio.prompting.context import LintContext, Mode, Tier
from kontext_studio.workbench.bench import Workbench


class Judging(QObject):
    def __init__(
        self, bench: Workbench, panel: InstructionPanel, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._tasks = tasks
        self._node: Node | None = None
        self._told: LintContext | None = None

    def follow_step(self, node: Node) -> None:
        """The words are for this step now."""
        self._node = node
        self.show_refused_words()
        self.tell_context()
        self._tasks.start(self._name_subject(node))

    def follow_making(self) -> None:
        """The words are for a picture from text."""
        self._node = None
        self._told = None
        self._panel.set_context(LintContext(mode=Mode.GENERATE, inputs=0))
        self._panel.set_subject(None)

    def follow_nothing(self) -> None:
        self._node = None

    def tell_context(self) -> None:
        """After a change of model, pictures or dictionary."""
        if self._node is not None and (context := self._context(self._node)) != self._told:
            self._told = context
            self._panel.set_context(context)

    def show_refused_words(self) -> None:
        """Where the words in the editor were refused, the unknown ones are marked there."""
        if not self._bench.is_open:
            return
        text = self._panel.edit.toPlainText()
        above: tuple[NodeId, ...] = (self._node.id,) if self._node is not None else ()
        words: tuple[str, ...] = ()
        for view in self._bench.runs.views():  # the oldest first, so that the newest has the word
            record = view.record
            same = record.parents[:1] == above and begins(record.request.instruction, text)
            if same and record.id not in self._bench.session.dismissed:
                refused = record.provider == EMBEDDED and record.state is JobState.FAILED
                words = unknown_words(record.fault) if refused else ()
        self._panel.edit.set_refused_words(text, words)

    def _context(self, node: Node) -> LintContext:
        history = self._bench.session.history
        model = self._panel.models.model()
        tier = model.tier if model is not None else ""
        return LintContext(
            inputs=1 + len(self._panel.references.nodes()),
            model=next((one for one in Tier if one.value == tier), None),
            depth=len(history.path(node.id)) - 1,
            previous_prompt=node.request.instruction if node.request else None,
            personal_words=frozenset(self._bench.settings.personal_words),
        )

    async def _name_subject(self, node: Node) -> None:
        """Name the Subject chip after the thing that was named last on the way here; the vocabulary
        is loaded in a thread the first time."""
        from kontext_studio.prompting.subject import last_subject

        path = self._bench.session.history.path(node.id)
        words = [one.request.instruction for one in reversed(path) if one.request is not None]
        subject = await asyncio.to_thread(last_subject, words) if words else None
        if self._node is not None and self._node.id == node.id:
            self._panel.set_subject(subject)
