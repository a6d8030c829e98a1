"""A workbench over a real session file, with services that a test scripts."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kontext_studio.store.places import Places
from kontext_studio.workbench.announcements import Announcement
from kontext_studio.workbench.bench import Workbench
from tests.fakes.scripted_provider import ScriptedProvider, scripted_reach

BenchWork = Callable[[Workbench], Awaitable[None]]


class Studio:
    """Makes workbenches over one set of places, as one start of the program after another does."""

    def __init__(self) -> None:
        self.heard: list[Announcement] = []
        self._numbers = itertools.count(1)
        self._seeds = itertools.count(100)

    def start(self, provider: ScriptedProvider, work: BenchWork) -> None:
        """One start of the program: open, work, shut down."""

        async def whole() -> None:
            bench = Workbench(
                Places.from_environment(os.environ),
                os.environ,
                new_id=lambda: f"id{next(self._numbers):04d}",
                new_seed=lambda: next(self._seeds),
                make_reach=scripted_reach(provider),
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
    return Studio()


@pytest.fixture
def session_path(tmp_path: Path) -> Path:
    return tmp_path / "work.kontext"
