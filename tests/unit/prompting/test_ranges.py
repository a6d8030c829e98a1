"""Ranges on characters of the world: what is marked stays marked, at the same words."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.text import quoted_runs, straightened, tokenize
from tests.unit.prompting.sentences import MARKED

SENTENCES = [text for texts in MARKED.values() for text in texts if text.strip()]
DECORATIONS = st.lists(
    st.sampled_from(["😀", "👩‍🎨", "🏳️‍🌈", "🇫🇷", "👍🏽", "❤️", "\u200f", "\u200e", "✨"]),
    min_size=1,
    max_size=4,
).map("".join)
FOREIGN_QUOTES = st.sampled_from(
    [
        "'שלום עולם'",
        "'مرحبا'",
        "'Zoë\u0301'",
        "'नमस्ते'",
        "'e\u0301\u0323\u0308'",
        "“👩‍🎨🎉”",
        "'日本'",
    ]
)


def marked(text: str) -> Counter[tuple[str, str]]:
    return Counter((f.rule, text[f.start : f.end]) for f in lint(text) if f.severity.underlined)


@given(st.sampled_from(SENTENCES), DECORATIONS)
def test_emoji_and_direction_marks_before_a_sentence_move_every_range_with_it(sentence, signs):
    text = f"{signs}\n{sentence}"
    assert marked(text) == marked(sentence)


@given(st.sampled_from(SENTENCES), FOREIGN_QUOTES)
def test_quoted_wording_of_any_script_in_front_moves_every_range_with_it(sentence, quote):
    first = f"Change the sign to {quote} in the same font. "
    text = first + sentence
    shifted = [f for f in lint(text) if f.rule == "spelling"]
    alone = [f for f in lint(sentence) if f.rule == "spelling"]
    assert [(f.start - len(first), f.end - len(first)) for f in shifted] == [
        (f.start, f.end) for f in alone
    ]
    start, end = quoted_runs(straightened(text))[0]
    assert text[start:end] == quote


@given(
    st.lists(
        st.sampled_from(
            [
                *"ae'\"()[]{} .,\n",
                "\u0301",
                "\u0323",
                "ש\u05b8",
                "نً",
                "नि",
                "😀",
                "👩‍🎨",
                " make ",
                " it ",
            ]
        ),
        max_size=60,
    ).map("".join)
)
def test_no_range_and_no_edit_parts_a_letter_from_its_signs(text):
    for token in tokenize(text):
        if token.is_word and token.end < len(text):
            assert not unicodedata.combining(text[token.end])
    for finding in lint(text):
        assert 0 <= finding.start <= finding.end <= len(text)
        for fix in finding.fixes:
            for edit in fix.edits:
                assert 0 <= edit.start <= edit.end <= len(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Paint the cafe\u0301 beautifull", "beautifull"),
        ("👩‍🎨 Make the sofa beautifull", "beautifull"),
        ("Change 'שלום' to 'ברוך', make the wall beautifull in the same font", "beautifull"),
    ],
)
def test_the_misspelt_word_is_marked_at_its_code_points(text, word):
    (finding,) = [f for f in lint(text) if f.rule == "spelling"]
    assert text[finding.start : finding.end] == word
