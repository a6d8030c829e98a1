"""Whose key goes where, for every provider and mode, judged by servers that keep every byte: keys
lie in the environment and the keychain, and only the one that belongs to an address arrives there.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from kontext_studio.core.errors import StudioError
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import (
    HostedUrl,
    InputPicture,
    JobEvent,
    Provider,
    Submitted,
    Trouble,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import SERVICES, service_info
from kontext_studio.providers import dialing, downloads
from kontext_studio.providers.registry import make_provider
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.connections import PROVIDERS, Connections
from kontext_studio.workbench.keys import KEYRING_SERVICE, account_of
from tests.fakes.fal_service import png
from tests.fakes.keychain import MemoryKeychain, keychain_of
from tests.fakes.network_proxies import Recorder
from tests.fakes.tls import certificate

OWN = "own-token-of-this-connection"
SIGN_IN = "sign-in-of-the-proxy"
LIMIT_S = 4.0
"""Hostile answers may make a run wait and try again: what it sent until then is enough."""

WORDS = [word for word in PROVIDERS if word != EMBEDDED]


def canaries() -> dict[str, str]:
    """A key for every variable that any provider's users keep one in."""
    return {one.key_variable: f"planted-{one.word}-key" for one in SERVICES if one.key_variable}


def has_mode(word: str, mode: RouteMode) -> bool:
    info = service_info(word)
    return info is not None and mode in info.modes


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeychain]:
    """Keys in the environment, and in the keychain under the name of the connection."""
    for variable, key in canaries().items():
        monkeypatch.setenv(variable, key)
    with keychain_of(MemoryKeychain()) as made:
        made.held[KEYRING_SERVICE, "x"] = "planted-by-name-key"
        for word in WORDS:
            for address in ("", "https://other.example"):
                direct = Route("x", word, address=address)
                made.held[KEYRING_SERVICE, account_of(direct)] = "planted-direct-key"
        yield made


def hostile(other: str, word: str) -> dict[str, object]:
    """An answer that names addresses elsewhere in every field that a service has for one."""
    status = {"fal": "COMPLETED", "replicate": "succeeded", "bfl": "Ready"}.get(word, "ok")
    fields = (
        "url",
        "upload_url",
        "file_url",
        "status_url",
        "response_url",
        "cancel_url",
        "polling_url",
        "location",
    )
    one = {"url": f"{other}/image.png"}
    return {
        **{name: f"{other}/{name}" for name in fields},
        "id": "run-1",
        "request_id": "run-1",
        "status": status,
        "urls": {name: f"{other}/{name}" for name in ("get", "cancel", "stream", "web")},
        "images": [one],
        "data": [one],
        "output": [one["url"]],
        "result": {"sample": one["url"]},
    }


async def used(route: Route, folder: Path, key: str = "", other: str = "") -> None:
    """Everything that a provider does: a test of the connection, a run, a resumed one, a cancel."""
    catalogue = load_catalogue()
    connections = Connections(folder / "routes.json", os.environ)
    connections.load()
    connections.add(route)
    connections.save()
    if key:
        await connections.keep_key(route, Secret(key))
    for name, _ in route.headers:
        await connections.keep_header(route, name, Secret(SIGN_IN))
    provider = make_provider(await connections.access(route), catalogue)
    try:
        async for _ in provider.check():
            pass
        await _within_limit(_run(provider, route.provider))
        if other:  # a session from elsewhere may say where its runs lie
            lies = RemoteHandle("run-1", f"{other}/status", f"{other}/answer", f"{other}/cancel")
            await _within_limit(_resumed(provider, lies))
            await _within_limit(provider.cancel(lies))
    finally:
        await provider.close()


