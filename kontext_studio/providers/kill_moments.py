"""The moments of one HTTP exchange at which the fault laboratory may end this process.

It promises to leave a connection as it is where no moment is asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx

from kontext_studio.core.kill_points import KillPoint, is_armed, reach

_ON_THE_WAY: Mapping[str, tuple[KillPoint, ...]] = {
    "send_request_body.started": (KillPoint.BEFORE_BODY,),
    "send_request_body.complete": (KillPoint.AFTER_BODY, KillPoint.SECOND_SUBMIT),
    "receive_response_headers.complete": (KillPoint.AFTER_ANSWER_HEAD,),
}
"""Events of httpcore's trace, without the name of the protocol before them."""


def watched(inner: httpx.AsyncHTTPTransport) -> httpx.AsyncHTTPTransport:
    """The same connections, with their moments told where this process is to die at one."""
    return _Watched(inner) if is_armed() else inner


class _Watched(httpx.AsyncHTTPTransport):
    def __init__(self, inner: httpx.AsyncHTTPTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        told = request.extensions.get("trace")

        async def trace(event: str, info: Mapping[str, object]) -> None:
            if told is not None:
                await told(event, info)
            reach(*_ON_THE_WAY.get(event.partition(".")[2], ()))

        request.extensions = {**request.extensions, "trace": trace}
        if request.headers.get("content-length", "0") != "0":
            request.stream = _Halves(await request.aread())
        response = await self._inner.handle_async_request(request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Pieces(response.stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Halves(httpx.AsyncByteStream):
    """A body in two writes."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        middle = len(self._body) // 2
        yield self._body[:middle]
        reach(KillPoint.MID_BODY)
        yield self._body[middle:]


class _Pieces(httpx.AsyncByteStream):
    """An answer as it comes in."""

    def __init__(self, answer: httpx.AsyncByteStream) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer:
            reach(KillPoint.MID_POLL, KillPoint.MID_RESULT, KillPoint.MID_DOWNLOAD)
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()
