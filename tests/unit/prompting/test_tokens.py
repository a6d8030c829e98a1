from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.tokens import (
    TokenCount,
    clip_token_count,
    cut_position,
    token_count,
)
from kontext_studio.resources import resource_path
from tests.unit.prompting.english_instructions import english_instructions
from tests.unit.prompting.foreign_instructions import foreign_instructions

# Counted with the packages sentencepiece 0.2.3 and tokenizers 0.23.3, end and start markers added.
COUNTED = [
    ("", 1, 2),
    ("   ", 1, 2),
    ("Change the car to red", 6, 7),
    ("Recolour the façade — in ‘eau de nil’", 15, 17),
    ("e\u0301te\u0301 ﬁne ½ Ⅷ ＡＢＣ\u3000x", 10, 22),
    ("👩‍🎨 Paint the sky", 8, 7),
    ("把车改成红色", 3, 20),
    ("It's 10,000 px\twide\nand \u200bflat", 11, 15),
    ("a\u2581b", 5, 6),
]


@pytest.mark.parametrize(("text", "t5", "clip"), COUNTED)
def test_counts_are_those_of_the_encoders_own_tokenizers(text, t5, clip):
    assert token_count(text) == TokenCount(t5, exact=True)
    assert clip_token_count(text) == TokenCount(clip, exact=True)


def test_sentencepiece_agrees_on_every_instruction():
    sentencepiece = pytest.importorskip("sentencepiece")
    judge = sentencepiece.SentencePieceProcessor(
        model_file=str(resource_path("prompting/t5.model"))
    )
    texts = english_instructions() + [text for _, text in foreign_instructions()]
    assert [text for text in texts if token_count(text).count != len(judge.encode(text)) + 1] == []


def test_the_cut_falls_on_the_first_word_that_is_not_read_whole():
    text = "red " * 600
    assert token_count(text).count == 601
    assert cut_position(text) == 4 * 511
    assert cut_position(text[: 4 * 511]) is None


def test_half_of_a_surrogate_pair_is_counted_as_a_stranger():
    assert token_count("a\ud83d").count == token_count("a\ufffd").count
    assert clip_token_count("a\ud83d").count > clip_token_count("a").count


@given(st.text(max_size=60), st.text(max_size=60))
def test_words_are_counted_apart(first, second):
    together = token_count(f"{first} {second}").count
    assert together == token_count(first).count + token_count(second).count - 1
