"""What was written on each step: kept a little after the last key, never lost, and out of the way
once it has become a step. It refuses to know widgets."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import SessionError
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

DRAFT_MS = 400


class Drafting(QObject):
    """The step None is a picture from text."""

    def __init__(self, bench: Workbench, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._tasks = tasks
        self._pending: tuple[NodeId | None, Draft] | None = None
        # On the way to the disk; there already for who comes back to the step meanwhile.
        self._unwritten: dict[NodeId | None, Draft] = {}
        # What made a run, and on which step it stood.
        self._typed: dict[JobId, tuple[NodeId | None, str]] = {}
        self._aside: list[str] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(DRAFT_MS)
        self._later.timeout.connect(self.save)
        bench.before_close(self._write)

    def keep(self, node: NodeId | None, draft: Draft) -> None:
        """What stands on the step now; it is written when no more keys come."""
        self._pending = (node, draft)
        self._later.start()

    def save(self) -> None:
        """Write what was typed, before anything moves on."""
        self._later.stop()
        pending, self._pending = self._pending, None
        if pending is not None and self._bench.is_open:
            self._unwritten[pending[0]] = pending[1]
            self._tasks.start(self._save(*pending))

    def of(self, node: NodeId | None) -> Draft:
        """The step's draft, without the words that have become a step: Ctrl+Up brings them back."""
        draft = self._unwritten.get(node) or self._bench.draft(node)
        return replace(draft, text="") if self._was_run(node, draft.text) else draft

    def note_run(self, job: JobId, node: NodeId | None, text: str) -> None:
        """These words are on their way from this step."""
        self._typed[job] = (node, text)

    def take_result(self, job: JobId, shown: tuple[NodeId | None] | None) -> None:
        """The words have become a step: they leave the draft of its parent, unless the person has
        changed them since or looks at them now; `shown` is the step whose words are shown."""
        found = self._typed.pop(job, None)
        if found is None or shown == found[:1]:
            return
        parent, text = found
        if (draft := self._bench.draft(parent)).text == text:
            self._tasks.start(self._bench.save_draft(parent, replace(draft, text="")))

    def put_aside(self, text: str) -> None:
        """Words that others take the place of, for Ctrl+Up."""
        self._aside.insert(0, text)

    def older_instructions(self) -> list[str]:
        """What was written in this session, the newest first."""
        nodes = list(self._bench.session.history)
        made = [(node.created, node.request.instruction) for node in nodes if node.request]
        # What failed was written too.
        jobs = [view.record for view in self._bench.runs.views()]
        asked = [(job.created, job.request.instruction) for job in jobs]
        texts = [text for _, text in sorted([*made, *asked], reverse=True)]
        return list(dict.fromkeys([*self._aside, *texts]))

    def forget(self) -> None:
        """For another session."""
        self._pending = None
        self._typed.clear()
        self._aside.clear()
        self._unwritten.clear()

    async def _write(self) -> None:
        """Before a session is put away: what was typed a moment ago belongs to it."""
        self._later.stop()
        pending, self._pending = self._pending, None
        if pending is not None:
            with contextlib.suppress(SessionError):
                await self._bench.save_draft(*pending)

    async def _save(self, node: NodeId | None, draft: Draft) -> None:
        await self._bench.save_draft(node, draft)
        if self._unwritten.get(node) is draft:
            del self._unwritten[node]

    def _was_run(self, node: NodeId | None, text: str) -> bool:
        """Whether the words have become a step already; chips may have added clauses."""
        session, words = self._bench.session, text.strip()
        history = session.history
        return bool(words) and any(
            child.request is not None and begins(child.request.instruction, words)
            for child in (history.children(node) if node is not None else history.roots())
            if child.id not in session.hidden
        )


def begins(sent: str, typed: str) -> bool:
    """Whether what was sent is what was typed; chips may have added a clause, and the spaces
    between words do not count."""
    whole, words = " ".join(sent.split()), " ".join(typed.split()).rstrip(",;: ")
    added = whole[len(words) :]
    # A clause follows a comma or the end of a sentence; anything else is another instruction.
    return (
        whole.startswith(words) and bool(words) and (added[:1] in ("", ",") or words[-1] in ".!?")
    )
