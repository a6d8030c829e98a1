from __future__ import annotations

from typing import Any

import pytest

from kontext_studio.gui.theme.tokens import ThemeName, colour_from_hex, load_theme
from kontext_studio.resources import read_json


def luminance(colour) -> float:
    """Relative luminance as WCAG 2.2 defines it."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour.getRgb()[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def contrast_table(name: ThemeName) -> list[dict[str, Any]]:
    tokens: Any = read_json("tokens.json")
    table: list[dict[str, Any]] = tokens["contrast"][name.value]
    return table


@pytest.mark.parametrize("name", list(ThemeName), ids=str)
def test_every_pair_of_the_contrast_table_reaches_its_least_ratio(name):
    table = contrast_table(name)
    theme = load_theme(name)
    found = {
        f"{row['fg']} on {row['bg']}": contrast(theme.colour(row["fg"]), theme.colour(row["bg"]))
        for row in table
    }
    assert len(table) > 30
    for row in table:
        pair = f"{row['fg']} on {row['bg']}"
        assert found[pair] >= row["min"], pair
        assert found[pair] == pytest.approx(row["ratio"], abs=0.01), pair


@pytest.mark.parametrize("name", list(ThemeName), ids=str)
def test_surfaces_borders_and_words_are_neutral(name):
    theme = load_theme(name)
    neutral = [
        t for t in theme.colours if t.startswith(("surface.", "canvas.", "border.", "text."))
    ]
    assert len(neutral) > 15
    for token in neutral:
        colour = theme.colour(token)
        assert colour.red() == colour.green() == colour.blue(), token
    for surround, colour in theme.surrounds.items():
        assert colour.red() == colour.green() == colour.blue(), surround


def test_the_default_surround_is_the_canvas_colour(theme):
    assert theme.surrounds[theme.default_surround] == theme.colour("canvas.surround")


def test_a_colour_with_four_parts_has_its_alpha_last():
    parts = (0x18, 0x20, 0x2A, 0xD9)
    assert colour_from_hex(f"#{bytes(parts).hex()}").getRgb() == parts


@pytest.mark.parametrize("text", ["#FFF", "white", "#12345", ""])
def test_what_is_not_a_colour_token_is_refused(text):
    with pytest.raises(ValueError):
        colour_from_hex(text)


def test_an_unknown_token_is_a_fault(theme):
    with pytest.raises(KeyError):
        theme.colour("surface.plaid")


def test_a_colour_that_was_handed_out_can_be_changed_without_harm(theme):
    theme.colour("text.primary").setAlpha(3)
    assert theme.colour("text.primary").alpha() == 255


def test_spacing_follows_the_one_scale(theme):
    assert [theme.space(step) for step in range(1, 9)] == [2, 4, 8, 12, 16, 24, 32, 48]


def test_high_contrast_knows_no_tertiary_text(theme):
    high = load_theme(theme.name, high_contrast=True)
    for token in ("text.secondary", "text.tertiary", "border.control", "border.subtle"):
        assert high.colour(token) == theme.colour("text.primary")
    assert high != theme


def test_enlarged_text_leaves_lengths_alone(theme):
    large = load_theme(theme.name, text_scale=2.0)
    assert large.point_size("body") == 2 * theme.point_size("body")
    assert large.length("size.toolbar") == theme.length("size.toolbar") == 44


def test_two_loads_of_one_theme_are_equal_and_usable_as_keys(theme):
    assert load_theme(theme.name) == theme
    assert len({load_theme(theme.name), theme}) == 1
