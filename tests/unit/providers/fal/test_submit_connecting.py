import asyncio
import dataclasses
import socket
import sys

import pytest

from kontext_studio.core.errors import (
    Charged,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import (
    HostedUrl,
    NotAccepted,
    Sending,
    Submitted,
    Trouble,
)
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import BadCertificate, RouteUnfit
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    says,
)
from tests.fakes.silent_listener import silent_listener
from tests.fakes.tls import TlsListener, certificate
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for

HOSTED = HostedUrl("https://v3.fal.media/files/x", None)


def unreachable_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (f"http://127.0.0.1:{unreachable_port()}", "127.0.0.1 is not answering"),
        ("https://queue.invalid", "server queue.invalid cannot be found"),
    ],
    ids=["refused", "no such name"],
)
def test_f_net_1_and_2_three_attempts_are_made_where_no_connection_comes_about(
    run, waits, dev, host, words
):
    async def story():
        access = FalService().access(hosts=tuple((r, host) for r in ("run", "queue", "rest")))
        async with provider_for(access, waits) as provider:
            one = picture(hosted=HOSTED)
            return await end_of(provider.edit(request_for(one), dev, (one,)))

    events, end = run(story())
    assert type(end) is Unreachable
    assert words in end.message
    assert "Nothing was sent" in end.message
    assert [type(event) for event in events] == [
        Sending,
        NotAccepted,
        Sending,
        NotAccepted,
        Sending,
    ]
    assert waits.asked == [0.5, 2.0]


def test_a_connection_that_comes_about_later_is_used_once(run, waits, dev):
    service = FalService(port=unreachable_port())

    async def service_comes_up(_seconds):
        await service.__aenter__()

    async def story():
        patience = dataclasses.replace(waits.patience(), sleep=service_comes_up)
        provider = FalProvider(service.access(), patience=patience)
        one = picture(hosted=HOSTED)
        events, end = await end_of(provider.edit(request_for(one), dev, (one,)))
        await provider.close()
        await service.__aexit__()
        return events, end

    events, end = run(story())
    assert end is None
    assert [type(event) for event in events[:4]] == [Sending, NotAccepted, Sending, Submitted]
    assert len(service.seen("submit")) == 1


async def over_tls(listener, waits, dev, **route):
    """One edit at a listener: its events and what ended it."""
    hosts = tuple((role, listener.origin) for role in ("run", "queue", "rest"))
    async with provider_for(FalService().access(hosts=hosts, **route), waits) as provider:
        one = picture(hosted=HOSTED)
        return await end_of(provider.edit(request_for(one), dev, (one,)))


BAD = {
    "self-signed": ({}, False, "self-signed"),
    "expired": ({"days": (-9, -2)}, True, "expired"),
    "not valid yet": ({"days": (2, 9)}, True, "not yet valid"),
    "of another host": ({"host": "other.test"}, True, "mismatch"),
}


@pytest.mark.parametrize(("made", "trusted", "reason"), BAD.values(), ids=BAD.keys())
def test_f_net_3_a_certificate_that_is_not_valid_gets_no_byte_and_no_second_try(
    run, waits, dev, tmp_path, made, trusted, reason
):
    shown, private = certificate(tmp_path, **made)

    async def story():
        async with TlsListener(shown, private) as listener:
            route = {"ca_file": str(shown)} if trusted else {}
            return listener, await over_tls(listener, waits, dev, **route)

    listener, (events, end) = run(story())
    assert isinstance(end, BadCertificate)
    assert "certificate of 127.0.0.1 is not valid" in end.message
    assert reason in end.message
    assert end.charged is Charged.NO
    assert [type(event) for event in events] == [Sending]
    assert b"".join(listener.received) == b""
    assert waits.asked == []


def test_f_net_3_a_certificate_of_an_added_file_is_trusted(run, waits, dev, tmp_path):
    shown, private = certificate(tmp_path)

    async def story():
        async with TlsListener(shown, private) as listener:
            own = await over_tls(listener, waits, dev, ca_file=str(shown))
            rubbish = tmp_path / "rubbish.pem"
            rubbish.write_text("no certificate")
            return listener, own, await over_tls(listener, waits, dev, ca_file=str(rubbish))

    listener, (_, end), (_, unreadable) = run(story())
    assert isinstance(end, Unauthorized)
    assert listener.received[0].startswith(f"POST /{ENDPOINT} ".encode())
    assert isinstance(unreadable, RouteUnfit)
    assert "rubbish.pem cannot be read" in unreadable.message
    assert len(listener.received) == 1


