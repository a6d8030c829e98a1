from __future__ import annotations

import contextlib

from kontext_studio.prompting import reading
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.words import left_out, looks, people, verbs

REVAMPED = "Revamp the kitchen as a bakery"


def rules(text: str) -> set[str]:
    return {finding.rule for finding in lint(text)}


def test_a_word_that_is_left_out_stands_in_no_list_and_in_nothing_built_from_one():
    assert "scope-verb" in rules(REVAMPED)
    with left_out({"revamp"}):
        assert "revamp" not in verbs.acts()
        assert "scope-verb" not in rules(REVAMPED)


def test_the_lists_are_as_before_at_the_end_even_after_a_fault():
    before = looks.JUDGEMENTS
    with contextlib.suppress(ZeroDivisionError), left_out({"grandiose", "revamp"}):
        assert "grandiose" not in looks.JUDGEMENTS
        raise ZeroDivisionError
    assert looks.JUDGEMENTS is before
    assert "scope-verb" in rules(REVAMPED)


def test_sets_that_other_modules_made_of_the_lists_follow():
    assert "impressionist" in reading._STYLE_WORDS
    with left_out({"impressionist"}):
        assert "impressionist" not in reading._STYLE_WORDS


def test_expressions_and_compounds_with_the_word_go_too():
    assert "pixel-art" in looks.STYLES
    assert "oil painting" in looks.STYLES
    with left_out({"crayon", "negligee"}):
        assert "crayon" not in looks.STYLES
        assert "negligee" not in people.GARMENTS
        assert "oil painting" in looks.STYLES


def test_common_words_of_english_stay():
    with left_out({"remove", "red", "the", "we"}):
        assert "remove" in verbs.acts()
        assert "red" in looks.COLOURS
        assert not rules("Remove the red kite above the barn")