async def _within_limit(work: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            await work
    except (TimeoutError, StudioError):
        pass


async def _run(provider: Provider, word: str) -> None:
    async def load() -> tuple[bytes, str]:
        return png(), "image/png"

    spec = load_catalogue().first_edit_model(word)
    ref = ImageRef(Sha256("a" * 64), "image/png", 4, 4)
    request = EditRequest("Make it red", (ref,), spec.id, 7)
    for hosted in (None, HostedUrl("https://storage.example/picture.png", None)):
        await _followed(provider, provider.edit(request, spec, (InputPicture(ref, load, hosted),)))


async def _resumed(provider: Provider, remote: RemoteHandle) -> None:
    await _followed(provider, provider.resume(remote))  # some refuse before they begin


async def _followed(provider: Provider, events: AsyncGenerator[JobEvent]) -> None:
    try:
        async for event in events:
            if isinstance(event, Submitted):
                await provider.cancel(event.remote)
            if isinstance(event, Trouble):
                return
    except StudioError:
        pass
    finally:
        await events.aclose()


def assert_no_plants(*recorded: bytes, folders: tuple[Path, ...] = (), log: str = "") -> None:
    files = [one for folder in folders for one in folder.rglob("*") if one.is_file()]
    texts = [*recorded, *(one.read_bytes() for one in files), log.encode()]
    assert not [text for text in texts if b"planted-" in text]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG)
    whole = logging.Formatter()
    return lambda: "\n".join(whole.format(one) for one in caplog.records)


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("answer", ["no", "hostile"])
@pytest.mark.parametrize("key", ["", OWN], ids=["without a token", "with its own token"])
@pytest.mark.parametrize("word", [one for one in WORDS if has_mode(one, RouteMode.GATEWAY)])
def test_no_planted_key_reaches_a_gateway_and_its_own_token_reaches_it_alone(
    word: str,
    key: str,
    answer: str,
    tmp_path: Path,
    isolated_machine: Path,
    told: Callable[[], str],
) -> None:
    async def story() -> tuple[bytes, bytes]:
        async with Recorder() as other, Recorder() as gateway:
            if answer == "hostile":
                gateway.answer = lambda _m, _t: (200, {}, hostile(other.origin, word))
            await used(Route("x", word, RouteMode.GATEWAY, f"{gateway.origin}/base"), tmp_path, key)
            return gateway.everything, other.everything

    seen, elsewhere = asyncio.run(story())
    assert b"HTTP/1.1" in seen
    assert (OWN.encode() in seen) == bool(key)
    assert OWN.encode() not in elsewhere
    assert_no_plants(seen, elsewhere, folders=(tmp_path, isolated_machine), log=told())


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("answer", ["no", "hostile"])
@pytest.mark.parametrize("word", [one for one in WORDS if has_mode(one, RouteMode.SERVER_PROXY)])
def test_no_planted_key_reaches_a_server_proxy_and_its_sign_in_reaches_it_alone(
    word: str, answer: str, tmp_path: Path, isolated_machine: Path, told: Callable[[], str]
) -> None:
    async def story() -> tuple[bytes, bytes]:
        async with Recorder() as other, Recorder() as proxy:
            if answer == "hostile":
                proxy.answer = lambda _m, _t: (200, {}, hostile(other.origin, word))
            headers = (("x-kontext-token", "keyring:"),)
            route = Route("x", word, RouteMode.SERVER_PROXY, f"{proxy.origin}/api", headers=headers)
            await used(route, tmp_path)
            return proxy.everything, other.everything

    seen, elsewhere = asyncio.run(story())
    assert b"x-fal-target-url: https://" in seen.lower()
    assert SIGN_IN.encode() in seen
    assert b"\nauthorization:" not in seen.lower()
    assert SIGN_IN.encode() not in elsewhere
    assert_no_plants(seen, elsewhere, folders=(tmp_path, isolated_machine), log=told())


@pytest.fixture
def open_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As if the servers of this machine stood outside, so that a call to another one would arrive.
    The certificate that they show."""
    for module in (dialing, downloads):
        monkeypatch.setattr(module, "is_inside", lambda _host: False)
    return certificate(tmp_path)[0]


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("status", [200, 301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("word", "mode"), [(word, mode) for word in WORDS for mode in RouteMode if has_mode(word, mode)]
)
def test_f_sec_2_credentials_go_to_no_other_origin_whatever_answers_and_redirects_say(
    word: str, mode: RouteMode, status: int, tmp_path: Path, open_network: Path
) -> None:
    shown = (open_network, open_network.with_name("key.pem"))

    async def story() -> tuple[bytes, bytes]:
        async with Recorder(tls=shown) as other, Recorder(tls=shown) as service:
            headers = {"location": f"{other.origin}/elsewhere"}
            service.answer = lambda _m, _t: (status, headers, hostile(other.origin, word))
            signs = (("x-kontext-token", "keyring:"),) if mode is not RouteMode.DIRECT else ()
            address, roots = f"{service.origin}/base", str(open_network)
            route = Route("x", word, mode, address, headers=signs, ca_file=roots)
            own = "" if mode is RouteMode.SERVER_PROXY else OWN
            await used(route, tmp_path, own, other.origin)
            return service.everything, other.everything

    seen, elsewhere = asyncio.run(story())
    assert (OWN.encode() in seen) == (mode is not RouteMode.SERVER_PROXY), "where it belongs"
    assert (SIGN_IN.encode() in seen) == (mode is not RouteMode.DIRECT)
    for one in (SIGN_IN, OWN):
        assert one.encode() not in elsewhere
    assert b"authorization" not in elsewhere.lower()
    assert b"x-kontext-token" not in elsewhere.lower()
    assert_no_plants(seen, elsewhere, folders=(tmp_path,))
