"""A run that was sent, followed to its end, its picture, and the ten minutes that it lasts."""

import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    NoPicture,
    NotFound,
    ServiceFailed,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Finished, Queued, RemoteDone, Running, Trouble
from kontext_studio.core.result import Cost
from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import cut, drops, page, png, says, says_raw
from tests.unit.providers.bfl.conftest import bfl_over, resume
from tests.unit.providers.conftest import NOW, end_of, kinds

PASSING = {
    "closed": drops(),
    "cut": cut(),
    "garbage": says_raw(b"\0 garbage\r\n\r\n"),
    "a page": page(),
    "502 of a page": page(502),
    "500": says(500, {"detail": "x"}),
    "500 with a status": says(500, {"id": "run-1", "status": "Error"}),
    "429": says(429, {"detail": "x"}),
    "403": says(403, {"detail": "Not authenticated"}),
    "not found": says(404, {"id": "run-1", "status": "Task not found"}),
    "not found in a 200": says(200, {"id": "run-1", "status": "Task not found"}),
    "a list": says(200, []),
    "no status": says(200, {"id": "run-1"}),
    "another run": says(200, {"id": "run-2", "status": "Error"}),
    "a redirect": says(302, b"", {"location": "https://x.test/"}),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_f_net_9_a_poll_that_fails_is_only_in_the_way(run, waits, fault):
    events, end, _ = resume(run, waits, fault, fault)
    assert end is None
    assert kinds(events)[:3] == [Trouble, Trouble, Trouble]
    assert events[2] == Trouble(None)
    assert isinstance(events[-1], Finished)


def test_f_api_6_a_run_that_nobody_knows_is_asked_for_five_times_over_a_minute(run, waits):
    _, end, bfl = resume(run, waits, number="run-9")
    assert isinstance(end, NotFound)
    assert end.charged is Charged.MAYBE
    assert len(bfl.seen("poll")) == 5
    assert sum(waits.asked) > 60


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("Request Moderated", "The service's content rules stopped this."),
        ("Content Moderated", "The service's content rules stopped the picture it made."),
        ("content moderated", "The service's content rules stopped the picture it made."),
    ],
)
def test_f_api_10_a_moderated_run_is_blocked_and_not_charged(run, waits, word, told):
    course = [{"status": word, "details": {"Moderation Reasons": ["x"]}}]
    _, end, bfl = resume(run, waits, course=course)
    assert isinstance(end, ContentBlocked)
    assert (end.message, end.charged) == (told, Charged.NO)
    assert "Moderation Reasons" in end.detail
    assert len(bfl.seen("poll")) == 1


def test_f_api_16_a_run_that_failed_may_have_cost_money(run, waits):
    course = [{"status": "Error", "details": {"error": "model crashed"}}]
    _, end, _ = resume(run, waits, course=course)
    assert isinstance(end, ServiceFailed)
    assert "model crashed" in end.message
    assert end.charged is Charged.MAYBE


def test_f_api_27_a_word_of_a_newer_version_is_waited_for(run, waits):
    events, end, _ = resume(run, waits, course=[{"status": "Paused"}, {"status": "Ready"}])
    assert end is None
    assert events[0] == Queued(None, "Paused")


def test_progress_is_told_where_the_service_tells_it(run, waits):
    told = [None, 0, 0.25, "half", True, 3, float("inf")]
    course = [{"status": "Pending", "progress": one} for one in told] + [{"status": "Ready"}]
    events, end, _ = resume(run, waits, course=course)
    assert end is None
    fractions = [one.fraction for one in events if isinstance(one, Running)]
    assert fractions == [None, 0.25, None, 1.0, None]


def test_f_api_18_a_finished_run_without_a_picture_is_read_again_before_it_is_believed(run, waits):
    empty = says(200, {"id": "run-1", "status": "Ready", "result": None})
    events, end, _ = resume(run, waits, *[empty] * 3)
    assert end is None
    assert isinstance(events[-1], Finished)
    events, end, bfl = resume(run, waits, *[empty] * 4)
    assert isinstance(end, NoPicture)
    assert end.charged is Charged.YES
    assert kinds(events) == [RemoteDone]
    assert len(bfl.seen("poll")) == 4


def test_the_price_in_a_poll_counts_where_the_run_is_taken_up_again(run, waits):
    events, _, _ = resume(run, waits, course=[{"status": "Ready", "cost": 8}])
    assert events[-1].result.cost.amount == 0.08


def test_a_price_that_was_told_at_the_beginning_outlives_the_program(run, waits):
    told = RemoteHandle("run-1", "", "", "", Cost(0.04, "USD", estimated=False))
    kept = RemoteHandle.from_json(json.loads(json.dumps(told.to_json())))
    assert kept == told
    events, _, _ = resume(run, waits, course=[{"status": "Ready"}], cost=kept.cost)
    assert events[-1].result.cost == kept.cost


def test_f_sec_6_a_run_at_another_address_is_not_asked_for(run, waits):
    url = "https://elsewhere.test/v1/get_result?id=run-1"
    _, end, bfl = resume(run, waits, remote=RemoteHandle("run-1", url, url, ""))
    assert isinstance(end, BadAnswer)
    assert "elsewhere.test" in end.message
    assert bfl.ledger == []


def collect(run, waits, *, good_until, known=True, pictures=None):
    """Collect a stored answer whose signed address is dead by now, unless `pictures` has it."""

    async def story():
        async with BflService(clock=lambda: NOW, course=[{"status": "Ready"}]) as bfl:
            bfl.pictures |= pictures or {}
            if known:
                bfl.runs["run-1"] = 0
            url = f"{bfl.origin}/delivery/old.png?sig=old"
            answer = json.dumps({"images": [{"url": url}], "good_until": good_until})
            async with bfl_over(bfl, waits) as provider:
                events, end = await end_of(provider.collect(answer, bfl.remote("run-1")))
                return events, end, bfl

    return run(story())


def test_an_address_of_the_last_ten_minutes_is_fetched_without_asking(run, waits):
    events, end, bfl = collect(run, waits, good_until=NOW + 1, pictures={"old.png": png(grey=1)})
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=1)]
    assert bfl.seen("poll") == []


def test_f_api_22_an_older_address_is_signed_anew_at_once(run, waits):
    events, end, bfl = collect(run, waits, good_until=NOW - 1)
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=20)]
    assert (len(bfl.seen("poll")), len(bfl.seen("picture"))) == (1, 1)


def test_f_api_22_an_address_that_died_early_is_signed_anew(run, waits):
    events, end, bfl = collect(run, waits, good_until=NOW + 999)
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=20)]
    assert len(bfl.seen("poll")) == 1


def test_f_api_22_a_picture_that_the_service_forgot_was_paid_for(run, waits):
    _, end, _ = collect(run, waits, good_until=NOW - 1, known=False)
    assert isinstance(end, NotFound)
    assert end.charged is Charged.YES


def test_the_signed_address_is_said_to_last_less_than_ten_minutes(run, waits):
    events, *_ = resume(run, waits)
    (done,) = [one for one in events if isinstance(one, RemoteDone)]
    assert json.loads(done.answer)["good_until"] == NOW + 540
