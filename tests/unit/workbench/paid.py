"""Orders that cost money, and how far they got."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.unit.workbench.conftest import PAID

DEV = "fal-ai/flux-kontext/dev"
FULL = "The disk is full."


async def opened(bench: Workbench, path: Path) -> RunOrder:
    await bench.open_session(path, create=not path.exists())
    if not len(bench.session.history):
        await bench.import_picture(png(1), "cup.png")
    assert bench.session.head is not None
    return RunOrder("Make it warmer", (bench.session.head,), DEV, PAID)


def good() -> ScriptedProvider:
    return ScriptedProvider(lambda request: whole_run([png(2)]))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.002)


async def reaches(bench: Workbench, job: JobId, state: JobState) -> None:
    await until(lambda: bench.runs.view(job).record.state is state)
