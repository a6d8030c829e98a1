"""The runs under way: each is followed by one task, and each state is on disk before it is told.

Only this module moves a run from state to state. A run's one POST leaves between the commit of
`sending` and the commit of `submitted`; everything after that can be repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import BadPicture, SessionError, StudioError
from kontext_studio.core.history import JobId, Node
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import ALLOWED, JobRecord, JobState
from kontext_studio.core.models import Catalogue
from kontext_studio.core.result import Cost
from kontext_studio.core.route import EMBEDDED
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import endings, pictures
from kontext_studio.workbench.announcements import (
    Announcer,
    Changed,
    Fault,
    JobChanged,
    ResultStored,
)
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.progress import Durations, JobView, Phase
from kontext_studio.workbench.reach import Reach, Reached
from kontext_studio.workbench.results import Stored, steps_of

log = logging.getLogger(__name__)

DISK_RETRY_S = 60.0
DAMAGED_RETRIES = 4
HOSTED_DAYS = 6
"""A result's address is passed on for this long; fal keeps outputs for at least 7 days."""
HOSTED_MARGIN_S = 600.0
CANCEL_WAIT_S = 10.0


@dataclass(slots=True)
class _Run:
    view: JobView
    task: asyncio.Task[None] | None = None
    cancelling: bool = False


