import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ConnectionLost,
    ContentBlocked,
    NotFound,
    OutOfCredit,
    Refused,
    ServiceFailed,
    Unauthorized,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Finished, Queued, RemoteDone, Running, Submitted, Trouble
from kontext_studio.providers.client import Limits
from tests.fakes.fal_service import (
    FalService,
    cut,
    drops,
    hangs,
    page,
    says,
    says_raw,
)
from tests.unit.providers.conftest import end_of, events_of, picture, provider_for

COMPLETED: dict[str, object] = {"status": "COMPLETED", "logs": None, "metrics": {}}
RUNNING = {"status": "IN_PROGRESS", "logs": None}
QUICK = Limits(gap_s=0.2, exchange_s=0.5)


def resume(run, waits, *, limits=None, faults=(), remote=None, **service):
    """A run that was sent before, followed to its end."""

    async def story():
        async with FalService(**service) as fal, provider_for(fal, waits, limits) as provider:
            for step, fault in faults:
                fal.fault(step, fault)
            handle = fal.remote("run-1") if remote is None else remote
            events, end = await end_of(provider.resume(handle))
            return events, end, fal

    return run(story())


def kinds(events):
    return [type(event) for event in events]


def test_a_run_is_found_again_by_its_addresses_after_a_restart(run, waits, dev):
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


def test_the_place_in_the_queue_and_going_back_to_it_are_told(run, waits):
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


def test_a_status_nobody_knows_is_shown_and_waited_out(run, waits):
    events, end, _ = resume(run, waits, statuses=[{"status": "PAUSED"}, COMPLETED])
    assert end is None
    assert events[0] == Queued(None, "PAUSED")


@pytest.mark.parametrize("streams", [True, False])
def test_faults_of_the_status_are_troubles_and_never_the_end(run, waits, streams):
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
        limits=QUICK,
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


@pytest.mark.parametrize("told", range(4))
def test_a_stream_that_breaks_off_goes_on_as_polling(run, waits, told):
    statuses = [
        {"status": "IN_QUEUE", "queue_position": 0},
        RUNNING,
        {**RUNNING, "progress": 0.5},
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
        limits=QUICK,
        faults=[("stream", says_one_thing)] * 4,
        statuses=[RUNNING] * 4 + [COMPLETED],
    )
    assert end is None
    assert kinds(events) == [Running, RemoteDone, Finished]
    assert len(fal.seen("stream")) == 5


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


def test_a_request_the_service_does_not_know_is_asked_for_three_times(run, waits):
    unknown = says(404, {"detail": "Request not found"})
    events, end, fal = resume(
        run, waits, streams=False, faults=[("status", unknown)] * 5, statuses=[COMPLETED]
    )
    assert isinstance(end, NotFound)
    assert "run-1" in end.message
    assert end.charged is Charged.MAYBE
    assert len(fal.seen("status")) == 3
    assert kinds(events) == [Trouble, Trouble]


def test_a_request_that_is_only_unknown_for_a_moment_goes_on(run, waits):
    unknown = says(404, {"detail": "Request not found"})
    _, end, _ = resume(run, waits, streams=False, faults=[("status", unknown)] * 2)
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
def test_an_address_that_is_not_the_services_own_is_never_asked(run, waits, url):
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


def test_a_result_that_breaks_off_is_asked_for_until_it_is_whole(run, waits):
    events, end, fal = resume(
        run,
        waits,
        statuses=[COMPLETED],
        faults=[("result", fault) for fault in (cut(), drops(), page(200), page(502), cut())],
    )
    assert end is None
    assert len(fal.seen("result")) == 6
    assert kinds(events) == [Trouble] * 6 + [RemoteDone, Finished]
    assert events[5] == Trouble(None)


def test_a_result_may_be_as_large_as_the_pictures_inside_it(run, waits):
    url = "data:image/png;base64," + "A" * 4_000_000
    _, end, _ = resume(run, waits, statuses=[COMPLETED], result={"images": [{"url": url}]})
    assert end is None


def test_a_result_that_is_not_ready_is_waited_for(run, waits):
    early = says(400, {"detail": "Request is still in progress"})
    _, end, fal = resume(run, waits, statuses=[COMPLETED], faults=[("result", early)])
    assert end is None
    assert len(fal.seen("result")) == 2


