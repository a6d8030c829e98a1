"""Network proxies on loopback that write down what they were asked: HTTP, HTTPS and SOCKS5, with a
sign-in where one is given. Also a server that answers everything alike and keeps every byte."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Listener(ABC):
    """Serves on a loopback port while it is entered; nothing is left running after it."""

    tls: tuple[Path, Path] | None = None
    port: int = 0
    received: list[bytes] = field(default_factory=list)

    async def __aenter__(self):
        context = None
        if self.tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
        self._talking: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=context)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._server.close()
        for task in tuple(self._talking):
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._until_gone(reader, writer))
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)

    async def _until_gone(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.transport.abort()

    @abstractmethod
    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What is said on one connection."""

    @property
    def origin(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def everything(self) -> bytes:
        return b"\n".join(self.received)


@dataclass
class Recorder(Listener):
    """`answer` gives status, headers and JSON value for a method and a target."""

    answer: Callable[[str, str], tuple[int, dict[str, str], object]] = lambda _m, _t: (404, {}, {})

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            self.received.append(head)
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ", 2)
            length = next(
                (int(one[15:]) for one in lines if one.lower().startswith("content-length:")), 0
            )
            self.received.append(await reader.readexactly(length))
            status, headers, value = self.answer(method, target)
            body = json.dumps(value).encode()
            told = {"content-type": "application/json", **headers}
            named = "".join(f"{name}: {text}\r\n" for name, text in told.items())
            writer.write(
                f"HTTP/1.1 {status} X\r\n{named}content-length: {len(body)}\r\n\r\n".encode() + body
            )
            await writer.drain()


@dataclass
class HttpProxy(Listener):
    """Passes plain http on and makes tunnels; `asked` are its targets."""

    sign_in: str = ""
    asked: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.received.append(head)
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        wanted = "Basic " + base64.b64encode(self.sign_in.encode()).decode()
        signs = [one for one in lines if one.lower().startswith("proxy-authorization:")]
        if self.sign_in and [one.partition(": ")[2] for one in signs] != [wanted]:
            writer.write(b"HTTP/1.1 407 Sign in\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
            return
        method, target, version = first.split(" ")
        self.asked.append(target)
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            onward = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            parts = urlsplit(target)
            onward = await asyncio.open_connection(parts.hostname, parts.port)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [one for one in lines if one not in signs and "connection:" not in one.lower()]
            said = [f"{method} {path} {version}", *kept, "connection: close", "", ""]
            onward[1].write("\r\n".join(said).encode("latin-1"))
        await _join((reader, writer), onward, passes=method != "CONNECT")


@dataclass
class SocksProxy(Listener):
    """SOCKS5, by name or number; `asked` are host and port."""

    sign_in: str = ""
    asked: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        way = 2 if self.sign_in else 0
        writer.write(bytes([5, way if way in methods else 255]))
        if way not in methods:
            await writer.drain()
            return
        if self.sign_in:
            _, length = await reader.readexactly(2)
            user = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            right = user + b":" + password == self.sign_in.encode()
            writer.write(bytes([1, 0 if right else 1]))
            if not right:
                await writer.drain()
                return
        *_, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        onward = await asyncio.open_connection(host, port)
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await _join((reader, writer), onward)


async def tell_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin the answer with the word that the connection ends with it (RFC 9112, 9.6): a client
    that was not told may send the next request into a connection that is just being closed."""
    if first := await reader.readline():
        writer.write(first + b"connection: close\r\n")


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(one: Stream, other: Stream, *, passes: bool = False) -> None:
    """Until either side has no more to say; `passes` for one request and its answer."""

    async def back() -> None:
        if passes:
            await tell_the_end(other[0], one[1])
        await _copy(other[0], one[1])

    both = [
        asyncio.ensure_future(_copy(one[0], other[1])),
        asyncio.ensure_future(back()),
    ]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        other[1].transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
