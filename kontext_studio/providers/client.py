"""One long-lived HTTP client per access: every exchange bounded in time and size, every fault ours.

It promises to tell apart "no connection was made" from "something may have been received", and
never to follow a redirect. What an answer means is for the provider to say.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx
from httpx_sse import EventSource, SSEError
from socksio.exceptions import SOCKSError

from kontext_studio import __version__
from kontext_studio.core.errors import BadAnswer, ConnectionLost, StudioError, Unreachable
from kontext_studio.core.route import Access
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.routing import API_CALL, RouteUnfit, road, transport

_MIB = 2**20
_USER_AGENT = f"kontext-studio/{__version__}"


@dataclass(frozen=True, slots=True)
class Limits:
    """FAILURES 1.4, in one place; tests pass smaller ones."""

    connect_s: float = 10.0
    gap_s: float = 30.0
    exchange_s: float = 60.0
    picture_s: float = 300.0
    json_bytes: int = 2 * _MIB
    result_bytes: int = 96 * _MIB
    picture_bytes: int = 64 * _MIB
    events_bytes: int = 16 * _MIB
    least_bytes_per_s: int = 4096
    slow_window_s: float = 30.0


class Quiet(ConnectionLost):
    """An event stream said nothing for a while; that alone is no trouble."""


class NotAStream(BadAnswer):
    """The address of an event stream gave a whole answer instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("The service does not stream its progress.", detail=answer.facts())
        self.answer = answer


class _Sent:
    """Notes whether any byte of a request left; the network library tells through its trace."""

    def __init__(self) -> None:
        self.anything = False

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith(".send_request_headers.started"):
            # The CONNECT to a network proxy is not yet the request.
            self.anything |= getattr(info.get("request"), "method", b"") != b"CONNECT"


class HttpClient:
    """Calls to one service over one route. `defaults` are the service's origins by role."""

    def __init__(
        self, access: Access, defaults: Mapping[str, str], limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.road = road(access.route, defaults)
        _keep_addresses_out_of_logs()
        self._client = httpx.AsyncClient(
            transport=transport(access, self.road, defaults),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": _USER_AGENT},
            timeout=httpx.Timeout(
                self.limits.gap_s, connect=self.limits.connect_s, pool=self.limits.connect_s
            ),
        )

    async def api(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
    ) -> Answer:
        """One call to the service itself: JSON both ways, the route's key attached on the way."""
        told = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
        if body is not None:
            told["content-type"] = "application/json"
        return await self._exchange(
            method,
            url,
            body,
            headers=told,
            extensions={API_CALL: url},
            total_s=self.limits.exchange_s,
            most_bytes=most_bytes or self.limits.json_bytes,
        )

    async def put_picture(self, url: str, data: bytes, media_type: str) -> Answer:
        """Bytes to a signed address, without a key."""
        return await self._exchange(
            "PUT",
            url,
            data,
            headers={"content-type": media_type, "accept-encoding": "identity"},
            total_s=self.limits.picture_s,
            most_bytes=self.limits.json_bytes,
        )

    async def get_picture(self, url: str) -> Answer:
        """A download, without a key. Raise BadAnswer where it comes compressed."""
        return await self._exchange(
            "GET",
            url,
            None,
            headers={"accept": "image/*", "accept-encoding": "identity"},
            total_s=self.limits.picture_s,
            most_bytes=self.limits.picture_bytes,
            may_be_encoded=False,
        )

    @asynccontextmanager
    async def events(self, url: str) -> AsyncIterator[AsyncIterator[str]]:
        """The data of a server's event stream, one text per event.

        Raise NotAStream where something else answered, Quiet after a gap without a byte.
        """
        sent = _Sent()
        host = host_of(url)
        with _mapped(host, sent):
            request = self._client.build_request(
                "GET",
                url,
                headers={
                    "accept": "text/event-stream",
                    "accept-encoding": "identity",
                    "cache-control": "no-store",
                },
                extensions={API_CALL: url, "trace": sent},
            )
            async with asyncio.timeout(self.limits.exchange_s):
                response = await self._client.send(request, stream=True)
        try:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200 or kind != "text/event-stream":
                with _mapped(host, sent):
                    async with asyncio.timeout(self.limits.exchange_s):
                        answer = await self._whole(response, host, self.limits.json_bytes, True)
                raise NotAStream(answer)
            bounded = httpx.Response(
                200,
                headers={"content-type": "text/event-stream"},
                stream=_Bounded(response, self.limits.events_bytes),
            )
            async with aclosing(_texts(EventSource(bounded), host, sent)) as texts:
                yield texts
        finally:
            await response.aclose()

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(
        self,
        method: str,
        url: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str],
        total_s: float,
        most_bytes: int,
        extensions: Mapping[str, object] | None = None,
        may_be_encoded: bool = True,
    ) -> Answer:
        sent = _Sent()
        host = host_of(url)
        with _mapped(host, sent):
            async with asyncio.timeout(total_s):
                request = self._client.build_request(
                    method,
                    url,
                    content=body,
                    headers=dict(headers),
                    extensions={**(extensions or {}), "trace": sent},
                )
                response = await self._client.send(request, stream=True)
                try:
                    return await self._whole(response, host, most_bytes, may_be_encoded)
                finally:
                    await response.aclose()

    async def _whole(
        self, response: httpx.Response, host: str, most_bytes: int, may_be_encoded: bool
    ) -> Answer:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        unpack = _unpacker(encoding)
        if unpack is None or (encoding not in ("", "identity") and not may_be_encoded):
            raise BadAnswer(f"{host} sent a form of answer that is not taken ({encoding[:40]}).")
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared[:20]) > most_bytes:
            raise _too_large(host, most_bytes)
        pace = _Pace(self.limits, host)
        parts: list[bytes] = []
        size = 0
        async for chunk in response.aiter_raw():
            pace.note(len(chunk))
            part = unpack(chunk, most_bytes - size + 1)
            size += len(part)
            if size > most_bytes:
                raise _too_large(host, most_bytes)
            parts.append(part)
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, named, b"".join(parts), host)


