"""A session file as a crash leaves it: runs that a service has, and that nobody fetches."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobFault, JobRecord, JobState, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.store.session_file import SessionFile
from tests.fakes.fal_service import ENDPOINT, Exchange, FalService, png


def session_with_runs(path: Path, *runs: JobRecord) -> Node:
    """Make the file with one original and these runs of it; the original."""
    data = png(8, 6)
    ref = ImageRef(Sha256(sha256(data).hexdigest()), "image/png", 8, 6)
    root = Node(NodeId("root"), (), NodeKind.IMPORT, ref, step=0, created=0.0, title="a.png")
    with SessionFile.create(path) as file:
        session = file.load().session
        file.commit(session.add((root,), move_head=True), images=((ref, data),))
        for run in runs:
            file.save_job(replace(run, parents=(root.id,), request=_asked(run, ref)))
    return root


def _asked(run: JobRecord, ref: ImageRef) -> EditRequest:
    return replace(run.request, inputs=(ref,))


def a_run(
    number: int,
    state: JobState = JobState.SUBMITTED,
    *,
    remote: RemoteHandle | None = None,
    fault: JobFault | None = None,
    route: str = "own",
    provider: str = "fal",
) -> JobRecord:
    """The run of this number; a lower number was sent earlier."""
    request = EditRequest(f"Warmer {number}", (), ENDPOINT, seed=number)
    now = time.time() - 3600 + number
    return JobRecord(
        id=JobId(f"job-{number}"),
        state=state,
        request=request,
        parents=(),
        step=number,
        provider=provider,
        route=route,
        created=now,
        sent_at=now,
        remote=remote,
        fault=fault,
    )


def runs_at(service: FalService, count: int) -> list[JobRecord]:
    """Runs that the service has, the newest first, so that order has to be made."""
    return [a_run(n, remote=service.remote(f"run-{n}")) for n in range(count, 0, -1)]


def stamped(
    stamps: list[float], after: Callable[[Exchange], Awaitable[None]]
) -> Callable[[Exchange], Awaitable[None]]:
    """A fault that notes the time at which a request came, and then answers as ever."""

    async def fault(exchange: Exchange) -> None:
        stamps.append(time.monotonic())
        await exchange.read()
        exchange.note()
        await after(exchange)

    return fault
