"""What a text parameter may say, and the sentence where it says something else."""

from __future__ import annotations

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ANY_MODEL, Catalogue, catalogue_from_json
from kontext_studio.core.text_rules import TextRule
from kontext_studio.resources import read_json


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return catalogue_from_json(data)


def refusal(rule: TextRule, text: str) -> str:
    with pytest.raises(BadRequest) as caught:
        rule.check(text, "The size", "size")
    assert caught.value.field == "size"
    return caught.value.message


SIZE = TextRule(pattern=r"auto|\d+x\d+", example="as 1024x768 or auto", longest_side=3840, grid=16)


@pytest.mark.parametrize("text", ["auto", "16x3840", "1024x768"])
def test_what_fits_the_form_is_taken(text: str) -> None:
    SIZE.check(text, "The size", "size")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("wide", "The size is as 1024x768 or auto, not “wide”."),
        ("１６x16", "The size is as 1024x768 or auto, not “１６x16”."),
        ("1024x768\n", "The size is as 1024x768 or auto, not “1024x768\n”."),
        ("3856x16", "The size has 16 to 3,840 pixels a side, not 3856x16."),
        ("0x16", "The size has 16 to 3,840 pixels a side, not 0x16."),
        ("1000x16", "The size has sides that are multiples of 16, not 1000x16."),
    ],
)
def test_what_does_not_is_told_with_what_would(text: str, words: str) -> None:
    assert refusal(SIZE, text) == words


def test_a_length_counts_characters_and_not_bytes() -> None:
    rule = TextRule(max_length=3)
    rule.check("é東🚗", "The size", "size")
    assert refusal(rule, "abcd") == "The size has 4 characters; 3 are allowed."


def test_an_instruction_over_the_models_length_stops_at_its_field(catalogue: Catalogue) -> None:
    for spec in catalogue.of_provider("lumenfall"):
        spec.check_instruction("a" * 1000)
        with pytest.raises(BadRequest) as caught:
            spec.check_instruction("a" * 1001)
        assert caught.value.field == "instruction"
        assert "1,001 characters; 1,000" in caught.value.message
    catalogue.find("fal", "fal-ai/flux-kontext/dev").check_instruction("a" * 10_000)


def test_a_server_of_ones_own_may_serve_whatever_is_named(catalogue: Catalogue) -> None:
    for word in ("vllm-omni", "sglang", "litellm", "localai"):
        assert catalogue.find(word, ANY_MODEL).id == ANY_MODEL
        named = catalogue.find(word, "studio/anything-7b")
        assert named.id == "studio/anything-7b"
        assert named.parameters == catalogue.find(word, ANY_MODEL).parameters
        for bad in ("", " ", "a\nb", "x" * 201):
            with pytest.raises(BadRequest):
                catalogue.find(word, bad)
    with pytest.raises(BadRequest):
        catalogue.find("lumenfall", "studio/anything-7b")


def test_an_alias_is_the_model_itself(catalogue: Catalogue) -> None:
    for alias, model in (
        ("flux-kontext-pro", "flux.1-kontext-pro"),
        ("flux-kontext-max", "flux.1-kontext-max"),
    ):
        assert catalogue.find("lumenfall", alias) is catalogue.find("lumenfall", model)
