"""Writing what must not be lost: tried again until it is on disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from kontext_studio.core.errors import SessionClosed, SessionError

T = TypeVar("T")

WAITS_S = (0.5, 2.0, 8.0)
SLOW_WAIT_S = 60.0


class Insistence:
    """Asks a full, busy or locked disk again; meanwhile the service holds the picture.

    `attempts` is how often, None for ever; `tell` hears why it did not succeed yet.
    """

    def __init__(self, attempts: int | None, tell: Callable[[str], None]) -> None:
        self._attempts = attempts
        self._tell = tell
        self._now = asyncio.Event()
        self.writing = False
        """Whether something is on its way to the disk: it must not be cut off."""

    def hurry(self) -> None:
        """Do not wait for the next attempt."""
        self._now.set()

    async def until_written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Raise SessionError where it was tried often enough."""
        self.writing = True
        try:
            return await self._insist(write)
        finally:
            self.writing = False

    async def _insist(self, write: Callable[[], Awaitable[T]]) -> T:
        attempt = 0
        while True:
            self._now.clear()
            try:
                return await write()
            except SessionClosed:
                raise
            except SessionError as fault:
                attempt += 1
                if attempt == self._attempts:
                    raise
                self._tell(fault.message)
            waits_s = (*WAITS_S, SLOW_WAIT_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(waits_s[min(attempt, len(waits_s)) - 1]):
                    await self._now.wait()
