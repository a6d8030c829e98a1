"""A connection test names the stage that does not hold, and the remedy, over every kind of way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core.errors import (
    NotAllowed,
    OutOfCredit,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.checking import Judged, Probe, check
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.service import Service
from tests.fakes.network_proxies import HttpProxy, Recorder, SocksProxy
from tests.fakes.tls import certificate

KEY = "canary-key-4711"


def judged(answer: Answer) -> Judged:
    """What is no complaint and 404 are what the right service says."""
    told = answer.json()
    assert isinstance(told, dict)
    by_proxy = "proxy" in told
    if answer.status < 400 or answer.status == 404:
        return Judged(says=str(told.get("says", "")))
    fault: StudioError = {
        401: Unauthorized("The key was not accepted.", hint="Check the key."),
        402: OutOfCredit("There is no credit.", hint="Top up."),
        403: NotAllowed("This key may not."),
        400: Refused("Not passed on."),
    }.get(answer.status, ServiceFailed("It broke."))
    return Judged(fault, by_proxy)


async def steps_of(
    access: Access, *, url: str = "", proves_key: bool = True, model: bool = False
) -> list[CheckStep]:
    base = url or access.route.address
    client = HttpClient(access, Service("own", "own service", {"api": base}))
    probe = Probe(f"{base}/probe", judged, proves_key=proves_key)
    of_model = Probe(f"{base}/model", judged) if model else None
    try:
        return [
            one
            async for one in check(
                client, Service("own", "own service", {"api": base}), probe, of_model
            )
        ]
    finally:
        await client.close()


def way(address: str, key: str | None = KEY, **changes: Any) -> Access:
    return Access(Route("x", "fal", address=address, **changes), Secret(key) if key else None)


def told(steps: list[CheckStep]) -> list[tuple[str, bool | None]]:
    assert all(one.message for one in steps)
    return [(one.name, one.passed) for one in steps]


def line(*names: str, passed: int, failed: bool = True) -> list[tuple[str, bool | None]]:
    """So many stages hold; the next one does not, or was not tried."""
    rest = len(names) - passed
    held: list[bool | None] = [*[True] * passed, *([False] if failed and rest else [])]
    return list(zip(names, [*held, *[None] * len(names)], strict=False))


PLAIN = ("Name", "Connect", "Sign-in", "Service", "Model")
SECURE = ("Name", "Connect", "TLS", "Sign-in", "Service", "Model")


def answers(status: int, value: object = {}) -> Callable[[str, str], tuple]:
    return lambda _method, _target: (status, {}, value)


@pytest.mark.parametrize(
    ("status", "stages"),
    [
        (200, [True, True, True, True, None]),
        (404, [True, True, True, True, None]),
        (401, [True, True, False, None, None]),
        (402, [True, True, True, False, None]),
        (403, [True, True, True, False, None]),
        (500, [True, True, None, False, None]),
        (307, [True, True, None, False, None]),
    ],
)
def test_what_a_service_answers_is_told_at_its_stage(run, status: int, stages: list) -> None:
    async def story() -> list[CheckStep]:
        async with Recorder(answer=answers(status)) as service:
            steps = await steps_of(way(service.origin))
            assert service.everything.count(b"HTTP/1.1") == 1
            assert b"GET /probe" in service.everything
            return steps

    steps = run(story())
    assert told(steps) == list(zip(PLAIN, stages, strict=True))
    if status in (401, 402):
        failed = next(one for one in steps if one.passed is False)
        assert failed.hint
        assert failed.kind in ("unauthorized", "out_of_credit")
    if status == 500:
        assert steps[3].message == "own service is in trouble.", "no run was asked for"


def test_over_tls_the_day_the_certificate_ends_is_told(run, tmp_path: Path) -> None:
    shown = certificate(tmp_path, days=(-1, 30))

    async def story() -> list[CheckStep]:
        async with Recorder(tls=shown) as service:
            return await steps_of(way(service.origin, ca_file=str(shown[0])))

    steps = run(story())
    assert told(steps) == line(*SECURE, passed=5, failed=False)
    assert steps[2].message.startswith("The certificate is valid until ")


def test_f_net_3_a_certificate_nobody_knows_is_the_stage_of_tls(run, tmp_path: Path) -> None:
    async def story() -> tuple[list[CheckStep], bytes]:
        async with Recorder(tls=certificate(tmp_path)) as service:
            return await steps_of(way(service.origin)), service.everything

    steps, received = run(story())
    assert told(steps) == line(*SECURE, passed=2)
    assert "add its file in Settings" in steps[2].hint
    assert received == b""


def test_a_file_of_roots_that_is_none_is_the_stage_of_tls(run, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("nothing")
    steps = run(steps_of(way("https://127.0.0.1:9", ca_file=str(tmp_path / "roots.pem"))))
    assert told(steps) == [
        ("Name", True),
        ("Connect", None),
        ("TLS", False),
        ("Sign-in", None),
        ("Service", None),
        ("Model", None),
    ]


def test_f_sec_3_a_key_that_would_go_over_plain_http_is_the_stage_of_sign_in(run) -> None:
    # 0.0.0.0 is this machine, and not known to be.
    steps = run(steps_of(way("http://0.0.0.0:9")))
    assert told(steps) == [
        ("Name", True),
        ("Connect", None),
        ("Sign-in", False),
        ("Service", None),
        ("Model", None),
    ]


def test_f_net_1_a_name_that_is_not_known_is_the_first_stage(run) -> None:
    steps = run(steps_of(way("https://nobody.invalid")))
    assert told(steps) == line(*SECURE, passed=0)
    assert "nobody.invalid cannot be found" in steps[0].message
    assert steps[0].hint


def test_f_net_2_a_closed_port_is_the_stage_of_connecting(run) -> None:
    steps = run(steps_of(way("http://127.0.0.1:9")))
    assert told(steps) == line(*PLAIN, passed=1)


@pytest.mark.parametrize("made", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("secure", [True, False])
def test_a_network_proxy_is_a_stage_of_its_own(run, tmp_path: Path, made, secure: bool) -> None:
    shown = certificate(tmp_path)

    async def story() -> list[CheckStep]:
        scheme = "http" if made is HttpProxy else "socks5"
        async with Recorder(tls=shown if secure else None) as service, made() as proxy:
            steps = await steps_of(
                way(
                    service.origin,
                    ca_file=str(shown[0]),
                    network_proxy=f"{scheme}://127.0.0.1:{proxy.port}",
                )
            )
            assert len(proxy.asked) == 1
            return steps

    names = [*(SECURE if secure else PLAIN)]
    names.insert(2, "Network proxy")
    assert told(run(story())) == line(*names, passed=len(names) - 1, failed=False)


@pytest.mark.parametrize("made", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_f_net_15_a_network_proxy_that_wants_a_sign_in_is_the_stage_that_fails(
    run, made, secure: bool
) -> None:
    async def story() -> list[CheckStep]:
        scheme = "http" if made is HttpProxy else "socks5"
        async with made(sign_in="ada:secret") as proxy:
            target = "https://service.invalid" if secure else "http://127.0.0.1:9"
            return await steps_of(way(target, network_proxy=f"{scheme}://127.0.0.1:{proxy.port}"))

    steps = run(story())
    names = [*(SECURE if secure else PLAIN)]
    names.insert(2, "Network proxy")
    assert told(steps) == line(*names, passed=2)
    assert steps[2].hint


def test_a_network_proxy_that_is_not_there_is_the_stage_of_connecting(run) -> None:
    steps = run(steps_of(way("https://service.invalid", network_proxy="http://127.0.0.1:9")))
    names = ("Name", "Connect", "Network proxy", *SECURE[2:])
    assert told(steps) == line(*names, passed=1)


PROXIED = ("Name", "Connect", "Proxy", "Sign-in", "Service", "Model")


@pytest.mark.parametrize(
    ("status", "value", "stages"),
    [
        (404, {}, [True, True, True, True, True, None]),
        (401, {"proxy": 1}, [True, True, False, None, None, None]),
        (400, {"proxy": 1}, [True, True, False, None, None, None]),
        (401, {}, [True, True, True, False, None, None]),
        (404, {"error_type": "no_such_address"}, [True, True, False, None, None, None]),
    ],
)
def test_a_server_proxys_own_no_is_told_apart_from_the_services(
    run, status: int, value: object, stages: list
) -> None:
    async def story() -> list[CheckStep]:
        async with Recorder(answer=answers(status, value)) as proxy:
            access = Access(
                Route(
                    "x",
                    "fal",
                    RouteMode.SERVER_PROXY,
                    f"{proxy.origin}/api",
                    headers=(("x-kontext-token", "canary-token"),),
                )
            )
            steps = await steps_of(access, url="https://service.invalid")
            assert b"canary-token" in proxy.everything
            return steps

    steps = run(story())
    assert told(steps) == list(zip(PROXIED, stages, strict=True))
    if (status, value) == (401, {}):
        assert "proxy holds the key" in steps[3].hint
    if value == {"error_type": "no_such_address"}:
        assert "path" in steps[2].hint
    elif status == 404:
        assert "accepts the sign-in" in steps[2].message
        assert steps[3].message == "Own service accepts the proxy's key."


@pytest.mark.parametrize(
    ("mode", "stages"),
    [
        (RouteMode.DIRECT, [True, True, False, None, None]),
        (RouteMode.GATEWAY, [True, True, False, None, None]),
        (RouteMode.SERVER_PROXY, [True, True, False, None, None, None]),
    ],
)
def test_a_sign_in_that_is_asked_for_in_plain_words_is_the_stage_that_fails(
    run, mode: RouteMode, stages: list
) -> None:
    async def story() -> list[CheckStep]:
        kind = {"content-type": "text/html"}  # as Express sends a text
        answer = lambda _method, _target: (401, kind, "Unauthorized")  # noqa: E731
        async with Recorder(answer=answer) as gate:
            url = "https://service.invalid" if mode is RouteMode.SERVER_PROXY else gate.origin
            return await steps_of(Access(Route("x", "fal", mode, gate.origin)), url=url)

    steps = run(story())
    names = PROXIED if mode is RouteMode.SERVER_PROXY else PLAIN
    assert told(steps) == list(zip(names, stages, strict=True))
    failed = next(one for one in steps if one.passed is False)
    assert (failed.kind, bool(failed.hint)) == ("unauthorized", True)


def test_what_cannot_be_learned_without_a_run_is_said_to_be_so(run) -> None:
    async def story() -> list[CheckStep]:
        async with Recorder() as service:
            return await steps_of(way(service.origin), proves_key=False)

    steps = run(story())
    assert told(steps) == list(zip(PLAIN, [True, True, None, True, None], strict=True))
    assert {steps[2].message, steps[4].message} == {"Not testable without a run."}


@pytest.mark.parametrize(("status", "passed"), [(200, True), (403, False)])
def test_a_model_is_asked_about_where_the_service_tells(run, status: int, passed: bool) -> None:
    async def story() -> list[CheckStep]:
        def answer(_method: str, target: str) -> tuple:
            return (status if target == "/model" else 200), {}, {"says": "Fine."}

        async with Recorder(answer=answer) as service:
            return await steps_of(way(service.origin), model=True)

    steps = run(story())
    assert told(steps) == list(zip(PLAIN, [True] * 4 + [passed], strict=True))
    assert steps[3].message == "Fine."


def test_a_model_is_not_asked_about_where_the_service_said_no(run) -> None:
    async def story() -> bytes:
        async with Recorder(answer=answers(401)) as service:
            await steps_of(way(service.origin), model=True)
            return service.everything

    assert b"/model" not in run(story())


@pytest.mark.parametrize(
    ("key", "words"), [(KEY, "The key is accepted."), (None, "No key is asked for.")]
)
def test_whether_a_key_was_sent_is_told(run, key: str | None, words: str) -> None:
    async def story() -> list[CheckStep]:
        async with Recorder() as service:
            return await steps_of(way(service.origin, key))

    assert run(story())[2].message == words


def test_each_stage_is_told_as_soon_as_it_is_known(run) -> None:
    async def story() -> None:
        import asyncio

        asked, go = asyncio.Event(), asyncio.Event()

        class Slow(Recorder):
            async def talk(self, reader, writer) -> None:
                await reader.readuntil(b"\r\n\r\n")
                asked.set()
                await go.wait()
                writer.write(b"HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()

        async with Slow() as service:
            client = HttpClient(way(service.origin), Service("o", "o", {"api": service.origin}))
            steps = check(
                client,
                Service("o", "o", {"api": service.origin}),
                Probe(f"{service.origin}/x", judged),
            )
            assert (await anext(steps)).name == "Name"
            assert (await anext(steps)).name == "Connect", "while the service still thinks"
            await asked.wait()
            go.set()
            assert [one.name async for one in steps] == ["Sign-in", "Service", "Model"]
            await client.close()

    run(story())


def test_a_test_that_is_given_up_ends_its_call(run) -> None:
    async def story() -> None:
        async with HttpProxy() as silent:

            async def never(reader, _writer) -> None:
                await reader.read()

            silent.talk = never
            client = HttpClient(way(silent.origin), Service("o", "o", {"api": silent.origin}))
            steps = check(
                client,
                Service("o", "o", {"api": silent.origin}),
                Probe(f"{silent.origin}/x", judged),
            )
            await anext(steps)
            await anext(steps)
            await steps.aclose()
            await client.close()

    run(story())
