"""One long-lived HTTP client per access: every exchange bounded in time and size, every fault ours.

It promises to tell apart "no connection was made" from "something may have been received", and
never to follow a redirect. What an answer means is for the provider to say.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import httpx
from httpx_sse import EventSource

from kontext_studio import __version__
from kontext_studio.core.errors import BadAnswer, ConnectionLost
from kontext_studio.core.route import Access
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.faults import PictureOverLimit, Sent, TooLarge, Watch, mapped
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.network_proxy import NetworkProxies
from kontext_studio.providers.routing import API_CALL, resolve, transport
from kontext_studio.providers.service import Service

_PIECE = 256 * 1024
_USER_AGENT = f"kontext-studio/{__version__}"


@dataclass(slots=True)
class Part:
    """What has come of a download, and the strong tag by which the rest of it may be asked for."""

    data: bytearray = field(default_factory=bytearray)
    tag: str = ""

    def wanted(self) -> Mapping[str, str]:
        """The headers that ask for the rest; none where all is asked for."""
        if not self.data or not self.tag:
            return {}
        return {"range": f"bytes={len(self.data)}-", "if-range": self.tag}

    def takes(self, answer: httpx.Response) -> bool:
        """Whether the body that follows belongs to the picture. It goes on or begins anew."""
        if answer.status_code == 206 and self.wanted():
            begins = f"bytes {len(self.data)}-"
            if answer.headers.get("content-range", "").startswith(begins):
                return True
            self.clear()
            raise BadAnswer("Another part of the picture came than was asked for.")
        if answer.status_code != 200:
            return False
        self.clear()
        tag = answer.headers.get("etag", "")
        # A weak tag ("W/...") says that two pictures look alike, not that their bytes are equal.
        self.tag = tag if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
        return True

    def clear(self) -> None:
        self.data.clear()
        self.tag = ""


@dataclass(slots=True)
class Arrived:
    """What has come of an answer, for whom it may be enough although its end never came."""

    answer: Answer | None = None


class NotAStream(BadAnswer):
    """The address of an event stream gave a whole answer instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("The service does not stream its progress.", detail=answer.facts())
        self.answer = answer


