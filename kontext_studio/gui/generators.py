"""Asynchronous generators that nobody finished are closed on the loop they ran on.

WORKAROUND: asyncio's own loop asks Python for this (sys.set_asyncgen_hooks); qasync 0.28 does not.
Without it httpx's inner generators, dropped in the middle of a stream, are closed by the collector
and complain ("Attempted to exit cancel scope in a different task"). May go when qasync does it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Coroutine
from typing import TypeVar

T = TypeVar("T")


async def closing_generators(work: Coroutine[object, object, T]) -> T:
    """Await `work` with the hook in place."""
    loop = asyncio.get_running_loop()
    closing: set[asyncio.Task[None]] = set()

    def close(generator: AsyncGenerator[object, object]) -> None:
        if loop.is_closed():
            return
        task = loop.create_task(_close(generator))
        closing.add(task)
        task.add_done_callback(closing.discard)

    def finalize(generator: AsyncGenerator[object, object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(close, generator)

    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=finalize)
    try:
        return await work
    finally:
        await asyncio.sleep(0)
        await asyncio.gather(*closing, return_exceptions=True)
        sys.set_asyncgen_hooks(*before)


async def _close(generator: AsyncGenerator[object, object]) -> None:
    await generator.aclose()
