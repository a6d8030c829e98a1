from __future__ import annotations

import pytest

from kontext_studio.core.jobs import JobFault
from kontext_studio.gui.jobs.refusals import chip_words, is_about_words, short_words


def refusal(*words: str, kind: str = "unsupported_instruction") -> JobFault:
    unknown = [{"word": word, "start": 0, "end": 1} for word in words]
    return JobFault("refused", "No.", problems=({"kind": kind, "context": {"unknown": unknown}},))


@pytest.mark.parametrize(
    ("suggestion", "words"),
    [
        ("Make the picture warmer and a bit brighter", "Warmer and a bit brighter"),
        ("Change the picture to golden hour", "Golden hour"),
        ("Convert the picture to a pencil sketch", "Pencil sketch"),
        ("Change the cup to green while keeping everything else the same", "Green"),
        ("Crop to a square", "Crop to a square"),
        ("Make the picture", "Make the picture"),
        ("Add the text “SALE” at the top in white", "Add the text “SALE” at the top in white"),
    ],
)
def test_a_chip_says_what_would_become_of_the_picture(suggestion, words):
    assert chip_words(suggestion) == words


def test_a_row_names_the_words_first():
    assert short_words(refusal("tabletop", "marble")) == "“tabletop”, “marble” unknown"


@pytest.mark.parametrize(
    "fault", [None, refusal(), refusal("a", "b", "c"), refusal("cup", kind="target_not_found")]
)
def test_what_is_not_about_a_few_words_is_told_by_the_engines_own_sentence(fault):
    assert not is_about_words(fault)
    assert short_words(fault) == ""
