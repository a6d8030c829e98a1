"""A run that was created, followed to its end: every call here may be repeated."""

import base64
import json

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    NoPicture,
    NotFound,
    Refused,
    ServiceFailed,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import (
    Finished,
    Queued,
    RemoteDone,
    Running,
    Trouble,
)
from tests.fakes.fal_service import cut, drops, page, png, says, says_raw
from tests.unit.providers.conftest import kinds
from tests.unit.providers.replicate.conftest import resume

PASSING = {
    "closed": drops(),
    "cut": cut(),
    "garbage": says_raw(b"\0 garbage\r\n\r\n"),
    "a page": page(),
    "502 of a page": page(502),
    "500": says(500, {"detail": "x"}),
    "503": says(503, {"detail": "x"}),
    "429": says(429, {"detail": "Request was throttled."}),
    "401": says(401, {"detail": "x"}),
    "404": says(404, {"detail": "x"}),
    "409": says(409, {"detail": "x"}),
    "a list": says(200, []),
    "null": says(200, None),
    "another run": says(200, {"id": "pred2", "status": "failed", "error": "no"}),
    "no run at all": says(200, {"status": "failed"}),
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
    gone = says(404, {"detail": "not found"})
    _, end, replicate = resume(run, waits, *[gone] * 5)
    assert isinstance(end, NotFound)
    assert end.charged is Charged.MAYBE
    assert len(replicate.seen("poll")) == 5
    assert sum(waits.asked) > 60


def test_f_api_6_answers_that_it_is_gone_count_only_in_a_row(run, waits):
    gone, busy = says(404, {"detail": "not found"}), says(500, {"detail": "x"})
    events, end, _ = resume(run, waits, *[gone] * 4, busy, *[gone] * 4)
    assert end is None
    assert isinstance(events[-1], Finished)


def test_f_api_27_a_word_of_a_newer_version_is_waited_for(run, waits):
    course = [{"status": "PAUSED"}, {"status": "succeeded"}]
    events, end, _ = resume(run, waits, course=course)
    assert end is None
    assert events[0] == Queued(None, "PAUSED")
    assert isinstance(events[-1], Finished)


def test_an_end_of_a_newer_version_is_an_end(run, waits):
    course = [{"status": "evicted", "completed_at": "2026-11-21T00:00:00Z", "error": "no room"}]
    _, end, _ = resume(run, waits, course=course)
    assert isinstance(end, ServiceFailed)
    assert "no room" in end.message


def test_f_api_28_a_status_that_goes_backwards_is_normal(run, waits):
    course = [{"status": "processing"}, {"status": "starting"}, {"status": "succeeded"}]
    events, end, _ = resume(run, waits, course=course)
    assert end is None
    assert events[:2] == [Running(None, ""), Queued(None, "starting")]


LOGS = {
    "": (None, ""),
    "Using seed: 1": (None, "Using seed: 1"),
    "  7%|#   | 2/28 [00:00]": (0.07, ""),
    "a\n 10%|# | 3/28\n 50%|### | 14/28 [00:01<00:01]\nsaving": (0.5, "saving"),
    "100%|####| 28/28": (1.0, ""),
    "999%|####| 28/28": (1.0, ""),
    " 10%|# | 3/28\r 20%|## | 6/28\r": (0.2, ""),
}


@pytest.mark.parametrize(("logs", "told"), LOGS.items())
def test_progress_is_read_from_the_last_bar_of_the_logs(run, waits, logs, told):
    course = [{"status": "processing", "logs": logs}, {"status": "succeeded"}]
    events, _, _ = resume(run, waits, course=course)
    assert events[0] == Running(*told)


@pytest.mark.parametrize(
    "error",
    [
        "NSFW content detected. Try running it again.",
        "The input or output was flagged as sensitive. Please try again. (E005)",
        "Stopped by a safety filter",
    ],
)
def test_f_api_10_a_refusal_of_content_blocks_the_run(run, waits, error):
    _, end, _ = resume(run, waits, course=[{"status": "failed", "error": error}])
    assert isinstance(end, ContentBlocked)
    assert end.message == "The service's content rules stopped this."
    assert end.charged is Charged.MAYBE


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("CUDA out of memory", "The model stopped working on it: CUDA out of memory"),
        (None, "The model stopped working on it."),
        ("the document E0051 is unsafety", "The model stopped working on it: the document"),
    ],
)
def test_f_api_16_a_model_that_failed_ends_the_run_and_may_have_cost_money(run, waits, error, told):
    _, end, replicate = resume(run, waits, course=[{"status": "failed", "error": error}])
    assert isinstance(end, ServiceFailed)
    assert end.message.startswith(told)
    assert end.charged is Charged.MAYBE
    assert len(replicate.seen("poll")) == 1


