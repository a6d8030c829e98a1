"""A connection tested stage by stage, the same for every service.

A provider gives the free call that is asked and a judge of its answer; this module tells how far it
came. No picture and no instruction is sent, and nothing is paid for.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from kontext_studio.core.errors import (
    BadAnswer,
    NotAllowed,
    NotFound,
    OutOfCredit,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.refusals import redirected, sign_in_wanted
from kontext_studio.providers.routing import BadCertificate, NotPrivate, RootsUnreadable
from kontext_studio.providers.service import Service

NAME = "Name"
CONNECT = "Connect"
NETWORK_PROXY = "Network proxy"
TLS = "TLS"
PROXY = "Proxy"
SIGN_IN = "Sign-in"
SERVICE = "Service"
MODEL = "Model"

NOT_TESTABLE = "Not testable without a run."
_NOT_TRIED = "Not tried."
_WAIT = "Try again in a while; if it stays, tell whoever runs it."
_NOTHING_THERE = b'"no_such_address"'
"""In the answer of a key-holding proxy of ours to a path that means nothing to it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer says: a fault, or none where it is what the right service answers. `by_proxy`:
    the server proxy speaks, not the service. `says` is a sentence worth showing."""

    fault: StudioError | None = None
    by_proxy: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One free call. `judge` may raise a StudioError as well, and is asked about no redirect.
    `proves_key`: it is answered only where the key is taken."""

    url: str
    judge: Callable[[Answer], Judged]
    method: str = "GET"
    body: bytes | None = None
    proves_key: bool = True


async def check(
    client: HttpClient, service: Service, probe: Probe, model: Probe | None = None
) -> AsyncGenerator[CheckStep]:
    """Every stage in its order, each as soon as it is known. Where `model` is given it is asked
    last, whether the model may be used."""
    course = await _Course.of(client, probe.url)
    name = await course.look_up()
    yield name
    if name.passed is False:
        for step in course.rest():
            yield step
        return
    asking = asyncio.ensure_future(_judged(client, probe, course.watch))
    try:
        async for step in course.steps_until(asking):
            yield step
        judged = _of_no_run(await asking, service)
    finally:
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError, StudioError):
            await asking
    for step in course.ended(judged):
        yield step
    if course.is_over:
        return
    passed = True
    for step in _answered(client, service, probe, judged, course.since()):
        passed = passed and step.passed is not False
        yield step
    yield await _model_step(client, model) if passed else CheckStep(MODEL, None, _NOT_TRIED)


def foreign(answer: Answer, service: Service) -> BadAnswer:
    """Something answered, well-formed, that is not the service."""
    return BadAnswer(
        f"{answer.host} does not answer as {service.title} does.",
        hint="Check the address and the provider of the connection.",
        detail=answer.facts(),
    )


def _of_no_run(judged: Judged, service: Service) -> Judged:
    """A service that broke has broken no run: none was asked for."""
    fault = judged.fault
    if type(fault) is not ServiceFailed:
        return judged
    words = f"{service.title} is in trouble."
    return replace(judged, fault=ServiceFailed(words, hint=_WAIT, detail=fault.detail))


async def _judged(
    client: HttpClient, probe: Probe, watch: Callable[[str, Mapping[str, object]], None]
) -> Judged:
    try:
        answer = await client.api(probe.method, probe.url, probe.body, watch=watch)
        if 300 <= answer.status < 400:
            raise redirected(answer)
        if answer.status == 407:
            raise _ProxyWantsSignIn(
                "The network proxy wants a user name and a password.",
                hint="Write the user into the proxy's address, and give its password.",
                detail=answer.facts(),
            )
        if answer.status == 404 and _NOTHING_THERE in answer.body[:512]:
            nothing = NotFound(
                "There is nothing at this address of the proxy.",
                hint="Check the address of the connection, its path as well.",
                detail=answer.facts(),
            )
            return Judged(nothing, by_proxy=True)
        if answer.status == 401 and not answer.is_json:
            return Judged(sign_in_wanted(answer), by_proxy=True)
        return probe.judge(answer)
    except StudioError as fault:
        return Judged(fault)


class _ProxyWantsSignIn(BadAnswer):
    """Told by the answer to a call over plain http, which a proxy passes on without a tunnel."""


