"""A connection test asks for the models and the balance alone, and names what does not hold."""

import pytest

from kontext_studio.core.route import RouteMode
from kontext_studio.providers import checking
from tests.fakes.fal_service import page, says
from tests.fakes.openai_service import KEY, OpenAIService
from tests.unit.providers.openai_images.conftest import WORDS, images_over


def check(run, waits, word, *faults, step="models", service=None, **route):
    async def story():
        async with OpenAIService(manner=word, **(service or {})) as server:
            server.fault(step, *faults)
            async with images_over(server.access(**route), waits) as provider:
                steps = {one.name: one async for one in provider.check()}
                return steps, server

    return run(story())


@pytest.mark.parametrize("word", WORDS)
def test_a_good_connection_holds_at_every_stage_and_nothing_is_bought(run, waits, word):
    steps, server = check(run, waits, word)
    assert [one.passed for one in steps.values()] == [True] * len(steps), steps
    assert "is served" in steps[checking.MODEL].message
    assert server.sold == 0
    assert not server.runs
    assert all(one.body == b"" for one in server.ledger)


def test_lumenfall_is_asked_for_the_balance_which_surely_needs_the_key(run, waits):
    steps, server = check(run, waits, "lumenfall")
    assert steps[checking.SERVICE].message == "12.50 USD are available."
    assert len(server.seen("balance")) == 1
    gateway = {"key": None, "mode": RouteMode.GATEWAY}
    signed = {"headers": (("authorization", f"Bearer {KEY}"),)}
    steps, server = check(run, waits, "lumenfall", **gateway, **signed)
    assert steps[checking.SERVICE].passed
    assert not server.seen("balance")


@pytest.mark.parametrize("word", WORDS)
def test_f_api_2_a_wrong_key_is_a_matter_of_the_sign_in(run, waits, word):
    steps, _ = check(run, waits, word, key="wrong")
    assert steps[checking.SIGN_IN].passed is False
    assert steps[checking.MODEL].passed is None


def test_a_model_that_is_not_served_is_told_with_those_that_are(run, waits):
    steps, _ = check(run, waits, "vllm-omni", model="another")
    assert steps[checking.SERVICE].passed is True
    assert steps[checking.MODEL].passed is False
    assert steps[checking.MODEL].message == "another is not served at this address."
    assert "FLUX.1-Kontext-dev" in steps[checking.MODEL].hint


@pytest.mark.parametrize(
    "fault",
    [page(), says(200, {"hello": "world"}), says(404, {"detail": "Not Found"}), says(200, b"x")],
    ids=["page", "json", "404", "text"],
)
def test_something_else_that_answers_is_a_matter_of_the_service(run, waits, fault):
    steps, _ = check(run, waits, "sglang", fault)
    assert steps[checking.SERVICE].passed is False
    assert steps[checking.CONNECT].passed is True


@pytest.mark.parametrize("word", WORDS)
def test_a_test_never_says_that_something_may_have_been_charged(run, waits, word):
    step = "balance" if word == "lumenfall" else "models"
    steps, _ = check(run, waits, word, says(500, {"error": {"message": "broken"}}), step=step)
    said = steps[checking.SERVICE]
    assert (said.passed, said.kind) == (False, "service_failed")
    assert "charged" not in f"{said.message} {said.hint}"