def test_f_net_3_a_strange_certificate_on_the_way_of_a_run_passes(run, waits, dev, tmp_path):
    """A sign-in page's gateway shows its own until the person has signed in."""
    shown, private = certificate(tmp_path)

    async def story():
        async with TlsListener(shown, private) as listener:
            hosts = tuple((role, listener.origin) for role in ("run", "queue", "rest"))
            async with provider_for(FalService().access(hosts=hosts), waits) as provider:
                root = f"{listener.origin}/fal-ai/x/requests/1"
                handle = RemoteHandle("1", f"{root}/status", root, f"{root}/cancel")
                follows = provider.resume(handle)
                polls = [await anext(follows) for _ in range(12)]
                await follows.aclose()
                answer = f'{{"images": [{{"url": "{listener.origin}/x"}}]}}'
                collects = provider.collect(answer)
                downloads = [await anext(collects) for _ in range(12)]
                await collects.aclose()
                return [*polls, *downloads]

    for event in run(story()):
        assert isinstance(event, Trouble)
        assert isinstance(event.reason, BadCertificate)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others refuse then")
def test_f_net_4_a_listener_that_takes_no_connection_is_tried_three_times(run, waits, dev):
    async def story(port):
        host = f"http://127.0.0.1:{port}"
        access = FalService().access(hosts=tuple((r, host) for r in ("run", "queue", "rest")))
        limits = Limits(connect_s=0.2)
        async with provider_for(access, waits, limits) as provider:
            one = picture(hosted=HOSTED)
            return await end_of(provider.edit(request_for(one), dev, (one,)))

    with silent_listener() as port:
        events, end = run(story(port))
    assert type(end) is Unreachable
    assert "127.0.0.1 is not answering" in end.message
    assert [type(event) for event in events].count(Sending) == 3
    assert waits.asked == [0.5, 2.0]


def test_f_sec_4_where_the_service_does_not_answer_nobody_else_gets_the_key(run, waits, dev):
    async def story():
        async with FalService() as other:
            dead = f"http://127.0.0.1:{unreachable_port()}"
            hosts = (("run", other.origin), ("queue", dead), ("rest", other.origin))
            async with provider_for(FalService().access(hosts=hosts), waits) as provider:
                one = picture(hosted=HOSTED)
                _, end = await end_of(provider.edit(request_for(one), dev, (one,)))
                return end, other

    # The network of the tests would notice a look-up of any backup name.
    end, other = run(story())
    assert isinstance(end, Unreachable)
    assert other.connections == 0


@pytest.mark.parametrize("busy", [True, False], ids=["not accepted", "unreachable"])
@pytest.mark.parametrize("way", ["closed", "cancelled"])
def test_f_cancel_3_a_run_that_waits_to_be_sent_again_ends_at_once(run, dev, busy, way):
    """Not accepted, it waits for five minutes; nothing more is sent once it is told to end."""

    async def story():
        async with FalService() as fal:
            fal.fault("submit", says(429, {"detail": "busy"}, {"retry-after": "300"}))
            dead = f"http://127.0.0.1:{unreachable_port()}"
            hosts = tuple((role, dead) for role in ("run", "queue", "rest"))
            access = fal.access() if busy else fal.access(hosts=hosts)
            provider = FalProvider(access, patience=Patience(random=lambda: 100.0))
            one = picture(hosted=HOSTED)
            stream = provider.edit(request_for(one), dev, (one,))
            assert isinstance(await anext(stream), Sending)
            assert isinstance(await anext(stream), NotAccepted)
            if way == "cancelled":
                waiting = asyncio.ensure_future(anext(stream))
                await asyncio.sleep(0.05)
                assert not waiting.done()
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            await stream.aclose()
            await provider.close()
            return fal

    # `run` ends long before the five minutes do.
    fal = run(story())
    assert len(fal.seen("submit")) == int(busy)
    assert fal.sold == 0