class _Pace:
    """A drip of single bytes passes every gap limit, so the amount per window is watched too."""

    def __init__(self, limits: Limits, host: str) -> None:
        self._limits = limits
        self._host = host
        self._time = asyncio.get_running_loop().time
        self._since = self._time()
        self._bytes = 0

    def note(self, count: int) -> None:
        self._bytes += count
        passed = self._time() - self._since
        if passed < self._limits.slow_window_s:
            return
        if self._bytes < self._limits.least_bytes_per_s * passed:
            raise ConnectionLost(f"The connection to {self._host} is too slow to finish.")
        self._since, self._bytes = self._time(), 0


Unpacker = Callable[[bytes, int], bytes]


def _unpacker(encoding: str) -> Unpacker | None:
    """Unpacks chunk by chunk and never more than asked for, so that no bomb goes off."""
    if encoding in ("", "identity"):
        return lambda chunk, _room: chunk
    if encoding in ("gzip", "x-gzip", "deflate"):
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress
    return None


class _Bounded(httpx.AsyncByteStream):
    """An event stream cut off at a size: a line without end would otherwise fill the memory."""

    def __init__(self, response: httpx.Response, most_bytes: int) -> None:
        self._response = response
        self._room = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_raw():
            self._room -= len(chunk)
            if self._room < 0:
                raise BadAnswer("The service's progress messages are too large.")
            yield chunk


async def _texts(source: EventSource, host: str, sent: _Sent) -> AsyncGenerator[str]:
    with _mapped(host, sent, streaming=True):
        async with aclosing(source.aiter_sse()) as events:
            async for event in events:
                yield event.data


@contextmanager
def _mapped(host: str, sent: _Sent, *, streaming: bool = False) -> Iterator[None]:
    """Turns every fault of the network library into one of ours."""
    try:
        yield
    except StudioError:
        raise
    except httpx.DecodingError as fault:
        raise BadAnswer(f"The answer of {host} makes no sense.") from fault
    except (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.StreamError,
        SSEError,
        SOCKSError,
        zlib.error,
        OSError,  # TimeoutError of the total time among them
        ValueError,  # a header that cannot be written, a length that is no number
        AssertionError,  # httpcore 1.0.9 asserts what a SOCKS proxy answered
    ) as fault:
        if streaming and isinstance(fault, httpx.ReadTimeout):
            raise Quiet(f"{host} has been silent for a while.") from fault
        if not sent.anything:
            raise _not_made(host, fault) from fault
        detail = type(fault).__name__
        if isinstance(fault, (httpx.TimeoutException, TimeoutError)):
            raise ConnectionLost(f"{host} did not answer in time.", detail=detail) from fault
        raise ConnectionLost(f"The connection to {host} broke.", detail=detail) from fault


def _not_made(host: str, fault: BaseException) -> Unreachable:
    causes = list(_causes(fault))
    detail = type(fault).__name__
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return RouteUnfit(
                f"The certificate of {host} is not valid ({cause.verify_message}). "
                "Nothing was sent.",
                hint="Where your network has a certificate of its own, add its file in Settings.",
                detail=detail,
            )
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                f"The server {host} cannot be found. Nothing was sent.",
                hint="Check the network and the address of the connection.",
                detail=detail,
            )
        if isinstance(cause, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
            return RouteUnfit(
                "The address cannot be used. Nothing was sent.",
                hint="Check the addresses of the connection.",
                detail=detail,
            )
    if isinstance(fault, httpx.ProxyError) and str(fault).startswith("407"):
        return RouteUnfit(
            "The network proxy wants a user name and a password. Nothing was sent.",
            hint="Write them into the proxy's address in Settings.",
            detail=detail,
        )
    if isinstance(fault, (httpx.ProxyError, SOCKSError, AssertionError)):
        return Unreachable(
            f"The network proxy makes no connection to {host}. Nothing was sent.",
            hint="Check the proxy's address in Settings.",
            detail=detail,
        )
    return Unreachable(
        f"{host} is not answering. Nothing was sent.",
        hint="Check the network and the address of the connection.",
        detail=detail,
    )


def _causes(fault: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = fault
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _too_large(host: str, most_bytes: int) -> BadAnswer:
    return BadAnswer(f"The answer of {host} is too large (over {most_bytes / _MIB:.0f} MiB).")


def _keep_addresses_out_of_logs() -> None:
    # httpx 0.28 logs whole addresses at INFO, the signatures of upload addresses among them, and
    # httpcore logs headers at DEBUG.
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
