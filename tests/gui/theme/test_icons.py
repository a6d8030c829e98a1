from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon

from kontext_studio.gui.theme.icons import icon, icon_pixmap, icon_svg


def inks(pixmap) -> set[int]:
    """The grey values of the fully covered pixels."""
    image = pixmap.toImage()
    return {
        image.pixelColor(x, y).green()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


@pytest.mark.parametrize(
    ("mode", "state", "token"),
    [
        (QIcon.Mode.Normal, QIcon.State.Off, "text.secondary"),
        (QIcon.Mode.Normal, QIcon.State.On, "text.primary"),
        (QIcon.Mode.Disabled, QIcon.State.Off, "text.disabled"),
    ],
)
def test_an_icon_has_the_colour_of_its_state(qapp, theme, mode, state, token):
    pixmap = icon(theme, "hand", size_px=18).pixmap(QSize(18, 18), 2.0, mode, state)
    grey = theme.colour(token).green()
    assert inks(pixmap)
    assert inks(pixmap) <= {grey - 1, grey, grey + 1}  # smooth edges are rounded


def test_an_icon_is_sharp_on_a_doubled_screen(qapp, theme):
    pixmap = icon(theme, "hand").pixmap(QSize(16, 16), 2.0)
    assert pixmap.size() == QSize(32, 32)
    assert pixmap.devicePixelRatio() == 2.0


def test_a_star_that_is_on_is_gold_and_filled(qapp, theme):
    star = icon(theme, "star", "star")
    off = star.pixmap(QSize(16, 16), 2.0, QIcon.Mode.Normal, QIcon.State.Off).toImage()
    on = star.pixmap(QSize(16, 16), 2.0, QIcon.Mode.Normal, QIcon.State.On).toImage()
    assert off.pixelColor(16, 16).alpha() == 0
    assert on.pixelColor(16, 16) == theme.colour("star")


def test_the_stroke_is_as_wide_as_asked_at_every_size(qapp, theme):
    # minus.svg is one horizontal line; its thickness in the middle is the stroke.
    for size in (14, 16, 18):
        image = icon_pixmap(theme, "minus", "text.primary", size, 4.0).toImage()
        column = [image.pixelColor(image.width() // 2, y).alphaF() for y in range(image.height())]
        assert sum(column) / 4.0 == pytest.approx(1.5, abs=0.15)


def test_the_same_icon_is_drawn_once(qapp, theme):
    first = icon_pixmap(theme, "search", "text.primary", 16, 1.0)
    assert icon_pixmap(theme, "search", "text.primary", 16, 1.0).cacheKey() == first.cacheKey()


def test_an_icon_that_is_not_shipped_is_a_fault(qapp, theme):
    with pytest.raises(FileNotFoundError):
        icon(theme, "unicorn")


def test_an_unknown_role_is_a_fault(qapp, theme):
    with pytest.raises(KeyError):
        icon(theme, "hand", "sparkly")


def test_the_tint_reaches_every_stroke():
    text = icon_svg("star", QColor(1, 2, 3), 1.5).decode()
    assert "currentColor" not in text
    assert QColor(1, 2, 3).name() in text