class _Course:
    """The stages up to the request itself, and how far the connection has come."""

    def __init__(self, client: HttpClient, target: str, proxy: httpx.URL | None) -> None:
        self._host = host_of(target)
        self._mode = client.route.given.mode
        self._signs_in = bool(client.route.given.headers)
        self._first = str(proxy.copy_with(username=None, password=None)) if proxy else target
        self._by_proxy = proxy is not None
        self._open = [CONNECT]
        if proxy is not None:
            self._open.append(NETWORK_PROXY)
        if target.startswith("https://"):
            self._open.append(TLS)
        if self._mode is RouteMode.SERVER_PROXY:
            self._open.append(PROXY)
        self._told: asyncio.Queue[CheckStep] = asyncio.Queue()
        self._clock = time.perf_counter()
        self._certificate = "The certificate is valid."
        self._sent = False
        self.is_over = False

    @classmethod
    async def of(cls, client: HttpClient, url: str) -> _Course:
        """Where calls to this address of the service go first."""
        target = client.route.asked_at(url)
        try:
            proxy = await client.network_proxies.over(target)
        except (ValueError, httpx.InvalidURL):
            proxy = None  # the call itself tells it in words
        return cls(client, target, proxy)

    async def look_up(self) -> CheckStep:
        host, port = host_of(self._first), urlsplit(self._first).port
        try:
            loop = asyncio.get_running_loop()
            await loop.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            return CheckStep(
                NAME,
                False,
                f"The server {shown(host)} cannot be found.",
                self.since(),
                kind="unreachable",
                hint="Check the network and the address.",
            )
        return CheckStep(NAME, True, f"{shown(host)} is known.", self.since())

    def since(self) -> float:
        """Seconds since the last stage."""
        now = time.perf_counter()
        passed, self._clock = now - self._clock, now
        return passed

    def watch(self, event: str, info: Mapping[str, object]) -> None:
        """Hears how the connection is made; stages that are behind are told."""
        what, _, moment = event.rpartition(".")
        if what.endswith("connect_tcp") and moment == "complete":
            self._passed_up_to(CONNECT)
        elif what == "socks.setup_socks5_connection" and moment == "complete":
            self._passed_up_to(NETWORK_PROXY)
        elif what.endswith("start_tls"):
            # The encryption to an https proxy is that proxy's matter.
            own = not (self._by_proxy and what.startswith("connection."))
            if own and moment == "started" and self._by_proxy:
                self._passed_up_to(NETWORK_PROXY)
            if own and moment == "complete":
                self._certificate = _validity(info.get("return_value")) or self._certificate
                self._passed_up_to(TLS)
        elif what.endswith("send_request_headers") and moment == "started":
            self._sent |= getattr(info.get("request"), "method", b"") != b"CONNECT"

    async def steps_until(self, asking: asyncio.Future[Judged]) -> AsyncGenerator[CheckStep]:
        """The stages that are passed while the call is under way."""
        while not asking.done():
            getting = asyncio.ensure_future(self._told.get())
            both: set[asyncio.Future[Any]] = {getting, asking}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not getting.done():
                getting.cancel()
                break
            yield getting.result()
        while not self._told.empty():
            yield self._told.get_nowait()

    def ended(self, judged: Judged) -> Iterator[CheckStep]:
        """What was not told yet: all was passed, or it ended at one of these stages."""
        fault = judged.fault
        stage = self._stage_of(judged)
        if stage is None:
            self._passed_up_to(self._open[-1] if self._open else "")
            while not self._told.empty():
                yield self._told.get_nowait()
            return
        self.is_over = True
        assert fault is not None
        before = self._open.index(stage) if stage in self._open else len(self._open)
        reached = fault.__class__ not in (NotPrivate, RootsUnreadable)
        for name in self._open[:before]:
            yield self._passed(name) if reached else CheckStep(name, None, _NOT_TRIED)
        del self._open[: before + 1]
        yield failed(stage, fault, self.since())
        yield from self.rest(after=stage)

    def rest(self, after: str = "") -> Iterator[CheckStep]:
        """The stages that were not come to."""
        last = (SIGN_IN, SERVICE, MODEL)
        for name in (*self._open, *(last[1:] if after == SIGN_IN else last)):
            yield CheckStep(name, None, _NOT_TRIED)

    def _stage_of(self, judged: Judged) -> str | None:
        """Where among these stages it ended; None where the service was reached."""
        fault = judged.fault
        if fault is None:
            return None
        if judged.by_proxy and PROXY in self._open:
            return PROXY
        if isinstance(fault, NotPrivate):
            return SIGN_IN
        if isinstance(fault, _ProxyWantsSignIn) and NETWORK_PROXY in self._open:
            return NETWORK_PROXY
        if isinstance(fault, BadCertificate | RootsUnreadable) and TLS in self._open:
            return TLS
        if self._sent or not self._open:
            return None
        return next((one for one in self._open if one != PROXY), SIGN_IN)

    def _passed_up_to(self, stage: str) -> None:
        if stage in self._open:
            done = self._open[: self._open.index(stage) + 1]
            del self._open[: len(done)]
            for name in done:
                self._told.put_nowait(self._passed(name))

    def _passed(self, name: str) -> CheckStep:
        return CheckStep(name, True, self._words(name), self.since())

    def _words(self, name: str) -> str:
        if name == TLS:
            return self._certificate
        if name == NETWORK_PROXY:
            return "The network proxy passes it on."
        if name == PROXY:
            does = "accepts the sign-in" if self._signs_in else "passes it on"
            return f"{shown(self._host)} {does}."
        return f"Connected to {shown(host_of(self._first))}."


