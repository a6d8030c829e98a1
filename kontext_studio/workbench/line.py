"""The line in which runs wait for their turn in this program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol


class Waiting(Protocol):
    """Someone in the line; told their place, counted from 1, whenever it changes."""

    def stand_at(self, place: int) -> None: ...


class Line:
    """First come, first served; at most `max_running` have their turn at a time."""

    def __init__(self, max_running: int) -> None:
        self._free = asyncio.Semaphore(max_running)
        self._waiting: list[Waiting] = []

    @asynccontextmanager
    async def turn(self, who: Waiting) -> AsyncIterator[None]:
        """Wait for a turn, and give it back at the end."""
        self._waiting.append(who)
        self._tell()
        try:
            await self._free.acquire()
        finally:
            self._waiting.remove(who)
            self._tell()
        try:
            yield
        finally:
            self._free.release()

    def _tell(self) -> None:
        for number, who in enumerate(self._waiting, start=1):
            who.stand_at(number)
