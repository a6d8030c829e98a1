"""The stand-in for fal in a process of its own, where every run takes a given time.

It notes what arrives, and when a run was finished against when its result was asked for.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tests.fakes.fal_runs import chunk
from tests.fakes.fal_service import Exchange, FalService, Seen


@dataclass
class TimedService(FalService):
    """A run is done `work_s` after its submit. The result is always the same picture. An upload
    takes as long as on a line with `uplink` bytes a second; 0 is no line but this machine."""

    work_s: float = 0.0
    uplink: float = 0.0
    done_at: dict[str, float] = field(default_factory=dict)
    noticed_after_s: dict[str, float] = field(default_factory=dict)

    def sell(self, exchange: Exchange) -> str:
        request_id = super().sell(exchange)
        self.done_at[request_id] = time.monotonic() + self.work_s
        return request_id

    async def _put(self, exchange: Exchange) -> None:
        if self.uplink:
            await asyncio.sleep(len(exchange.body) / self.uplink)
        await super()._put(exchange)

    async def _status(self, exchange: Exchange) -> None:
        done = time.monotonic() >= self.done_at[_run_of(exchange)]
        status = "COMPLETED" if done else "IN_PROGRESS"
        await exchange.answer(200 if done else 202, {"status": status, "logs": []})

    async def _stream(self, exchange: Exchange) -> None:
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
        await exchange.write(f"{head}\r\n\r\n".encode() + _event("IN_PROGRESS"))
        await asyncio.sleep(max(0.0, self.done_at[_run_of(exchange)] - time.monotonic()))
        await exchange.write(_event("COMPLETED") + b"0\r\n\r\n")

    async def _result(self, exchange: Exchange) -> None:
        run = _run_of(exchange)
        self.noticed_after_s.setdefault(run, time.monotonic() - self.done_at[run])
        url = f"{self.origin}/files/result"
        await exchange.answer(200, {"images": [{"url": url}], "seed": 7, "prompt": "as sent"})

    def report(self) -> dict[str, Any]:
        """What came since the last time."""
        told = {
            "bytes": sum(map(_size_of, self.ledger)),
            "runs": len(self.seen("submit")),
            "uploads": len(self.seen("put")),
            "connections": self.connections,
            "noticed_after_s": list(self.noticed_after_s.values()),
        }
        self.ledger.clear()
        self.noticed_after_s.clear()
        return told


def _run_of(exchange: Exchange) -> str:
    return exchange.path.split("/requests/")[1].split("/")[0]


def _event(status: str) -> bytes:
    return chunk(f"data: {json.dumps({'status': status, 'logs': []})}\n\n")


def _size_of(seen: Seen) -> int:
    """Bytes of a request on the wire."""
    lines = [f"{seen.method} {seen.path} HTTP/1.1", *(f"{k}: {v}" for k, v in seen.headers.items())]
    return sum(len(line) + 2 for line in lines) + 2 + len(seen.body)


def _serve(pipe: Connection, result: bytes) -> None:
    async def whole() -> None:
        async with TimedService(pictures={"result": result}) as service:
            pipe.send(service.origin)
            while (asked := await asyncio.to_thread(pipe.recv)) is not None:
                if asked == "report":
                    pipe.send(service.report())
                else:
                    service.work_s, service.uplink = asked
                    pipe.send(None)

    asyncio.run(whole())


@dataclass(frozen=True)
class Served:
    """Where it answers."""

    origin: str
    pipe: Connection

    def takes(self, work_s: float, uplink: float = 0.0) -> None:
        """How long a run works from now on, and how many bytes a second can be uploaded."""
        self.pipe.send((work_s, uplink))
        self.pipe.recv()

    def report(self) -> dict[str, Any]:
        """What came since the last time."""
        self.pipe.send("report")
        told: dict[str, Any] = self.pipe.recv()
        return told


@contextmanager
def served(result: bytes) -> Iterator[Served]:
    """The service until the block ends; its results are this picture."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, result), daemon=True)
    process.start()
    try:
        yield Served(ours.recv(), ours)
    finally:
        ours.send(None)
        process.join(10)
        if process.is_alive():
            process.kill()
