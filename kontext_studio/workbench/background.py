"""Work beside the runs that nobody waits for: its faults are logged, and it ends with its owner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from kontext_studio.core.errors import StudioError
from kontext_studio.workbench.announcements import Announcer, Fault

log = logging.getLogger(__name__)


class Background:
    """A set of tasks that end together."""

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Until nothing is under way; what that begins counts as well."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def close(self) -> None:
        """Stop everything that has not ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guarded(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await work()  # made here: cancelled before it began, nothing is left unawaited
        except StudioError as fault:
            log.info("background work ended: %s", fault.message)
        except Exception as exc:
            log.exception("inner fault in background work")
            self._announcer.announce(
                Fault(
                    "Something went wrong inside the app. Your work is saved.", type(exc).__name__
                )
            )
