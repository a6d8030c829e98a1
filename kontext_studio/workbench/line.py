"""The line in which runs wait for their turn in this program."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Waiting(Protocol):
    """Someone in the line; told their place, counted from 1, whenever it changes."""

    def stand_at(self, place: int) -> None: ...


class Line:
    """First come, first served; at most `max_running` have their turn at a time."""

    def __init__(self, max_running: int) -> None:
        self._free = asyncio.Semaphore(max_running)
        self._waiting: list[Waiting] = []

    async def take(self, who: Waiting) -> Turn:
        """Wait for a turn."""
        self._waiting.append(who)
        self._tell()
        try:
            await self._free.acquire()
        finally:
            self._waiting.remove(who)
            self._tell()
        return Turn(self._free)

    def _tell(self) -> None:
        for number, who in enumerate(self._waiting, start=1):
            who.stand_at(number)


class Turn:
    """A turn that somebody has until they give it back."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free: asyncio.Semaphore | None = free

    def give_back(self) -> None:
        """Let the next one begin. Safe to call twice."""
        free, self._free = self._free, None
        if free is not None:
            free.release()
