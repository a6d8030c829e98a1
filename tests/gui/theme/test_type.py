from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo, QFontMetricsF

from kontext_studio.gui.theme.tokens import load_theme
from kontext_studio.gui.theme.type import load_fonts, type_font

ROLES = ("meta", "small", "label", "body", "strong", "prompt", "title", "page")


def width(font, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_inter_in_its_size_and_weight(qapp, theme, role):
    load_fonts(theme)
    font = type_font(theme, role)
    assert QFontInfo(font).family() == "Inter"
    assert font.pointSizeF() == theme.type_styles[role].size_px * 0.75
    assert font.weight() == theme.type_styles[role].weight


@pytest.mark.parametrize("role", ["meta", "small"])
def test_facts_have_figures_of_equal_width(qapp, theme, role):
    load_fonts(theme)
    font = type_font(theme, role)
    assert width(font, "1111") == width(font, "8888")


def test_figures_of_equal_width_can_be_asked_for(qapp, theme):
    load_fonts(theme)
    font = type_font(theme, "strong", tabular=True)
    assert width(font, "111") == width(font, "888")


def test_words_keep_a_narrow_hyphen(qapp, theme):
    load_fonts(theme)
    font = type_font(theme, "body")
    assert width(font, "-") < width(font, "0")


def test_no_type_is_smaller_than_eleven_pixels(theme):
    assert min(style.size_px for style in theme.type_styles.values()) >= 11


def test_enlarged_text_is_larger_in_points(qapp, theme):
    large = load_theme(theme.name, text_scale=1.5)
    assert type_font(large, "meta").pointSizeF() == 1.5 * type_font(theme, "meta").pointSizeF()


def test_fonts_are_given_to_qt_once(qapp, theme):
    load_fonts(theme)
    from PySide6.QtGui import QFontDatabase

    before = len(QFontDatabase.styles("Inter"))
    load_fonts(theme)
    assert len(QFontDatabase.styles("Inter")) == before == 3
