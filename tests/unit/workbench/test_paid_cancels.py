"""Money and second thoughts: a cancel says what is certain, and no result is thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    ConnectionLost,
    OutOfCredit,
    RateLimited,
    ReadOnlySession,
    StudioError,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench import insistence
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.progress import Phase
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step, whole_run
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import FULL, opened, reaches, until


def test_f_cancel_3_a_cancel_while_a_post_is_refused_ends_at_once(
    studio: Studio, session_path: Path
) -> None:
    answer = asyncio.Event()
    refusal = wire.NotAccepted(RateLimited("Too many requests."), 1, 3600.0)
    provider = ScriptedProvider(lambda request: [wire.Sending(), answer, refusal, asyncio.Event()])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        await bench.cancel(job)
        answer.set()
        assert (await bench.wait_for(job)).record.state is JobState.CANCELLED

    studio.start(provider, work)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Unreachable("No way there."), JobState.CANCELLED),
        (ConnectionLost("It broke."), JobState.UNKNOWN),
    ],
)
def test_f_cancel_3_a_cancel_while_the_post_fails_tells_what_is_certain(
    studio: Studio, session_path: Path, fault: StudioError, state: JobState
) -> None:
    answer = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), answer, fault])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        await bench.cancel(job)
        answer.set()
        view = await bench.wait_for(job)
        assert view.record.state is state
        assert not view.active

    studio.start(provider, work)


def test_a_run_that_nobody_follows_is_followed_again_when_it_is_cancelled(
    studio: Studio, session_path: Path
) -> None:
    lost = Unauthorized("The key was not accepted.")
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), lost],
        resumed=whole_run([png(2)])[2:],
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        assert (await bench.wait_for(job)).record.state is JobState.SUBMITTED
        await bench.cancel(job)
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)
    assert provider.cancelled == [HANDLE]


def test_cancelling_a_result_that_waits_to_be_fetched_does_not_discard_it(
    studio: Studio, session_path: Path
) -> None:
    fetched = asyncio.Event()
    done = whole_run([png(2)])
    provider = ScriptedProvider(lambda request: [*done[:-1], fetched, done[-1]])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.REMOTE_DONE)
        await bench.cancel(job)
        fetched.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)
    assert provider.cancelled == []


def test_a_cancel_while_a_refusal_is_written_down_is_not_forgotten(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    answer = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), answer, Unauthorized("No.")])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        full_disk(JobState.PREPARED, 3)
        answer.set()
        await until(lambda: bench.runs.view(job).trouble == FULL)
        await bench.cancel(job)
        assert (await bench.wait_for(job)).record.state is JobState.CANCELLED

    studio.start(provider, work)


def test_a_session_that_is_open_for_looking_cancels_nothing(
    studio: Studio, session_path: Path
) -> None:
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), asyncio.Event()]
    )

    async def begin(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.SUBMITTED)

    studio.start(provider, begin)

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path, read_only=True)
        (view,) = bench.runs.views()
        for ask in (bench.cancel, bench.look_for, bench.rerun):
            with pytest.raises(ReadOnlySession):
                await ask(view.record.id)

    studio.start(provider, look)
    assert provider.cancelled == []


def test_a_cancel_that_the_service_confirms_too_late_keeps_the_result(
    studio: Studio,
    session_path: Path,
    full_disk: Callable[[JobState, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = asyncio.Event()
    monkeypatch.setattr(insistence, "WAITS_S", (3600.0,))
    steps = whole_run([png(2)])
    provider = ScriptedProvider(
        lambda request: [*steps[:2], go_on, *steps[2:]],
        cancel_answer=wire.CancelAnswer(True, status="OK"),
        cancel_gate=asyncio.Event(),
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.SUBMITTED)
        await bench.cancel(job)
        await until(lambda: bool(provider.cancelled))
        full_disk(JobState.REMOTE_DONE, 1)
        go_on.set()
        await until(lambda: bench.runs.view(job).trouble == FULL)
        assert provider.cancel_gate is not None
        provider.cancel_gate.set()
        await asyncio.sleep(0.01)
        bench.runs.again(job)
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)


def test_f_cancel_1_a_cancel_that_is_confirmed_for_a_run_that_had_begun_keeps_its_result(
    studio: Studio, session_path: Path
) -> None:
    go_on = asyncio.Event()
    steps = whole_run([png(2)])
    provider = ScriptedProvider(
        lambda request: [*steps[:4], go_on, *steps[4:]],
        cancel_answer=wire.CancelAnswer(True, status="OK"),
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)
        await bench.cancel(job)
        await until(lambda: bool(provider.cancelled))
        await asyncio.sleep(0)
        go_on.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)


def test_a_cancel_then_a_broken_way_leaves_the_run_with_the_service(
    studio: Studio, session_path: Path
) -> None:
    asked = asyncio.Event()
    lost = Unreachable("The proxy is gone.")
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), asked, lost],
        resumed=whole_run([png(2)])[2:],
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.SUBMITTED)
        await bench.cancel(job)
        asked.set()
        assert (await bench.wait_for(job)).record.state is JobState.SUBMITTED
        assert await bench.rerun(job) == job
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)


def test_a_run_that_is_being_cancelled_is_not_begun_again_meanwhile(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    scripts: list[list[Step]] = [[wire.Sending(), OutOfCredit("No credit.")], whole_run([png(2)])]
    provider = ScriptedProvider(lambda request: scripts.pop(0))

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        full_disk(JobState.CANCELLED, 3)
        cancelling = asyncio.create_task(bench.cancel(job))
        await until(lambda: bench.runs.view(job).trouble == FULL)
        bench.runs.again(job)
        await cancelling
        assert (await bench.wait_for(job)).record.state is JobState.CANCELLED

    studio.start(provider, work)
    assert len(provider.sent) == 1
