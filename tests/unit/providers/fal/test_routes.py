"""The same provider over every kind of route: where the bytes go and who holds the key."""

import asyncio
import gc
import logging
from contextlib import asynccontextmanager

import pytest

from kontext_studio.core.errors import (
    ContentBlocked,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    Refused,
    ServiceFailed,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import (
    Finished,
    NotAccepted,
    Sending,
    Submitted,
    Trouble,
    Uploaded,
)
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.routing import RouteUnfit
from tests.fakes.fal_proxy import PATH, FalProxy
from tests.fakes.fal_service import ENDPOINT, KEY, FalService, page, says
from tests.fakes.serving import serving
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for


def through_proxy(fal, origin, **changes):
    """A route over the proxy to the service; the program has no key."""
    return fal.access(key=None, mode=RouteMode.SERVER_PROXY, address=f"{origin}{PATH}", **changes)


@asynccontextmanager
async def standing(proxy):
    """The proxy double, serving in a thread; gives its origin."""
    served = serving(proxy.app())
    try:
        yield (await asyncio.to_thread(served.__enter__)).origin
    finally:
        await asyncio.to_thread(served.__exit__, None, None, None)


def edit_through(run, waits, dev, *, faults=(), service=None, route=None, **proxy):
    """One edit through the proxy double."""

    async def story():
        async with FalService(**(service or {})) as fal:
            for step, fault in faults:
                fal.fault(step, fault)
            held = FalProxy(KEY, (f"127.0.0.1:{fal.port}/**",), **proxy)
            async with standing(held) as origin:
                access = through_proxy(fal, origin, **(route or {}))
                async with provider_for(access, waits) as provider:
                    one = picture()
                    events, end = await end_of(provider.edit(request_for(one), dev, (one,)))
                    cancel = await provider.cancel(fal.remote("run-1"))
            return fal, held, events, end, cancel

    return run(story())


@pytest.mark.parametrize("quirk", [False, True], ids=["plain", "express quirk"])
def test_a_whole_edit_goes_through_a_server_proxy_without_a_key(run, waits, dev, quirk):
    fal, proxy, events, end, cancel = edit_through(run, waits, dev, express_quirk=quirk)
    assert end is None
    assert isinstance(events[-1], Finished)
    assert cancel.accepted
    assert [(method, target) for method, target, _, _ in proxy.asked] == [
        ("POST", f"{fal.origin}/storage/upload/initiate?storage_type=fal-cdn-v3"),
        ("POST", f"{fal.origin}/{ENDPOINT}"),
        ("GET", f"{fal.origin}/fal-ai/flux-kontext/requests/run-1/status/stream?logs=1"),
        ("GET", f"{fal.origin}/fal-ai/flux-kontext/requests/run-1"),
        ("PUT", f"{fal.origin}/fal-ai/flux-kontext/requests/run-1/cancel"),
    ]
    for method, _, headers, body in proxy.asked:
        assert "authorization" not in headers
        assert "cookie" not in headers
        if method != "GET":
            assert headers["content-type"] == "application/json"
            assert body.startswith(b"{")
    # The bytes of the picture go straight to the signed address.
    assert fal.seen("put")[0].headers["host"] == f"127.0.0.1:{fal.port}"
    assert {one.headers.get("authorization") for one in fal.seen("submit")} == {f"Key {KEY}"}


MISSING = {"detail": [{"loc": ["body", "prompt"], "msg": "m", "type": "missing"}]}
QUIRKS = {
    "401": (says(401, {"detail": "No user found for Key ID and Secret"}), Unauthorized),
    "403": (says(403, {"detail": "User is locked. Exhausted balance."}), OutOfCredit),
    "404": (says(404, {"detail": "Application 'x' not found"}), NotFound),
    "422": (says(422, MISSING), Refused),
    "500": (says(500, {"detail": "x", "error_type": "internal_error"}), OutcomeUnknown),
    "500 without a word": (says(500, {"detail": "Internal Server Error"}), OutcomeUnknown),
}


@pytest.mark.parametrize(("fault", "kind"), QUIRKS.values(), ids=QUIRKS.keys())
def test_the_quirk_of_a_proxy_does_not_hide_what_the_service_said(run, waits, dev, fault, kind):
    fal, _, events, end, _ = edit_through(
        run, waits, dev, faults=[("submit", fault)], express_quirk=True
    )
    assert type(end) is kind
    assert [type(event) for event in events] == [Uploaded, Sending]
    assert len(fal.seen("submit")) == 1


def test_the_quirk_of_a_proxy_does_not_hide_a_broken_rule(run, waits, dev):
    broken = {"detail": [{"loc": ["body"], "msg": "x", "type": "content_policy_violation"}]}
    *_, end, _ = edit_through(
        run, waits, dev, service={"result": broken, "result_status": 422}, express_quirk=True
    )
    assert isinstance(end, ContentBlocked)


def test_the_quirk_of_a_proxy_does_not_hide_a_busy_service(run, waits, dev):
    headers = {"x-fal-error-type": "rate_limited", "retry-after": "3"}
    busy = says(429, {"detail": "Too many requests"}, headers)
    _, _, events, end, _ = edit_through(
        run, waits, dev, faults=[("submit", busy)], express_quirk=True
    )
    assert end is None
    assert [event.retry_in_s for event in events if isinstance(event, NotAccepted)] == [3.0]


def test_a_proxy_that_does_not_allow_the_service_says_so_itself(run, waits, dev):
    async def story():
        async with FalService() as fal:
            held = FalProxy(KEY, ("fal.run/**",))
            async with (
                standing(held) as origin,
                provider_for(through_proxy(fal, origin), waits) as provider,
            ):
                one = picture()
                return fal, await end_of(provider.edit(request_for(one), dev, (one,)))

    fal, (_, end) = run(story())
    assert isinstance(end, Refused)
    assert "proxy does not pass this request on" in end.message
    assert fal.ledger == []


def test_a_proxys_own_sign_in_travels_in_the_routes_headers(run, waits, dev):
    sign_in = ("x-app-token", "canary-token")
    *_, end, _ = edit_through(run, waits, dev, sign_in=sign_in, route={"headers": (sign_in,)})
    assert end is None


def test_a_proxy_that_wants_a_sign_in_is_told_apart_from_a_key_that_is_wrong(run, waits, dev):
    async def story():
        async with FalService() as fal:
            held = FalProxy(KEY, (f"127.0.0.1:{fal.port}/**",), sign_in=("x-app-token", "t"))
            async with (
                standing(held) as origin,
                provider_for(through_proxy(fal, origin), waits) as provider,
            ):
                one = picture()
                return await end_of(provider.edit(request_for(one), dev, (one,)))

    _, end = run(story())
    assert isinstance(end, Unauthorized)
    assert "proxy did not accept the sign-in" in end.message


@pytest.mark.parametrize("mode", [RouteMode.SERVER_PROXY, RouteMode.GATEWAY])
def test_f_net_1_what_cannot_be_found_is_what_the_person_wrote_down(run, waits, dev, mode):
    access = Access(Route("x", "fal", mode, "https://office.invalid/p"), None)

    async def story():
        async with provider_for(access, waits) as provider:
            one = picture()
            # A run that was sent before has the service's own addresses.
            root = "https://queue.fal.run/fal-ai/flux-kontext/requests/run-1"
            handle = RemoteHandle("run-1", f"{root}/status", root, f"{root}/cancel")
            follows = provider.resume(handle)
            trouble = await anext(follows)
            await follows.aclose()
            _, end = await end_of(provider.edit(request_for(one), dev, (one,)))
            assert isinstance(trouble, Trouble)
            return end, trouble.reason

    for fault in run(story()):
        assert type(fault) is Unreachable
        assert "The server office.invalid cannot be found." in fault.message


def test_a_page_in_front_of_a_proxy_is_not_taken_for_the_service(run, waits, dev):
    *_, end, _ = edit_through(run, waits, dev, faults=[("initiate", page(413))])
    assert isinstance(end, Refused)
    assert "too large" in end.message


def test_a_gateway_replaces_the_services_addresses_and_those_it_passes_on(run, waits, dev):
    async def story():
        async with FalService() as fal:
            # The gateway does not rewrite what the service says about itself.
            root = "https://queue.fal.run/fal-ai/flux-kontext/requests/run-1"
            fal.foreign = {
                "status_url": f"{root}/status",
                "response_url": root,
                "cancel_url": f"{root}/cancel",
            }
            access = fal.access(
                mode=RouteMode.GATEWAY,
                address=fal.origin,
                hosts=(),
                headers=(("x-team", "design"),),
            )
            async with provider_for(access, waits) as provider:
                one = picture()
                events, end = await end_of(provider.edit(request_for(one), dev, (one,)))
                remote = next(e.remote for e in events if isinstance(e, Submitted))
                cancel = await provider.cancel(remote)
            return fal, root, remote, events, end, cancel

    fal, root, remote, events, end, cancel = run(story())
    assert end is None
    assert isinstance(events[-1], Finished)
    assert cancel.accepted
    assert remote.status_url == f"{root}/status"
    assert len(fal.seen("result")) == 1
    for one in fal.ledger:
        if one.step not in ("put", "picture"):
            assert one.headers["x-team"] == "design"
            assert one.headers["authorization"] == f"Key {KEY}"
        else:
            assert "x-team" not in one.headers


def test_f_sec_3_a_key_never_leaves_over_plain_http(run, waits, dev):
    hosts = tuple((role, "http://gpu.office.test") for role in ("run", "queue", "rest"))
    routes = [
        Access(Route("x", "fal", hosts=hosts), Secret(KEY)),
        Access(
            Route("x", "fal", mode=RouteMode.GATEWAY, address="http://gpu.office.test"),
            Secret(KEY),
        ),
        Access(
            Route(
                "x",
                "fal",
                mode=RouteMode.SERVER_PROXY,
                address="http://proxy.office.test/p",
                headers=(("x-app-token", "t"),),
            )
        ),
    ]

    async def story():
        ends = []
        for access in routes:
            async with provider_for(access, waits) as provider:
                one = picture()
                ends.append(await end_of(provider.edit(request_for(one), dev, (one,))))
        return ends

    # The network of the tests would notice a look-up of either name.
    for events, end in run(story()):
        assert isinstance(end, RouteUnfit)
        assert "not sent" in end.message
        assert events == []


def test_f_sec_21_the_environment_does_not_choose_where_a_key_goes(
    run, waits, dev, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary\n")
    netrc.chmod(0o600)
    for name, value in {
        "HTTP_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "http://127.0.0.1:1",
        "NETRC": str(netrc),
    }.items():
        monkeypatch.setenv(name, value)

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            one = picture()
            return fal, await end_of(provider.edit(request_for(one), dev, (one,)))

    fal, (_, end) = run(story())
    assert end is None
    assert not any("basic" in one.headers.get("authorization", "").lower() for one in fal.ledger)


async def forwarding_proxy(seen, *, demands_sign_in=False):
    """A network proxy for plain http and CONNECT tunnels, as offices have them."""

    async def pump(source, target):
        try:
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()

    async def talk(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.decode())
        method, target, _ = head.decode().split(" ", 2)
        if demands_sign_in:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        bare = target.removeprefix("http://")
        host, _, path = bare.partition("/")
        name, _, port = host.partition(":")
        onward, upstream = await asyncio.open_connection(name, int(port))
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            rest = head.decode().replace(target, f"/{path}", 1)
            upstream.write(rest.replace("keep-alive", "close", 1).encode())
        await asyncio.gather(pump(reader, upstream), pump(onward, writer))

    return await asyncio.start_server(talk, "127.0.0.1", 0)


def test_a_network_proxy_carries_everything(run, waits, dev):
    seen: list[str] = []

    async def story():
        server = await forwarding_proxy(seen)
        port = server.sockets[0].getsockname()[1]
        async with FalService() as fal:
            access = fal.access(network_proxy=f"http://127.0.0.1:{port}")
            async with provider_for(access, waits) as provider:
                one = picture()
                result = await end_of(provider.edit(request_for(one), dev, (one,)))
            server.close()
            return fal, result

    fal, (events, end) = run(story())
    assert end is None
    assert isinstance(events[-1], Finished)
    assert len(seen) == len(fal.ledger) == 6


def test_f_net_15_a_network_proxy_that_wants_a_password_is_named(run, waits, dev):
    async def story():
        server = await forwarding_proxy([], demands_sign_in=True)
        port = server.sockets[0].getsockname()[1]
        hosts = tuple((role, "https://queue.invalid") for role in ("run", "queue", "rest"))
        access = FalService().access(hosts=hosts, network_proxy=f"http://127.0.0.1:{port}")
        async with provider_for(access, waits) as provider:
            one = picture()
            result = await end_of(provider.edit(request_for(one), dev, (one,)))
        server.close()
        return result

    _, end = run(story())
    assert isinstance(end, RouteUnfit)
    assert "wants a user name and a password" in end.message


# httpcore 1.0.9 leaves the connection to the proxy open where the greeting goes wrong.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "reply",
    [
        b"\x05\xff",
        b"\x04\x00",
        b"garbage",
        b"",
        b"\x05\x00\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00",
    ],
)
def test_a_socks_proxy_that_makes_no_connection_means_nothing_was_sent(run, waits, dev, reply):
    async def story():
        async def talk(reader, writer):
            await reader.read(64)
            writer.write(reply)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        access = FalService(port=9).access(network_proxy=f"socks5://127.0.0.1:{port}")
        async with provider_for(access, waits) as provider:
            one = picture()
            _, end = await end_of(provider.edit(request_for(one), dev, (one,)))
        server.close()
        # The fault itself would keep the open connection alive past this test.
        return type(end), str(end)

    kind, message = run(story())
    gc.collect()
    assert issubclass(kind, Unreachable)
    assert "Nothing was sent" in message


def test_a_network_proxy_with_a_strange_address_is_refused_in_words(run, waits, dev):
    async def story():
        access = FalService(port=9).access(network_proxy="gopher://x")
        async with provider_for(access, waits) as provider:
            one = picture()
            return await end_of(provider.edit(request_for(one), dev, (one,)))

    _, end = run(story())
    assert isinstance(end, RouteUnfit)


def test_f_sec_1_no_key_and_no_signature_is_in_any_log_record_or_fault(run, waits, dev, caplog):
    caplog.set_level(logging.DEBUG)
    echo = {"detail": f"you sent Key {KEY}", "error_type": "internal_error"}

    async def story():
        service = FalService(result=echo, result_status=500)
        async with service as fal, provider_for(fal, waits) as provider:
            assert KEY not in repr(provider.__dict__)
            one = picture()
            return await end_of(provider.edit(request_for(one), dev, (one,)))

    events, end = run(story())
    assert isinstance(end, ServiceFailed)
    told = " ".join([end.message, end.hint, end.detail, repr(end), *map(repr, events)])
    logged = " ".join(record.getMessage() for record in caplog.records)
    for text in (told, logged):
        assert "canary-key" not in text
        assert "canary-signature" not in text


def test_a_provider_keeps_the_network_librarys_addresses_out_of_the_logs(waits):
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    FalProvider(Access(Route("x", "fal")), patience=waits.patience())
    assert logging.getLogger("httpx").getEffectiveLevel() == logging.WARNING
