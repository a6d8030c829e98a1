import asyncio
import contextlib
import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ConnectionLost,
    NotFound,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Finished, Queued, RemoteDone, Running, Submitted, Trouble
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.retries import GONE_ATTEMPTS
from tests.fakes.fal_service import (
    FalService,
    cut,
    drops,
    hangs,
    page,
    says,
    says_raw,
)
from tests.unit.providers.conftest import (
    COMPLETED,
    RUNNING,
    end_of,
    events_of,
    kinds,
    picture,
    provider_for,
    resume,
)

# Silence lasts until a limit ends it; no busy machine may be as slow.
SHORT = Limits(gap_s=0.5)


def test_f_api_6_a_run_is_found_again_by_the_addresses_the_service_gave(run, waits, dev):
    async def story():
        async with FalService() as fal:
            async with provider_for(fal, waits) as provider:
                events = await events_of(provider, dev, picture())
            remote = next(one.remote for one in events if isinstance(one, Submitted))
            async with provider_for(fal, waits) as another:
                again, end = await end_of(another.resume(remote))
            return fal, events, again, end

    fal, events, again, end = run(story())
    assert end is None
    assert again[-1] == events[-1]
    assert len(fal.seen("submit")) == 1


def test_where_nothing_streams_the_status_is_polled_at_a_decent_pace(run, waits):
    statuses = [RUNNING] * 70 + [COMPLETED]
    events, end, fal = resume(run, waits, streams=False, statuses=statuses)
    assert end is None
    assert len(fal.seen("stream")) == 1
    assert len(fal.seen("status")) == 71
    assert kinds(events) == [Running, RemoteDone, Finished]
    assert waits.asked == [0.5] * 60 + [1.0] * 10


def test_f_api_28_the_place_in_the_queue_and_going_back_to_it_are_told(run, waits):
    statuses = [
        {"status": "IN_QUEUE", "queue_position": 3},
        {"status": "IN_QUEUE", "queue_position": 3},
        {"status": "IN_QUEUE", "queue_position": 0},
        {"status": "IN_PROGRESS", "logs": None, "progress": 0.25},
        {"status": "IN_QUEUE", "queue_position": True},
        {"status": "IN_PROGRESS", "logs": [{"message": "a"}, {"message": "b"}], "progress": 7},
        COMPLETED,
    ]
    events, _, _ = resume(run, waits, statuses=statuses)
    assert events[:-2] == [
        Queued(3),
        Queued(0),
        Running(0.25),
        Queued(None),
        Running(1.0, "b"),
    ]


def test_f_api_27_a_status_nobody_knows_is_shown_and_waited_out(run, waits):
    events, end, _ = resume(run, waits, statuses=[{"status": "PAUSED"}, COMPLETED])
    assert end is None
    assert events[0] == Queued(None, "PAUSED")


@pytest.mark.parametrize("streams", [True, False])
def test_f_net_9_faults_of_the_status_are_troubles_and_never_the_end(run, waits, streams):
    poll_faults = [
        drops(),
        page(200),
        page(502),
        cut(),
        hangs(),
        says(500, {"detail": "x"}),
        says(429, {"detail": "x"}),
        says(401, {"detail": "No user found"}),
        says(200, b"[" * 50_000),
        says(200, {"no": "status"}),
        says(200, b'"Unauthorized"'),
        says_raw(b"rubbish\r\n\r\n"),
        says(302, b"", {"location": "https://other.test"}),
    ]
    events, end, _ = resume(
        run,
        waits,
        limits=SHORT,
        streams=streams,
        faults=[("stream", drops()), *[("status", fault) for fault in poll_faults]],
    )
    assert end is None
    assert isinstance(events[-1], Finished)
    troubles = [event.reason for event in events if isinstance(event, Trouble)]
    assert troubles[-1] is None
    assert all(reason is not None for reason in troubles[:-1])
    assert len(troubles) == len(poll_faults) + 2
    assert waits.asked[: len(poll_faults)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 60, 60, 60, 60]


def test_after_a_good_answer_the_waits_begin_anew(run, waits):
    async def story():
        async with FalService(streams=False, statuses=[RUNNING, COMPLETED]) as fal:
            fal.fault("status", drops(), drops())
            async with provider_for(fal, waits) as provider:
                stream = provider.resume(fal.remote("run-1"))
                async for event in stream:
                    if isinstance(event, Running):
                        fal.fault("status", drops())
            return waits.asked

    # Two faults, a poll that works, one fault.
    assert run(story()) == [0.5, 1.0, 0.5, 0.5]


