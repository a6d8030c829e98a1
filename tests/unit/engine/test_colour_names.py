"""Named colours: what they are in CIELAB, what modifiers do, how far hex codes are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.engine.colour_names import (
    MODIFIERS,
    colour_table,
    from_hex,
    into_gamut,
    lab_of_rgb,
    modified,
    rgb_of_lab,
)

byte = st.integers(0, 255)


@given(byte, byte, byte)
def test_a_colour_survives_the_way_to_lab_and_back(red, green, blue):
    back = rgb_of_lab(lab_of_rgb((red / 255, green / 255, blue / 255)))
    assert max(abs(a - b) for a, b in zip(back, (red, green, blue), strict=True)) <= 1


@given(byte, byte, byte)
def test_hex_codes_are_met_exactly(red, green, blue):
    colour = from_hex(f"#{red:02x}{green:02X}{blue:02x}")
    assert colour.exact
    assert max(abs(a - b) for a, b in zip(colour.rgb, (red, green, blue), strict=True)) <= 1


def test_short_hex_codes_are_read():
    assert from_hex("#1af").rgb == from_hex("#11aaff").rgb


def test_the_everyday_names_belong_to_their_own_family():
    for name, colour in colour_table().items():
        if name in {c.family for c in colour_table().values()}:
            assert colour.family == name


@pytest.mark.parametrize(
    "name",
    "navy cobalt teal mustard terracotta sage coral mint turquoise lavender maroon beige ivory "
    "gold rose burgundy charcoal cream".split(),
)
def test_designers_words_are_known(name):
    assert name in colour_table()


def test_modifiers_do_what_they_say():
    green = colour_table()["green"]
    assert modified(green, ["dark"]).lab[0] < green.lab[0] < modified(green, ["light"]).lab[0]
    assert modified(green, ["muted"]).chroma < green.chroma
    assert modified(green, ["very", "dark"]).lab[0] < modified(green, ["dark"]).lab[0]
    grey = colour_table()["gray"]
    assert modified(grey, ["warm"]).lab[2] > 3
    assert modified(grey, ["cool"]).lab[2] < -3


@given(
    st.sampled_from(sorted(colour_table())),
    st.lists(st.sampled_from(sorted(MODIFIERS)), max_size=3),
)
def test_every_modified_colour_can_be_shown(name, words):
    lab = modified(colour_table()[name], words).lab
    assert into_gamut(lab) == lab
    assert all(0 <= value <= 255 for value in rgb_of_lab(lab))
