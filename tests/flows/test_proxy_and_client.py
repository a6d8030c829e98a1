"""Our own client and our own proxy as a process: what became of a run is told rightly, and paid for
once, whatever breaks between the two or behind them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kontext_studio.core.errors import OutcomeUnknown, Unreachable
from kontext_studio.core.models import Catalogue, Mode, ModelSpec, catalogue_from_json
from kontext_studio.core.provider import (
    AsksAgain,
    JobEvent,
    NotAccepted,
    Provider,
    RemoteDone,
    Sending,
    Submitted,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.providers import retries
from kontext_studio.providers.registry import make_provider
from kontext_studio.resources import read_json
from tests.fakes.service_behind import KEY, ServiceBehind, cuts, holds, says, service_behind
from tests.flows.driving import command, environment

CONFIG = """
port = 0
clients_file = "clients.json"
records_file = "records.sqlite3"
[upstreams.fal.hosts]
run = "{origin}/run"
queue = "{origin}/queue"
rest = "{origin}/rest"
platform = "{origin}/platform"
[upstreams.lumenfall]
address = "{origin}/openai/v1"
[upstreams.replicate]
address = "{origin}"
[upstreams.bfl]
address = "{origin}"
"""
GONE = """
[upstreams.gone-{word}]
kind = "{kind}"
models = ["*"]
key_env = ""
{address}
"""
WORDS = ("fal", "lumenfall", "replicate", "bfl")
TOKEN = "a-token-of-annas-own"
NOWHERE = "http://127.0.0.1:9"

Running = tuple[str, ServiceBehind]


def written(folder: Path, origin: str) -> Path:
    text = CONFIG.format(origin=origin)
    for word in WORDS:
        address = f'address = "{NOWHERE}/openai/v1"'
        if word == "fal":
            address = f'hosts = {{ run = "{NOWHERE}", queue = "{NOWHERE}", rest = "{NOWHERE}" }}'
        kind = "openai" if word == "lumenfall" else word
        text += GONE.format(word=word, kind=kind, address=address)
    file = folder / "proxy.toml"
    file.write_text(text)
    return file


def catalogue() -> Catalogue:
    described = read_json("models.json")
    assert isinstance(described, dict)
    return catalogue_from_json(described)


def generating(word: str) -> ModelSpec:
    """A model that needs no picture."""
    found = (one for one in catalogue().models if one.provider == word)
    return next(one for one in found if Mode.TEXT_TO_IMAGE in one.modes)


@asynccontextmanager
async def client(address: str, word: str, name: str = "") -> AsyncGenerator[Provider]:
    """Our client of a service, over the proxy's upstream of that name."""
    name = name or word
    mode = RouteMode.SERVER_PROXY if word == "fal" else RouteMode.GATEWAY
    end = {"fal": "/proxy", "lumenfall": "/openai/v1"}.get(word, "")
    headers = (("x-kontext-token", TOKEN),)
    provider = make_provider(
        Access(Route("team", word, mode, f"{address}/{name}{end}", headers=headers)), catalogue()
    )
    try:
        yield provider
    finally:
        await provider.close()


def asked(word: str) -> tuple[EditRequest, ModelSpec]:
    spec = generating(word)
    return EditRequest("a red cup", (), spec.id, 7), spec


async def cut_off(provider: Provider, word: str, reached: threading.Event) -> str:
    """Send a run and go as a crash does, before the answer; the key that it carried."""
    request, spec = asked(word)
    stream = provider.edit(request, spec, ())
    sending = await anext(stream)
    assert isinstance(sending, Sending)
    answer = asyncio.ensure_future(anext(stream))
    assert await asyncio.to_thread(reached.wait, 20)
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)
    await stream.aclose()
    return sending.order_key


