"""The job list: lines and cards from the runs of the session, and what their buttons do."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.result import Cost
from kontext_studio.core.route import EMBEDDED
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.jobs.job_card_view import Suggestion
from kontext_studio.gui.jobs.job_list import JobList
from kontext_studio.gui.jobs.job_rows import JobInputs, list_jobs
from kontext_studio.gui.jobs.progress import Stage, progress_of
from kontext_studio.gui.presenters.refreshing import Refresher
from kontext_studio.gui.presenters.thumbnails import Thumbnails
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.prices import price_of_run
from kontext_studio.workbench.progress import JobView, Phase

WANT_THE_EYE = frozenset({Stage.FAILED, Stage.BLOCKED, Stage.UNKNOWN, Stage.PAUSED})
"""What a run that was under way is shown at, even where one would have to scroll."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many runs go on, and how many of them have not been sent yet."""

    active: int = 0
    waiting: int = 0


class Jobs(QObject):
    """Keeps the list true. `summary_changed` carries its words for the status bar,
    `under_way_changed` an UnderWay."""

    summary_changed = Signal(str)
    under_way_changed = Signal(object)
    show_requested = Signal(str)  # node id
    instruction_wanted = Signal(str, str)  # node id to edit, instruction to put into the editor

    def __init__(
        self, bench: Workbench, jobs: JobList, bridge: Bridge, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._list = jobs
        self._tasks = tasks
        self._moving: set[JobId] = set()
        self._refresher = Refresher(self.refresh, self.refresh, self)
        self._thumbnails = Thumbnails(bench, tasks, jobs.set_thumbnail)
        bridge.session_opened.connect(self._refresher.soon)
        bridge.changed.connect(self._refresher.soon)
        bridge.job_changed.connect(self._take_job)
        jobs.cancel_requested.connect(self.cancel)
        jobs.dismiss_requested.connect(self._dismiss)
        jobs.retry_requested.connect(self._retry)
        jobs.check_requested.connect(self._check)
        jobs.show_requested.connect(self._show)
        jobs.put_back_requested.connect(self._put_back)
        jobs.suggestion_chosen.connect(self._take_suggestion)
        jobs.cancel_waiting_requested.connect(self.cancel_waiting)
        jobs.thumbnail_wanted.connect(self._thumbnails.fetch)

    def refresh(self) -> None:
        """Build the lines anew from what is true now."""
        if not self._bench.is_open:
            self._refresher.keep_ticking(False)
            self.under_way_changed.emit(UnderWay())
            return
        now = asyncio.get_event_loop().time()
        views = self._bench.runs.views()
        active = [view for view in views if view.active]
        listing = list_jobs(
            JobInputs(
                session=self._bench.session,
                jobs={view.record.id: view.record for view in views},
                progress={view.record.id: progress_of(view, now) for view in views},
                prices={view.record.id: cost for view in views if (cost := self._price(view))},
                now=time.time(),
            )
        )
        self._list.show_jobs(listing)
        for row in listing.rows:
            if row.id in self._moving and row.stage in WANT_THE_EYE:
                self._list.reveal(row.id)
                self._moving.discard(row.id)
        self.summary_changed.emit(listing.summary)
        self._refresher.keep_ticking(bool(active))
        waiting = sum(view.phase is Phase.WAITING for view in active)
        self.under_way_changed.emit(UnderWay(len(active), waiting))

    def _take_job(self, what: JobChanged) -> None:
        if what.view.active:
            self._moving.add(what.view.record.id)
        self._refresher.soon()

    def cancel(self, job_id: str) -> None:
        self._tasks.start(self._bench.cancel(JobId(job_id)))

    def cancel_newest(self) -> None:
        """Cancel the run that was started last and still goes on."""
        active = [view for view in self._bench.runs.views() if view.active]
        if active:
            self.cancel(active[-1].record.id)

    def cancel_waiting(self) -> None:
        for view in self._bench.runs.views():
            if view.phase is Phase.WAITING:
                self.cancel(view.record.id)

    def _price(self, view: JobView) -> Cost | None:
        record = view.record
        try:
            spec = self._bench.catalogue.find(record.provider, record.request.model)
        except BadRequest:
            return None
        return price_of_run(spec, record.request.count, record.request.inputs)

    def _dismiss(self, job_id: str) -> None:
        self._tasks.start(self._bench.act(lambda session: session.dismiss(JobId(job_id))))

    def _retry(self, job_id: str) -> None:
        record = self._bench.runs.view(JobId(job_id)).record
        free = record.provider == EMBEDDED
        # What may have been charged is run again as a new run only because the person says so.
        self._tasks.start(self._bench.rerun(record.id, same_seed=free))

    def _check(self, job_id: str) -> None:
        self._tasks.start(self._look_for(JobId(job_id)))

    async def _look_for(self, job: JobId) -> None:
        await self._bench.look_for(job)

    def _show(self, job_id: str) -> None:
        nodes = self._bench.nodes_of(JobId(job_id))
        if nodes:
            self.show_requested.emit(nodes[0].id)

    def _put_back(self, job_id: str) -> None:
        record = self._bench.runs.view(JobId(job_id)).record
        self._edit_again(JobId(job_id), record.request.instruction)

    def _take_suggestion(self, what: Suggestion) -> None:
        self._edit_again(what.job, what.text)

    def _edit_again(self, job: JobId, text: str) -> None:
        record = self._bench.runs.view(job).record
        node = record.parents[0] if record.parents else NodeId("")
        self.instruction_wanted.emit(node, text)
        if record.state is JobState.PREPARED:
            self.cancel(job)  # it would wait for ever
        if record.state in (JobState.FAILED, JobState.BLOCKED, JobState.PREPARED):
            self._dismiss(job)
