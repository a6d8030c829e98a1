"""The fake fal service on a loop and a thread of its own, for a program that is another process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.fal_service import Exchange, FalService, Fault
from tests.fakes.loopback_service import running


@contextmanager
def fal_service_running(service: FalService | None = None) -> Iterator[FalService]:
    """Serve until the block ends. The ledger may be read once the program has ended."""
    with running(service or FalService()) as served:
        yield served


def holds(reached: threading.Event) -> Fault:
    """Reads a request, tells that it came, and says nothing until the other side goes."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        reached.set()
        exchange.open = False
        await exchange.reader.read(1)

    return fault
