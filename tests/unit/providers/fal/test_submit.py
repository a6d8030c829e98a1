import asyncio
import gzip
import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    BadRequest,
    Charged,
    ContentBlocked,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    Unauthorized,
)
from kontext_studio.core.provider import (
    Finished,
    HostedUrl,
    NotAccepted,
    Sending,
    Submitted,
)
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.fal.service import handle_of
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    cut,
    drops,
    drops_before_reading,
    hangs,
    page,
    says,
    says_raw,
    sells_and,
)
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for

HOSTED = HostedUrl("https://v3.fal.media/files/x", None)


def edit(run, waits, dev, *faults, limits=None):
    """The events of one edit whose submits meet these faults, what ended it, and the service."""

    async def story():
        async with FalService() as fal, provider_for(fal, waits, limits) as provider:
            fal.fault("submit", *faults)
            one = picture(hosted=HOSTED)
            events, fault = await end_of(provider.edit(request_for(one), dev, (one,)))
            return events, fault, fal

    return run(story())


BIG = b'{"pad": "' + b"x" * 3_000_000 + b'", "request_id": "x"}'
GZIP = "content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x00\x01\x02\x03"


def assert_sent_once_and_unknown(run, waits, dev, fault, limits=None):
    events, end, fal = edit(run, waits, dev, fault, limits=limits)
    assert isinstance(end, OutcomeUnknown)
    assert end.charged is Charged.MAYBE
    assert "may have been charged" in end.message
    assert len(fal.seen("submit")) == 1
    assert [type(event) for event in events] == [Sending]
    assert waits.asked == []
    return end


@pytest.mark.parametrize("sent", [0, 1, 60, -1], ids=["none", "one byte", "half", "all but one"])
def test_f_net_5_a_connection_that_drops_while_the_body_is_sent(run, waits, dev, sent):
    end = assert_sent_once_and_unknown(run, waits, dev, drops_before_reading(sent))
    assert end.charged is Charged.MAYBE


def test_f_net_6_a_submit_that_is_not_answered(run, waits, dev):
    end = assert_sent_once_and_unknown(run, waits, dev, hangs(), Limits(gap_s=0.3))
    assert end.charged is Charged.MAYBE


def test_f_net_6_an_answer_that_drips_for_longer_than_an_exchange_may_take(run, waits, dev):
    async def drips(exchange):
        await exchange.read()
        exchange.note()
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n")
        while not exchange.writer.is_closing():
            await exchange.write(b" ")
            await asyncio.sleep(0.02)

    assert_sent_once_and_unknown(run, waits, dev, drips, Limits(exchange_s=0.6))


def test_f_net_7_a_connection_that_closes_before_the_answer(run, waits, dev):
    assert_sent_once_and_unknown(run, waits, dev, drops())


UNREAD = {
    "half an answer": cut(),
    "an answer that is no json": says(200, b"accepted", kind="text/plain"),
    "an answer without a number": says(200, {"status": "IN_QUEUE"}),
    "an answer with an empty number": says(200, {"request_id": ""}),
    "no content": says_raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
}


@pytest.mark.parametrize("fault", UNREAD.values(), ids=UNREAD.keys())
def test_f_net_8_an_answer_that_does_not_tell_the_runs_number(run, waits, dev, fault):
    assert_sent_once_and_unknown(run, waits, dev, fault)


def test_f_net_8_what_came_of_the_answer_is_kept_for_the_details(run, waits, dev):
    end = assert_sent_once_and_unknown(run, waits, dev, says(200, {"status": "IN_QUEUE"}))
    assert "IN_QUEUE" in end.detail
    end = assert_sent_once_and_unknown(run, waits, dev, cut())
    assert '{"request_id": "lo' in end.detail


def sells_and_says(head, body="{handle}", *, cut_to=None):
    """Takes the run and answers so; "{size}" and "{handle}" stand for the body's."""

    async def act(exchange):
        fal = exchange.service
        handle = json.dumps(fal.remote(f"run-{fal.sold}").to_json())
        whole = body.replace("{handle}", handle).replace("{number}", f"run-{fal.sold}").encode()
        told = head.replace("{size}", str(len(whole))).replace("{hex}", f"{len(whole):x}")
        exchange.open = False
        await exchange.write(f"HTTP/1.1 {told}".encode() + whole[:cut_to])
        exchange.writer.close()

    return sells_and(act)


