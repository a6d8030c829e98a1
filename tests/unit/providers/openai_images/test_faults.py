"""Every way in which the one POST can be lost, or be answered with a no."""

import base64
import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    NotAllowed,
    NotAsked,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Finished, NotAccepted, RemoteDone, Sending
from kontext_studio.core.result import Cost
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import (
    cut,
    drops,
    drops_before_reading,
    hangs,
    loses_the_answer,
    page,
    png,
    says,
    says_raw,
    sells_and,
)
from tests.fakes.openai_service import KEY, OpenAIService, breaks_off
from tests.unit.providers.conftest import end_of, kinds, picture, request_for
from tests.unit.providers.openai_images.conftest import WORDS, edit, images_over, spec_of

LOST = {
    "f_net_5 one byte of the body": drops_before_reading(1),
    "f_net_5 half of the body": drops_before_reading(400),
    "f_net_5 all but one": drops_before_reading(-1),
    "f_net_7 closed before the answer": drops(),
    "f_net_7 taken and closed": sells_and(loses_the_answer),
    "f_net_8 half an answer": cut(sent=b'{"created": 1, "data": [{"url": "https://x'),
    "f_net_8 no result": says(200, {"created": 1}),
    "f_net_8 no json": says(200, b"made", kind="text/plain"),
    "f_net_25 garbage": says_raw(b"\0\1\2 garbage\r\n\r\n"),
    "f_api_13 500": says(500, {"error": {"message": "x", "code": "UPSTREAM_ERROR"}}),
    "f_api_14 502 of a gateway": page(502),
    "f_api_14 502 without a word": says(502, b"", kind="text/plain"),
    "f_api_14 504": says(504, {"detail": "x"}),
    "f_api_15 503": says(503, {"error": {"message": "try again"}}),
    "f_api_15 408": says(408, {"detail": "x"}),
    "f_api_15 a gateway that thinks we left": says(499, {"detail": "x"}),
    "f_api_13 busy behind it": says(502, {"error": {"code": "RATE_LIMITED", "message": "x"}}),
    "f_api_13 no credit behind it": says(500, {"error": {"type": "insufficient_quota"}}),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_may_have_been_made_is_unknown_and_never_sent_again(run, waits, fault):
    events, end, server = edit(run, waits, "lumenfall", fault)
    assert isinstance(end, OutcomeUnknown)
    assert end.charged is Charged.MAYBE
    assert kinds(events) == [Sending]
    assert len(server.runs) <= 1
    assert waits.asked == []


def test_f_net_6_a_run_that_is_not_answered_is_unknown(run, waits):
    _, end, server = edit(run, waits, "lumenfall", hangs(), limits=Limits(run_s=0.3))
    assert isinstance(end, OutcomeUnknown)
    assert len(server.runs) == 1


def test_a_run_may_take_longer_than_other_calls(run, waits):
    _, end, _ = edit(run, waits, "sglang", limits=Limits(exchange_s=0.000_001, gap_s=0.000_001))
    assert end is None


def test_f_net_2_no_connection_is_tried_three_times_and_nothing_is_sent(run, waits):
    async def story():
        async with OpenAIService() as server:
            access = server.access()
        async with images_over(access, waits) as provider:
            one, spec = picture(), spec_of("lumenfall")
            request = request_for(one, model=spec.id)
            return await end_of(provider.edit(request, spec, (one,)))

    events, end = run(story())
    assert isinstance(end, Unreachable)
    assert kinds(events) == [Sending, NotAccepted, Sending, NotAccepted, Sending]


@pytest.mark.parametrize("word", ["lumenfall", "sglang"])
def test_f_net_8_pictures_that_came_whole_are_kept_of_an_answer_that_broke_off(run, waits, word):
    events, end, server = edit(run, waits, word, breaks_off(b'"}, {"'), count=3)
    assert end is None
    assert kinds(events) == [Sending, RemoteDone, Finished]
    result = events[-1].result
    assert [one.data for one in result.images] == [png(grey=200), png(grey=201)]
    assert "broke off" in result.notes[0]
    assert server.sold == 1


REFUSALS = {
    "f_api_1 lumenfall": (400, "INVALID_REQUEST", "invalid_request_error", Refused),
    "f_api_2 lumenfall": (401, "AUTHENTICATION_FAILED", "authentication_error", Unauthorized),
    "f_api_2 openai": (401, "invalid_api_key", "invalid_request_error", Unauthorized),
    "f_api_2 by its type": (400, None, "authentication_error", Unauthorized),
    "f_api_3 lumenfall": (402, "INSUFFICIENT_BALANCE", "insufficient_quota", OutOfCredit),
    "f_api_3 openai": (429, "insufficient_quota", "insufficient_quota", OutOfCredit),
    "f_api_3 openai's limit": (400, "billing_hard_limit_reached", "", OutOfCredit),
    "f_api_4 403": (403, None, "permission_error", NotAllowed),
    "f_api_5 lumenfall": (404, "MODEL_NOT_FOUND", "", NotFound),
    "f_api_5 disabled": (404, "MODEL_DISABLED", "", NotFound),
    "f_api_5 disabled at another status": (400, "MODEL_DISABLED", "", NotFound),
    "f_api_5 at another status": (400, "model_not_found", "", NotFound),
    "f_api_7 409": (409, None, "", Refused),
    "f_api_10 lumenfall": (400, "CONTENT_POLICY_VIOLATION", "", ContentBlocked),
    "f_api_10 openai": (400, "moderation_blocked", "image_generation_user_error", ContentBlocked),
    "a code that is a number": (400, 400, "BadRequestError", Refused),
    "nobody made it": (502, "ALL_PROVIDERS_EXHAUSTED", "api_error", ServiceFailed),
}


@pytest.mark.parametrize(("status", "code", "kind", "fault"), REFUSALS.values(), ids=REFUSALS)
def test_a_no_is_told_by_its_code_and_sent_once(run, waits, status, code, kind, fault):
    body = {"error": {"message": "Words of the server", "type": kind, "code": code, "param": None}}
    events, end, server = edit(run, waits, "lumenfall", says(status, body))
    assert type(end) is fault
    assert kinds(events) == [Sending]
    assert len(server.runs) == 1
    assert end.charged is (Charged.MAYBE if fault is ContentBlocked else Charged.NO)
    if fault in (Refused, OutOfCredit, NotAllowed, NotFound):
        assert "Words of the server" in f"{end.message} {end.hint}"
    assert "Words of the server" in end.detail


@pytest.mark.parametrize("word", WORDS)
def test_f_api_10_content_rules_read_the_same_everywhere(run, waits, word):
    _, end, server = edit(run, waits, word, instruction="nsfw")
    assert isinstance(end, ContentBlocked)
    assert len(server.runs) == 1
    assert server.sold == 0


@pytest.mark.parametrize("word", WORDS)
def test_f_api_2_a_wrong_key_reads_the_same_everywhere(run, waits, word):
    _, end, server = edit(run, waits, word, route={"key": "wrong"})
    assert isinstance(end, Unauthorized)
    assert server.sold == 0


def test_f_api_2_a_server_of_ones_own_may_mean_the_key_of_what_stands_behind_it(run, waits):
    no = says(401, {"error": {"message": "BFL_API_KEY is not set.", "code": "401"}})
    _, end, _ = edit(run, waits, "litellm", no)
    assert isinstance(end, Unauthorized)
    assert end.hint.endswith("The server says: BFL_API_KEY is not set.")
    _, end, _ = edit(run, waits, "lumenfall", no)
    assert "BFL_API_KEY" not in end.hint


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"error": {"message": "too long", "param": "prompt"}}, "prompt", "too long"),
        (
            {"detail": [{"loc": ["body", "size"], "msg": "no size", "type": "value_error"}]},
            "size",
            "no size",
        ),
        ({"detail": "no such thing"}, None, "no such thing"),
        ({"detail": {"message": "inner words"}}, None, "inner words"),
        ({"error": "in a word"}, None, "in a word"),
        ({"message": "bare"}, None, "bare"),
        (b"plain words", None, "plain words"),
    ],
    ids=["error object", "list", "detail", "inner", "error text", "message", "no json"],
)
def test_f_api_9_every_shape_of_error_is_read(run, waits, body, field, words):
    _, end, _ = edit(run, waits, "vllm-omni", says(422, body, kind="application/json"))
    assert isinstance(end, Refused)
    assert words in end.message
    assert [one.field for one in end.problems] == ([field] if field else [])


