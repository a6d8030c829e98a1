"""The queue of the server: requests wait their turn, one engine works, everybody may watch.

It promises that a request ends exactly once, and that nobody waits for a result that was dropped.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from kontext_studio.engine.base import (
    Engine,
    EngineRefusal,
    EngineRequest,
    EngineResult,
    EngineStop,
)
from kontext_studio.server.errors import (
    BROKEN,
    CANCELLED,
    QUEUE_FULL,
    Denial,
    Denied,
    refusal_denial,
)

_log = logging.getLogger(__name__)

MOST_WAITING = 100
MOST_REMEMBERED = 200
MOST_REMEMBERED_BYTES = 256 * 2**20
_MOST_LOGS = 500


class State(StrEnum):
    IN_QUEUE = "IN_QUEUE"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"


class CancelWord(StrEnum):
    OK = "OK"
    REQUESTED = "CANCELLATION_REQUESTED"
    ALREADY_COMPLETED = "ALREADY_COMPLETED"


@dataclass(frozen=True, slots=True)
class Output:
    """The model output of a finished request, and its rough weight in memory."""

    value: Mapping[str, object]
    weight: int = 0


Prepare = Callable[[], Awaitable[EngineRequest]]
"""Makes the engine's request once it is the turn of a job; may raise Denied."""

Render = Callable[[EngineResult], Awaitable[Output]]
"""Turns what the engine made into the model output."""


@dataclass(eq=False, slots=True)
class ServedJob:
    """One request. Only the queue changes it, and only on the loop."""

    id: str
    app: str
    state: State = State.IN_QUEUE
    logs: list[dict[str, object]] = field(default_factory=list)
    share: float | None = None
    outcome: Output | Denial | None = None
    seconds: float | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> AsyncGenerator[None]:
        """One item now and one after each change, ends with the request."""
        while True:
            # Both are read before the item is handed out: what changes while the watcher is busy
            # with it is the next item, the end among it.
            turn, is_last = self._turn, self.state is State.COMPLETED
            yield
            if is_last:
                return
            await turn.wait()

    async def ended(self) -> Output | Denial:
        while self.outcome is None:
            await self._turn.wait()
        return self.outcome

    def changed(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()


@dataclass(frozen=True, slots=True)
class _Work:
    prepare: Prepare
    render: Render


class JobQueue:
    """Runs one request after the other in a single engine thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: dict[str, ServedJob] = {}
        self._waiting: dict[str, _Work] = {}
        self._some = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="engine")
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def close(self) -> None:
        for job in self._jobs.values():
            job.stop.set()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def submit(self, app: str, prepare: Prepare, render: Render) -> ServedJob:
        """Raise Denied where the queue is full."""
        if len(self._waiting) >= MOST_WAITING:
            raise Denied(QUEUE_FULL, {"Retry-After": "5"})
        job = ServedJob(str(uuid.uuid4()), app)
        self._jobs[job.id] = job
        self._waiting[job.id] = _Work(prepare, render)
        self._some.set()
        return job

    def deny(self, app: str, denial: Denial) -> ServedJob:
        """A request that is over before it began: its input was wrong."""
        job = ServedJob(str(uuid.uuid4()), app)
        self._jobs[job.id] = job
        self._end(job, denial)
        return job

    def find(self, app: str, request_id: str) -> ServedJob | None:
        job = self._jobs.get(request_id)
        return job if job is not None and job.app == app else None

    def position(self, job: ServedJob) -> int:
        """How many requests are before it."""
        ids = list(self._waiting)
        return ids.index(job.id) if job.id in ids else 0

    def cancel(self, job: ServedJob) -> CancelWord:
        if job.state is State.COMPLETED:
            return CancelWord.ALREADY_COMPLETED
        job.stop.set()
        if self._waiting.pop(job.id, None) is None:
            return CancelWord.REQUESTED
        self._end(job, CANCELLED)
        self._tell_the_waiting()
        return CancelWord.OK

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            if not self._waiting:
                self._some.clear()
                continue
            request_id = next(iter(self._waiting))
            work = self._waiting.pop(request_id)
            job = self._jobs[request_id]
            job.state = State.IN_PROGRESS
            job.changed()
            self._tell_the_waiting()
            begun = time.perf_counter()
            outcome = await self._outcome(job, work)
            job.seconds = round(time.perf_counter() - begun, 3)
            self._end(job, outcome)

    async def _outcome(self, job: ServedJob, work: _Work) -> Output | Denial:
        loop = asyncio.get_running_loop()

        def progress(share: float, message: str) -> None:
            if job.stop.is_set():
                raise EngineStop
            loop.call_soon_threadsafe(self._note, job, share, message)

        try:
            request = await work.prepare()
            result = await loop.run_in_executor(self._thread, self._engine.edit, request, progress)
            return await work.render(result)
        except EngineRefusal as refusal:
            return refusal_denial(refusal)
        except EngineStop:
            return CANCELLED
        except Denied as denied:
            return denied.denial
        except Exception:  # noqa: BLE001 - the worker's edge: one broken edit ends no server
            _log.exception("the engine broke on request %s", job.id)
            return BROKEN

    def _note(self, job: ServedJob, share: float, message: str) -> None:
        if job.state is not State.IN_PROGRESS:
            return
        job.share = min(1.0, max(0.0, share))
        if message and len(job.logs) < _MOST_LOGS:
            job.logs.append(
                {
                    "message": message,
                    "level": "INFO",
                    "source": "USER",
                    "timestamp": datetime.now(UTC).isoformat(),
                }
            )
        job.changed()

    def _end(self, job: ServedJob, outcome: Output | Denial) -> None:
        job.outcome = outcome
        job.state = State.COMPLETED
        job.changed()
        self._forget_old()

    def _forget_old(self) -> None:
        done = [job for job in self._jobs.values() if job.outcome is not None]
        weight = sum(job.outcome.weight for job in done if isinstance(job.outcome, Output))
        while done[1:] and (len(done) > MOST_REMEMBERED or weight > MOST_REMEMBERED_BYTES):
            oldest = done.pop(0)
            weight -= oldest.outcome.weight if isinstance(oldest.outcome, Output) else 0
            del self._jobs[oldest.id]

    def _tell_the_waiting(self) -> None:
        for request_id in self._waiting:
            self._jobs[request_id].changed()
