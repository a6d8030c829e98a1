from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.gui.instruction.offsets import Utf16Map


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.text(max_size=60))
def test_each_position_is_the_length_of_what_stands_before_it(text):
    made = Utf16Map(text)
    for position in range(len(text) + 1):
        assert made.to_units(position) == units(text[:position])
        assert made.to_code_points(made.to_units(position)) == position


@pytest.mark.parametrize(("inside", "position"), [(1, 0), (2, 1)])
def test_between_the_halves_of_a_pair_counts_as_before_it(inside, position):
    assert Utf16Map("😀x").to_code_points(inside) == position
