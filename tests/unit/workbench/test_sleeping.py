"""A machine that slept while services worked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.jobs import JobState, RemoteHandle
from kontext_studio.workbench import sleeping
from kontext_studio.workbench.bench import Workbench
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.unit.workbench.conftest import Studio

EIGHT_HOURS_S = 8 * 3600


@dataclass
class DeadStreams(ScriptedProvider):
    """The first stream of each run never says a word again; the next one plays to the end."""

    ended: list[str] = field(default_factory=list)

    async def resume(self, remote: RemoteHandle) -> AsyncGenerator[wire.JobEvent]:
        first = remote not in self.asked_for
        self.asked_for.append(remote)
        if first:
            try:
                await asyncio.Event().wait()
            finally:
                self.ended.append(remote.request_id)
        for step in self.resumed:
            assert isinstance(step, wire.JobEvent)
            yield step


def test_f_loc_16_after_a_sleep_all_open_runs_are_asked_for_the_oldest_first(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sleeping, "TICK_S", 0.01)
    handles = [replace(HANDLE, request_id=f"run-{n}") for n in range(1, 6)]
    session_with_runs(
        session_path, *(a_run(n, remote=one) for n, one in reversed([*enumerate(handles, 1)]))
    )
    slept_s = [0.0]
    studio.clock = lambda: time.time() + slept_s[0]
    service = DeadStreams(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def sleep_meanwhile(bench: Workbench) -> None:
        await bench.open_session(session_path)
        while len(service.asked_for) < 5:
            await asyncio.sleep(0.005)
        slept_s[0] = EIGHT_HOURS_S
        await bench.runs.wait_all()
        assert {view.record.state for view in bench.runs.views()} == {JobState.STORED}
        assert len(bench.session.history) == 6

    studio.start(service, sleep_meanwhile)
    assert service.asked_for == handles + handles
    assert sorted(service.ended) == [one.request_id for one in handles]
    assert not service.sent


def test_a_process_that_is_merely_slow_asks_nobody_twice(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sleeping, "TICK_S", 0.001)
    session_with_runs(session_path, a_run(1, remote=HANDLE))
    ticks = [0]

    def clock() -> float:
        ticks[0] += 1
        return ticks[0] * sleeping.LONG_S * 0.9

    studio.clock = clock
    service = DeadStreams(lambda request: [])

    async def wait(bench: Workbench) -> None:
        await bench.open_session(session_path)
        while ticks[0] < 20:
            await asyncio.sleep(0.001)

    studio.start(service, wait)
    assert service.asked_for == [HANDLE]


def test_a_clock_that_was_set_back_says_nothing_of_how_long_a_run_took(
    studio: Studio, session_path: Path
) -> None:
    run = a_run(1, remote=HANDLE)
    session_with_runs(session_path, run)
    studio.clock = lambda: (run.sent_at or 0.0) - 86_400
    service = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (node,) = bench.nodes_of(run.id)
        assert node.result is not None
        assert node.result.seconds is None

    studio.start(service, go_on)
