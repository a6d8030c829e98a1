"""Noticing that the machine slept, or that the whole process was held for long.

What was being listened to then may be dead without a word, and results may be about to expire.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TICK_S = 5.0
LONG_S = 20.0
"""A wait of `TICK_S` that took so much longer by the clock on the wall was no mere delay. A clock
that was set forward looks the same, which costs one question more to the service."""


async def after_each_sleep(clock: Callable[[], float], woke: Callable[[], None]) -> None:
    """Call `woke` each time; goes on until it is cancelled. `clock` gives Unix time in seconds."""
    last = clock()
    while True:
        await asyncio.sleep(TICK_S)
        now = clock()
        if now - last > TICK_S + LONG_S:
            woke()
        last = now
