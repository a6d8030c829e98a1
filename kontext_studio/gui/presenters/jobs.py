"""The job list: lines and cards from the runs of the session, and what their buttons do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

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
from kontext_studio.gui.presenters.services import elsewhere
from kontext_studio.gui.presenters.thumbnails import Thumbnails
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import price_of_job
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
    key_wanted = Signal(str)  # name of the connection that has no key, or one that is refused
    instruction_wanted = Signal(str, str)  # node id to edit, instruction to put into the editor

    def __init__(
        self, bench: Workbench, jobs: JobList, bridge: Bridge, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._list = jobs
        self._tasks = tasks
        self._moving: set[JobId] = set()
        self._sending: set[JobId] = set()
        self._refresher = Refresher(self.refresh, self.refresh, self)
        self._thumbnails = Thumbnails(bench, tasks, jobs.set_thumbnail)
        bridge.session_opened.connect(self._refresher.soon)
        bridge.changed.connect(self._refresher.soon)
        bridge.job_changed.connect(self._take_job)
        bridge.settings_changed.connect(self._refresher.soon)
        jobs.cancel_requested.connect(self.cancel)
        jobs.dismiss_requested.connect(self._dismiss)
        jobs.retry_requested.connect(self._retry)
        jobs.check_requested.connect(self._check)
        jobs.show_requested.connect(self._show)
        jobs.put_back_requested.connect(self._put_back)
        jobs.key_requested.connect(self._ask_for_key)
        jobs.elsewhere_requested.connect(self._send_elsewhere)
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
                elsewhere=self._elsewhere(views),
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
        return price_of_job(view.record, self._bench.catalogue)

    def _elsewhere(self, views: Sequence[JobView]) -> dict[JobId, str]:
        """For each refused run of the embedded engine, what it could be sent to."""
        refused = [
            view.record
            for view in views
            if view.record.provider == EMBEDDED and view.record.state is JobState.FAILED
        ]
        other = elsewhere(self._bench) if refused else None
        return {one.id: other.words(one.request.count) for one in refused} if other else {}

    def _send_elsewhere(self, job_id: str) -> None:
        if (job := JobId(job_id)) not in self._sending:  # twice pressed is sent once
            self._sending.add(job)
            self._tasks.start(self._move(job))

    async def _move(self, job: JobId) -> None:
        """The same instruction to the service that the button named; the refused run goes away."""
        try:
            record, other = self._bench.runs.view(job).record, elsewhere(self._bench)
            if other is None:
                return
            await self._bench.submit(
                RunOrder(
                    instruction=record.request.instruction,
                    parents=record.parents,
                    model=other.model.id,
                    route=other.route.name,
                    count=other.count(record.request.count),
                )
            )
            await self._bench.act(lambda session: session.dismiss(job))
        finally:
            self._sending.discard(job)

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

    def _ask_for_key(self, job_id: str) -> None:
        self.key_wanted.emit(self._bench.runs.view(JobId(job_id)).record.route)

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
