import asyncio
import socket
import sys
import time
from contextlib import suppress

import httpcore
import pytest

from kontext_studio.core.errors import Unreachable
from kontext_studio.core.provider import Finished, Trouble
from kontext_studio.providers.addresses import AddressRefused, LeadsInside
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.dialing import Dialer
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.service import Service
from tests.fakes.fal_service import FalService, png, says
from tests.fakes.silent_listener import silent_listener
from tests.unit.providers.conftest import end_of, provider_for

INSIDE = ("10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:192.168.0.1")
OUTSIDE = "93.184.216.34"


@pytest.fixture
def names(monkeypatch):
    """A resolver: what it is asked for each name, in turn; the last answer stays."""
    table: dict[str, list[list[str]]] = {}
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolves(host, port, *arguments, **named):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in table:
            return real(host, port, *arguments, **named)
        asked.append(name)
        answers = table[name]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port, 0, 0) if ":" in one else (one, port),
            )
            for one in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolves)
    table["asked"] = asked  # type: ignore[assignment]
    return table


def picture_at(run, waits, url):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            fal.pictures["one"] = png()
            where = url.replace("{port}", str(fal.port))
            return await end_of(provider.collect(f'{{"images": [{{"url": "{where}"}}]}}')), fal

    return run(story())


@pytest.mark.parametrize("address", INSIDE)
def test_f_sec_12_a_name_that_leads_inside_is_refused_and_nothing_is_dialled(
    run, waits, names, address
):
    names["cdn.test"] = [[address]]
    (events, end), fal = picture_at(run, waits, "https://cdn.test:{port}/files/one")
    assert isinstance(end, AddressRefused)
    assert "cdn.test leads into this network" in end.message
    assert [type(event) for event in events] == [Trouble] * 9
    assert fal.connections == 0


def test_f_sec_12_a_name_that_a_sign_in_network_leads_inside_for_a_while_costs_no_picture(
    run, waits, names, outside_connections
):
    names["cdn.test"] = [["10.0.0.1"]] * 5 + [[OUTSIDE], ["10.0.0.1"]]
    (events, _), fal = picture_at(run, waits, "https://cdn.test:{port}/files/one")
    reasons = [event.reason for event in events]
    assert [type(reason) for reason in reasons[:6]] == [LeadsInside] * 5 + [Unreachable]
    assert outside_connections[0].startswith(OUTSIDE)
    outside_connections.clear()
    assert fal.connections == 0


def test_f_sec_12_one_inside_address_among_open_ones_is_enough(run, waits, names):
    names["cdn.test"] = [[OUTSIDE, "127.0.0.1"]]
    (_, end), fal = picture_at(run, waits, "https://cdn.test:{port}/files/one")
    assert isinstance(end, AddressRefused)
    assert fal.connections == 0


def test_f_sec_12_a_name_that_changes_its_mind_is_dialled_where_it_was_checked(
    run, waits, names, outside_connections
):
    names["cdn.test"] = [[OUTSIDE], ["127.0.0.1"]]
    (events, end), fal = picture_at(run, waits, "https://cdn.test:{port}/files/one")
    # The first try went to the address that was checked; the second look-up was checked again.
    assert outside_connections[0].startswith(OUTSIDE)
    outside_connections.clear()
    assert isinstance(events[0].reason, Unreachable)
    assert isinstance(end, AddressRefused)
    assert fal.connections == 0
    assert set(names["asked"]) == {"cdn.test"}


def test_f_sec_12_a_service_of_ones_own_may_lie_inside(run, waits, names):
    names["studio.test"] = [["127.0.0.1"]]

    async def story():
        async with FalService() as fal:
            fal.pictures["one"] = png()
            own = f"http://studio.test:{fal.port}"
            access = fal.access(None, hosts=tuple((r, own) for r in ("run", "queue", "rest")))
            async with provider_for(access, waits) as provider:
                return await end_of(
                    provider.collect(f'{{"images": [{{"url": "{own}/files/one"}}]}}')
                )

    events, end = run(story())
    assert end is None
    assert isinstance(events[-1], Finished)


def test_f_sec_12_another_port_of_ones_own_machine_is_not_ones_own(run, waits):
    (_, end), fal = picture_at(run, waits, "http://127.0.0.1:1/files/one")
    assert isinstance(end, AddressRefused)
    assert fal.connections == 0


TOO_LATE = object()
"""The fate of an address that answers just when nobody waits for it any more."""


