from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.result import Cost
from kontext_studio.gui.history import names
from kontext_studio.resources import read_json


@pytest.mark.parametrize(
    ("instruction", "headline"),
    [
        (
            "Change the cup to deep forest green while keeping the spoon",
            "Change the cup to deep forest green",
        ),
        ("Replace the sky with a sunset, keep the house", "Replace the sky with a sunset"),
        ("Add snow. Keep the composition.", "Add snow"),
        ("Make it warmer without changing the faces", "Make it warmer"),
        ("Change the light\nto   morning", "Change the light to morning"),
        ("Keep the cup exactly as it is", "Keep the cup exactly as it is"),
        ("Add a beekeeper", "Add a beekeeper"),
        ("", ""),
    ],
)
def test_the_headline_leaves_out_what_must_stay(instruction, headline):
    assert names.headline(instruction) == headline


@given(st.text(max_size=120))
def test_a_headline_never_loses_its_opening(instruction):
    line = names.one_line(instruction)
    head = names.headline(instruction)
    assert line.startswith(head)
    assert bool(head) == bool(line)


@pytest.mark.parametrize(
    ("instruction", "name"),
    [
        ("Change the light to soft morning daylight", "Soft morning daylight"),
        ("Replace the tabletop with a pale oak one", "Pale oak one"),
        ("Make the sky darker", "Make the sky darker"),
        ("Convert to pencil sketch", "Pencil sketch"),
    ],
)
def test_a_short_name_is_what_the_picture_became(instruction, name):
    assert names.short_name(instruction) == name


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 % changed"),
        (0.001, "under 1 % changed"),
        (0.314, "31 % changed"),
        (0.994, "99 % changed"),
        (1.0, "whole image"),
    ],
)
def test_the_changed_share_never_claims_more_than_was_measured(share, words):
    assert names.changed_words(share) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.01, "under 0.1 s"), (0.4, "0.4 s"), (8.13, "8.1 s"), (125.2, "2 min 5 s")],
)
def test_times_are_short(seconds, words):
    assert names.took_words(seconds) == words


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (None, "price unknown"),
        (Cost(0.0, estimated=False), "free"),
        (Cost(0.04), "about $0.04"),
        (Cost(0.025, estimated=False), "$0.025"),
        (Cost(1.5, "EUR", estimated=False), "1.50 EUR"),
    ],
)
def test_a_price_says_whether_it_is_an_estimate(cost, words):
    assert names.cost_words(cost) == words


def test_models_go_by_their_tier_and_unknown_ones_by_the_end_of_their_id():
    data = read_json("models.json")
    assert isinstance(data, dict)
    catalogue = catalogue_from_json(data)
    words = names.model_words(catalogue)
    assert words["fal-ai/flux-pro/kontext"].short == "pro"
    assert words["fal-ai/flux-pro/kontext"].full == "Kontext pro"
    assert words["kontext-studio/embedded"].short == "Embedded engine"
    assert names.words_for_model(words, "somebody/else").full == "else"


def test_long_numbers_are_grouped_and_do_not_break():
    assert names.grouped_digits(481516234) == "481\u00a0516\u00a0234"


@pytest.mark.parametrize(
    ("text", "inside"),
    [("Change it", "change it"), ("USA flag", "USA flag"), ("A cup", "a cup"), ("", "")],
)
def test_a_text_inside_a_sentence_starts_small_unless_it_is_a_name(text, inside):
    assert names.lowered(text) == inside
