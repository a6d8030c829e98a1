"""One run, followed by one task: each state is on disk before it is told.

Only this module moves a run from state to state. A run's one POST leaves between the commit of
`sending` and the commit of `submitted`; everything after that can be repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import RouteError, SessionError, StudioError, Unreachable
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.route import EMBEDDED
from kontext_studio.store.room import expected_bytes
from kontext_studio.workbench import endings, lost_runs, network
from kontext_studio.workbench.adopting import adopted
from kontext_studio.workbench.announcements import (
    Fault,
    JobChanged,
    PreviewArrived,
    ResultStored,
)
from kontext_studio.workbench.insistence import Insistence
from kontext_studio.workbench.line import Turn
from kontext_studio.workbench.prices import is_free
from kontext_studio.workbench.progress import JobView, Phase
from kontext_studio.workbench.reach import Reached
from kontext_studio.workbench.results import Stored
from kontext_studio.workbench.shop import Shop

log = logging.getLogger(__name__)

CANCEL_WAIT_S = 10.0
USUAL_PIXELS = 1_048_576
"""What the services make of a text, and about what they bring any input to."""


class _Withdrawn(Exception):
    """The person took the run back, and it is certain that nothing of it was taken."""


class _Left(Exception):
    """The program stops following; the run stays as it is on disk."""


class _EngineGone(Exception):
    """The embedded engine ended, and its queue with it."""


class Run:
    """One run of a session, under way or not."""

    def __init__(self, record: JobRecord, shop: Shop) -> None:
        self.view = JobView(record)
        self._shop = shop
        self._task: asyncio.Task[None] | None = None
        self._turn: Turn | None = None
        self._side_work: set[asyncio.Task[None]] = set()
        self._cancelling = False
        self._surely_cancelled = False
        self._on_one_connection = False
        self._cut_off = False
        self._leaving = False
        self._about_to_ask = False
        self._has_begun = False
        self._insistence = Insistence(
            shop.disk_attempts, lambda why: self.tell(phase=Phase.STORING, trouble=why)
        )

    @property
    def id(self) -> JobId:
        return self.view.record.id

    @property
    def record(self) -> JobRecord:
        return self.view.record

    @property
    def is_free(self) -> bool:
        """Whether its model costs nothing, wherever it runs."""
        return is_free(self.record, self._shop.catalogue)

    @property
    def followed(self) -> bool:
        """Whether a task works on it."""
        return self._task is not None and not self._task.done()

    # What the person asks for.

    def begin(self) -> None:
        """Send it when its turn comes. It is on disk as `prepared`."""
        record = self.record
        expected_s = self._shop.durations.expected_s(record.request.model, record.request.count)
        self.tell(phase=Phase.WAITING, expected_s=expected_s, trouble="", held=False)
        self._spawn(self._wait_and_send)

    def resume(self) -> None:
        """Fetch what the service makes or has made of it."""
        self.tell(phase=Phase.STARTING, trouble="")
        self._spawn(self._resume)

    def look_for(self) -> None:
        """Whether it was taken is unknown: look for it in the list of the service. Where its number
        is known the service is asked what became of it, also if it said already that there is
        nothing."""
        if self.record.may_be_looked_for and not self.followed:
            self._spawn(self._look_for)

    async def settle(self, end: JobRecord) -> None:
        """Write down the end that the last process could not write."""
        try:
            await self._save(end)
        except SessionError as fault:
            log.warning("the end of run %s could not be written yet: %s", self.id, fault.message)
            self._spawn(lambda: self._save_surely(end))

    def try_now(self) -> None:
        """Do not wait for the next attempt to write."""
        self._insistence.hurry()

    def ask_again(self) -> None:
        """The machine slept: what it listens to may be dead. Ask anew what has become of it."""
        old = self._task
        listens = self.record.state is JobState.SUBMITTED and not self._insistence.writing
        if old is None or old.done() or not listens or self._cancelling:
            return
        old.cancel()

        async def go_on() -> None:
            await asyncio.wait({old})
            await self._resume()

        self._spawn(go_on)

    @property
    def asks(self) -> bool:
        """Whether it waits for a key or for credit, or is about to."""
        return self._about_to_ask or endings.asks_the_person(self.record)

    def hold(self) -> None:
        """Leave the line without an end: it waits for what the person is asked for already."""
        if self._task is not None:
            self._task.cancel()
        self.tell(phase=Phase.IDLE, place=None, held=True)

    def let_go(self, *, send: bool) -> None:
        """What it was held for is settled: send it, or let it wait for the person."""
        self.tell(held=False)
        put_away = self._cancelling or self.id in self._shop.desk.session.dismissed
        waits = self.record.state is JobState.PREPARED and not self.followed
        if send and waits and not put_away:
            self.begin()

    async def cancel(self) -> None:
        """One call, once. What was not sent ends at once; what was sent is asked to stop, and a
        result that comes all the same is kept."""
        record = self.record
        if self._cancelling or record.ended or record.state is JobState.REMOTE_DONE:
            return
        if record.state is JobState.PREPARED and self.view.phase is not Phase.SENDING:
            self._cancelling = True
            await self._withdraw()
            return
        waits = record.state is JobState.SENDING and self._on_one_connection
        if waits and self._task is not None and not self._insistence.writing:  # no answer is in yet
            # The connection is all there is of it: what becomes of it at the service, nobody knows.
            self._cut_off = True
            self.tell(phase=Phase.CANCELLING)
            self._task.cancel()
            return
        if not self.followed:
            self.resume()  # someone has to hear what becomes of it
        self._cancelling = True
        self.tell(phase=Phase.CANCELLING, retry_at_s=None)
        if record.state is JobState.SUBMITTED:  # else it is asked as soon as that is written
            self._beside(self._cancel_remote)

    async def wait(self) -> None:
        """Until nobody works on it any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def leave(self, grace_s: float) -> None:
        """Stop following. The state stays as it is on disk and is taken up next time; only a POST
        or a cancel that is on its way is given `grace_s` to be answered."""
        self._leaving = True
        deadline = asyncio.get_running_loop().time() + grace_s
        if self.followed and self._task is not None:
            self._insistence.hurry()
            before = self.record.state in (JobState.PREPARED, JobState.SENDING)
            asked = self.view.phase in (Phase.SENDING, Phase.CANCELLING)
            sends = before and (asked or self._on_one_connection)
            if sends or self._insistence.writing:
                await asyncio.wait({self._task}, timeout=grace_s)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._side_work:
            left_s = max(0.0, deadline - asyncio.get_running_loop().time())
            await asyncio.wait(self._side_work, timeout=left_s)
        for task in self._side_work:
            task.cancel()
        await asyncio.gather(*self._side_work, return_exceptions=True)

    # Telling.

    def stand_at(self, place: int) -> None:
        self.tell(phase=Phase.WAITING, place=place)

    def tell(self, **facts: object) -> None:
        """Announce what changed."""
        view = replace(self.view, **facts)  # type: ignore[arg-type]
        if view != self.view:
            self.view = view
            self._shop.announcer.announce(JobChanged(view))

    def _progress(self, **facts: object) -> None:
        """As `tell`, but a run that is being cancelled shows no progress any more."""
        if self._cancelling:
            facts.pop("phase", None)
            facts.pop("fraction", None)
        if facts:
            self.tell(**facts)

    # The task.

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        self._cancelling = self._surely_cancelled = self._cut_off = False
        self._on_one_connection = False
        self._task = asyncio.get_running_loop().create_task(
            self._guard(work), name=f"run {self.id}"
        )

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._to_its_end(work)
        finally:
            self._cancelling = self._cancelling and self.record.ended
            idle = {"place": None, "position": None, "retry_at_s": None, "offline": False}
            self.tell(phase=Phase.IDLE, **idle)

    async def _to_its_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """Carry the work to whatever end it takes, and write that end down."""
        try:
            try:
                await work()
            except asyncio.CancelledError:
                # A write that had begun was finished all the same.
                self.tell(record=self._shop.desk.jobs.get(self.id, self.record))
                if self._cut_off and self.record.state is JobState.SENDING:
                    await self._save_surely(
                        endings.cut_off_by_the_person(self.record, free=self.is_free)
                    )
                    return
                if not self._surely_cancelled:
                    raise
                await self._withdrawn()
            except _Left:
                pass
            except _Withdrawn:
                await self._withdrawn()
            except _EngineGone:
                await self._save_surely(endings.engine_is_gone(self.record))
            except StudioError as fault:
                await self._end(fault)
            except Exception as exc:
                log.exception("inner fault while following run %s", self.id)
                inner = StudioError(
                    "Something went wrong inside the app. Your work is saved.",
                    detail=type(exc).__name__,
                )
                await self._end(inner)
                self._shop.announcer.announce(Fault(inner.message, inner.detail))
        except SessionError as second:
            log.warning("the end of run %s could not be written: %s", self.id, second.message)
            self.tell(trouble=second.message)

    async def _wait_and_send(self) -> None:
        self._turn = await self._shop.line.take(self)
        try:
            # To its end before the next one has its turn: the end may hold the line.
            await self._to_its_end(self._send)
        finally:
            self._turn.give_back()

    async def _send(self) -> None:
        while True:
            reached = await self._shop.reach.provider(self.record.route)
            try:
                await self._send_over(reached)
                return
            except Unreachable:
                if reached.local or not self._shop.waits_for_network or self._cancelling:
                    raise
                if not await asyncio.to_thread(network.is_offline):
                    raise
            if self.record.state is JobState.SENDING:  # no connection was made
                await self._save_surely(self.record.moved_to(JobState.PREPARED))
            self.tell(phase=Phase.WAITING, retry_at_s=None, offline=True)
            if self._cancelling:  # asked for meanwhile
                raise _Withdrawn
            if self._turn is not None:  # others may need no network
                self._turn.give_back()
            await network.until_online()
            self._turn = await self._shop.line.take(self)

    async def _send_over(self, reached: Reached) -> None:
        now_s = asyncio.get_running_loop().time()
        self.tell(phase=Phase.STARTING, place=None, started_s=now_s, offline=False)
        record = self.record
        if record.fault is not None:
            await self._save(replace(record, fault=None))
        await self._demand_room()
        spec = self._shop.catalogue.find(record.provider, record.request.model)
        hosted = self._shop.hosted
        inputs = [await hosted.input(ref, reached.storage) for ref in record.request.inputs]
        events = reached.provider.edit(record.request, spec, tuple(inputs), record.delivery)
        await self._follow(reached, events)

    async def _demand_room(self) -> None:
        """Raise DiskFull while nothing is sent yet, rather than have nowhere to put the result."""
        request = self.record.request
        pixels = max((one.width * one.height for one in request.inputs), default=USUAL_PIXELS)
        # Inside an area the result is kept twice: as it came, and on the picture before.
        expected = expected_bytes(pixels, request.count * (2 if request.area else 1))
        await self._shop.desk.run(lambda file: file.check_room(expected))

    async def _resume(self) -> None:
        record = self.record
        self.tell(started_s=asyncio.get_running_loop().time())
        reached = await self._shop.reach.provider(record.route)
        if record.state is JobState.REMOTE_DONE:
            await self._follow(reached, reached.provider.collect(record.answer, record.remote))
        elif record.remote is not None:
            await self._follow(reached, reached.provider.resume(record.remote))
        elif record.state is JobState.SENDING:
            await self._save_surely(endings.cut_off_while_sending(record, free=self.is_free))

    async def _look_for(self) -> None:
        """Adopt the one run of the account that can only be this one; whatever else is found or
        goes wrong leaves it unknown, with a word about it."""
        record = self.record
        self.tell(phase=Phase.STARTING, trouble="")
        if record.remote is not None:
            await self._save_surely(replace(record.moved_to(JobState.SUBMITTED), fault=None))
            await self._resume()
            return
        kept = await lost_runs.kept_by_a_proxy(record, self._shop)
        if kept is not None:
            await self._save_surely(kept)
            await self._resume()
            return
        found = await lost_runs.listed_by_service(record, self._shop)
        if isinstance(found, str):
            self.tell(trouble=found)
            return
        words = ""

        def plan() -> JobRecord | None:
            nonlocal words
            decided = adopted(record, found, self._shop.desk.jobs.values())
            words = decided if isinstance(decided, str) else ""
            return decided if isinstance(decided, JobRecord) else None

        mine = await self._insistence.until_written(lambda: self._shop.desk.change_job(plan))
        if mine is None:
            self.tell(trouble=words)
            return
        self.tell(record=mine, trouble="")
        await self._resume()

    async def _follow(self, reached: Reached, events: AsyncGenerator[wire.JobEvent]) -> None:
        """Write down what each event says before the provider is asked for the next one."""
        async with aclosing(events) as stream:
            async for event in stream:
                await self._take(reached, event)
                if self._leaving and self.record.state is not JobState.SENDING:
                    raise _Left

    async def _take(self, reached: Reached, event: wire.JobEvent) -> None:
        record = self.record
        match event:
            case wire.Uploaded(ref, hosted):
                await self._shop.hosted.remember(ref, reached.storage, hosted)
                self._progress(phase=Phase.UPLOADING)
            case wire.Sending(picture_urls, waits, order_key):
                await self._about_to_send(picture_urls, order_key)
                self._on_one_connection = waits
                if waits:
                    self._has_begun = True
                    self._progress(phase=Phase.RUNNING)
            case wire.NotAccepted(reason, attempt, retry_in_s):
                self._on_one_connection = False
                await self._save_surely(record.moved_to(JobState.PREPARED))
                if self._cancelling:
                    raise _Withdrawn
                due = asyncio.get_running_loop().time() + retry_in_s
                self.tell(
                    phase=Phase.RETRYING, retry_at_s=due, attempt=attempt, message=reason.message
                )
            case wire.Submitted(remote):
                # Known from here on, so that whatever is written next holds it.
                self.view = replace(self.view, record=replace(record, remote=remote))
                taken = self.record.moved_to(JobState.SUBMITTED)
                await self._save_surely(replace(taken, fault=None))
                self._progress(phase=Phase.QUEUED)
                if self._cancelling:
                    self._beside(self._cancel_remote)
            case wire.Queued(position, status):
                said = "" if status == "IN_QUEUE" else status
                self._progress(phase=Phase.QUEUED, position=position, message=said)
            case wire.Running(fraction, message):
                self._has_begun = True
                self._progress(
                    phase=Phase.RUNNING, position=None, fraction=fraction, message=message
                )
            case wire.Preview(data, fraction):
                self._progress(phase=Phase.RUNNING, position=None, fraction=fraction)
                self._shop.announcer.announce(PreviewArrived(self.id, data))
            case wire.Trouble(reason):
                if isinstance(reason, RouteError) and self._engine_is_gone():
                    raise _EngineGone
                self.tell(trouble=reason.message if reason else "")
            case wire.RemoteDone(answer):
                made = record.moved_to(JobState.REMOTE_DONE)
                await self._save_surely(replace(made, answer=answer, fault=None))
                if self._turn is not None:  # nothing of it is sent any more
                    self._turn.give_back()
                self._progress(phase=Phase.DOWNLOADING)
            case wire.Finished(result):
                now = self._shop.clock()
                took_s = now - record.sent_at if record.sent_at else -1.0
                # Less than nothing: the clock was set back meanwhile.
                await self._store(reached, Stored(result, now, took_s if took_s >= 0 else None))

    async def _about_to_send(self, picture_urls: tuple[str, ...], order_key: str) -> None:
        """Nothing has left yet: the POST goes out when the provider is asked for the next event."""
        if self._leaving:
            raise _Left
        self.tell(phase=Phase.SENDING, retry_at_s=None, trouble="")
        sent_at = self._shop.clock()
        sending = replace(self.record.moved_to(JobState.SENDING), sent_at=sent_at)
        await self._save(replace(sending, picture_urls=picture_urls, order_key=order_key))
        if self._cancelling:  # asked for while the commit was under way
            raise _Withdrawn
        if self._left_meanwhile():
            await self._save(self.record.moved_to(JobState.PREPARED))
            raise _Left

    def _left_meanwhile(self) -> bool:
        return self._leaving

    async def _store(self, reached: Reached, stored: Stored) -> None:
        self._progress(phase=Phase.STORING)
        checked = await self._shop.keeper.examine(self.record, reached, stored)
        await self._insistence.until_written(lambda: self._shop.keeper.write(checked))
        request = self.record.request
        if stored.seconds is not None:
            self._shop.durations.add(request.model, request.count, stored.seconds)
        self.tell(record=checked.done, trouble="")
        nodes = tuple(node.id for node in checked.nodes)
        self._shop.announcer.announce(ResultStored(self.id, nodes))
        await self._shop.keeper.follow_up(checked, reached.storage)

    async def _end(self, fault: StudioError) -> None:
        before = self.record
        record = endings.after_fault(before, fault, cancelling=self._cancelling)
        if record is before:
            self.tell(trouble=fault.message)
            return
        self._about_to_ask = endings.asks_the_person(record)
        try:
            if self._about_to_ask and not self._shop.first_to_ask(self):
                self.tell(held=True)
                record = replace(record, fault=None)
            await self._save_surely(record)
        finally:
            self._about_to_ask = False
        if self._cancelling and record.state is JobState.PREPARED:  # asked for meanwhile
            await self._withdrawn()
        if record.fault is not None and record.fault.kind == "refused":
            with contextlib.suppress(SessionError):
                await self._shop.hosted.forget(record.request.inputs)

    # Cancelling.

    async def _withdraw(self) -> None:
        """Nothing was sent: end it whatever it waits for."""
        self._surely_cancelled = True
        if self.followed and self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        if self.record.state is JobState.PREPARED:  # nobody followed it, or had begun to
            # As a task of its own: nobody begins it while that is being written.
            self._spawn(self._withdrawn)
            self._cancelling = True
            await self.wait()

    async def _withdrawn(self) -> None:
        # A result that is on its way in is kept, whatever was asked for meanwhile.
        if self.record.state in (JobState.PREPARED, JobState.SENDING, JobState.SUBMITTED):
            await self._save_surely(self.record.moved_to(JobState.CANCELLED))

    async def _cancel_remote(self) -> None:
        record = self.record
        if record.remote is None:
            return
        try:
            async with asyncio.timeout(CANCEL_WAIT_S):
                reached = await self._shop.reach.provider(record.route)
                answer = await reached.provider.cancel(record.remote)
        except (StudioError, TimeoutError):
            self._not_cancelled()
            return
        waits = self.record.state is JobState.SUBMITTED and not self._insistence.writing
        if answer.accepted and answer.status == "OK" and waits and not self._has_begun:
            # Out of the queue before it began, and nothing has come of it: there is no more to do.
            self._surely_cancelled = True
            if self.followed and self._task is not None:
                self._task.cancel()
            else:
                await self._withdrawn()
        elif not answer.accepted and not answer.already_finished:
            self._not_cancelled()

    def _not_cancelled(self) -> None:
        self._cancelling = False
        if self.followed:
            self.tell(phase=Phase.RUNNING, trouble="Could not cancel.")

    def _engine_is_gone(self) -> bool:
        record = self.record
        mine = record.provider == EMBEDDED and record.remote is not None
        return mine and not self._shop.reach.holds(record)

    # Small parts.

    async def _save(self, record: JobRecord) -> None:
        await self._shop.desk.save_job(record)
        self.tell(record=record)

    async def _save_surely(self, record: JobRecord) -> None:
        """For what must not be lost: the answer to a POST, and every end."""
        await self._insistence.until_written(lambda: self._shop.desk.save_job(record))
        self.tell(record=record, trouble="")

    def _beside(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.get_running_loop().create_task(work())
        self._side_work.add(task)
        task.add_done_callback(self._side_work.discard)
