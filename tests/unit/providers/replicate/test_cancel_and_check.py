import pytest

from kontext_studio.core.errors import BadAnswer, ConnectionLost, Unauthorized
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import CancelAnswer
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.registry import make_provider
from kontext_studio.providers.replicate import ReplicateProvider
from tests.fakes.fal_service import drops, page, says
from tests.fakes.replicate_service import MODEL, ReplicateService, iso
from tests.unit.providers.conftest import NOW
from tests.unit.providers.replicate.conftest import replicate_over


def cancel(run, waits, *faults, number="p1", **facts):
    async def story():
        async with ReplicateService(clock=lambda: NOW) as replicate:
            replicate.add("p1", MODEL, {}, NOW, **facts)
            replicate.fault("cancel", *faults)
            async with replicate_over(replicate, waits) as provider:
                return await provider.cancel(replicate.remote(number)), replicate

    return run(story())


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({}, CancelAnswer(True, status="OK")),
        ({"status": "processing", "started_at": iso(NOW)}, CancelAnswer(True, status="canceled")),
        ({"status": "succeeded"}, CancelAnswer(False, True, "succeeded")),
        ({"status": "failed"}, CancelAnswer(False, True, "failed")),
    ],
    ids=["waiting", "running", "finished", "failed"],
)
def test_f_cancel_1_a_cancel_reaches_the_service_and_its_answer_is_told(run, waits, facts, answer):
    told, replicate = cancel(run, waits, **facts)
    assert told == answer
    (seen,) = replicate.ledger
    assert (seen.method, seen.path) == ("POST", "/v1/predictions/p1/cancel")


def test_f_cancel_4_a_cancel_of_a_run_nobody_knows_is_no_fault(run, waits):
    told, _ = cancel(run, waits, number="p2")
    assert told == CancelAnswer(False, status="NOT_FOUND")


@pytest.mark.parametrize(
    "fault",
    [drops(), says(500, {"detail": "x"}), says(429, {"detail": "x"}), page(), says(200, [])],
    ids=["closed", "500", "429", "a page", "a list"],
)
def test_f_cancel_4_a_cancel_that_does_not_go_through_is_repeated(run, waits, fault):
    told, replicate = cancel(run, waits, fault, fault)
    assert told.accepted
    assert len(replicate.seen("cancel")) == 3


def test_f_cancel_4_what_never_goes_through_and_a_changed_key_are_told(run, waits):
    with pytest.raises(ConnectionLost):
        cancel(run, waits, *[drops()] * 3)
    waits.asked.clear()
    with pytest.raises(Unauthorized):
        cancel(run, waits, says(401, {"detail": "x"}))
    assert waits.asked == []


def test_f_sec_2_a_cancel_goes_to_no_other_host(run, waits):
    async def story():
        async with ReplicateService() as replicate, replicate_over(replicate, waits) as provider:
            url = "https://elsewhere.test/cancel"
            with pytest.raises(BadAnswer):
                await provider.cancel(RemoteHandle("p1", url, url, url))
            return replicate

    assert run(story()).ledger == []


def check(run, waits, *faults, models=(), **route):
    async def story():
        async with ReplicateService() as replicate:
            replicate.fault("poll", *faults)
            replicate.fault("model", *models)
            async with replicate_over(replicate.access(**route), waits) as provider:
                steps = [step async for step in provider.check()]
                assert (replicate.sold, replicate.seen("create")) == (0, [])
                return {step.name: step for step in steps}, replicate

    return run(story())


def passed(steps):
    return tuple(steps[name].passed for name in ("Name", "Connect", "Sign-in", "Service", "Model"))


def test_a_connection_test_costs_nothing_and_asks_about_the_model(run, waits):
    steps, replicate = check(run, waits)
    assert passed(steps) == (True, True, True, True, True)
    assert steps["Model"].message == "flux-kontext-dev is offered."
    assert [one.step for one in replicate.ledger] == ["poll", "model"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (says(401, {"detail": "x"}), (True, True, False, None, None)),
        (says(402, {"detail": "x"}), (True, True, True, False, None)),
        (says(500, {"detail": "x"}), (True, True, None, False, None)),
        (page(), (True, True, None, False, None)),
    ],
    ids=["401", "402", "500", "a page"],
)
def test_a_connection_test_names_the_stage_that_does_not_hold(run, waits, fault, expected):
    steps, _ = check(run, waits, fault)
    assert passed(steps) == expected


def test_a_model_that_is_not_offered_is_told_by_name(run, waits):
    steps, _ = check(run, waits, models=[says(404, {"detail": "no"})])
    assert passed(steps) == (True, True, True, True, False)
    assert MODEL in steps["Model"].message


def test_a_wrong_key_fails_the_sign_in(run, waits):
    steps, _ = check(run, waits, key="r8_another0token1of2the3tests")
    assert passed(steps)[2] is False


def test_the_registry_builds_it_for_its_word(run, catalogue):
    async def story():
        access = Access(Route("r", "replicate"), Secret("r8_x0y1z2"))
        provider = make_provider(access, catalogue)
        assert isinstance(provider, ReplicateProvider)
        assert (provider.name, provider.cannot_find) == ("replicate", "")
        await provider.close()

    run(story())