@pytest.mark.parametrize(
    ("word", "charged"),
    [("canceled", Charged.MAYBE), ("cancelled", Charged.MAYBE), ("aborted", Charged.NO)],
)
def test_f_cancel_2_a_run_that_was_stopped_is_told_as_that(run, waits, word, charged):
    _, end, _ = resume(run, waits, course=[{"status": word}])
    assert isinstance(end, Refused)
    assert end.problems[0].kind == "client_cancelled"
    assert end.charged is charged


def test_a_picture_that_the_service_has_deleted_is_told_in_plain_words(run, waits):
    facts = {"status": "succeeded", "data_removed": True, "input": {}, "output": None}
    events, end, replicate = resume(run, waits, facts=facts)
    assert isinstance(end, NotFound)
    assert "deleted" in end.message
    assert "hour" in end.message
    assert end.charged is Charged.YES
    assert (events, len(replicate.seen("poll"))) == ([], 1)


OUTPUTS = {
    "a text": "{origin}/delivery/a.png",
    "a list": ["{origin}/delivery/a.png"],
    "an object": {"image": "{origin}/delivery/a.png", "seed": 5},
    "an object with a list": {"images": ["{origin}/delivery/a.png"]},
    "a data uri": "data:image/png;base64," + base64.b64encode(png(grey=20)).decode(),
}


def succeeds_with(output):
    """A poll that tells of this output; "{origin}" in it stands for the service."""

    async def whole(exchange):
        await exchange.read()
        exchange.note()
        service = exchange.service
        service.pictures |= {"a.png": png(grey=20), "b.png": png(grey=30)}
        told = json.loads(json.dumps(output).replace("{origin}", service.origin))
        await exchange.answer(200, {"id": "pred1", "status": "succeeded", "output": told})

    return whole


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_the_picture_is_found_in_every_form_of_output(run, waits, output):
    events, end, _ = resume(run, waits, succeeds_with(output))
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=20)]


def test_f_api_25_all_pictures_of_a_run_are_kept(run, waits):
    output = ["{origin}/delivery/a.png", "{origin}/delivery/b.png", 5, None, "no address"]
    events, end, _ = resume(run, waits, succeeds_with(output))
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=20), png(grey=30)]


def test_f_api_18_a_finished_run_without_a_picture_is_read_again_before_it_is_believed(run, waits):
    empty = says(200, {"id": "pred1", "status": "succeeded", "output": None})
    events, end, _ = resume(run, waits, *[empty] * 3)
    assert end is None
    assert isinstance(events[-1], Finished)
    events, end, replicate = resume(run, waits, *[empty] * 4)
    assert isinstance(end, NoPicture)
    assert end.charged is Charged.YES
    assert kinds(events) == [RemoteDone]
    assert len(replicate.seen("poll")) == 4


def test_f_sec_6_a_run_at_another_address_is_not_asked_for(run, waits):
    def elsewhere(replicate):
        url = "https://elsewhere.test/v1/predictions/pred1"
        return RemoteHandle("pred1", url, url, f"{url}/cancel")

    _, end, replicate = resume(run, waits, remote=elsewhere)
    assert isinstance(end, BadAnswer)
    assert "elsewhere.test" in end.message
    assert end.charged is Charged.MAYBE
    assert replicate.ledger == []