OK = "200 OK\r\n"
NUMBERED = {
    "no last chunk": sells_and_says(f"{OK}transfer-encoding: chunked\r\n\r\n{{hex}}\r\n"),
    "a length too large": sells_and_says(f"{OK}content-length: 9999\r\n\r\n"),
    "cut behind the number": sells_and_says(f"{OK}content-length: {{size}}\r\n\r\n", cut_to=25),
    "a length too small": sells_and_says(f"{OK}content-length: 60\r\n\r\n"),
    "a compression nobody asked for": sells_and_says(
        f"{OK}content-encoding: br\r\nx-fal-request-id: run-1\r\n\r\n"
    ),
    "500 with the whole handle": sells_and_says("500 X\r\ncontent-length: {size}\r\n\r\n"),
    "500 with the number in its head": sells_and_says(
        "500 X\r\nx-fal-request-id: run-1\r\ncontent-length: {size}\r\n\r\n", '{"detail": "x"}'
    ),
    "502 of a page with the number in its head": sells_and_says(
        "502 X\r\nx-fal-request-id: run-1\r\ncontent-length: {size}\r\n\r\n", "<html>x"
    ),
    "over the limit behind the number": sells_and_says(
        f"{OK}\r\n", '{"request_id": "{number}", "pad": "' + "x" * 3_000_000 + '"}'
    ),
}


@pytest.mark.parametrize("fault", NUMBERED.values(), ids=NUMBERED.keys())
def test_f_net_8_and_f_api_13_a_number_in_hand_is_followed_whatever_became_of_the_rest(
    run, waits, dev, fault
):
    events, end, fal = edit(run, waits, dev, fault)
    assert end is None
    assert next(one.remote for one in events if isinstance(one, Submitted)) == fal.remote("run-1")
    assert isinstance(events[-1], Finished)
    assert len(fal.seen("submit")) == 1 == fal.sold


def test_f_api_13_a_number_that_a_gateway_gave_its_error_is_not_the_runs(run, waits, dev):
    fault = says(500, {"message": "An unexpected error occurred", "request_id": "8f3a"})
    assert_sent_once_and_unknown(run, waits, dev, fault)


ELSEWHERE = {
    "another host": "https://queue.other.test/x",
    "another name of this one": "http://localhost:1/x",
    "no ascii": "{origin}/\u00e4",
    "half a character": "{origin}/\ud800",
    "a sign-in": "http://user@127.0.0.1/x",
}


