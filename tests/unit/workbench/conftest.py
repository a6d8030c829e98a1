"""A workbench over a real session file, with services that a test scripts."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kontext_studio.core.errors import DiskFull
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.store.places import Places
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import insistence
from kontext_studio.workbench.announcements import Announcement
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import Connections
from tests.fakes.scripted_provider import ScriptedProvider, scripted_reach

PAID = "lab"
"""A connection to a service that takes money."""

BenchWork = Callable[[Workbench], Awaitable[None]]


class Studio:
    """Makes workbenches over one set of places, as one start of the program after another does."""

    def __init__(self) -> None:
        self.heard: list[Announcement] = []
        self.clock: Callable[[], float] = time.time
        self._numbers = itertools.count(1)
        self._seeds = itertools.count(100)

    def start(
        self,
        provider: ScriptedProvider,
        work: BenchWork,
        *,
        disk_attempts: int | None = None,
        waits_for_network: bool = False,
    ) -> None:
        """One start of the program: open, work, shut down."""

        async def whole() -> None:
            bench = Workbench(
                Places.from_environment(os.environ),
                os.environ,
                new_id=lambda: f"id{next(self._numbers):04d}",
                new_seed=lambda: next(self._seeds),
                clock=lambda: self.clock(),
                make_reach=scripted_reach(provider),
                grace_s=0.05,
                disk_attempts=disk_attempts,
                waits_for_network=waits_for_network,
            )
            bench.announcer.subscribe(self.heard.append)
            await bench.start()
            try:
                async with asyncio.timeout(20):
                    await work(bench)
            finally:
                await bench.shutdown()

        asyncio.run(whole())


@pytest.fixture
def studio() -> Studio:
    connections = Connections(Places.from_environment(os.environ).routes_file, os.environ)
    connections.add(Route(PAID, "fal", RouteMode.SERVER_PROXY, "http://127.0.0.1:9/"))
    connections.save()
    return Studio()


@pytest.fixture
def session_path(tmp_path: Path) -> Path:
    return tmp_path / "work.kontext"


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[JobState, int], None]:
    """Let the next writes of a run in a state find no room."""
    monkeypatch.setattr(insistence, "WAITS_S", (0.0, 0.0))
    monkeypatch.setattr(insistence, "SLOW_WAIT_S", 0.01)

    def fill(state: JobState, times: int) -> None:
        left = [times]

        def wrapped(original: Callable[..., None]) -> Callable[..., None]:
            def write(self: SessionFile, *args: object, **more: object) -> None:
                given = [*args, *(more.get("jobs") or ())]  # type: ignore[misc]
                meant = any(isinstance(one, JobRecord) and one.state is state for one in given)
                if meant and left[0]:
                    left[0] -= 1
                    raise DiskFull("The disk is full.")
                original(self, *args, **more)

            return write

        for name in ("save_job", "commit"):
            monkeypatch.setattr(SessionFile, name, wrapped(getattr(SessionFile, name)))

    return fill
