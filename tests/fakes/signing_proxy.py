"""A network proxy for plain http that wants a user and a password, and passes everything on."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.fakes.network_proxies import tell_the_end


@dataclass
class SigningProxy:
    """`passed` counts what was passed on, `refused` what came without the right sign-in."""

    user: str
    password: str
    port: int = 0
    passed: int = 0
    refused: int = 0
    talking: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._until_gone(reader, writer))
        self.talking.add(task)
        task.add_done_callback(self.talking.discard)

    async def _until_gone(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = [line for line in lines if line.partition(":")[0].lower() != "connection"]
        signed = [line for line in headers if line.lower().startswith("proxy-authorization:")]
        if self._sign_in() not in [line.partition(": ")[2] for line in signed]:
            self.refused += 1
            answer = b"HTTP/1.1 407 Sign in\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            writer.write(answer)
            await writer.drain()
            return
        self.passed += 1
        method, url, version = first.split(" ")
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        kept = [line for line in headers if line not in signed]
        said = "\r\n".join([f"{method} {path} {version}", *kept, "connection: close", "", ""])
        onward, back = await asyncio.open_connection(parts.hostname, parts.port)
        back.write(said.encode("latin-1"))
        try:
            async with asyncio.TaskGroup() as both:
                up = both.create_task(_copy(reader, back))
                await tell_the_end(onward, writer)
                await _copy(onward, writer)
                await writer.drain()
                up.cancel()
        except ExceptionGroup:  # one side has gone, which ends the other
            pass
        finally:
            back.transport.abort()
        writer.close()
        await writer.wait_closed()

    def _sign_in(self) -> str:
        text = f"{self.user}:{self.password}"
        return "Basic " + base64.b64encode(text.encode()).decode()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@contextmanager
def proxy_running(user: str, password: str) -> Iterator[SigningProxy]:
    """Serve on a thread until the block ends."""
    proxy = SigningProxy(user, password)
    ready = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        ended = asyncio.Event()
        server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        running.append((asyncio.get_running_loop(), ended))
        ready.set()
        await ended.wait()
        server.close()
        for task in list(proxy.talking):
            task.cancel()
        await asyncio.gather(*proxy.talking, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10), "the proxy did not start"
    try:
        yield proxy
    finally:
        loop, ended = running[0]
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        assert not thread.is_alive(), "the proxy did not end"
