"""Instructions in line: each is run on the step that the one before it made, or all on the same.

What is left is on disk before anyone sees it. Nothing is sent by itself after a restart: going on
from one to the next is a wish of this start of the program alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest, StudioError
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.core.settings import Settings
from kontext_studio.core.turns import MOST_TURNS, TurnQueue
from kontext_studio.workbench.announcements import (
    Announcement,
    Announcer,
    Changed,
    JobChanged,
    ResultStored,
    SessionOpened,
    TurnsChanged,
)
from kontext_studio.workbench.areas import Areas
from kontext_studio.workbench.background import Background
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import demand_within_limit, sum_of
from kontext_studio.workbench.requests import clean_instruction
from kontext_studio.workbench.runs import Runs
from kontext_studio.workbench.sessions import TURNS
from kontext_studio.workbench.turns_view import TurnsView


class TurnBench(Protocol):
    """What the line needs of the workbench."""

    announcer: Announcer
    areas: Areas

    @property
    def is_open(self) -> bool: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def session(self) -> Session: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def settings(self) -> Settings: ...
    def stored_choice(self, name: str) -> str: ...
    async def store_choice(self, name: str, text: str) -> bool: ...
    async def submit(self, order: RunOrder, *, allow_twin: bool = False) -> JobId: ...
    def price_of(self, order: RunOrder) -> Cost | None: ...
    def spent(self) -> float: ...


class Turns:
    """One line at a time, for the session that is open."""

    def __init__(self, bench: TurnBench) -> None:
        self._bench = bench
        self._background = Background(bench.announcer)
        self._turn = asyncio.Lock()
        self._queue: TurnQueue | None = None
        self._goes_on = False
        self._stopped = ""
        bench.announcer.subscribe(self._hear)

    def view(self) -> TurnsView | None:
        """None where nothing is in line."""
        queue = self._queue
        if queue is None or not self._bench.is_open:
            return None
        run = self._run_of(queue)
        under_way = self._is_under_way(queue)
        stopped = "" if under_way else self._stopped or _why(run)
        if queue.on in self._bench.session.hidden:
            stopped = "The step they go on from was deleted."
        rest = self._not_ordered(queue)
        return TurnsView(
            queue=queue,
            under_way=under_way,
            goes_on=self._goes_on,
            stopped=stopped,
            price=self._price(queue),
            step=self._bench.session.history[queue.on].step,
            whole_price=self._whole_price(queue),
            to_order=rest.left if rest is not None else (),
            to_pay=self._whole_price(rest) if rest is not None else Cost(0.0),
        )

    async def begin(
        self,
        texts: Sequence[str],
        on: NodeId,
        settings: Draft,
        *,
        branches: bool = False,
        each: Sequence[Draft] = (),
    ) -> None:
        """Put instructions in line, in place of those that are; nothing is run yet. `each` are the
        settings of each where they differ; without them an area is for the first one alone, unless
        it is kept or all edit the same step. Raise BadRequest where one is blank or there are too
        many, SessionError."""
        left = tuple(clean_instruction(text) for text in texts)
        if not left or len(left) > MOST_TURNS:
            raise BadRequest(f"From 1 to {MOST_TURNS} instructions can stand in line.")
        plain = in_line(settings)
        own = tuple(map(in_line, each))
        if not own and not branches and plain.area_to_send and not plain.keep_area:
            own = (plain, *[replace(plain, area=None)] * (len(left) - 1))
        await self._write(
            lambda _old: TurnQueue(left, on, len(left), self._last_step(), plain, branches, own)
        )

    async def edit(self, shown: TurnQueue, place: int, text: str) -> None:
        """Other words for one that is left, counted in the queue as it was shown: it may have moved
        up since. Raise BadRequest where they are blank, or where it is being run."""
        words = clean_instruction(text)

        def plan(queue: TurnQueue | None) -> TurnQueue:
            now, at = self._free(queue, shown, place)
            return now.with_text(at, words)

        await self._write(plan)

    async def remove(self, shown: TurnQueue, place: int) -> None:
        """Take one out, counted likewise. Raise BadRequest where it is being run."""

        def plan(queue: TurnQueue | None) -> TurnQueue | None:
            now, at = self._free(queue, shown, place)
            return now.without(at)

        await self._write(plan)

    async def discard(self) -> None:
        """Forget what is left; a run under way goes on and becomes a step."""
        await self._write(lambda _queue: None)

    async def run(self, *, all_of_them: bool) -> JobId | None:
        """Run the next one and return its run; with `all_of_them` those behind it follow. Raise
        StudioError, also where all of them together would pass the session's limit."""
        if self._queue is None:
            return None
        if all_of_them:
            self._demand_within_limit(self._queue)
        self._goes_on = all_of_them
        self._tell()
        return await self._run_next()

    @property
    def next_run(self) -> JobRecord | None:
        """The newest run of the next one, if there is one."""
        return self._run_of(self._queue) if self._queue is not None else None

    async def settle(self) -> None:
        """Until the line has moved up behind what has become a step."""
        await self._background.settle()

    def stop(self) -> None:
        """Let the one under way be the last for now."""
        self._goes_on = False
        self._tell()

    async def rest(self) -> None:
        """Send nothing more by itself: the session is about to be put away."""
        self.stop()

    async def close(self) -> None:
        await self._background.close()

    # Inside.

    async def _run_next(self) -> JobId | None:
        async with self._turn:
            with self._stopped_by_faults():
                # What is a step already is not paid again where that could not be written before.
                while await self._move_up():
                    if self._stopped:
                        return None
                queue = self._queue
                if queue is None:
                    return None
                run = self._run_of(queue)
                if run is not None and self._is_under_way(queue):
                    return run.id
                self._stopped = ""
                if queue.on in self._bench.session.hidden:
                    raise BadRequest("The step they go on from was deleted.")
                if run is not None and run.state is JobState.PREPARED:
                    job = run.id
                    self._bench.runs.again(job)  # it was ordered, and never sent
                else:
                    order = await self._bench.areas.fitted(self._order(queue))
                    job = await self._bench.submit(order)
        self._tell()
        return job

    def _demand_within_limit(self, queue: TurnQueue) -> None:
        """Raise BadRequest: the first ones alone would be paid for nothing."""
        bench, rest = self._bench, self._not_ordered(queue)
        if rest is None:
            return
        limit = bench.settings.spend_limit_usd
        with self._stopped_by_faults():
            demand_within_limit(self._whole_price(rest), bench.spent(), limit, runs=len(rest.left))

    @contextmanager
    def _stopped_by_faults(self) -> Iterator[None]:
        try:
            yield
        except StudioError as fault:
            self._goes_on, self._stopped = False, fault.message
            self._tell()
            raise

    async def _write(self, plan: Callable[[TurnQueue | None], TurnQueue | None]) -> None:
        async with self._turn:
            await self._put(plan(self._queue))
        self._tell()

    async def _put(self, queue: TurnQueue | None) -> None:
        """On disk first."""
        if await self._bench.store_choice(TURNS, queue.to_text() if queue is not None else ""):
            self._queue, self._stopped = queue, ""
            self._goes_on = self._goes_on and queue is not None

    def _free(self, queue: TurnQueue | None, shown: TurnQueue, place: int) -> tuple[TurnQueue, int]:
        """The queue as it is, and where in it the one stands that was at `place` of `shown`."""
        at = place - len(shown.left) + (len(queue.left) if queue is not None else 0)
        if queue is None or not 0 <= at < len(queue.left):
            raise BadRequest("This one is not in line any more.")
        if at == 0 and self._is_under_way(queue):
            raise BadRequest("This one is being run.")
        return queue, at

    def _order(self, queue: TurnQueue) -> RunOrder:
        settings = queue.next_settings
        return RunOrder(
            instruction=queue.left[0],
            parents=(queue.on, *settings.references),
            model=settings.model,
            route=settings.route,
            seed=settings.seed,
            parameters=settings.parameters,
            delivery=settings.delivery,
            area=settings.area_to_send,
        )

    def _price(self, queue: TurnQueue) -> Cost | None:
        try:
            return self._bench.price_of(self._order(queue))
        except StudioError:  # a connection that is not on this computer
            return None

    def _not_ordered(self, queue: TurnQueue) -> TurnQueue | None:
        """All that are left, but the next one where its run stands among what was spent."""
        run = self._run_of(queue)
        is_open = run is None or (run.ended and run.state is not JobState.STORED)
        return queue if is_open else queue.after(queue.on, queue.since)

    def _whole_price(self, queue: TurnQueue) -> Cost | None:
        """Of all that are left; each may have settings of its own. It does not depend on words."""
        if not queue.each:
            return sum_of([self._price(queue)] * len(queue.left))
        return sum_of(self._price(replace(queue, each=(one,))) for one in queue.each)

    def _last_step(self) -> int:
        steps = [job.step for job in self._bench.desk.jobs.values()]
        return max([self._bench.session.history.last_step(), *steps], default=0)

    def _is_its_run(self, queue: TurnQueue, record: JobRecord) -> bool:
        return (
            record.step > queue.since
            and record.parents[:1] == (queue.on,)
            and record.request.instruction == queue.left[0]
        )

    def _run_of(self, queue: TurnQueue) -> JobRecord | None:
        """The newest run of the next one, if there is one."""
        records = reversed(tuple(self._bench.desk.jobs.values()))
        return next((one for one in records if self._is_its_run(queue, one)), None)

    def _is_under_way(self, queue: TurnQueue) -> bool:
        """Not where its run only waits for the person: for a key, or after a restart."""
        run = self._run_of(queue)
        return run is not None and not run.ended and not self._waits(run)

    def _waits(self, run: JobRecord) -> bool:
        """Whether it is not sent before the person says so."""
        if run.state is not JobState.PREPARED:
            return False
        seen = next((one for one in self._bench.runs.views() if one.record.id == run.id), None)
        return seen is not None and not seen.active and not seen.held

    def _hear(self, what: Announcement) -> None:
        match what:
            case SessionOpened():
                self._goes_on, self._stopped = False, ""
                self._queue = TurnQueue.from_text(self._bench.stored_choice(TURNS))
                if self._queue is not None and self._queue.on not in self._bench.session.history:
                    self._queue = None
                self._catch_up()
                self._tell()
            case ResultStored():
                self._catch_up()
            case JobChanged(view) if self._queue and self._is_its_run(self._queue, view.record):
                was_stored = view.record.state is JobState.STORED
                if self._waits(view.record) or (view.record.ended and not was_stored):
                    self._goes_on = False  # what failed is looked at before more is paid for
                self._tell()
            case Changed() if self._queue is not None:
                self._tell()  # the step they go on from may have gone or come

    def _catch_up(self) -> None:
        """Where the next one has become a step, go on to the one behind it."""
        queue = self._queue
        run = self._run_of(queue) if queue is not None else None
        if run is not None and run.state is JobState.STORED:
            self._background.start(self._advance)

    async def _advance(self) -> None:
        async with self._turn:
            with self._stopped_by_faults():
                if not await self._move_up():
                    return
        self._tell()
        if self._goes_on:
            await self._run_next()
        else:
            self._catch_up()  # after a restart several may have become steps

    async def _move_up(self) -> bool:
        """Whether the next one had become a step, and the one behind it is the next one now. Raise
        SessionError; the turn is the caller's."""
        queue = self._queue
        run = self._run_of(queue) if queue is not None else None
        if queue is None or run is None or run.state is not JobState.STORED:
            return False
        made = [node for node in self._bench.session.history if node.job == run.id]
        if not made:
            return False
        await self._put(queue.after(made[0].id, run.step))
        if made[0].lacks_its_area:  # nothing is built on it unseen
            self._goes_on, self._stopped = False, "The last one was kept without its area."
        return True

    def _tell(self) -> None:
        self._bench.announcer.announce(TurnsChanged(self.view()))


def in_line(draft: Draft) -> Draft:
    """The settings of one that stands in line."""
    return replace(draft, text="", keep=(), count=1)


def _why(run: JobRecord | None) -> str:
    """Why the next one did not become a step."""
    if run is None or run.state is JobState.STORED:
        return ""
    if run.fault is not None:
        return run.fault.message
    if run.state is JobState.PREPARED:
        return "It was not sent yet."
    return "It was stopped." if run.state is JobState.CANCELLED else ""