class Runs:
    """Owner of all tasks that follow runs of one desk."""

    def __init__(
        self,
        desk: Desk,
        reach: Reach,
        catalogue: Catalogue,
        announcer: Announcer,
        *,
        max_running: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._desk = desk
        self._reach = reach
        self._catalogue = catalogue
        self._announcer = announcer
        self._clock = clock
        self._slots = asyncio.Semaphore(max_running)
        self._line: list[JobId] = []
        self._durations = Durations()
        self._runs: dict[JobId, _Run] = {job.id: _Run(JobView(job)) for job in desk.jobs.values()}
        self._helpers: set[asyncio.Task[None]] = set()
        for node in desk.session.history:
            if node.request and node.result and node.result.seconds is not None:
                request = node.request
                self._durations.add(request.model, request.count, node.result.seconds)

    def views(self) -> tuple[JobView, ...]:
        """All runs of the session, oldest first."""
        return tuple(run.view for run in self._runs.values())

    def view(self, job_id: JobId) -> JobView:
        """Raise KeyError where there is no such run."""
        return self._runs[job_id].view

    def expected_s(self, model: str, count: int) -> float | None:
        """How long a like run takes, as far as this session knows."""
        return self._durations.expected_s(model, count)

    # Starting.

    def start(self, record: JobRecord) -> None:
        """Follow a prepared run that is on disk already."""
        self._runs[record.id] = _Run(JobView(record))
        self._tell(record.id, phase=Phase.WAITING, expected_s=self._expected(record))
        self._spawn(record.id, self._send)

    async def recover(self) -> int:
        """After the session was opened: settle what the last process left. Return how many runs
        are being fetched again."""
        fetched = 0
        order = sorted(self._runs.values(), key=lambda run: run.view.record.sent_at or 0.0)
        for run in order:
            record = run.view.record
            if record.state is JobState.SENDING:
                await self._save(record.id, endings.cut_off_while_sending(record))
            elif record.state is JobState.SUBMITTED and record.provider == EMBEDDED:
                await self._save(record.id, endings.engine_is_gone(record))
            elif record.state in (JobState.SUBMITTED, JobState.REMOTE_DONE):
                fetched += 1
                self._spawn(record.id, self._resume)
        return fetched

    async def wait(self, job_id: JobId) -> JobView:
        """Until nobody works on the run any more."""
        run = self._runs[job_id]
        if run.task is not None:
            await asyncio.wait({run.task})
        return run.view

    async def wait_all(self) -> None:
        """Until nobody works on any run."""
        tasks = {run.task for run in self._runs.values() if run.task is not None}
        if tasks:
            await asyncio.wait(tasks)

    def again(self, job_id: JobId) -> bool:
        """Go on with a run that stopped before it was sent, or whose result is still to be fetched.
        False where the run has ended and only a new one would do."""
        run = self._runs[job_id]
        if run.task is not None and not run.task.done():
            return True
        if run.view.record.state is JobState.PREPARED:
            self._tell(job_id, phase=Phase.WAITING, trouble="")
            self._spawn(job_id, self._send)
        elif run.view.record.state in (JobState.SUBMITTED, JobState.REMOTE_DONE):
            self._spawn(job_id, self._resume)
        else:
            return False
        return True

    # Ending.

    async def cancel(self, job_id: JobId) -> None:
        """One call, once. What was not sent ends at once; what was sent is asked to stop, and a
        result that comes all the same is kept."""
        run = self._runs[job_id]
        if run.cancelling or run.view.record.ended:
            return
        run.cancelling = True
        record = run.view.record
        unsent = record.state is JobState.PREPARED and run.view.phase is not Phase.SENDING
        if unsent:
            if run.task is not None and not run.task.done():
                run.task.cancel()
                await asyncio.wait({run.task})
            if run.view.record.state is JobState.PREPARED:  # also where its task had not begun
                await self._save(job_id, run.view.record.moved_to(JobState.CANCELLED))
                self._tell(job_id, phase=Phase.IDLE, place=None)
            return
        self._tell(job_id, phase=Phase.CANCELLING, retry_at_s=None)
        if record.remote is not None:
            self._help(self._cancel_remote(job_id))

    async def shutdown(self) -> None:
        """Stop following everything. States stay as they are on disk and are resumed next time."""
        tasks = [run.task for run in self._runs.values() if run.task and not run.task.done()]
        tasks += [task for task in self._helpers if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # One run.

    def _spawn(self, job_id: JobId, work: Callable[[JobId], AsyncGenerator[None]]) -> None:
        run = self._runs[job_id]
        run.task = asyncio.get_running_loop().create_task(
            self._guard(job_id, work), name=f"run {job_id}"
        )

    async def _guard(self, job_id: JobId, work: Callable[[JobId], AsyncGenerator[None]]) -> None:
        """Carry a run's work to whatever end it takes, and write that end down."""
        run = self._runs[job_id]
        try:
            async with aclosing(work(job_id)) as steps:
                async for _ in steps:
                    pass
        except asyncio.CancelledError:
            if not run.cancelling:
                raise
            # A result that is on its way in is kept, whatever was asked for meanwhile.
            if JobState.CANCELLED in ALLOWED[run.view.record.state]:
                await self._save(job_id, run.view.record.moved_to(JobState.CANCELLED))
        except StudioError as fault:
            await self._end(job_id, fault)
        except Exception as exc:
            log.exception("inner fault while following run %s", job_id)
            inner = StudioError(
                "Something went wrong inside the app. Your work is saved.",
                detail=type(exc).__name__,
            )
            await self._end(job_id, inner)
            self._announcer.announce(Fault(inner.message, inner.detail))
        finally:
            if job_id in self._line:
                self._line.remove(job_id)
            self._tell(job_id, phase=Phase.IDLE, place=None, position=None, retry_at_s=None)
            self._tell_line()

    async def _send(self, job_id: JobId) -> AsyncGenerator[None]:
        self._line.append(job_id)
        self._tell_line()
        async with self._slots:
            self._line.remove(job_id)
            self._tell_line()
            loop = asyncio.get_running_loop()
            self._tell(job_id, phase=Phase.STARTING, place=None, started_s=loop.time())
            record = self._runs[job_id].view.record
            if record.fault is not None:
                await self._save(job_id, replace(record, fault=None))
            reached = await self._reach.provider(record.route)
            spec = self._catalogue.find(record.provider, record.request.model)
            inputs = [await self._input(ref, reached) for ref in record.request.inputs]
            events = reached.provider.edit(record.request, spec, tuple(inputs))
            async for _ in self._follow(job_id, reached, events):
                yield

    async def _resume(self, job_id: JobId) -> AsyncGenerator[None]:
        record = self._runs[job_id].view.record
        loop = asyncio.get_running_loop()
        self._tell(job_id, phase=Phase.STARTING, started_s=loop.time(), trouble="")
        reached = await self._reach.provider(record.route)
        if record.state is JobState.REMOTE_DONE:
            events = reached.provider.collect(record.answer)
        elif record.remote is not None:
            events = reached.provider.resume(record.remote)
        else:
            return
        async for _ in self._follow(job_id, reached, events):
            yield

    async def _follow(
        self, job_id: JobId, reached: Reached, events: AsyncGenerator[wire.JobEvent]
    ) -> AsyncGenerator[None]:
        """Write down what each event says before the provider is asked for the next one."""
        async with aclosing(events) as stream:
            async for event in stream:
                await self._take(job_id, reached, event)
                yield

    async def _take(self, job_id: JobId, reached: Reached, event: wire.JobEvent) -> None:
        run = self._runs[job_id]
        record = run.view.record
        match event:
            case wire.Uploaded(ref, hosted):
                await self._remember(ref, reached.storage, hosted)
                self._tell(job_id, phase=Phase.UPLOADING)
            case wire.Sending():
                self._tell(job_id, phase=Phase.SENDING, retry_at_s=None, trouble="")
                sent = replace(record.moved_to(JobState.SENDING), sent_at=self._clock())
                await self._save(job_id, sent)
                if run.cancelling:  # asked for while the commit was under way: nothing has left yet
                    raise asyncio.CancelledError
            case wire.NotAccepted(reason, attempt, retry_in_s):
                await self._save(job_id, record.moved_to(JobState.PREPARED))
                due = asyncio.get_running_loop().time() + retry_in_s
                self._tell(
                    job_id,
                    phase=Phase.RETRYING,
                    retry_at_s=due,
                    attempt=attempt,
                    message=reason.message,
                )
            case wire.Submitted(remote):
                await self._save(
                    job_id, replace(record.moved_to(JobState.SUBMITTED), remote=remote)
                )
                self._progress(job_id, phase=Phase.QUEUED)
                if run.cancelling:
                    self._help(self._cancel_remote(job_id))
            case wire.Queued(position, status):
                said = "" if status == "IN_QUEUE" else status
                self._progress(job_id, phase=Phase.QUEUED, position=position, message=said)
            case wire.Running(fraction, message):
                self._progress(
                    job_id, phase=Phase.RUNNING, position=None, fraction=fraction, message=message
                )
            case wire.Trouble(reason):
                self._tell(job_id, trouble=reason.message if reason else "")
            case wire.RemoteDone(answer):
                await self._save(
                    job_id, replace(record.moved_to(JobState.REMOTE_DONE), answer=answer)
                )
                self._progress(job_id, phase=Phase.DOWNLOADING, trouble="")
            case wire.Finished(result):
                stored = Stored(result, self._clock(), self._seconds(job_id))
                await self._store(job_id, reached, stored)

    async def _store(self, job_id: JobId, reached: Reached, stored: Stored) -> None:
        """Check the pictures, then write them, their steps and the run's end in one transaction."""
        self._progress(job_id, phase=Phase.STORING)
        record = self._runs[job_id].view.record
        checked = await self._whole_pictures(record, reached, stored)
        done = record.moved_to(JobState.STORED)
        nodes = steps_of(done, stored, checked, self._estimate(record, checked))
        images = tuple((one.ref, one.data) for one in checked)
        while True:
            try:
                change = await self._desk.add_pictures(
                    lambda session: session.add(nodes, move_head=False), images, done
                )
                break
            except SessionError as full:  # full, busy or locked: the picture waits at the service
                self._tell(job_id, trouble=full.message)
                await asyncio.sleep(DISK_RETRY_S)
        seconds = stored.seconds
        if seconds is not None:
            self._durations.add(record.request.model, record.request.count, seconds)
        self._announcer.announce(Changed(change))
        self._tell(job_id, record=done, trouble="")
        self._announcer.announce(ResultStored(job_id, tuple(node.id for node in nodes)))
        # The run has ended; what follows may fail and must not touch that end.
        with contextlib.suppress(SessionError):
            await self._follow_into_the_bin(nodes)
            for one, received in zip(checked, stored.result.images, strict=True):
                if received.url.startswith(("https://", "http://")):
                    expires = self._clock() + HOSTED_DAYS * 86_400
                    hosted = wire.HostedUrl(received.url, expires)
                    await self._remember(one.ref, reached.storage, hosted)

    async def _follow_into_the_bin(self, nodes: tuple[Node, ...]) -> None:
        """What belongs to a branch that was deleted meanwhile lands in the bin with it."""
        parent = nodes[0].parent if nodes else None
        if parent is None or parent not in self._desk.session.hidden:
            return
        for node in nodes:
            change = await self._desk.act(partial(Session.delete, node=node.id))
            if change is not None:
                self._announcer.announce(Changed(change))

    async def _whole_pictures(
        self, record: JobRecord, reached: Reached, stored: Stored
    ) -> tuple[pictures.Imported, ...]:
        """Every received picture decoded once; what arrived damaged is fetched again."""
        for attempt in range(DAMAGED_RETRIES + 1):
            try:
                return tuple([await pictures.examine(one.data) for one in stored.result.images])
            except BadPicture:
                if attempt == DAMAGED_RETRIES:
                    raise
                await asyncio.sleep(0.5 * 2**attempt)
                async with aclosing(reached.provider.collect(record.answer)) as events:
                    async for event in events:
                        if isinstance(event, wire.Finished):
                            stored.result = event.result
        raise AssertionError("unreachable")

    async def _end(self, job_id: JobId, fault: StudioError) -> None:
        run = self._runs[job_id]
        record = endings.after_fault(run.view.record, fault, cancelling=run.cancelling)
        if record.fault is not None and record.fault.kind == "refused":
            await self._forget_hosted(record)
        try:
            await self._save(job_id, record)
        except StudioError as second:
            self._tell(job_id, trouble=second.message)

    async def _cancel_remote(self, job_id: JobId) -> None:
        run = self._runs[job_id]
        record = run.view.record
        if record.remote is None:
            return
        try:
            async with asyncio.timeout(CANCEL_WAIT_S):
                reached = await self._reach.provider(record.route)
                answer = await reached.provider.cancel(record.remote)
        except (StudioError, TimeoutError):
            run.cancelling = False
            self._tell(job_id, phase=Phase.RUNNING, trouble="Could not cancel.")
            return
        waits = run.view.record.state is JobState.SUBMITTED
        if answer.accepted and answer.status == "OK" and waits and run.task is not None:
            run.task.cancel()  # out of the queue before it began: there is nothing to wait for
        elif not answer.accepted and not answer.already_finished:
            run.cancelling = False
            self._tell(job_id, phase=Phase.RUNNING, trouble="Could not cancel.")

    # Small parts.

    async def _input(self, ref: ImageRef, reached: Reached) -> wire.InputPicture:
        async def load() -> tuple[bytes, str]:
            return await pictures.working_bytes(await self._desk.read_image(ref.sha256))

        storage = reached.storage
        hosted = await self._desk.run(lambda file: file.hosted_url(ref.sha256, storage))
        soon = self._clock() + HOSTED_MARGIN_S
        if hosted is not None and hosted.expires is not None and hosted.expires < soon:
            hosted = None
        return wire.InputPicture(ref, load, hosted)

    async def _remember(self, ref: ImageRef, storage: str, hosted: wire.HostedUrl) -> None:
        await self._desk.run(lambda file: file.remember_hosted(ref.sha256, storage, hosted))

    async def _forget_hosted(self, record: JobRecord) -> None:
        """A refused picture address may have expired early: the next run uploads again."""
        for ref in record.request.inputs:
            sha = ref.sha256
            await self._desk.run(partial(SessionFile.forget_hosted, sha256=sha))

    async def _save(self, job_id: JobId, record: JobRecord) -> None:
        await self._desk.save_job(record)
        self._tell(job_id, record=record)

    def _tell(self, job_id: JobId, **facts: object) -> None:
        run = self._runs[job_id]
        view = replace(run.view, **facts)  # type: ignore[arg-type]
        if view != run.view:
            run.view = view
            self._announcer.announce(JobChanged(view))

    def _progress(self, job_id: JobId, **facts: object) -> None:
        """As `_tell`, but a run that is being cancelled shows no progress any more."""
        if self._runs[job_id].cancelling:
            facts.pop("phase", None)
            facts.pop("fraction", None)
        if facts:
            self._tell(job_id, **facts)

    def _tell_line(self) -> None:
        for number, job_id in enumerate(self._line):
            self._tell(job_id, phase=Phase.WAITING, place=number + 1)

    def _expected(self, record: JobRecord) -> float | None:
        return self._durations.expected_s(record.request.model, record.request.count)

    def _estimate(self, record: JobRecord, images: tuple[pictures.Imported, ...]) -> Cost | None:
        spec = self._catalogue.find(record.provider, record.request.model)
        first = images[0].ref if images else None
        megapixels = first.width * first.height / 1e6 if first else None
        return spec.price.for_run(len(images), megapixels)

    def _seconds(self, job_id: JobId) -> float | None:
        record = self._runs[job_id].view.record
        return self._clock() - record.sent_at if record.sent_at is not None else None

    def _help(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._helpers.add(task)
        task.add_done_callback(self._helpers.discard)
