import dataclasses

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    BadRequest,
    Charged,
    ConnectionLost,
    NoPicture,
    RateLimited,
    ServiceFailed,
    Unauthorized,
)
from kontext_studio.core.provider import CancelAnswer
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.registry import make_provider
from tests.fakes.fal_service import FalService, drops, page, says
from tests.unit.providers.conftest import end_of, provider_for


def cancel(run, waits, *faults, **service):
    async def story():
        async with FalService(**service) as fal, provider_for(fal, waits) as provider:
            fal.fault("cancel", *faults)
            return await provider.cancel(fal.remote("run-9")), fal

    return run(story())


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("OK", CancelAnswer(True, status="OK")),
        ("CANCELLATION_REQUESTED", CancelAnswer(True, status="CANCELLATION_REQUESTED")),
        ("ALREADY_COMPLETED", CancelAnswer(False, True, "ALREADY_COMPLETED")),
        ("NOT_FOUND", CancelAnswer(False, status="NOT_FOUND")),
    ],
)
def test_f_cancel_1_a_cancel_reaches_the_service_and_its_answer_is_told(run, waits, word, answer):
    told, fal = cancel(run, waits, cancel_status=word)
    assert told == answer
    (seen,) = fal.ledger
    assert seen.method == "PUT"
    assert seen.path == "/fal-ai/flux-kontext/requests/run-9/cancel"
    assert seen.json() == {}


def test_f_cancel_4_a_cancel_of_a_request_nobody_knows_is_no_fault(run, waits):
    told, _ = cancel(run, waits, says(404, {"detail": "Request not found"}))
    assert told == CancelAnswer(False, status="NOT_FOUND")


def test_f_cancel_4_a_cancel_is_repeated_where_the_connection_breaks(run, waits):
    told, fal = cancel(run, waits, drops(), drops())
    assert told.accepted
    assert len(fal.seen("cancel")) == 3
    with pytest.raises(ConnectionLost):
        cancel(run, waits, *[drops()] * 3)


@pytest.mark.parametrize(
    "fault",
    [
        says(500, {"detail": "x", "error_type": "internal_error"}),
        says(503, {"detail": "x"}),
        says(429, {"detail": "x"}),
        page(502),
        page(),
    ],
    ids=["500", "503", "429", "502 of a page", "a sign-in page"],
)
def test_f_cancel_4_a_cancel_that_does_not_go_through_is_repeated_and_then_told(run, waits, fault):
    told, fal = cancel(run, waits, fault, fault)
    assert told.accepted
    assert len(fal.seen("cancel")) == 3
    with pytest.raises((ServiceFailed, RateLimited, BadAnswer)):
        cancel(run, waits, *[fault] * 3)


def test_f_cancel_4_a_key_that_was_changed_is_told_at_once(run, waits):
    with pytest.raises(Unauthorized):
        cancel(run, waits, says(401, {"detail": "No user"}))
    assert waits.asked == []


def check(run, waits, *faults, **route):
    async def story():
        async with FalService() as fal, provider_for(fal.access(**route), waits) as provider:
            fal.fault("status", *faults)
            steps = [step async for step in provider.check()]
            assert fal.seen("submit") == []
            return [(step.name, step.passed) for step in steps], steps, fal

    return run(story())


STAGES = ("Name", "Connect", "Sign-in", "Service", "Model")


@pytest.mark.parametrize(
    ("fault", "passed"),
    [
        (says(404, {"detail": "Request not found"}), (True, True, True, True, None)),
        (says(202, {"status": "IN_QUEUE"}), (True, True, True, True, None)),
        (says(401, {"detail": "No user"}), (True, True, False, None, None)),
        (
            says(403, {"detail": "User is locked. Exhausted balance."}),
            (True, True, True, False, None),
        ),
        (says(200, "Unauthorized"), (True, True, False, None, None)),
        (page(), (True, True, None, False, None)),
        (page(502), (True, True, None, False, None)),
        (says(500, {"detail": "x"}), (True, True, None, False, None)),
        (says(307, b"", {"location": "https://x.test"}), (True, True, None, False, None)),
        (drops(), (True, True, None, False, None)),
    ],
)
def test_a_connection_test_costs_nothing_and_names_the_stage_that_does_not_hold(
    run, waits, fault, passed
):
    told, steps, fal = check(run, waits, fault)
    assert tuple(name for name, _ in told) == STAGES
    assert tuple(held for _, held in told) == passed
    assert all(step.message for step in steps)
    assert len(fal.ledger) == 1


def test_a_name_that_does_not_resolve_is_the_first_stage(run, waits):
    hosts = tuple((role, "https://queue.invalid") for role in ("run", "queue", "rest"))
    told, steps, _ = check(run, waits, hosts=hosts)
    assert [held for _, held in told] == [False, None, None, None, None, None]
    assert "queue.invalid cannot be found" in steps[0].message


def test_a_closed_port_is_the_second_stage(run, waits):
    hosts = tuple((role, "http://127.0.0.1:9") for role in ("run", "queue", "rest"))
    told, steps, _ = check(run, waits, hosts=hosts)
    assert [held for _, held in told] == [True, False, None, None, None]
    assert "is not answering" in steps[1].message


def test_the_words_of_this_version_make_providers_and_others_do_not(run, catalogue):
    async def story():
        for word in ("fal", "embedded"):
            provider = make_provider(Access(Route("x", word), Secret("k")), catalogue)
            assert provider.name == word
            await provider.close()
        with pytest.raises(BadRequest, match="“telepathy” are not built yet"):
            make_provider(Access(Route("x", "telepathy")), catalogue)

    run(story())


def test_the_embedded_engine_is_never_billed(run, waits, catalogue):
    async def story():
        async with FalService(result={"images": []}, result_status=200) as fal:
            access = fal.access()
            route = dataclasses.replace(access.route, provider="embedded")
            provider = make_provider(Access(route, access.key), catalogue)
            _, end = await end_of(provider.resume(fal.remote("run-1")))
            await provider.close()
            return end

    end = run(story())
    assert isinstance(end, NoPicture)
    assert end.charged is Charged.NO
