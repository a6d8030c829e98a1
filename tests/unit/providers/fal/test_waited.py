"""A run that is waited for on its own connection: its answer is the result, and all there is."""

import asyncio
import base64
import json

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    ServiceFailed,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.provider import Finished, NotAccepted, RemoteDone, Sending
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import (
    ENDPOINT,
    KEY,
    FalService,
    cut,
    drops,
    drops_before_reading,
    hangs,
    page,
    png,
    says,
    says_raw,
)
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for
from tests.unit.providers.fal.conftest import HOSTED

SYNC = Delivery(Way.SYNC)
NUMBER = {"x-fal-request-id": "run-1"}


def test_a_waited_run_is_one_post_and_its_pictures(ask):
    told = ask(SYNC, count=2, service={"result": None})
    assert told.end is None
    assert told.kinds == [Sending, RemoteDone, Finished]
    assert told.events[0] == Sending((HOSTED.url,), waits=True)
    assert [(one.method, one.path) for one in told.fal.ledger] == [
        ("POST", f"/run/{ENDPOINT}"),
        ("GET", "/files/result-0"),
    ]
    (post,) = told.fal.seen("run")
    assert post.headers["authorization"] == f"Key {KEY}"
    assert post.json() == {
        "prompt": "Make the car red",
        "image_url": HOSTED.url,
        "seed": 7,
        "num_images": 2,
        "output_format": "png",
    }
    assert [name for name in post.headers if name.startswith("x-fal-")] == []
    result = told.events[-1].result
    assert result.images[0].data == png(grey=20)
    assert result.seed == 196619188014358660


def test_pictures_within_the_answer_are_understood_and_never_asked_for(ask):
    inside = "data:image/png;base64," + base64.b64encode(png(grey=9)).decode()
    told = ask(SYNC, service={"result": {"images": [{"url": inside}], "has_nsfw_concepts": [True]}})
    (image,) = told.events[-1].result.images
    assert (image.data, image.flagged) == (png(grey=9), True)
    assert "sync_mode" not in told.fal.seen("run")[0].json()


SENT = {
    "dropped": drops(),
    "half sent": drops_before_reading(-1),
    "half an answer": cut(sent=b'{"images": [{"url": "https://v3.f'),
    "no json": says(200, b"done", kind="text/plain"),
    "no result": says(200, {"timings": {}}),
    "a bare word": says(200, "done"),
    "a gateway's page": page(502),
    "a gateway's word": says(500, {"detail": "Internal Server Error"}),
    "504 of a gateway": says(504, b"", kind="text/plain"),
    "408 of a gateway": says(408, b"", kind="text/plain"),
}


@pytest.mark.parametrize("fault", SENT.values(), ids=SENT.keys())
def test_f_net_5_what_breaks_after_the_post_left_ends_unknown_and_is_not_sent_again(ask, fault):
    told = ask(SYNC, ("run", fault))
    assert isinstance(told.end, OutcomeUnknown)
    assert "may have been charged" in told.end.message
    assert told.kinds == [Sending]
    assert len(told.fal.seen("run")) == 1


def test_f_net_6_a_run_that_is_not_answered_in_its_time(ask):
    told = ask(SYNC, ("run", hangs()), limits=Limits(run_s=0.3))
    assert isinstance(told.end, OutcomeUnknown)


def test_an_answer_may_take_longer_than_any_other_call(ask):
    limits = Limits(gap_s=0.1, exchange_s=0.2, slow_window_s=0.1)

    async def late(exchange):
        await exchange.read()
        exchange.note()
        body = json.dumps(exchange.service.output()).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        await exchange.write(f"{head}\r\n\r\n".encode())
        await asyncio.sleep(0.5)
        await exchange.write(body)

    told = ask(SYNC, ("run", late), limits=limits)
    assert told.kinds == [Sending, RemoteDone, Finished]


def test_an_answer_that_came_whole_counts_although_its_connection_broke(ask):
    picture = "data:image/png;base64," + base64.b64encode(png(grey=3)).decode()
    body = json.dumps({"images": [{"url": picture}]}).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999\r\n\r\n"
    told = ask(SYNC, ("run", says_raw(head + body)))
    assert told.kinds == [Sending, RemoteDone, Finished]


