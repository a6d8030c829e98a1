"""What screen readers are told without being asked: results, failures, waiting (UX X5).

Politely, and at most one sentence each three seconds: the newest of each run counts.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.names import headline, lowered
from kontext_studio.gui.history.row_words import ghost_sentence
from kontext_studio.gui.jobs.progress import Stage, progress_of, stage_of
from kontext_studio.workbench.announcements import JobChanged, ResultStored
from kontext_studio.workbench.bench import Workbench

EVERY_MS = 3000
_UNSAID = frozenset({Stage.RUNNING, Stage.CANCELLING})
_DONE = "done"


class Spoken(QObject):
    """`said` carries each sentence as it is announced."""

    said = Signal(str)

    def __init__(
        self, bench: Workbench, bridge: Bridge, window: QWidget, *, every_ms: int = EVERY_MS
    ) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._stages: dict[JobId, Stage] = {}
        self._unsaid: dict[str, str] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(every_ms)
        self._pause.timeout.connect(self._say_next)
        bridge.session_opened.connect(self._forget)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)

    def say(self, words: str) -> None:
        """The end of something long that is no run: an export, a copy."""
        self._say(_DONE, words)

    def _take_job(self, what: JobChanged) -> None:
        record = what.view.record
        progress = progress_of(what.view, asyncio.get_event_loop().time())
        stage = stage_of(record, progress)
        before, self._stages[record.id] = self._stages.get(record.id), stage
        if stage is before or stage in _UNSAID or record.state is JobState.STORED:
            return
        self._say(record.id, ghost_sentence(record.request.instruction, "", record, progress))

    def _take_result(self, what: ResultStored) -> None:
        node = self._bench.session.history[what.nodes[0]]
        words = f", {lowered(headline(node.request.instruction))}" if node.request else ""
        self._say(what.job, f"Step {node.step} is ready{words}")

    def _say(self, about: str, words: str) -> None:
        self._unsaid.pop(about, None)  # what is newer comes last
        self._unsaid[about] = words
        if not self._pause.isActive():
            self._say_next()

    def _say_next(self) -> None:
        if not self._unsaid:
            return
        words = self._unsaid.pop(next(iter(self._unsaid)))
        self._pause.start()
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self._window, words)
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
            QAccessible.updateAccessibility(event)
        self.said.emit(words)

    def _forget(self) -> None:
        self._stages.clear()
        self._unsaid.clear()
