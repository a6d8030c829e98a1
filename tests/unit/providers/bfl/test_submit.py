"""The one POST of a run, and every way in which its answer can be lost or be a no."""

from dataclasses import replace

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    Unauthorized,
)
from kontext_studio.core.provider import Finished, NotAccepted, Sending, Submitted
from kontext_studio.providers.limits import Limits
from tests.fakes.bfl_service import KEY
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
from tests.unit.providers.bfl.conftest import edit
from tests.unit.providers.conftest import kinds

LOST = {
    "f_net_5 none of the body": drops_before_reading(0),
    "f_net_5 half of the body": drops_before_reading(60),
    "f_net_7 closed before the answer": drops(),
    "f_net_7 taken and closed": sells_and(loses_the_answer),
    "f_net_8 half an answer": cut(sent=b'{"id": "run'),
    "f_net_8 an answer without a number": says(200, {"status": "Pending"}),
    "f_net_8 a number that is none": says(200, {"id": 5}),
    "f_net_8 no json": says(200, b"accepted", kind="text/plain"),
    "f_net_25 garbage": says_raw(b"\0\1\2 garbage\r\n\r\n"),
    "f_api_13 500": says(500, {"detail": "x"}),
    "f_api_14 502 of a gateway": page(502),
    "f_api_15 503": says(503, {"detail": "unavailable"}),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_may_have_been_taken_is_unknown_and_never_sent_again(run, waits, pro, fault):
    events, end, bfl = edit(run, waits, pro, fault)
    assert isinstance(end, OutcomeUnknown)
    assert end.charged is Charged.MAYBE
    assert kinds(events) == [Sending]
    assert len(bfl.seen("submit")) == 1
    assert waits.asked == []


def test_f_net_6_a_submit_that_is_not_answered_is_unknown(run, waits, pro):
    _, end, bfl = edit(run, waits, pro, hangs(), limits=Limits(gap_s=0.3))
    assert isinstance(end, OutcomeUnknown)
    assert len(bfl.seen("submit")) == 1


def test_f_net_8_a_run_whose_number_came_is_followed(run, waits, pro):
    async def act(exchange):
        head = "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n"
        exchange.open = False
        await exchange.write((head + '{"id":"run-1","polling_url":"https://api.e').encode())
        exchange.writer.close()

    events, end, bfl = edit(run, waits, pro, sells_and(act))
    assert end is None
    assert events[1] == Submitted(bfl.remote("run-1"))
    assert isinstance(events[-1], Finished)
    assert len(bfl.seen("submit")) == 1 == bfl.sold


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.test/v1/get_result?id=run-1",
        "https://api.us1.bfl.ai/v1/get_result?id=run-1",
        "http://api.bfl.ai/v1/get_result?id=run-1",
        "https://user@api.bfl.ai/v1/get_result?id=run-1",
        5,
    ],
)
def test_f_sec_2_what_lies_elsewhere_is_polled_at_the_connections_own_address(run, waits, pro, url):
    events, end, bfl = edit(run, waits, pro, service={"foreign": {"polling_url": url}})
    assert end is None
    sent = events[1]
    assert isinstance(sent, Submitted)
    assert replace(sent.remote, cost=None) == bfl.remote("run-1")
    assert len(bfl.seen("poll")) == 3


def test_a_polling_address_of_the_service_is_used_as_given(run, waits, pro):
    async def act(exchange):
        url = f"{exchange.service.origin}/v1/get_result?region=eu&id=run-1"
        await exchange.answer(200, {"id": "run-1", "polling_url": url})

    events, end, bfl = edit(run, waits, pro, sells_and(act))
    assert end is None
    assert events[1].remote.status_url.endswith("?region=eu&id=run-1")
    assert all("region=eu" in seen.path for seen in bfl.seen("poll"))


NO = {
    "f_api_1 400": (says(400, {"error": "Bad Request", "message": "no"}), Refused),
    "f_api_2 403": (says(403, {"detail": "Not authenticated"}), Unauthorized),
    "f_api_2 401": (says(401, {"detail": "x"}), Unauthorized),
    "f_api_3 402": (says(402, {"detail": "Insufficient credits"}), OutOfCredit),
    "f_api_5 404": (says(404, {"detail": "Not Found"}), NotFound),
    "f_api_8 413": (says(413, b"too large", kind="text/plain"), Refused),
    "f_net_16 a sign-in page": (page(), BadAnswer),
    "f_net_17 a redirect": (says(307, b"", {"location": "https://x.test/"}), BadAnswer),
}


@pytest.mark.parametrize(("fault", "kind"), NO.values(), ids=NO.keys())
def test_a_no_is_told_at_once_and_costs_nothing(run, waits, pro, fault, kind):
    events, end, bfl = edit(run, waits, pro, fault)
    assert type(end) is kind
    assert end.charged is Charged.NO
    assert kinds(events) == [Sending]
    assert len(bfl.seen("submit")) == 1
    assert KEY not in end.detail


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Bad Request", "message": "The seed is odd."},
        {"error": {"message": "The seed is odd.", "code": 5}},
        {"details": "The seed is odd."},
        "The seed is odd.",
    ],
)
def test_f_api_1_the_reason_is_read_from_every_form_of_error(run, waits, pro, body):
    _, end, _ = edit(run, waits, pro, says(400, body))
    assert isinstance(end, Refused)
    assert "odd" in end.message or "Bad Request" in end.message


def test_f_api_9_each_refusal_is_told_at_its_field(run, waits, pro):
    entry = {"loc": ["body", "seed"], "msg": "Input should be an integer", "type": "int_parsing"}
    _, end, _ = edit(run, waits, pro, says(422, {"detail": [entry]}))
    (one,) = end.problems
    assert (one.field, one.kind, one.message) == (
        "seed",
        "int_parsing",
        "Input should be an integer",
    )


@pytest.mark.parametrize(("after", "wait_s"), [({}, 2.0), ({"retry-after": "9"}, 9.0)])
def test_f_api_11_a_run_past_the_limit_of_tasks_is_sent_again_after_a_wait(
    run, waits, pro, after, wait_s
):
    busy = says(429, {"detail": "24 active tasks"}, after)
    events, end, bfl = edit(run, waits, pro, busy)
    assert end is None
    assert kinds(events)[:4] == [Sending, NotAccepted, Sending, Submitted]
    assert waits.asked[0] == wait_s
    assert bfl.sold == 1


def test_f_api_12_a_run_that_is_put_off_for_ever_ends(run, waits, pro):
    _, end, bfl = edit(run, waits, pro, *[says(429, {"detail": "x"})] * 6)
    assert isinstance(end, RateLimited)
    assert (len(bfl.seen("submit")), bfl.sold) == (6, 0)