def problem(kind):
    return {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": kind}]}


ENDS = {
    "401": (says(401, {"detail": "No user found"}), Unauthorized, Charged.NO),
    "403": (says(403, {"detail": "User is locked. Exhausted balance."}), OutOfCredit, Charged.NO),
    "404": (says(404, {"detail": "Application not found"}), NotFound, Charged.NO),
    "413": (says(413, b"big", kind="text/plain"), Refused, Charged.NO),
    "422": (says(422, problem("value_error")), Refused, Charged.MAYBE),
    "rules": (says(422, problem("content_policy_violation")), ContentBlocked, Charged.MAYBE),
    "typed 503": (
        says(503, {"detail": "gone", "error_type": "runner_disconnected"}),
        ServiceFailed,
        Charged.NO,
    ),
    "numbered 500": (says(500, {"detail": "Boom"}, NUMBER), ServiceFailed, Charged.NO),
    "model 500": (says(500, problem("internal_server_error")), ServiceFailed, Charged.NO),
    "sign-in page": (page(200), BadAnswer, Charged.NO),
    "redirect": (says(302, b"", {"location": "https://other.test/"}), BadAnswer, Charged.NO),
}


@pytest.mark.parametrize(("fault", "kind", "charged"), ENDS.values(), ids=ENDS.keys())
def test_what_the_service_says_of_the_run_is_its_end(ask, fault, kind, charged):
    told = ask(SYNC, ("run", fault))
    assert type(told.end) is kind
    assert told.end.charged is charged
    assert told.kinds == [Sending]
    assert len(told.fal.seen("run")) == 1


def test_a_run_that_was_certainly_not_taken_is_sent_again(ask):
    told = ask(SYNC, ("run", says(429, {"detail": "busy"}, {"retry-after": "3"})))
    assert told.kinds == [Sending, NotAccepted, Sending, RemoteDone, Finished]
    assert len(told.fal.seen("run")) == 2
    told = ask(SYNC, *[("run", says(429, {"detail": "busy"}))] * 9)
    assert isinstance(told.end, RateLimited)
    assert len(told.fal.seen("run")) == 6


def test_no_connection_is_tried_three_times_and_nothing_was_sent(run, waits, dev):
    async def story():
        async with FalService() as fal:
            access = fal.access()
        async with provider_for(access, waits) as provider:
            one = picture(hosted=HOSTED)
            return await end_of(provider.edit(request_for(one), dev, (one,), SYNC))

    events, end = run(story())
    assert isinstance(end, Unreachable)
    assert [type(event) for event in events] == [Sending, NotAccepted] * 2 + [Sending]


@pytest.mark.parametrize("way", [Way.SYNC, Way.QUEUE])
@pytest.mark.parametrize("kind", ["request_timeout", ""])
def test_a_run_that_did_not_start_in_the_time_allowed_has_ended_and_is_not_sent_again(
    ask, way, kind
):
    said = {"detail": "Request timed out", **({"error_type": kind} if kind else {})}
    late = says(504, said, {"x-fal-request-timeout-type": "user", **NUMBER})
    step = "run" if way is Way.SYNC else "submit"
    told = ask(Delivery(way, start_timeout_s=20), (step, late))
    assert type(told.end) is ServiceFailed
    assert "did not start" in told.end.message
    assert told.end.charged is Charged.NO
    assert len(told.fal.seen(step)) == 1
    assert told.fal.seen(step)[0].headers["x-fal-request-timeout"] == "20"


def test_a_queued_run_that_did_not_start_in_time_says_so_at_its_result(ask):
    late = says(504, {"detail": "x"}, {"x-fal-request-timeout-type": "user"})
    told = ask(Delivery(start_timeout_s=20), ("result", late))
    assert type(told.end) is ServiceFailed
    assert "did not start" in told.end.message
    assert len(told.fal.seen("result")) == 1
