"""The one POST of a run, and every way in which its answer can be lost or be a no."""

import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    Unauthorized,
)
from kontext_studio.core.provider import Finished, NotAccepted, Sending, Submitted
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_service import (
    cut,
    drops,
    drops_before_reading,
    hangs,
    loses_the_answer,
    page,
    says,
    says_raw,
    sells_and,
)
from tests.fakes.replicate_service import KEY
from tests.unit.providers.conftest import kinds
from tests.unit.providers.replicate.conftest import edit

LOST = {
    "f_net_5 none of the body": drops_before_reading(0),
    "f_net_5 half of the body": drops_before_reading(60),
    "f_net_7 closed before the answer": drops(),
    "f_net_7 taken and closed": sells_and(loses_the_answer),
    "f_net_8 half an answer": cut(sent=b'{"id": "pred'),
    "f_net_8 an answer without a number": says(201, {"status": "starting"}),
    "f_net_8 a number that is none": says(201, {"id": "../x", "status": "starting"}),
    "f_net_8 no json": says(201, b"accepted", kind="text/plain"),
    "f_net_25 garbage": says_raw(b"\0\1\2 garbage\r\n\r\n"),
    "f_api_13 500": says(500, {"detail": "x"}),
    "f_api_14 502 of a gateway": page(502),
    "f_api_15 503": says(503, {"detail": "unavailable"}),
    "f_api_15 408": says(408, {"detail": "x"}),
    "f_api_15 a gateway that thinks we left": says(499, b"", kind="text/plain"),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_may_have_been_taken_is_unknown_and_never_sent_again(run, waits, dev, fault):
    events, end, replicate = edit(run, waits, dev, fault)
    assert isinstance(end, OutcomeUnknown)
    assert end.charged is Charged.MAYBE
    assert kinds(events) == [Sending]
    assert len(replicate.seen("create")) == 1
    assert waits.asked == []


def test_f_net_6_a_create_that_is_not_answered_is_unknown(run, waits, dev):
    _, end, replicate = edit(run, waits, dev, hangs(), limits=Limits(gap_s=0.3))
    assert isinstance(end, OutcomeUnknown)
    assert len(replicate.seen("create")) == 1


def sells_and_says(text, *, declared=9999):
    """Takes the run, and answers with so much of it; "{number}" stands for the run's."""

    async def act(exchange):
        service = exchange.service
        number = f"pred{service.sold:022d}"
        body = text.replace("{number}", number).replace("{origin}", service.origin)
        head = f"HTTP/1.1 201 Created\r\ncontent-length: {declared}\r\n\r\n"
        exchange.open = False
        await exchange.write((head + body).encode())
        exchange.writer.close()

    return sells_and(act)


CUT = {
    "cut after the number": '{"id": "{number}", "model": "black-f',
    "cut with the number in an address": '{"urls": {"get": "{origin}/v1/predictions/{number}", "c',
    "whole, but no json": '{"id": "{number}", "logs": "\1}',
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT.keys())
def test_f_net_8_a_run_whose_number_came_is_followed(run, waits, dev, text):
    events, end, replicate = edit(run, waits, dev, sells_and_says(text))
    assert end is None
    assert events[1] == Submitted(replicate.remote(f"pred{1:022d}"))
    assert isinstance(events[-1], Finished)
    assert len(replicate.seen("create")) == 1 == replicate.sold


def test_a_number_that_was_cut_itself_is_not_followed(run, waits, dev):
    text = '{"urls": {"get": "{origin}/v1/predictions/pred000'
    _, end, replicate = edit(run, waits, dev, sells_and_says(text))
    assert isinstance(end, OutcomeUnknown)
    assert replicate.seen("poll") == []


FOREIGN = {
    "get": "https://elsewhere.test/v1/predictions/x",
    "cancel": "https://elsewhere.test/v1/predictions/x/cancel",
}


def test_f_sec_2_addresses_of_another_host_are_replaced_by_the_usual_ones(run, waits, dev):
    events, end, replicate = edit(run, waits, dev, service={"foreign": FOREIGN})
    assert end is None
    assert events[1] == Submitted(replicate.remote(f"pred{1:022d}"))


def test_addresses_of_the_service_are_kept_as_it_gave_them(run, waits, dev):
    async def act(exchange):
        service = exchange.service
        shown = service.shown(f"pred{service.sold:022d}")
        shown["urls"]["get"] += "?region=eu"
        await exchange.answer(201, shown)

    events, end, _ = edit(run, waits, dev, sells_and(act))
    assert end is None
    assert events[1].remote.status_url.endswith("?region=eu")


def problem(status, detail, **more):
    body = {"title": "No", "detail": detail, "status": status, **more}
    return says(status, body, kind="application/problem+json")


NO = {
    "f_api_1 400": (problem(400, "bad"), Refused),
    "f_api_2 401": (problem(401, "You did not pass a valid token"), Unauthorized),
    "f_api_2 401 of a page": (page(401), Unauthorized),
    "f_api_3 402": (problem(402, "You have run out of credit"), OutOfCredit),
    "f_api_4 403": (problem(403, "no access"), NotAllowed),
    "f_api_5 404": (problem(404, "not found"), NotFound),
    "f_api_8 413": (says(413, b"too large", kind="text/plain"), Refused),
    "f_net_16 a sign-in page": (page(), BadAnswer),
    "f_net_17 a redirect": (says(307, b"", {"location": "https://x.test/"}), BadAnswer),
    "a text": (says(400, b"no", kind="text/plain"), Refused),
}


@pytest.mark.parametrize(("fault", "kind"), NO.values(), ids=NO.keys())
def test_a_no_is_told_at_once_and_costs_nothing(run, waits, dev, fault, kind):
    events, end, replicate = edit(run, waits, dev, fault)
    assert type(end) is kind
    assert end.charged is Charged.NO
    assert kinds(events) == [Sending]
    assert len(replicate.seen("create")) == 1
    assert KEY not in end.detail


def test_f_api_9_each_refusal_is_told_at_its_field(run, waits, dev):
    detail = "- input: prompt is required\n- input.guidance: Must be less than or equal to 10\n"
    _, end, _ = edit(run, waits, dev, problem(422, detail))
    told = [(one.field, one.message) for one in end.problems]
    assert told == [
        ("input", "prompt is required"),
        ("guidance", "Must be less than or equal to 10"),
    ]
    fields = [{"field": "input.seed", "type": "int", "description": "must be a whole number"}]
    _, end, _ = edit(run, waits, dev, problem(422, "no", invalid_fields=fields))
    (one,) = end.problems
    assert (one.field, one.kind, one.message) == ("seed", "int", "must be a whole number")


@pytest.mark.parametrize(("after", "wait_s"), [({}, 2.0), ({"retry-after": "7"}, 7.0)])
def test_f_api_11_a_throttled_run_is_sent_again_after_a_wait(run, waits, dev, after, wait_s):
    throttled = says(429, {"detail": "Request was throttled."}, after)
    events, end, replicate = edit(run, waits, dev, throttled)
    assert end is None
    assert kinds(events)[:4] == [Sending, NotAccepted, Sending, Submitted]
    assert waits.asked[0] == wait_s
    assert replicate.sold == 1


def test_f_api_12_a_run_that_is_throttled_for_ever_ends(run, waits, dev):
    _, end, replicate = edit(run, waits, dev, *[says(429, {"detail": "x"})] * 6)
    assert isinstance(end, RateLimited)
    assert (len(replicate.seen("create")), replicate.sold) == (6, 0)


def test_what_came_of_an_answer_is_kept_for_the_details(run, waits, dev):
    _, end, _ = edit(run, waits, dev, says(201, {"status": "starting"}))
    assert json.dumps({"status": "starting"}) in end.detail
