from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.language import foreign_language
from tests.unit.prompting.english_instructions import english_instructions
from tests.unit.prompting.foreign_instructions import foreign_instructions


def test_instructions_in_other_languages_are_found_and_named():
    answers = [(foreign_language(text), name, text) for name, text in foreign_instructions()]
    assert [text for answer, _, text in answers if answer is None] == []
    misnamed = [(answer, text) for answer, name, text in answers if answer != name]
    assert len(misnamed) <= len(answers) // 25, misnamed


def test_a_thousand_english_instructions_with_foreign_names_are_english():
    instructions = english_instructions()
    assert len(instructions) > 1000
    assert [text for text in instructions if foreign_language(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Replace 'Bonjour tout le monde' with 'Bonsoir à toutes et à tous', same font",
        "Change the sign to “Der Hund ist in der Küche”",
        "Let it say 'Der Hund ist in der Küche und die Katze ist auf dem Dach'",
        "hunter s thompson",
        "Jeremy Mann painting",
        "Write 「把车改成红色」 on the banner",
        "Put [el nombre de la tienda] on the awning",
        "Chnage teh bakcground to a beech",
        "",
        "🦊 🦊 🦊",
        "Entfernen",
    ],
)
def test_quotations_placeholders_slips_and_single_words_say_nothing(text):
    assert foreign_language(text) is None


def test_accents_may_be_left_out():
    assert foreign_language("Anade un sombrero al nino de la izquierda") == "Spanish"


def test_foreign_wording_around_a_quotation_is_foreign():
    assert foreign_language("Ersetze 'SALE' durch 'NEW' auf dem Schild") == "German"


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text):
    assert foreign_language(text) is None or foreign_language(text)
