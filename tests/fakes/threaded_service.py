"""The fake fal service on a loop and a thread of its own, for a program that is another process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.fal_service import Exchange, FalService, Fault


@contextmanager
def fal_service_running(service: FalService | None = None) -> Iterator[FalService]:
    """Serve until the block ends. The ledger may be read once the program has ended."""
    service = service or FalService()
    ready = threading.Event()
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        async with service:
            loops.append((asyncio.get_running_loop(), ended))
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10), "the service did not start"
    try:
        yield service
    finally:
        loop, ended = loops[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        assert not thread.is_alive(), "the service did not end"


def holds(reached: threading.Event) -> Fault:
    """Reads a request, tells that it came, and says nothing until the other side goes."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        reached.set()
        exchange.open = False
        await exchange.reader.read(1)

    return fault