@pytest.mark.parametrize("url", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_f_sec_2_a_run_said_to_lie_elsewhere_is_asked_for_at_the_services_own_place(
    run, waits, dev, url
):
    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            where = url.replace("{origin}", fal.origin)
            fal.foreign = {f"{name}_url": where for name in ("status", "response", "cancel")}
            one = picture(hosted=HOSTED)
            return fal, await end_of(provider.edit(request_for(one), dev, (one,)))

    # The network of the tests would notice any attempt to look up or reach a foreign host.
    fal, (events, end) = run(story())
    assert end is None
    assert next(one.remote for one in events if isinstance(one, Submitted)) == fal.remote("run-1")
    assert isinstance(events[-1], Finished)


def test_a_number_of_any_characters_leads_to_no_other_place(run, waits, dev):
    usual = handle_of("https://queue.test", ENDPOINT, "\ud800/../y?")
    assert (
        usual.status_url == "https://queue.test/fal-ai/flux-kontext/requests/%3F%2F..%2Fy%3F/status"
    )


@pytest.mark.parametrize("packed", [False, True])
def test_f_net_23_an_answer_over_the_limit(run, waits, dev, packed):
    fault = (
        says(200, gzip.compress(BIG), {"content-encoding": "gzip"}) if packed else says(200, BIG)
    )
    assert_sent_once_and_unknown(run, waits, dev, fault)


def test_f_net_24_headers_without_an_end(run, waits, dev):
    flood = b"HTTP/1.1 200 OK\r\n" + b"x-pad: y\r\n" * 40_000
    assert_sent_once_and_unknown(run, waits, dev, says_raw(flood))


NONSENSE = {
    "garbage": b"\x16\x03\x01garbage\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
    "a broken chunk": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "a broken compression": f"HTTP/1.1 200 OK\r\n{GZIP}".encode("latin-1"),
}


@pytest.mark.parametrize("raw", NONSENSE.values(), ids=NONSENSE.keys())
def test_f_net_25_an_answer_that_is_no_http(run, waits, dev, raw):
    assert_sent_once_and_unknown(run, waits, dev, says_raw(raw))


@pytest.mark.parametrize(
    "fault",
    [
        says(500, {"detail": "Internal Server Error"}),
        says(500, {"detail": "lost", "error_type": "internal_error"}),
        says(500, b"oops", kind="text/plain"),
    ],
)
def test_f_api_13_a_500_to_a_submit(run, waits, dev, fault):
    assert_sent_once_and_unknown(run, waits, dev, fault)


@pytest.mark.parametrize("fault", [page(502), page(504), says(502, b"", kind="text/plain")])
def test_f_api_14_a_gateway_answers_a_submit(run, waits, dev, fault):
    assert_sent_once_and_unknown(run, waits, dev, fault)


@pytest.mark.parametrize(
    "fault",
    [
        says(503, {"detail": "Service Unavailable"}),
        says(503, {"detail": "The upstream connection was reset. Please try again."}),
        says(503, {"detail": "Over capacity"}),
        says(503, {"detail": "upstream connect error"}, {"retry-after": "0"}),
        page(503),
        says(408, {"detail": "timeout"}),
        says(408, b"stream timeout", kind="text/plain"),
        says(408, b""),
        says(499, {"detail": "client closed request"}),
        says(499, b""),
        page(499),
    ],
)
def test_f_api_15_a_503_that_does_not_say_that_the_run_was_not_taken(run, waits, dev, fault):
    assert_sent_once_and_unknown(run, waits, dev, fault)


def refused_at_once_and_free(run, waits, dev, fault, kind, words):
    events, end, fal = edit(run, waits, dev, fault)
    assert type(end) is kind
    assert words in end.message
    assert end.charged is Charged.NO
    assert len(fal.seen("submit")) == 1
    assert [type(event) for event in events] == [Sending]
    assert waits.asked == []
    return end


def test_f_api_1_a_400_is_told_with_its_reason(run, waits, dev):
    refused_at_once_and_free(
        run, waits, dev, says(400, {"detail": "bad header"}), Refused, "this request: bad header"
    )
    refused_at_once_and_free(
        run, waits, dev, says(400, b"no", kind="text/plain"), BadAnswer, "makes no sense"
    )


def test_f_api_2_a_401_names_the_key(run, waits, dev):
    fault = says(401, {"detail": "No user found"})
    refused_at_once_and_free(run, waits, dev, fault, Unauthorized, "key was not accepted")


@pytest.mark.parametrize(
    "fault",
    [
        says(402, {"detail": "Payment"}),
        says(403, {"detail": "User is locked. Reason: Exhausted balance."}),
    ],
)
def test_f_api_3_an_account_without_credit(run, waits, dev, fault):
    words = "The account at fal.ai has no credit"
    refused_at_once_and_free(run, waits, dev, fault, OutOfCredit, words)


def test_f_api_4_a_403_names_the_model(run, waits, dev):
    fault = says(403, {"detail": "Forbidden"})
    refused_at_once_and_free(run, waits, dev, fault, NotAllowed, f"may not use {ENDPOINT}")


def test_f_api_5_a_model_that_is_not_there_is_named(run, waits, dev):
    fault = says(404, {"detail": "Application not found"})
    refused_at_once_and_free(run, waits, dev, fault, NotFound, f"{ENDPOINT} is not offered")


@pytest.mark.parametrize("status", [404, 410])
def test_f_api_33_a_model_that_was_renamed_is_told_with_the_services_hint(run, waits, dev, status):
    fault = says(status, {"detail": "Renamed to fal-ai/other"})
    end = refused_at_once_and_free(run, waits, dev, fault, NotFound, f"{ENDPOINT} is not offered")
    assert end.hint == "Renamed to fal-ai/other"


@pytest.mark.parametrize(("status", "why"), [(409, "collides"), (425, "too early")])
def test_f_api_7_a_409_is_a_refusal_of_a_submit_that_says_what_it_is(run, waits, dev, status, why):
    fault = says(status, {"detail": "It holds a lock."})
    end = refused_at_once_and_free(run, waits, dev, fault, Refused, "refused this request: it ")
    assert why in end.message
    assert "It holds a lock." in end.message
    assert "again" in end.hint


@pytest.mark.parametrize("fault", [says(413, {"detail": "too large"}), page(413)])
def test_f_api_8_a_413_is_about_the_picture(run, waits, dev, fault):
    end = refused_at_once_and_free(run, waits, dev, fault, Refused, "too large to send")
    assert end.problems[0].field == "image_url"


@pytest.mark.parametrize("field", ["prompt", "image_url", "aspect_ratio", "guidance_scale"])
def test_f_api_9_a_422_names_the_field(run, waits, dev, field):
    entry = {"loc": ["body", field], "msg": "not so", "type": "value_error"}
    fault = says(422, {"detail": [entry]})
    end = refused_at_once_and_free(run, waits, dev, fault, Refused, "not so")
    assert [problem.field for problem in end.problems] == [field]


@pytest.mark.parametrize("status", [400, 422])
def test_f_api_10_a_rule_of_the_content_stopped_it(run, waits, dev, status):
    entry = {"loc": ["body", "prompt"], "msg": "no", "type": "content_policy_violation"}
    fault = says(status, {"detail": [entry]})
    refused_at_once_and_free(run, waits, dev, fault, ContentBlocked, "content rules stopped this")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (200, BadAnswer, "sign-in page"),
        (401, Unauthorized, "asks for a sign-in"),
        (407, Unauthorized, "asks for a sign-in"),
        (404, BadAnswer, "page that says 404"),
    ],
)
def test_f_net_16_a_page_that_answers_a_submit_took_nothing(run, waits, dev, status, kind, words):
    refused_at_once_and_free(run, waits, dev, page(status), kind, words)