@pytest.mark.parametrize("told", range(6))
def test_f_net_14_a_stream_that_breaks_off_goes_on_as_polling(run, waits, told):
    statuses = [
        {"status": "IN_QUEUE", "queue_position": 0},
        RUNNING,
        *({**RUNNING, "progress": share} for share in (0.2, 0.5, 0.8)),
    ][:told]
    frames = b"".join(f"data: {json.dumps(one)}\n\n".encode() for one in statuses)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9999\r\n\r\n"
    events, end, fal = resume(
        run, waits, faults=[("stream", says_raw(head + frames))], statuses=[RUNNING, COMPLETED]
    )
    assert end is None
    reasons = [event.reason for event in events if isinstance(event, Trouble)]
    assert isinstance(reasons[0], ConnectionLost)
    assert reasons[1:] == [None]
    assert len(fal.seen("status")) >= 1


def test_a_stream_that_only_stays_silent_is_no_trouble(run, waits):
    async def says_one_thing(exchange):
        await exchange.read()
        exchange.note()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        await exchange.write(head + f"data: {json.dumps(RUNNING)}\n\n".encode())
        exchange.open = False
        await exchange.reader.read(1)

    events, end, fal = resume(
        run,
        waits,
        limits=SHORT,
        faults=[("stream", says_one_thing)] * 2,
        statuses=[RUNNING] * 2 + [COMPLETED],
    )
    assert end is None
    assert kinds(events) == [Running, RemoteDone, Finished]
    assert len(fal.seen("stream")) == 3


def test_rubbish_in_a_stream_is_passed_over(run, waits):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
    rubbish = b"data: {oops\n\nevent: x\ndata: [1]\n\n: ping\n\ndata:\n\n"
    good = f"data: {json.dumps(COMPLETED)}\n\n".encode()
    events, end, _ = resume(run, waits, faults=[("stream", says_raw(head + rubbish + good))])
    assert end is None
    assert kinds(events) == [RemoteDone, Finished]


def test_a_stream_without_end_is_cut_and_polled_instead(run, waits):
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: "
    endless = says_raw(head + b"x" * 200_000)
    events, end, fal = resume(
        run,
        waits,
        limits=Limits(events_bytes=100_000),
        faults=[("stream", endless)],
        statuses=[COMPLETED],
    )
    assert end is None
    assert isinstance(events[0].reason, BadAnswer)
    assert len(fal.seen("status")) == 1


def test_f_api_6_a_request_the_service_does_not_know_is_asked_for_over_more_than_a_minute(
    run, waits
):
    unknown = says(404, {"detail": "Request not found"})
    events, end, fal = resume(
        run, waits, streams=False, faults=[("status", unknown)] * 9, statuses=[COMPLETED]
    )
    assert isinstance(end, NotFound)
    assert "run-1" in end.message
    assert end.charged is Charged.MAYBE
    assert len(fal.seen("status")) == GONE_ATTEMPTS
    assert kinds(events) == [Trouble] * (GONE_ATTEMPTS - 1)


def test_f_api_6_a_request_that_is_only_unknown_for_a_moment_goes_on(run, waits):
    unknown = says(404, {"detail": "Request not found"})
    _, end, _ = resume(run, waits, streams=False, faults=[("status", unknown)] * 4)
    assert end is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/fal-ai/x/requests/1",
        "https://queue.fal.run@evil.test/x",
        "http://queue.fal.run/x",
        "https://queue.fal.run:8443/x",
        "https://queue.fal.run./x",
        "https://queue.fal.run\t.evil.test/x",
        "https://queue.fal.run\n/x",
        "https://xn--fl-run-cua.test/x",
        "https://[::1]/x",
        "https://[fe80::1%25eth0]/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_f_sec_2_an_address_that_is_not_the_services_own_is_never_asked(run, waits, url):
    own = "https://queue.fal.run/fal-ai/x/requests/1"

    async def story():
        access = FalService().access(hosts=())
        async with provider_for(access, waits) as provider:
            with pytest.raises(BadAnswer, match="not part of the connection"):
                await provider.cancel(RemoteHandle("1", own, own, url))
            return [
                (await end_of(provider.resume(RemoteHandle("1", first, second, own))))[1]
                for first, second in ((url, own), (own, url))
            ]

    # The network of the tests would notice any attempt to look up or reach a foreign host.
    for end in run(story()):
        assert isinstance(end, BadAnswer)
        assert end.charged is Charged.MAYBE


def test_f_net_14_a_stream_that_only_keeps_the_connection_warm_is_polled_beside(run, waits):
    async def pings(exchange):
        await exchange.read()
        exchange.note()
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        exchange.open = False
        with contextlib.suppress(ConnectionError):
            while not exchange.reader.at_eof():
                await exchange.write(b": ping\n\n")
                await asyncio.sleep(0.05)

    events, end, fal = resume(
        run, waits, limits=SHORT, faults=[("stream", pings)], statuses=[COMPLETED]
    )
    assert end is None
    assert kinds(events) == [RemoteDone, Finished]
    assert len(fal.seen("status")) == 1
