"""Coroutines started from the window: every one has an owner, and its fault reaches a person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from kontext_studio.core.errors import StudioError
from kontext_studio.gui.inner_faults import inner_fault

log = logging.getLogger(__name__)

FaultShower = Callable[[StudioError], None]


class Tasks:
    """Holds the tasks of a window. `show_fault` is told of every StudioError that ends one."""

    def __init__(self, show_fault: FaultShower) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._show_fault = show_fault

    def start(
        self,
        work: Coroutine[object, object, object],
        *,
        show_fault: FaultShower | None = None,
    ) -> asyncio.Task[None]:
        """Run a coroutine; a fault goes to `show_fault`, or to the window's own place."""
        task = asyncio.get_event_loop().create_task(
            self._guard(work, show_fault or self._show_fault)
        )
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # Cancelled before it began, the coroutine would never be awaited.
        task.add_done_callback(lambda _task: work.close())
        return task

    async def settle(self, limit_s: float) -> None:
        """Let what was started come to its end, for a short while."""
        running = tuple(self._running)
        if running:
            await asyncio.wait(running, timeout=limit_s)

    async def stop(self) -> None:
        """Cancel what still runs and wait until it is gone."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _guard(self, work: Coroutine[object, object, object], show: FaultShower) -> None:
        try:
            await work
        except StudioError as fault:
            show(fault)
        except Exception as exc:
            log.exception("inner fault in a task of the window")
            show(inner_fault(exc))