def _answered(
    client: HttpClient, service: Service, probe: Probe, judged: Judged, seconds: float
) -> Iterator[CheckStep]:
    """Sign-in and service, from an answer or from what came in its place."""
    fault = judged.fault
    title = service.title[:1].upper() + service.title[1:]
    if isinstance(fault, Unauthorized):
        if client.route.given.mode is RouteMode.SERVER_PROXY:
            fault.hint = "The proxy holds the key: tell whoever runs it."
        yield failed(SIGN_IN, fault, seconds)
        yield CheckStep(SERVICE, None, _NOT_TRIED)
        return
    known = fault is None or isinstance(fault, NotAllowed | OutOfCredit)
    if known and probe.proves_key:
        yield CheckStep(SIGN_IN, True, _signed_in(client, title), seconds)
    else:
        yield CheckStep(SIGN_IN, None, NOT_TESTABLE if known else _NOT_TRIED, seconds)
    if fault is not None:
        yield failed(SERVICE, fault)
    else:
        yield CheckStep(SERVICE, True, judged.says or f"{title} answered.")


def _signed_in(client: HttpClient, title: str) -> str:
    given = client.route.given
    if given.mode is RouteMode.SERVER_PROXY:
        return f"{title} accepts the proxy's key."
    if given.mode is RouteMode.GATEWAY:
        signed = client.has_key or given.headers
        return "The gateway accepts the sign-in." if signed else "The gateway asks for no sign-in."
    return "The key is accepted." if client.has_key else "No key is asked for."


async def _model_step(client: HttpClient, probe: Probe | None) -> CheckStep:
    if probe is None:
        return CheckStep(MODEL, None, NOT_TESTABLE)
    begun = time.perf_counter()
    judged = await _judged(client, probe, lambda _event, _info: None)
    seconds = time.perf_counter() - begun
    if judged.fault is not None:
        return failed(MODEL, judged.fault, seconds)
    return CheckStep(MODEL, True, judged.says or "The model may be used.", seconds)


def failed(name: str, fault: StudioError, seconds: float = 0.0) -> CheckStep:
    """The stage at which it ended, with the remedy."""
    hint = fault.hint
    if not hint and isinstance(fault, Refused):
        hint = "Check the address and the provider of the connection."
    return CheckStep(name, False, fault.message, seconds, fault.kind, hint)


def _validity(stream: object) -> str:
    """Until when the certificate holds, where the connection tells."""
    told = getattr(stream, "get_extra_info", None)
    encrypted = told("ssl_object") if told is not None else None
    if not isinstance(encrypted, ssl.SSLObject | ssl.SSLSocket):
        return ""
    ends = (encrypted.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return ""
    day = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    return f"The certificate is valid until {day.day} {day:%b %Y}."
