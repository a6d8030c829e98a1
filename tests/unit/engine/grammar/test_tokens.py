"""Cutting text into tokens: places, quotes, spellings."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.grammar.tokens import Kind, tokenise
from kontext_studio.engine.operations import Lettering


def facts(part: Refusal) -> Any:
    """What a refusal tells beside its sentence."""
    return part.context


# Text that could stand between two double quotes.
quotable = st.text(min_size=1, max_size=30).filter(lambda t: not set(t) & set('"“”„'))


def norms(text: str) -> list[str]:
    return [token.norm for token in tokenise(text)]


def test_both_spellings_read_alike():
    assert norms("Recolour the grey centre") == norms("Recolor the gray center")


def test_hyphens_join_and_a_minus_counts():
    assert norms("black-and-white") == ["black", "and", "white"]
    assert norms("rotate by -15 degrees") == ["rotate", "by", "-", "15", "°"]


def test_words_of_courtesy_are_left_out():
    assert norms("Please just make it warmer, thanks") == ["make", "it", "warmer", ","]


def test_an_apostrophe_within_a_word_opens_no_quotation():
    kinds = [token.kind for token in tokenise("the woman's coat and the man's hat")]
    assert Kind.QUOTED not in kinds


def test_quotation_marks_of_many_kinds_are_known():
    for text in ("'joy'", '"joy"', "“joy”", "‘joy’", "„joy“", "«joy»", "「joy」"):
        assert [(t.kind, t.norm) for t in tokenise(text)] == [(Kind.QUOTED, "joy")]


def test_contractions_are_read_as_the_words_they_stand_for():
    assert norms("don't") == ["do", "not"]
    assert norms("I'd") == ["i", "would"]


@given(st.text(max_size=80))
def test_tokens_lie_where_they_say_and_in_order(text):
    end = 0
    for token in tokenise(text):
        assert text[token.start : token.end] == token.text
        assert token.start >= end or token.end == end  # a contraction gives two at one place
        end = token.end


@given(st.text(max_size=120))
def test_any_text_is_either_planned_or_refused_with_places_that_fit(text):
    try:
        plan = read_instruction(text)
    except EngineRefusal as refusal:
        for part in refusal.refusals:
            for entry in facts(part).get("unknown", []):
                assert text[entry["start"] : entry["end"]] == entry["word"]
    else:
        assert plan.operations


@given(quotable)
def test_quoted_text_is_taken_as_it_stands_and_never_interpreted(words):
    plan = read_instruction(f'Add the text "{words}" at the top in white')
    (lettering,) = plan.operations
    assert isinstance(lettering, Lettering)
    assert lettering.text == words


def test_an_instruction_between_quotes_does_nothing_but_stand_there():
    plan = read_instruction("Add the text 'make it blue and rotate 90 degrees' at the top")
    assert [type(operation) for operation in plan.operations] == [Lettering]
