"""Text lies where it was asked to lie, in the colour asked for, whole and within the frame."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.effects.lettering import lettered
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import Lettering
from kontext_studio.engine.variation import Variation

GROUND = 90


@pytest.fixture
def sheet() -> np.ndarray:
    return np.full((300, 400, 3), GROUND, np.uint8)


def set_text(sheet: np.ndarray, instruction: str) -> np.ndarray:
    (operation,) = read_instruction(instruction).operations
    assert isinstance(operation, Lettering)
    return lettered(sheet, operation, Variation(0))


def box_of(out: np.ndarray) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what changed, in shares of the frame."""
    rows, columns = np.nonzero((out != GROUND).any(axis=-1))
    return columns.min() / 400, rows.min() / 300, columns.max() / 400, rows.max() / 300


def test_text_lies_in_the_corner_it_was_asked_for(sheet):
    left, top, right, bottom = box_of(set_text(sheet, "Add the text 'SALE' in the top left corner"))
    assert left < 0.1
    assert top < 0.15
    assert right < 0.5
    assert bottom < 0.3
    left, top, _, _ = box_of(set_text(sheet, "Add the text 'SALE' in the bottom right corner"))
    assert left > 0.6
    assert top > 0.8


def test_centred_text_has_equal_room_on_both_sides(sheet):
    left, top, right, bottom = box_of(set_text(sheet, "Write 'HOHOH' in the center"))
    assert left == pytest.approx(1 - right, abs=0.02)
    assert top == pytest.approx(1 - bottom, abs=0.03)


def test_the_colour_is_that_which_was_named(sheet):
    out = set_text(sheet, "Add the text 'HHH' in the center in #C81E28, size 90")
    values, counts = np.unique(out.reshape(-1, 3), axis=0, return_counts=True)
    drawn = values[np.argsort(-counts)][:2].tolist()
    assert [0xC8, 0x1E, 0x28] in drawn


def test_a_size_in_pixels_is_met(sheet):
    _, top, _, bottom = box_of(set_text(sheet, "Add the text 'H' in the center, size 100"))
    assert (bottom - top) * 300 == pytest.approx(72.7, abs=3)  # capitals of Inter: 0.727 em


def test_long_text_is_wrapped_and_a_long_word_shrunk(sheet):
    for words in ("one two three four five six seven eight nine ten", "Donaudampfschifffahrt" * 3):
        left, top, right, bottom = box_of(set_text(sheet, f"Add the text '{words}' in the center"))
        assert 0.02 < left < right < 0.98
        assert 0 <= top < bottom <= 1


def test_without_a_colour_the_letters_stand_out(sheet):
    for level in (15, 240):
        out = set_text(np.full_like(sheet, level), "Add the text 'SALE' in the center")
        assert np.abs(out.astype(int) - level).max() > 150


def test_only_the_letters_and_their_shadow_touch_the_picture(sheet):
    out = set_text(sheet, "Add the text 'SALE' at the top")
    assert (out[100:] == GROUND).all()
