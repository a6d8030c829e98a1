from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.text import Kind, is_blank, quoted_runs, straightened, tokenize


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, text[token.start : token.end]) for token in tokenize(text)]


def test_offsets_count_code_points_of_the_text_as_given():
    text = "👩‍🎨 Paint the façade “Café” blue"
    assert [text[t.start : t.end] for t in tokenize(text) if t.is_word] == [
        "Paint",
        "the",
        "façade",
        "blue",
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Change 'A' to 'B'", ["'A'", "'B'"]),
        ("Make it say 'HELL'S KITCHEN' now", ["'HELL'S KITCHEN'"]),
        ("the boys' hats and the girls' shoes", []),
        ('a 12" board and a 9" board', []),
        ("“open” and „zu“ and «fermé» and 「営業中」", ["“open”", "„zu“", "«fermé»", "「営業中」"]),
        ("don't paint 'this' one", ["'this'"]),
        ("the {subject}'s nose and 'NO ENTRY'", ["'NO ENTRY'"]),
        ("an 'open quote without an end", []),
    ],
)
def test_quoted_wording_is_found(text, quoted):
    runs = quoted_runs(straightened(text))
    assert [text[start:end] for start, end in runs] == quoted


def test_slots_weights_and_colour_codes_are_single_tokens():
    found = kinds("Paint the [wall] {sage green} (shiny:1.2) #1a4d8f <lora:x:1> ____")
    assert [(kind, piece) for kind, piece in found if kind is not Kind.WORD] == [
        (Kind.SLOT, "[wall]"),
        (Kind.SLOT, "{sage green}"),
        (Kind.MARK, "(shiny:1.2)"),
        (Kind.COLOUR_CODE, "#1a4d8f"),
        (Kind.MARK, "<lora:x:1>"),
        (Kind.SLOT, "____"),
    ]


def test_list_numbers_are_markers_only_where_they_count():
    assert [k for k, _ in kinds("1. crop 2. blur 3. fade")].count(Kind.BULLET) == 3
    assert Kind.BULLET not in [k for k, _ in kinds("from 7 to 10. Add a cat")]


def test_expressions_of_several_words_are_one_token():
    words = [token.word for token in tokenize("Golden hour in front of a black and white wall")]
    assert words == ["golden hour", "in front of", "a", "black and white", "wall"]


def test_possessive_endings_are_set_apart_and_plurals_have_a_singular():
    woman, shoes = tokenize("woman's shoes")
    assert (woman.word, woman.possessive) == ("woman", True)
    assert (shoes.word, shoes.lemma) == ("shoes", "shoe")


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0", "\u200b\u2060", "\ufeff"])
def test_blank_means_no_visible_character(text):
    assert is_blank(text)


def test_a_question_mark_is_not_blank():
    assert not is_blank("?")


@given(st.text(max_size=300))
def test_tokens_stand_in_order_inside_the_text_and_never_overlap(text):
    end = 0
    for token in tokenize(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end


@given(st.text(alphabet="'\"“”‘’«»[]{}<>_ab \n", max_size=80))
def test_marks_in_any_order_are_cut_without_loss(text):
    runs = quoted_runs(straightened(text))
    assert all(0 <= start < end <= len(text) for start, end in runs)
    assert all(a[1] <= b[0] for a, b in pairwise(runs))
