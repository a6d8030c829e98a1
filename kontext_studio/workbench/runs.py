"""The runs of one session: which there are, which wait, which are taken up after a start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from kontext_studio.core.errors import ReadOnlySession, SessionClosed
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import Catalogue
from kontext_studio.core.route import EMBEDDED
from kontext_studio.workbench import endings
from kontext_studio.workbench.announcements import Announcement, Announcer, JobChanged
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.hosted import HostedPictures
from kontext_studio.workbench.keeping import Keeper
from kontext_studio.workbench.line import Line
from kontext_studio.workbench.progress import Durations, JobView, Phase
from kontext_studio.workbench.reach import Reach
from kontext_studio.workbench.run import Run
from kontext_studio.workbench.shop import Shop
from kontext_studio.workbench.sleeping import after_each_sleep

_WENT_THROUGH = frozenset({JobState.SUBMITTED, JobState.REMOTE_DONE, JobState.STORED})


class Runs:
    """All runs of one desk, followed until `shutdown`."""

    def __init__(
        self,
        desk: Desk,
        reach: Reach,
        catalogue: Catalogue,
        announcer: Announcer,
        *,
        aside: Path,
        max_running: int,
        clock: Callable[[], float] = time.time,
        disk_attempts: int | None = None,
        waits_for_network: bool = False,
    ) -> None:
        hosted = HostedPictures(desk, clock)
        self._shop = Shop(
            desk=desk,
            reach=reach,
            catalogue=catalogue,
            announcer=announcer,
            hosted=hosted,
            keeper=Keeper(desk, hosted, catalogue, announcer, aside),
            line=Line(max_running),
            durations=Durations(),
            clock=clock,
            first_to_ask=self._first_to_ask,
            disk_attempts=disk_attempts,
            waits_for_network=waits_for_network,
        )
        self._runs = {job.id: Run(job, self._shop) for job in desk.jobs.values()}
        self._asking: dict[str, Run] = {}
        self._held: dict[str, list[Run]] = {}
        self._closing = False
        self._watch: asyncio.Task[None] | None = None
        self._unsubscribe = announcer.subscribe(self._hear)
        for node in desk.session.history:
            if node.request and node.result and node.result.seconds is not None:
                request = node.request
                self._shop.durations.add(request.model, request.count, node.result.seconds)

    def views(self) -> tuple[JobView, ...]:
        """All runs of the session, oldest first."""
        return tuple(run.view for run in self._runs.values())

    def view(self, job_id: JobId) -> JobView:
        """Raise KeyError where there is no such run."""
        return self._runs[job_id].view

    def is_on_its_way(self, record: JobRecord) -> bool:
        """Whether a run may still be sent, or was: not where it only waits for the person, or the
        person took note of its end."""
        run = self._runs.get(record.id)
        if run is None or run.followed or run.view.held:
            return True
        if record.ended and record.id in self._shop.desk.session.dismissed:
            return False
        return record.state is not JobState.PREPARED

    def start(self, record: JobRecord) -> None:
        """Follow a prepared run that is on disk already."""
        run = self._runs[record.id] = Run(record, self._shop)
        if self._closing:
            self._shop.announcer.announce(JobChanged(run.view))
        else:
            run.begin()

    async def recover(self) -> int:
        """After the session was opened: settle what the last process left, and fetch what services
        still work on, the oldest first: it expires first. Return how many are fetched."""
        fetched = 0
        self._watch = asyncio.get_running_loop().create_task(
            after_each_sleep(self._shop.clock, self._wake)
        )
        for run in self._as_they_expire():
            record, was_taken = run.record, _was_taken(run.record)
            if record.state is JobState.PREPARED or (record.ended and not was_taken):
                continue
            if record.provider == EMBEDDED and not self._shop.reach.holds(record):
                await run.settle(endings.engine_is_gone(record))
            elif record.state is JobState.SENDING or was_taken:
                await run.settle(endings.cut_off_while_sending(record, free=run.is_free))
            if not run.record.ended and not run.followed:
                fetched += 1
                run.resume()
        return fetched

    async def wait(self, job_id: JobId) -> JobView:
        """Until nobody works on the run any more."""
        run = self._runs[job_id]
        await run.wait()
        return run.view

    async def wait_all(self) -> None:
        """Until nobody works on any run."""
        while followed := [run for run in self._runs.values() if run.followed]:
            await asyncio.gather(*(run.wait() for run in followed))  # others may begin meanwhile

    def again(self, job_id: JobId) -> bool:
        """Go on with a run that stopped before it was sent, or whose result is still to be fetched
        or written, at once. False where the run has ended and only a new one would do.

        Raise ReadOnlySession where the session is open for looking only; so do the others below.
        """
        self._demand_writable()
        run = self._runs[job_id]
        if run.followed:
            run.try_now()
        elif run.record.state is JobState.PREPARED:
            run.begin()
        elif not run.record.ended:
            run.resume()
        else:
            return False
        return True

    def look_for(self, job_id: JobId) -> None:
        """Look for a run at the service of which nobody knows whether it was taken."""
        self._demand_writable()
        self._runs[job_id].look_for()

    async def cancel(self, job_id: JobId) -> None:
        """Ask a run to stop; a result that comes all the same is kept."""
        self._demand_writable()
        await self._runs[job_id].cancel()

    async def shutdown(self, grace_s: float) -> None:
        """Stop following everything. States stay as they are on disk and are resumed next time;
        what is on its way to a service is given `grace_s` seconds to be answered."""
        self._closing = True
        if self._watch is not None:
            self._watch.cancel()
        self._unsubscribe()
        await asyncio.gather(*(run.leave(grace_s) for run in self._runs.values()))

    def _as_they_expire(self) -> list[Run]:
        return sorted(self._runs.values(), key=lambda run: run.record.sent_at or 0.0)

    def _wake(self) -> None:
        for run in self._as_they_expire():
            run.ask_again()

    def _first_to_ask(self, run: Run) -> bool:
        """Where a service wants the key or money, what waits for the same service waits too: one
        card for the person, not one for each run."""
        route = run.record.route
        held = self._held.setdefault(route, [])
        for other in self._runs.values():
            asks = other in (run, self._asking.get(route))
            same = other.record.route == route and not asks
            if same and other.view.phase is Phase.WAITING:
                held.append(other)
                other.hold()
        asking = self._asking.get(route, run)
        if asking is not run and asking.asks and asking.id not in self._shop.desk.session.dismissed:
            held.append(run)
            return False
        self._asking[route] = run
        return True

    def _hear(self, what: Announcement) -> None:
        """The run that asked goes on, or was put away: the others need wait for it no more."""
        for route, run in tuple(self._asking.items()):
            gone = run.id in self._shop.desk.session.dismissed
            if run.asks and not gone:
                continue
            went_through = run.record.state in _WENT_THROUGH
            if gone or went_through or run.record.ended or not run.view.active:
                del self._asking[route]
                for other in self._held.pop(route, []):
                    other.let_go(send=went_through)

    def _demand_writable(self) -> None:
        if self._closing:
            raise SessionClosed("The session is being closed.")
        if self._shop.desk.read_only:
            raise ReadOnlySession(
                "This session is open for looking only.",
                hint="The window or program that has it open for work follows its runs.",
            )


def _was_taken(record: JobRecord) -> bool:
    """Whether it counts as unknown although the service gave it a number."""
    return record.state is JobState.UNKNOWN and record.remote is not None
