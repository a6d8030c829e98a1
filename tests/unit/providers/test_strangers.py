"""Connection tests of every service where something well-formed answers that is not the service."""

from __future__ import annotations

import pytest

from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import EMBEDDED, Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.registry import built_words, make_provider
from kontext_studio.resources import read_json
from tests.fakes.network_proxies import Recorder

WORDS = sorted({*built_words()} - {EMBEDDED})


def steps_of(run, word: str, status: int, value: object) -> list[CheckStep]:
    async def story() -> list[CheckStep]:
        async with Recorder(answer=lambda _method, _target: (status, {}, value)) as stranger:
            roles = ("run", "queue", "rest") if word == "fal" else ("api",)
            route = Route("x", word, hosts=tuple((role, stranger.origin) for role in roles))
            data = read_json("models.json")
            assert isinstance(data, dict)
            provider = make_provider(
                Access(route, Secret("canary-key-4711")), catalogue_from_json(data)
            )
            try:
                return [step async for step in provider.check()]
            finally:
                await provider.close()

    return run(story())


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("value", [None, [], "hello", {"ok": True}], ids=str)
def test_f_net_16_what_answers_otherwise_is_not_taken_for_the_service(
    run, word: str, value: object
) -> None:
    steps = {one.name: one for one in steps_of(run, word, 200, value)}
    assert steps["Service"].passed is False
    assert steps["Service"].hint
    assert steps["Sign-in"].passed is None, "what a stranger answers says nothing of the key"
    assert steps["Model"].passed is None


@pytest.mark.parametrize("word", WORDS)
def test_a_service_in_trouble_is_not_said_to_have_broken_a_run(run, word: str) -> None:
    (service,) = (one for one in steps_of(run, word, 500, {"detail": "x"}) if one.name == "Service")
    assert service.passed is False
    assert service.message.endswith("is in trouble.")


@pytest.mark.parametrize("word", ["vllm-omni", "sglang", "litellm", "localai", "openai"])
def test_an_address_without_v1_is_told_as_one(run, word: str) -> None:
    steps = steps_of(run, word, 404, {"detail": "Not Found"})
    (service,) = (one for one in steps if one.name == "Service")
    assert service.passed is False
    assert "/v1" in service.hint