def detail(kind, message="No.", **context):
    entry = {"loc": ["body", "prompt"], "msg": message, "type": kind}
    return {"detail": [{**entry, "ctx": context}] if context else [entry]}


ENDS = {
    "content": (422, detail("content_policy_violation"), ContentBlocked, Charged.MAYBE),
    "content as 400": (400, detail("content_policy_violation"), ContentBlocked, Charged.MAYBE),
    "field": (422, detail("image_too_small", min_width=64), Refused, Charged.MAYBE),
    "no media": (422, detail("no_media_generated"), Refused, Charged.MAYBE),
    "401": (401, {"detail": "No user found for Key ID and Secret"}, Unauthorized, Charged.MAYBE),
    "balance": (403, {"detail": "User is locked. Exhausted balance."}, OutOfCredit, Charged.MAYBE),
    "403": (403, {"detail": "Forbidden"}, Unauthorized, Charged.MAYBE),
    "500": (500, detail("internal_server_error"), ServiceFailed, Charged.NO),
    "503": (503, {"detail": "x", "error_type": "runner_disconnected"}, ServiceFailed, Charged.NO),
    "504": (504, detail("generation_timeout"), ServiceFailed, Charged.NO),
    "downstream": (400, detail("downstream_service_error"), ServiceFailed, Charged.NO),
    "cancelled": (499, {"detail": "x", "error_type": "client_cancelled"}, Refused, Charged.MAYBE),
}


@pytest.mark.parametrize("quirk", [False, True], ids=["status kept", "status lost"])
@pytest.mark.parametrize(("status", "body", "kind", "charged"), ENDS.values(), ids=ENDS.keys())
def test_an_error_in_the_result_is_the_end_of_the_run(
    run, waits, quirk, status, body, kind, charged
):
    if quirk and body == {"detail": "Forbidden"}:
        kind = Refused  # without its status this sentence tells nothing more
    events, end, fal = resume(
        run,
        waits,
        statuses=[COMPLETED],
        result=body,
        result_status=200 if quirk else status,
    )
    assert type(end) is kind
    assert end.charged is charged
    assert len(fal.seen("result")) == 1
    assert events == []


def test_a_refusal_names_its_fields_with_all_their_facts(run, waits):
    body = {
        "detail": [
            {
                "loc": ["body", "image_url"],
                "msg": "too small",
                "type": "image_too_small",
                "ctx": {"min_width": 64},
                "url": "https://docs.test/errors",
            },
            {"loc": ["body", "loras", 0, "path"], "msg": "gone", "type": "file_download_error"},
            "rubbish",
        ]
    }
    _, end, _ = resume(run, waits, statuses=[COMPLETED], result=body, result_status=422)
    first, second = end.problems
    assert (first.field, first.kind, first.message) == ("image_url", "image_too_small", "too small")
    assert first.context == {"min_width": 64}
    assert second.field == "loras.0.path"
    assert end.message == "The service refused this request: too small gone"
    assert "HTTP 422" in end.detail


def test_completed_with_an_error_inside_ends_as_its_result_says(run, waits):
    failed = {**COMPLETED, "error": "Invalid status code: 422", "error_type": "bad_request"}
    _, end, _ = resume(
        run,
        waits,
        statuses=[failed],
        result=detail("content_policy_violation"),
        result_status=422,
    )
    assert isinstance(end, ContentBlocked)


@pytest.mark.parametrize(
    ("result", "result_status"), [({}, 200), ({"detail": "Request not found"}, 404)]
)
def test_completed_with_an_error_and_no_result_ends_as_the_status_says(
    run, waits, result, result_status
):
    failed = {**COMPLETED, "error": "The runner was lost", "error_type": "runner_disconnected"}
    _, end, _ = resume(run, waits, statuses=[failed], result=result, result_status=result_status)
    assert isinstance(end, ServiceFailed)
    assert "The runner was lost" in end.message


def test_a_service_that_says_failed_is_asked_for_the_reason(run, waits):
    _, end, _ = resume(
        run,
        waits,
        statuses=[{"status": "FAILED"}],
        result=detail("image_load_error"),
        result_status=422,
    )
    assert isinstance(end, Refused)