def test_f_api_8_a_picture_that_is_too_large_is_told_at_the_picture(run, waits):
    for body, kind in (({"detail": "x"}, "application/json"), (b"<html>", "text/html")):
        _, end, _ = edit(run, waits, "litellm", says(413, body, kind=kind))
        assert isinstance(end, Refused)
        assert end.problems[0].field == "image"


@pytest.mark.parametrize("word", ["vllm-omni", "sglang", "localai"])
@pytest.mark.parametrize("fault", [says(500, {"detail": "out of memory"}), page(502), page(504)])
def test_what_breaks_on_ones_own_machine_costs_nothing_and_may_be_run_again(
    run, waits, word, fault
):
    _, end, server = edit(run, waits, word, fault)
    assert isinstance(end, ServiceFailed)
    assert end.charged is Charged.NO
    assert len(server.runs) == 1


def test_f_api_13_behind_litellm_there_may_be_a_bill(run, waits):
    _, end, _ = edit(run, waits, "litellm", says(500, {"error": {"message": "x"}}))
    assert isinstance(end, OutcomeUnknown)


def test_f_api_11_a_busy_service_is_asked_again_when_it_says(run, waits):
    busy = says(429, {"error": {"code": "RATE_LIMITED", "message": "slow"}}, {"retry-after": "17"})
    events, end, server = edit(run, waits, "lumenfall", busy)
    assert end is None
    assert kinds(events) == [Sending, NotAccepted, Sending, RemoteDone, Finished]
    assert waits.asked == [17]
    assert (len(server.runs), server.sold) == (2, 1)