@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("body", [b"", b"Unauthorized"])
def test_f_net_16_a_gateway_that_wants_a_sign_in_may_say_so_without_json(
    run, waits, dev, status, body
):
    fault = says(status, body, kind="text/plain")
    refused_at_once_and_free(run, waits, dev, fault, Unauthorized, "asks for a sign-in")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_f_net_17_a_submit_follows_no_redirect(run, waits, dev, status):
    async def story():
        async with FalService() as other, FalService() as fal, provider_for(fal, waits) as provider:
            fal.fault("submit", says(status, b"", {"location": f"{other.origin}/{ENDPOINT}"}))
            one = picture(hosted=HOSTED)
            _, end = await end_of(provider.edit(request_for(one), dev, (one,)))
            return end, fal, other

    end, fal, other = run(story())
    assert isinstance(end, BadAnswer)
    assert "tried to send this request to 127.0.0.1; refused" in end.message
    assert len(fal.seen("submit")) == 1
    assert other.connections == 0


BUSY = {
    "429": says(429, {"detail": "Too many requests"}),
    "429 as a page": page(429),
    "429 as text": says(429, b"slow down", kind="text/plain"),
    "503 that says so": says(503, {"detail": "The queue is full, not accepted"}),
    "a proxy that lost the status": says(200, {"detail": "slow", "error_type": "rate_limited"}),
}


@pytest.mark.parametrize("fault", BUSY.values(), ids=BUSY.keys())
def test_f_api_12_and_15_a_submit_that_was_not_accepted_is_announced_and_sent_again(
    run, waits, dev, fault
):
    events, end, fal = edit(run, waits, dev, fault)
    assert end is None
    assert [type(event) for event in events[:4]] == [Sending, NotAccepted, Sending, Submitted]
    assert isinstance(events[-1], Finished)
    assert events[1].attempt == 1
    assert events[1].retry_in_s == 2.0 == waits.asked[0]
    assert isinstance(events[1].reason, RateLimited)
    assert len(fal.seen("submit")) == 2
    assert fal.sold == 1


def test_f_api_11_the_service_says_how_long_to_wait(run, waits, dev):
    busy = [says(429, {"detail": "busy"}, {"retry-after": text}) for text in ("7", "999999", "x")]
    events, end, _ = edit(run, waits, dev, *busy)
    assert end is None
    told = [event for event in events if isinstance(event, NotAccepted)]
    assert [event.retry_in_s for event in told] == [7.0, 300.0, 8.0]
    reasons = [event.reason for event in told if isinstance(event.reason, RateLimited)]
    assert [reason.retry_after_s for reason in reasons] == [7.0, 999999.0, None]


def test_a_service_that_never_accepts_is_asked_six_times(run, waits, dev):
    busy = says(429, {"detail": "busy"})
    _, end, fal = edit(run, waits, dev, *[busy] * 9)
    assert isinstance(end, RateLimited)
    assert len(fal.seen("submit")) == 6
    assert fal.sold == 0
    assert waits.asked == [2, 4, 8, 16, 32]


def test_a_route_whose_addresses_cannot_be_used_is_refused_when_it_is_made():
    for route in (
        Route("x", "fal", hosts=(("queue", "queue.fal.run"),)),
        Route("x", "fal", mode=RouteMode.GATEWAY),
        Route("x", "fal", mode=RouteMode.SERVER_PROXY, address="https://user:pw@proxy.test"),
    ):
        with pytest.raises(BadRequest):
            FalProvider(Access(route))