async def answer_to(address: str, word: str, key: str) -> Submitted | RemoteDone | None:
    """What a new start of the program hears of the run."""
    async with client(address, word) as provider:
        assert isinstance(provider, AsksAgain)
        return await provider.answer_to(key, generating(word))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One process for all tests: the proxy's address, and the service behind it."""
    folder = tmp_path_factory.mktemp("proxy")
    names = ("FAL_KEY", "LUMENFALL_API_KEY", "REPLICATE_API_TOKEN", "BFL_API_KEY")
    told = {**environment(), **dict.fromkeys(names, KEY), "KONTEXT_STUDIO_HOME": str(folder)}
    told["KONTEXT_STUDIO_PROXY_TOKENS"] = f"anna={TOKEN}"
    with (
        service_behind() as behind,
        subprocess.Popen(
            command("proxy", "--json", "--config", written(folder, behind.origin)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=told,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"], behind
        finally:
            process.kill()


@pytest.fixture
def proxy(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setattr(retries, "_CONNECT_WAITS_S", (0.0, 0.0, 0.0))
    running[1].forget()
    return running


def test_f_net_6_what_was_answered_after_a_crash_is_asked_for_and_not_paid_again(
    proxy: Running,
) -> None:
    address, behind = proxy

    async def story(word: str) -> Submitted | RemoteDone | None:
        reached, go_on = threading.Event(), threading.Event()
        behind.scripts.append(holds(reached, go_on))
        async with client(address, word) as provider:
            key = await cut_off(provider, word, reached)
        go_on.set()
        return await answer_to(address, word, key)

    for word in ("fal", "replicate", "bfl"):
        behind.forget()
        found = asyncio.run(story(word))
        assert isinstance(found, Submitted), word
        assert found.remote.request_id == "run-1"
        assert len(behind.paid()) == 1, word


def test_f_net_6_a_run_that_waits_is_asked_for_too_where_its_answer_was_lost_after_the_proxy(
    proxy: Running,
) -> None:
    address, behind = proxy

    async def story() -> tuple[object, object]:
        request, spec = asked("lumenfall")
        key, done = "", None
        async with client(address, "lumenfall") as provider:
            stream = provider.edit(request, spec, ())
            async for event in stream:
                key = event.order_key if isinstance(event, Sending) else key
                if isinstance(event, RemoteDone):
                    done = event
                    break
            await stream.aclose()
        return done, await answer_to(address, "lumenfall", key)

    done, again = asyncio.run(story())
    assert done is not None
    assert again == done
    assert len(behind.paid()) == 1


def test_f_net_5_what_the_proxy_says_of_a_post_is_read_rightly_at_every_service(
    proxy: Running,
) -> None:
    address, behind = proxy

    async def ended(word: str, name: str) -> tuple[list[JobEvent], Exception | None, str]:
        request, spec = asked(word)
        events: list[JobEvent] = []
        async with client(address, word, name) as provider:
            try:
                async for event in provider.edit(request, spec, ()):
                    events.append(event)
            except (OutcomeUnknown, Unreachable) as fault:
                first = events[0]
                return events, fault, first.order_key if isinstance(first, Sending) else ""
        return events, None, ""

    for word in WORDS:
        behind.forget()
        behind.scripts.append(cuts)
        _, fault, key = asyncio.run(ended(word, word))
        assert isinstance(fault, OutcomeUnknown), word
        assert len(behind.paid()) == 1
        assert asyncio.run(answer_to(address, word, key)) is None

        behind.forget()
        events, fault, _ = asyncio.run(ended(word, f"gone-{word}"))
        assert isinstance(fault, Unreachable), word
        assert "Nothing was sent" in fault.message
        assert [type(one) for one in events] == [
            Sending,
            NotAccepted,
            Sending,
            NotAccepted,
            Sending,
        ]
        assert behind.seen == []


def test_f_net_7_a_lost_run_is_found_in_the_list_that_the_proxy_passes_on(proxy: Running) -> None:
    """The list holds another run that is alike: it was bought by nobody here, and long before."""
    address, behind = proxy

    async def lost_and_found(word: str) -> tuple[str, ...]:
        request, spec = asked(word)
        behind.forget()
        behind.scripts.append(cuts)
        async with client(address, word) as provider:
            with pytest.raises(OutcomeUnknown):
                async for _ in provider.edit(request, spec, ()):
                    pass
            given = behind.paid()[0].json()
            now = datetime.now(UTC)
            behind.scripts.append(says(200, listed(word, spec.id, given, now)))
            found = await provider.find(request, spec, now.timestamp())
        return tuple(one.request_id for one in found)

    for word in ("fal", "replicate"):
        assert asyncio.run(lost_and_found(word)) == ("lost-1",), word
        assert len(behind.paid()) == 1


def listed(word: str, model: str, given: dict[str, object], now: datetime) -> dict[str, object]:
    times = {"lost-1": now, "other": now - timedelta(seconds=1200)}
    if word == "fal":
        items = [
            {
                "request_id": name,
                "endpoint_id": model,
                "sent_at": at.isoformat(),
                "json_input": given,
            }
            for name, at in times.items()
        ]
        return {"items": items, "has_more": False}
    results = [
        {"id": name, "model": model, "created_at": at.isoformat(), "input": given["input"]}
        for name, at in times.items()
    ]
    return {"results": results, "next": None}


def test_nothing_is_asked_of_what_is_no_proxy_of_ours(proxy: Running) -> None:
    """A service that knows no such address: the key leads nowhere, and nothing is bought."""
    _, behind = proxy
    behind.scripts.append(says(200, {"id": "x"}))
    found = asyncio.run(answer_to(behind.origin, "replicate", "key-0001"))
    assert found is None
    assert [one.method for one in behind.seen] == ["GET"]