def test_f_api_11_its_code_says_busy_whatever_the_status(run, waits):
    busy = says(400, {"error": {"code": "RATE_LIMITED", "message": "slow"}})
    _, end, server = edit(run, waits, "lumenfall", busy)
    assert (end, len(server.runs), server.sold) == (None, 2, 1)


def test_f_api_12_it_is_asked_six_times_at_most(run, waits):
    busy = [says(429, {"error": {"message": "slow"}}) for _ in range(9)]
    _, end, server = edit(run, waits, "lumenfall", *busy)
    assert isinstance(end, RateLimited)
    assert len(server.runs) == 6


def test_f_api_15_a_service_that_accepts_nothing_just_now_is_asked_again(run, waits):
    full = says(503, {"error": {"message": "The queue is full, not accepted."}})
    _, end, server = edit(run, waits, "openai", full)
    assert end is None
    assert len(server.runs) == 2


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_f_net_17_a_redirect_is_refused(run, waits, status):
    away = says(status, {}, {"location": "https://elsewhere.test/v1/images/edits"})
    _, end, server = edit(run, waits, "lumenfall", away)
    assert isinstance(end, BadAnswer)
    assert "elsewhere.test" in end.message
    assert len(server.ledger) == 1


def test_f_net_16_a_sign_in_page_is_told_as_one(run, waits):
    _, end, server = edit(run, waits, "lumenfall", page())
    assert isinstance(end, BadAnswer)
    assert "sign-in page" in end.message
    assert len(server.ledger) == 1


def test_f_net_25_one_address_that_is_none_costs_no_other_picture(run, waits):
    inside = base64.b64encode(png()).decode()
    body = {"data": [{"url": "http://["}, {"b64_json": inside}]}
    events, end, server = edit(run, waits, "lumenfall", says(200, body), count=2)
    assert end is None
    result = events[-1].result
    assert [one.data for one in result.images] == [png()]
    assert "without an address" in result.notes[-1]
    assert len(server.runs) == 1


def test_f_sec_12_a_picture_elsewhere_in_the_network_is_not_fetched(run, waits):
    body = {"data": [{"url": "http://169.254.169.254/latest/meta-data"}]}
    _, end, server = edit(run, waits, "lumenfall", says(200, body))
    assert isinstance(end, BadAnswer)
    assert end.charged is Charged.YES
    assert not server.seen("picture")


@pytest.mark.parametrize(("word", "status"), [("lumenfall", 400), ("litellm", 401)])
def test_f_sec_1_no_fault_tells_the_key(run, waits, word, status):
    echo = {"message": f"Bearer {KEY} is odd", "code": KEY, "param": KEY}
    _, end, _ = edit(run, waits, word, says(status, {"error": echo}))
    told = json.dumps([end.message, end.hint, end.detail, str(getattr(end, "problems", ""))])
    assert KEY not in told


