"""The side of the people's programs: a body within bounds, whether they are still there, and
answers that are passed on chunk by chunk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kontext_studio.server.proxy.refusals import TOO_SLOW, Refused, too_large

T = TypeVar("T")

BODY_LIMIT_S = 300.0


class Broken(Exception):
    """The chunks of an answer broke off."""


class CallerGone(Exception):
    """Nobody hears the answer any more."""


def headers_of(request: Request) -> dict[str, str]:
    """The headers of a call by name; of one that comes twice the first counts, everywhere."""
    told: dict[str, str] = {}
    for name, value in request.headers.items():
        if value.isascii():
            told.setdefault(name.lower(), value)
    return told


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Raise Refused as soon as the body is over its limit (413), or where it never ends (408)."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > most_bytes:
        raise Refused(too_large(most_bytes))
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            async for chunk in request.stream():
                parts += chunk
                if len(parts) > most_bytes:
                    raise Refused(too_large(most_bytes))
    except TimeoutError:
        raise Refused(TOO_SLOW) from None
    except ClientDisconnect:
        raise CallerGone from None
    return bytes(parts)


async def while_there(receive: Receive, work: asyncio.Future[T], *, end_work: bool) -> T:
    """What the work gives. Raise CallerGone where the caller leaves first; with `end_work` the work
    is then cancelled, and over when this raises."""
    gone = asyncio.ensure_future(_gone(receive))
    try:
        both: list[asyncio.Future[Any]] = [work, gone]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise CallerGone
    finally:
        await ended(gone, *([work] if end_work else []))


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and wait until they are over."""
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Passing(Response):
    """An answer that is sent as its chunks come, each at once. It ends early when the caller
    leaves, or where `closing` is set; `close` is called in the end whatever happens. One whose
    chunks break off (`Broken`) is left without its end, so that the caller sees it too."""

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        chunks: AsyncGenerator[bytes],
        close: Callable[[], Awaitable[None]],
        closing: asyncio.Event | None = None,
    ) -> None:
        super().__init__(status_code=status, headers=headers)
        del self.headers["content-length"]
        self._chunks = chunks
        self._close = close
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            await self._pass_on(receive, send)
        except Broken:
            pass
        finally:
            await self._chunks.aclose()
            await self._close()

    async def _pass_on(self, receive: Receive, send: Send) -> None:
        pump = asyncio.ensure_future(self._pump(send))
        watched: list[asyncio.Future[None]] = [pump, asyncio.ensure_future(_gone(receive))]
        if self._closing is not None:
            watched.append(asyncio.ensure_future(_set(self._closing)))
        try:
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            stopped = self._closing is not None and self._closing.is_set() and not pump.done()
            if pump.done():
                pump.result()
        finally:
            await ended(*watched)
        if stopped:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send) -> None:
        async for chunk in self._chunks:
            if chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _set(event: asyncio.Event) -> None:
    await event.wait()
