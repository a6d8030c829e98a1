"""The frame of a loopback stand-in for a service: HTTP byte by byte, a ledger, faults by step.

What the service is asked for and says is for its own module; each step is a method `_STEP`. Byte by
byte, because half of what goes wrong cannot be said by a web framework: a body that breaks off, a
connection closed between the request and its answer, garbage.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from tests.fakes.fal_faults import Fault


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. `body` is what had been read when the answer began."""

    step: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Exchange:
    """One request under way, for a fault to do its worst with."""

    service: Any
    step: str
    method: str
    path: str
    headers: Mapping[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    body: bytes = b""
    open: bool = True

    async def read(self, most: int | None = None) -> None:
        length = int(self.headers.get("content-length", "0"))
        wanted = length if most is None else min(most, length) if most >= 0 else length + most
        self.body = await self.reader.readexactly(wanted)

    def note(self) -> None:
        seen = Seen(self.step, self.method, self.path, self.headers, self.body)
        self.service.ledger.append(seen)

    async def write(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(
        self,
        status: int,
        body: object,
        headers: Mapping[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"content-type": kind, "content-length": str(len(raw)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        await self.write(f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + raw)

    def drop(self) -> None:
        """Close at once; what was not sent is lost."""
        self.open = False
        self.writer.transport.abort()


@dataclass
class LoopbackService(ABC):
    """`faults[step]` are used up one per request before the step works again. `sold` counts the
    runs that were taken, and so paid for."""

    ledger: list[Seen] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    pictures: dict[str, bytes] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    sold: int = 0
    connections: int = 0
    port: int = 0
    tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        self._talking: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._server.close()
        for writer in self._talking.values():
            writer.transport.abort()
        await asyncio.gather(*self._talking)

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def seen(self, step: str) -> list[Seen]:
        return [one for one in self.ledger if one.step == step]

    def fault(self, step: str, *faults: Fault) -> None:
        self.faults[step].extend(faults)

    @abstractmethod
    def step_of(self, method: str, path: str) -> str:
        """Which step a request is."""

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking[task] = writer
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            del self._talking[task]
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *rest = head.strip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in rest)
        }
        step = self.step_of(method, path)
        last = headers.get("connection", "").lower() == "close"
        exchange = Exchange(self, step, method, path, headers, reader, writer)
        if self.faults[step]:
            await self.faults[step].popleft()(exchange)
        else:
            await exchange.read()
            exchange.note()
            await getattr(self, f"_{step}")(exchange)
        return exchange.open and not last

    async def _picture(self, exchange: Exchange) -> None:
        name = exchange.path.split("?")[0].rpartition("/")[2]
        if name not in self.pictures:
            await exchange.answer(404, b"<Error>no such file</Error>", kind="application/xml")
            return
        await exchange.answer(200, self.pictures[name], kind="image/png")

    async def _other(self, exchange: Exchange) -> None:
        await exchange.answer(404, {"detail": "Not Found"})


ServiceT = TypeVar("ServiceT", bound=LoopbackService)


@contextmanager
def running(service: ServiceT) -> Iterator[ServiceT]:
    """The service on a loop and a thread of its own, for a client that blocks."""
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
