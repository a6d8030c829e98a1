"""Coroutines that the window starts have an owner, from before they begin until they are gone."""

from __future__ import annotations

import asyncio
import gc

from kontext_studio.gui.tasks import Tasks


def test_work_that_is_stopped_before_it_began_leaves_nothing_unawaited(qt_run) -> None:
    begun: list[bool] = []

    async def work() -> None:
        begun.append(True)

    async def act() -> None:
        tasks = Tasks(lambda fault: None)
        tasks.start(work())
        await tasks.stop()
        gc.collect()  # a coroutine that was never awaited says so here, and that fails a test

    qt_run(act())
    assert begun == []


def test_settling_waits_for_what_was_begun_but_not_for_ever(qt_run) -> None:
    ended: list[str] = []

    async def short() -> None:
        await asyncio.sleep(0)
        ended.append("short")

    async def act() -> None:
        tasks = Tasks(lambda fault: None)
        tasks.start(short())
        tasks.start(asyncio.Event().wait())
        await tasks.settle(0.05)
        await tasks.stop()

    qt_run(act())
    assert ended == ["short"]