class HttpClient:
    """Calls to one service over one route."""

    def __init__(self, access: Access, service: Service, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.route = resolve(access.route, service)
        self.has_key = bool(access.key)
        self.network_proxies = NetworkProxies(access)
        _keep_addresses_out_of_logs()
        self._client = httpx.AsyncClient(
            transport=transport(access, self.route, service, self.limits, self.network_proxies),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": _USER_AGENT},
        )
        # None is kept: one of the service's would go along with downloads from the same host.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    async def api(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        most_bytes: int | None = None,
        wait_s: float | None = None,
        total_s: float | None = None,
        arrived: Arrived | None = None,
        watch: Watch | None = None,
    ) -> Answer:
        """One call to the service itself, JSON back, the route's key attached on the way.

        `wait_s` is for a service that works before it answers: so long may all of it take, without
        a byte; `total_s` for a body that takes long to send. `arrived` holds what came of the
        answer, also where this raises; `watch` hears how the connection is made.
        """
        told = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
        if body is not None:
            told["content-type"] = content_type
        return await self._exchange(
            method,
            url,
            body,
            headers=told,
            host=host_of(self.route.asked_at(url)),
            extensions={API_CALL: url},
            total_s=total_s or wait_s or self.limits.exchange_s,
            gap_s=wait_s,
            most_bytes=most_bytes or self.limits.json_bytes,
            arrived=arrived,
            watch=watch,
        )

    async def put_picture(
        self, url: str, data: bytes, media_type: str, *, method: str = "PUT"
    ) -> Answer:
        """Bytes to a signed address, without a key; `media_type` may be empty."""
        told = {"content-type": media_type} if media_type else {}
        return await self._exchange(
            method,
            url,
            data,
            headers={"accept-encoding": "identity", **told},
            total_s=self.limits.picture_s,
            most_bytes=self.limits.json_bytes,
        )

    async def get_picture(self, url: str, part: Part | None = None) -> Answer:
        """A download, without a key. Raise BadAnswer where it comes compressed.

        `part` keeps what came of it where it breaks off, and has it continued by the next call.
        """
        part = part or Part()
        return await self._exchange(
            "GET",
            url,
            None,
            headers={"accept": "image/*", "accept-encoding": "identity", **part.wanted()},
            total_s=self.limits.picture_s,
            most_bytes=self.limits.picture_bytes,
            part=part,
        )

    @asynccontextmanager
    async def events(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        gap_s: float | None = None,
        most_bytes: int | None = None,
    ) -> AsyncIterator[AsyncIterator[str]]:
        """The data of a server's event stream, one text per event.

        Raise NotAStream where something else answered, Quiet after a gap without a byte.
        """
        sent = Sent()
        host = host_of(self.route.asked_at(url))
        with mapped(host, sent):
            told = {
                "accept": "text/event-stream",
                "accept-encoding": "identity",
                "cache-control": "no-store",
                **({"content-type": "application/json"} if body is not None else {}),
                **(headers or {}),
            }
            request = self._client.build_request(
                method,
                url,
                content=_content(body),
                headers=_with_length(told, body),
                extensions={API_CALL: url, "trace": sent},
                timeout=self._timeout(gap_s),
            )
            async with asyncio.timeout(gap_s or self.limits.exchange_s):
                response = await self._client.send(request, stream=True)
        try:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200 or kind != "text/event-stream":
                with mapped(host, sent):
                    async with asyncio.timeout(self.limits.exchange_s):
                        answer = await self._whole(response, host, self.limits.json_bytes)
                raise NotAStream(answer)
            bounded = httpx.Response(
                200,
                headers={"content-type": "text/event-stream"},
                stream=_Bounded(response, most_bytes or self.limits.events_bytes),
            )
            async with aclosing(_texts(EventSource(bounded), host, sent)) as texts:
                yield texts
        finally:
            await response.aclose()

    def _timeout(self, gap_s: float | None) -> httpx.Timeout:
        connect_s = self.limits.connect_s
        return httpx.Timeout(gap_s or self.limits.gap_s, connect=connect_s, pool=connect_s)

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
        gap_s: float | None = None,
        host: str | None = None,
        extensions: Mapping[str, object] | None = None,
        part: Part | None = None,
        arrived: Arrived | None = None,
        watch: Watch | None = None,
    ) -> Answer:
        sent = Sent(watch)
        host = host_of(url) if host is None else host
        with mapped(host, sent):
            async with asyncio.timeout(total_s):
                request = self._client.build_request(
                    method,
                    url,
                    content=_content(body),
                    headers=_with_length(headers, body),
                    extensions={**(extensions or {}), "trace": sent},
                    timeout=self._timeout(gap_s),
                )
                response = await self._client.send(request, stream=True)
                try:
                    # What works before it answers may begin early and go on late.
                    paced = gap_s is None
                    return await self._whole(response, host, most_bytes, part, arrived, paced=paced)
                finally:
                    await response.aclose()

    async def _whole(
        self,
        response: httpx.Response,
        host: str,
        most_bytes: int,
        part: Part | None = None,
        arrived: Arrived | None = None,
        *,
        paced: bool = True,
    ) -> Answer:
        named = {name.lower(): value for name, value in response.headers.items()}
        arrived = arrived or Arrived()
        arrived.answer = Answer(response.status_code, named, b"", host)
        headers = response.headers.raw
        if sum(len(name) + len(value) + 4 for name, value in headers) > self.limits.header_bytes:
            raise TooLarge(host, self.limits.header_bytes)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        unpack = _unpacker(encoding)
        if unpack is None or (encoding not in ("", "identity") and part is not None):
            raise BadAnswer(f"{host} sent a form of answer that is not taken ({encoding[:40]}).")
        kept = part is not None and part.takes(response)
        body = part.data if part is not None and kept else bytearray()
        too_large = (PictureOverLimit if kept else TooLarge)(host, most_bytes)
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and len(body) + int(declared[:20]) > most_bytes:
            raise too_large
        pace = _Pace(self.limits, host)
        try:
            async for chunk in response.aiter_raw():
                if paced:
                    pace.note(len(chunk))
                body += unpack(chunk, most_bytes - len(body) + 1)
                if len(body) > most_bytes:
                    raise too_large
        finally:
            status = 200 if kept else response.status_code
            arrived.answer = Answer(status, named, bytes(body), host)
        return arrived.answer


class _Pieces(httpx.AsyncByteStream):
    """A large body bit by bit: encrypted in one go it would hold everything else up."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        whole = memoryview(self._body)
        for begin in range(0, len(whole), _PIECE):
            yield bytes(whole[begin : begin + _PIECE])


def _content(body: bytes | None) -> bytes | _Pieces | None:
    return body if body is None or len(body) <= _PIECE else _Pieces(body)


def _with_length(headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    """Told by us for what is sent in pieces; storages take no body of unknown length."""
    length = {"content-length": str(len(body))} if body is not None else {}
    return {**headers, **length}


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


async def _texts(source: EventSource, host: str, sent: Sent) -> AsyncGenerator[str]:
    with mapped(host, sent, streaming=True):
        async with aclosing(source.aiter_sse()) as events:
            async for event in events:
                yield event.data


def _keep_addresses_out_of_logs() -> None:
    # httpx 0.28 logs whole addresses at INFO, the signatures of upload addresses among them, and
    # httpcore logs headers at DEBUG.
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
