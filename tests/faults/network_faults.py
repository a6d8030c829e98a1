"""The 25 ways in which a network can fail one click on Run, and how many POSTs each one leads to,
for each provider over each kind of route and in each way of asking.

Every fault is real: a listener on loopback that does it byte by byte, or none at all. It stands
where the program's own connection leads, so it knows no service: any POST is the run's.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import Charged, StudioError
from kontext_studio.core.models import Catalogue, ModelSpec, catalogue_from_json
from kontext_studio.core.provider import HostedUrl, InputPicture, Provider, Sending
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import service_info
from kontext_studio.providers.bfl import BflProvider
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.openai_images.provider import OpenAIImagesProvider
from kontext_studio.providers.openai_images.service import PROFILES
from kontext_studio.providers.replicate import ReplicateProvider
from kontext_studio.providers.retries import Patience
from kontext_studio.resources import read_json
from tests.fakes.fal_service import (
    ENDPOINT,
    Exchange,
    FalService,
    Fault,
    cut,
    drops,
    drops_before_reading,
    hangs,
    page,
    says,
    says_raw,
)
from tests.fakes.silent_listener import silent_listener
from tests.fakes.tls import TlsListener, certificate
from tests.unit.providers.conftest import picture, request_for

# Short only where the limit itself is what ends the wait: elsewhere a busy machine would meet it.
# A run that is waited for, or carries its picture, has a longer one than other calls.
LIMITS = {
    "connect timeout": Limits(connect_s=0.3),
    "no answer": Limits(gap_s=0.3, run_s=0.3),
    "answer drips": Limits(gap_s=0.6, exchange_s=0.6, run_s=0.6, picture_s=0.6),
}
HOSTED = HostedUrl("https://v3.fal.media/files/x", None)


@dataclass(frozen=True)
class Caller:
    """A provider over a route, asked in one way; all its addresses become one origin."""

    name: str
    provider: str
    model: str
    roles: tuple[str, ...] = ("api",)
    mode: RouteMode = RouteMode.DIRECT
    way: Way = Way.QUEUE

    def at(self, origin: str, **more: Any) -> Access:
        service, route = service_info(self.provider), {**more}
        assert service is not None
        if self.mode is RouteMode.DIRECT and not service.own_server:
            route["hosts"] = tuple((role, origin) for role in self.roles)
        else:
            route["address"] = origin
        if service.own_server:
            route["model"] = "kontext-of-the-studio"
        has_key = self.mode is RouteMode.DIRECT and not service.own_server
        access = Route("test", self.provider, self.mode, **route)
        return Access(access, Secret("canary-id:canary-secret") if has_key else None)

    def spec(self) -> ModelSpec:
        return catalogue().find(self.provider, self.model)


_FAL = ("fal", ENDPOINT, ("run", "queue", "rest"))
CALLERS = (
    Caller("fal", *_FAL),
    Caller("fal-sync", *_FAL, way=Way.SYNC),
    Caller("fal-live", *_FAL, way=Way.STREAM),
    Caller("fal-proxy", *_FAL, RouteMode.SERVER_PROXY),
    Caller("fal-live-proxy", *_FAL, RouteMode.SERVER_PROXY, Way.STREAM),
    Caller("fal-gateway", *_FAL, RouteMode.GATEWAY),
    Caller("replicate", "replicate", "black-forest-labs/flux-kontext-dev"),
    Caller("replicate-sync", "replicate", "black-forest-labs/flux-kontext-dev", way=Way.SYNC),
    Caller(
        "replicate-gateway",
        "replicate",
        "black-forest-labs/flux-kontext-dev",
        mode=RouteMode.GATEWAY,
    ),
    Caller("bfl", "bfl", "flux-kontext-pro"),
    Caller("bfl-gateway", "bfl", "flux-kontext-pro", mode=RouteMode.GATEWAY),
    Caller("lumenfall", "lumenfall", "flux.1-kontext-dev"),
    Caller("lumenfall-gateway", "lumenfall", "flux.1-kontext-dev", mode=RouteMode.GATEWAY),
    Caller("openai", "openai", "gpt-image-2"),
    *(Caller(word, word, "*") for word in ("vllm-omni", "sglang", "litellm", "localai")),
)


@dataclass
class Scene:
    """Where the click goes to, and everything that counts what arrives there."""

    access: Access
    services: list[FalService] = field(default_factory=list)
    listeners: list[TlsListener] = field(default_factory=list)

    @property
    def posts(self) -> int:
        seen = sum(one.method == "POST" for service in self.services for one in service.ledger)
        return seen + sum(raw.startswith(b"POST") for one in self.listeners for raw in one.received)


@dataclass(frozen=True)
class Row:
    """What one click led to."""

    name: str
    expected: int
    posts: int
    attempts: int
    end: str
    charged: Charged


Stage = Callable[[Caller, Path], AbstractAsyncContextManager[Scene]]


def nowhere(origin: str) -> Stage:
    @asynccontextmanager
    async def stage(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
        yield Scene(caller.at(origin))

    return stage


@asynccontextmanager
async def refused(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield Scene(caller.at(f"http://127.0.0.1:{port}"))


@asynccontextmanager
async def full_backlog(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
    with silent_listener() as port:
        yield Scene(caller.at(f"http://127.0.0.1:{port}"))


def bad_certificate(host: str = "127.0.0.1", days: tuple[int, int] = (-1, 1)) -> Stage:
    @asynccontextmanager
    async def stage(caller: Caller, folder: Path) -> AsyncGenerator[Scene]:
        shown, private = certificate(folder, host=host, days=days)
        trusted = {"ca_file": str(shown)} if (host, days) != ("127.0.0.1", (-1, 1)) else {}
        async with TlsListener(shown, private) as listener:
            yield Scene(caller.at(listener.origin, **trusted), listeners=[listener])

    return stage


def speaks(first: bytes) -> Stage:
    """A listener that reads what comes first, says this and closes."""

    @asynccontextmanager
    async def stage(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4096)
            writer.write(first)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield Scene(caller.at(f"https://127.0.0.1:{port}"))
        server.close()

    return stage


def through_proxy(status: int) -> Stage:
    """A network proxy that answers every CONNECT like this."""

    @asynccontextmanager
    async def stage(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
        async with FalService() as proxy:
            proxy.fault("other", *[says(status, b"no", kind="text/plain")] * 3)
            access = caller.at("https://queue.test", network_proxy=proxy.origin)
            yield Scene(access, [proxy])

    return stage


def service_that(fault: Fault) -> Stage:
    @asynccontextmanager
    async def stage(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
        async with FalService() as fal:
            fal.fault("submit", fault)
            yield Scene(caller.at(fal.origin), [fal])

    return stage


def redirects(status: int) -> Stage:
    @asynccontextmanager
    async def stage(caller: Caller, _folder: Path) -> AsyncGenerator[Scene]:
        async with FalService() as fal, FalService() as other:
            fal.fault("submit", says(status, b"", {"location": f"{other.origin}/{ENDPOINT}"}))
            yield Scene(caller.at(fal.origin), [fal, other])

    return stage


async def drips(exchange: Exchange) -> None:
    await exchange.read()
    exchange.note()
    await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n")
    while not exchange.writer.is_closing():
        await exchange.write(b" ")
        await asyncio.sleep(0.02)


async def expands(exchange: Exchange) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    await says(200, bomb, {"content-encoding": "gzip"})(exchange)


FLOOD = b"HTTP/1.1 200 OK\r\n" + b"x-pad: y\r\n" * 40_000
TWO_LENGTHS = b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"

NEVER_CONNECTED: Mapping[str, Stage] = {
    "no such name": nowhere("https://queue.invalid"),
    "connection refused": refused,
    "connect timeout": full_backlog,
    "certificate expired": bad_certificate(days=(-9, -2)),
    "certificate of another host": bad_certificate(host="other.test"),
    "certificate self-signed": bad_certificate(),
    "handshake cut": speaks(b""),
    "plain http where TLS is due": speaks(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "network proxy wants a password": through_proxy(407),
    "network proxy makes no connection": through_proxy(502),
}
CONNECTED: Mapping[str, Stage] = {
    "dropped before the body": service_that(drops_before_reading(0)),
    "dropped after one byte": service_that(drops_before_reading(1)),
    "dropped in the middle of the body": service_that(drops_before_reading(60)),
    "dropped before the last byte": service_that(drops_before_reading(-1)),
    "no answer": service_that(hangs()),
    "closed before the answer": service_that(drops()),
    "answer cut": service_that(cut()),
    "answer drips": service_that(drips),
    "sign-in page": service_that(page(200)),
    "redirect that would change the method": redirects(302),
    "redirect that would keep the body": redirects(307),
    "answer expands past the limit": service_that(expands),
    "headers without an end": service_that(says_raw(FLOOD)),
    "garbage": service_that(says_raw(b"\x16\x03\x01garbage\r\n\r\n")),
    "two lengths": service_that(says_raw(TWO_LENGTHS)),
}


@cache
def catalogue() -> Catalogue:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return catalogue_from_json(data)


def model() -> ModelSpec:
    return catalogue().find("fal", ENDPOINT)


async def click(
    name: str, expected: int, stage: Stage, folder: Path, caller: Caller = CALLERS[0]
) -> Row:
    """One Run at a network that fails in this way, with every wait of the program skipped."""

    async def no_wait(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with stage(caller, folder) as scene:
        limits, patience = LIMITS.get(name, Limits()), Patience(sleep=no_wait)
        provider = impatient(scene.access, limits, patience)
        one: InputPicture = picture(hosted=HOSTED)
        request = request_for(one, model=caller.model)
        attempts = 0
        try:
            events = provider.edit(request, caller.spec(), (one,), Delivery(caller.way))
            async for event in events:
                attempts += isinstance(event, Sending)
        except StudioError as fault:
            return Row(name, expected, scene.posts, attempts, fault.kind, fault.charged)
        finally:
            await provider.close()
        return Row(name, expected, scene.posts, attempts, "stored", Charged.YES)


def impatient(access: Access, limits: Limits, patience: Patience) -> Provider:
    """The provider of a route as the registry makes it, but for how long it waits."""
    word = access.route.provider
    match word:
        case "fal":
            return FalProvider(access, limits=limits, patience=patience)
        case "replicate":
            return ReplicateProvider(access, limits=limits, patience=patience)
        case "bfl":
            return BflProvider(access, limits=limits, patience=patience)
    return OpenAIImagesProvider(access, PROFILES[word], probe="", limits=limits, patience=patience)


def all_rows() -> list[tuple[str, int, Stage]]:
    """Name, POSTs that are right, and the fault."""
    return [
        *((name, 0, stage) for name, stage in NEVER_CONNECTED.items()),
        *((name, 1, stage) for name, stage in CONNECTED.items()),
    ]