def test_a_lost_run_cannot_be_looked_for_and_it_says_why(run, waits):
    async def story(word):
        async with OpenAIService(manner=word) as server, images_over(server, waits) as provider:
            assert provider.cannot_find.endswith(".")
            handle = RemoteHandle("x", server.base, server.base, server.base)
            answer = await provider.cancel(handle)
            assert not answer.accepted
            assert answer.status
            with pytest.raises(NotFound):
                provider.resume(handle)
            with pytest.raises(NotFound):
                await provider.find(request_for(), spec_of(word), 0.0)
            assert server.ledger == []

    for word in WORDS:
        run(story(word))


def _estimated(run, waits, *faults, **changes):
    async def story():
        async with OpenAIService() as server, images_over(server, waits) as provider:
            server.fault("edits", *faults)
            one, spec = picture(), spec_of("lumenfall")
            request = request_for(one, **{"model": spec.id, **changes})
            try:
                return await provider.estimate(request, spec, (one,)), server
            except StudioError as fault:
                return fault, server

    return run(story())


def test_an_estimate_is_the_same_call_and_nothing_is_sold(run, waits):
    cost, server = _estimated(run, waits, count=3)
    assert cost == Cost(0.075, "USD", estimated=True)
    assert server.sold == 0
    (seen,) = server.seen("edits")
    assert seen.path == "/openai/v1/images/edits?dryRun=true"


@pytest.mark.parametrize("is_ours", [False, True])
def test_over_a_gateway_a_price_is_asked_for_where_it_is_known_to_pass_the_question_on(
    run, waits, is_ours
):
    async def story():
        async with OpenAIService() as server:
            if is_ours:
                server.fault("models", says(200, {"data": []}, {"x-kontext-request-id": "1"}))
            access = server.access(mode=RouteMode.GATEWAY, address=server.base, hosts=())
            async with images_over(access, waits) as provider:
                one, spec = picture(), spec_of("lumenfall")
                request = request_for(one, model=spec.id)
                try:
                    return await provider.estimate(request, spec, (one,)), server
                except StudioError as fault:
                    return fault, server

    found, server = run(story())
    assert len(server.seen("edits")) == is_ours
    assert server.sold == 0
    assert found == Cost(0.025, "USD", True) if is_ours else isinstance(found, NotAsked)


@pytest.mark.parametrize(
    ("fault", "kind", "charged"),
    [
        (says(400, {"error": {"message": "no", "code": "INVALID_REQUEST"}}), Refused, "no"),
        (says(500, {"error": {"message": "x"}}), ServiceFailed, "no"),
        (says(429, {"error": {"message": "x"}}), RateLimited, "no"),
        (says(400, {"error": {"code": "CONTENT_POLICY_VIOLATION"}}), ContentBlocked, "no"),
        (says(200, {"data": [{"url": "https://x.test/a"}]}), BadAnswer, "maybe"),
        (says(200, {"total_cost_micros": "x"}), BadAnswer, "no"),
        (says(302, {}, {"location": "https://x.test"}), BadAnswer, "no"),
    ],
)
def test_an_estimate_that_is_none_says_whether_it_cost(run, waits, fault, kind, charged):
    found, server = _estimated(run, waits, fault)
    assert type(found) is kind
    assert found.charged.value == charged
    assert len(server.ledger) == 1


@pytest.mark.parametrize(
    ("amount", "balance"),
    [(12.5, Cost(12.5, "USD", estimated=False)), ("3.10", Cost(3.1, "USD", False)), (None, None)],
)
def test_the_balance_lies_beside_the_images(run, waits, amount, balance):
    async def story():
        async with OpenAIService(amount=amount) as server, images_over(server, waits) as provider:
            found = await provider.balance()
            assert server.seen("balance")[0].path == "/v1/balance"
            return found

    assert run(story()) == balance


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (says(500, {"error": {"message": "x"}}), ServiceFailed),
        (says(503, {"error": {"message": "x"}}), ServiceFailed),
        (says(401, {"error": {"message": "x"}}), Unauthorized),
        (says(302, {}, {"location": "https://x.test"}), BadAnswer),
        (says(200, {"object": "balance"}), BadAnswer),
    ],
)
def test_a_balance_that_is_not_told_costs_nothing(run, waits, fault, kind):
    async def story():
        async with OpenAIService() as server, images_over(server, waits) as provider:
            server.fault("balance", fault)
            with pytest.raises(kind) as caught:
                await provider.balance()
            return caught.value

    assert run(story()).charged is Charged.NO