class Sockets:
    """Stands for the network: what becomes of each address, and when it was dialled."""

    def __init__(self, **fates):
        self.fates = fates
        self.dialled = []
        self.closed = []

    async def connect_tcp(self, host, *_arguments):
        self.dialled.append((host, asyncio.get_running_loop().time()))
        fate = self.fates[host]
        if fate is TOO_LATE:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            return Stream(self, host)
        if fate is None:
            await asyncio.sleep(3600)
        if isinstance(fate, Exception):
            raise fate
        await asyncio.sleep(fate)
        return Stream(self, host)


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, sockets, host):
        self.sockets, self.host = sockets, host

    async def aclose(self):
        self.sockets.closed.append(self.host)


def dial(run, names, addresses, timeout=15.0, **fates):
    names["host.test"] = [addresses]
    sockets = Sockets(**{name.replace("_", ":"): fate for name, fate in fates.items()})

    async def story():
        dialer = Dialer(frozenset({("host.test", 443)}), 0.05)
        dialer._sockets = sockets  # type: ignore[assignment]
        stream = await dialer.connect_tcp("host.test", 443, timeout)
        assert isinstance(stream, Stream)
        return stream.host

    return run(story()), sockets


def test_f_net_21_a_dead_first_address_costs_the_head_start_alone(run, names):
    host, sockets = dial(run, names, ["2::1", "10.1.1.1"], **{"2__1": None, "10.1.1.1": 0.0})
    assert host == "10.1.1.1"
    (dead, first_s), (living, second_s) = sockets.dialled
    assert (dead, living) == ("2::1", "10.1.1.1")
    assert second_s - first_s > 0.04


def test_f_net_21_an_address_that_refuses_costs_nothing(run, names):
    refused = httpcore.ConnectError("refused")
    host, sockets = dial(
        run, names, ["2::1", "2::2", "10.1.1.1"], **{"2__1": refused, "2__2": None, "10.1.1.1": 0.0}
    )
    assert host == "10.1.1.1"
    # The kinds take turns, so that a whole dead family is left after one address.
    assert [one for one, _ in sockets.dialled] == ["2::1", "10.1.1.1"]


def test_f_net_21_a_connection_that_comes_too_late_is_closed(run, names):
    host, sockets = dial(
        run, names, ["10.1.1.1", "10.1.1.2"], **{"10.1.1.1": TOO_LATE, "10.1.1.2": 0.0}
    )
    assert host == "10.1.1.2"
    assert sockets.closed == ["10.1.1.1"]


def test_f_net_4_addresses_that_stay_silent_end_after_the_time_for_a_connection(run, names):
    with pytest.raises(httpcore.ConnectTimeout):
        dial(
            run,
            names,
            ["10.1.1.1", "10.1.1.2"],
            timeout=0.2,
            **{"10.1.1.1": None, "10.1.1.2": None},
        )


def test_f_net_2_addresses_that_all_refuse_end_with_the_last_ones_reason(run, names):
    with pytest.raises(httpcore.ConnectError, match="second"):
        dial(
            run,
            names,
            ["10.1.1.1", "10.1.1.2"],
            **{
                "10.1.1.1": httpcore.ConnectError("first"),
                "10.1.1.2": httpcore.ConnectError("second"),
            },
        )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others refuse then")
def test_f_net_21_a_real_dead_address_before_a_living_one(run, names):
    names["host.test"] = [["127.0.0.1", "127.0.0.2"]]

    async def story(port):
        async def talk(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.2", port)
        own = f"http://host.test:{port}"
        access = FalService().access(None, hosts=(("queue", own), ("rest", own)))
        client = HttpClient(access, Service("fal", "fal.ai", {"queue": own, "rest": own}))
        begun = time.perf_counter()
        answer = await client.api("GET", f"{own}/x")
        seconds = time.perf_counter() - begun
        await client.close()
        server.close()
        return answer.status, seconds

    with silent_listener() as port:
        status, seconds = run(story(port))
    assert status == 200
    assert seconds < Limits().connect_s / 2


def test_f_sec_12_behind_a_network_proxy_no_name_is_looked_up_here(run, waits, names):
    async def story():
        async with FalService() as fal:
            fal.fault("other", says(502, b"no such host", kind="text/plain"))
            access = fal.access(hosts=(), network_proxy=fal.origin)
            async with provider_for(access, waits) as provider:
                stream = provider.collect('{"images": [{"url": "https://cdn.test/x"}]}')
                first = await anext(stream)
                await stream.aclose()
                return first, fal

    first, fal = run(story())
    assert isinstance(first.reason, Unreachable)
    assert fal.ledger[0].method == "CONNECT"
    assert names["asked"] == []
