"""The map of differences over pictures, and its scale."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt

from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.compare_grid import CompareGrid
from kontext_studio.gui.canvas.compare_heat import (
    Heat,
    heat_pyramid,
    legend_box,
    legend_size,
    legend_words,
)
from kontext_studio.gui.canvas.compare_tile import ComparedPicture
from kontext_studio.gui.canvas.overlays import PLATE_HEIGHT, PLATE_MARGIN
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.wipe_view import Manner, WipeSide, WipeView
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.imaging.heat_map import PLAIN_SCALE
from tests.gui.canvas.pixels import seen
from tests.gui.canvas.pointing import looked_at


@pytest.fixture
def heat() -> Heat:
    """Nothing in the upper half, as much as there can be in the lower one."""
    values = np.zeros((200, 320), np.float16)
    values[100:] = 90
    return Heat(heat_pyramid(values, 2.0), 1.0, 2.0)


def colour_at(view, x: float, y: float) -> list[int]:
    """The colour shown at a place of the picture, in shares of it."""
    left, top, width, height = looked_at(view).picture_rect()
    return seen(view)[round(top + y * height), round(left + x * width)].tolist()


def test_what_lies_below_the_threshold_is_clear():
    values = np.array([[0.0, 1.9, 2.0, 80.0]], np.float16)
    (alpha,) = np.array(
        [[heat_pyramid(values, 2.0).levels[0].pixelColor(x, 0).alpha() for x in range(4)]]
    )
    assert alpha.tolist() == [0, 0, 255, 255]
    strict = heat_pyramid(values, 3.0).levels[0]
    assert strict.pixelColor(2, 0).alpha() == 0


def test_the_tokens_have_the_stops_of_the_scale(theme):
    stops = [(one.red(), one.green(), one.blue()) for _, one in theme.heatmap_stops]
    assert tuple(stops) == PLAIN_SCALE.stops
    assert [place for place, _ in theme.heatmap_stops] == [0, 0.25, 0.5, 0.75, 1]


def test_a_map_lies_over_the_picture_it_is_about_and_goes_with_it(show, theme, picture, heat):
    view = show(CanvasView(theme))
    view.show_picture(picture)
    before = colour_at(view, 0.2, 0.25), colour_at(view, 0.2, 0.6)
    view.set_heat(heat)
    assert colour_at(view, 0.2, 0.25) == before[0]
    assert colour_at(view, 0.2, 0.6) == list(PLAIN_SCALE.stops[-1])
    view.set_heat(Heat(heat.pyramid, 0.5, 2.0))
    half = (np.array(before[1]) + PLAIN_SCALE.stops[-1]) / 2
    assert np.abs(np.array(colour_at(view, 0.2, 0.6)) - half).max() <= 2
    view.show_picture(Pyramid(picture.levels, picture.width, picture.height))
    assert view.heat is None


def test_a_cover_hides_the_map_too(show, theme, picture, heat):
    view = show(CanvasView(theme))
    view.show_picture(picture)
    view.set_heat(heat)
    view.set_covered("Sensitive.")
    assert colour_at(view, 0.1, 0.9) == colour_at(view, 0.1, 0.1)


def test_in_a_wipe_the_map_lies_on_the_after_side(show, theme, picture, other_picture, heat):
    view = show(WipeView(theme))
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Bluer"))
    bare = colour_at(view, 0.2, 0.6)
    view.set_heat(heat)
    assert colour_at(view, 0.2, 0.6) == bare
    assert colour_at(view, 0.6, 0.6) == list(PLAIN_SCALE.stops[-1])
    view.show_only_before(True)
    assert colour_at(view, 0.6, 0.6) != list(PLAIN_SCALE.stops[-1])


def test_one_tile_of_a_grid_shows_the_scale(show, theme, picture, other_picture, heat):
    grid = show(CompareGrid(theme), 900, 460)
    pictures = [
        ComparedPicture("a", picture, "One", ""),
        ComparedPicture("b", other_picture, "", ""),
    ]
    grid.set_pictures(pictures)
    first, second = grid.tiles
    bare = seen(second)
    grid.set_heats({"a": heat})
    assert first.heat is heat
    assert second.heat is None
    assert (seen(second) == bare).all()
    assert colour_at(first, 0.1, 0.6) == list(PLAIN_SCALE.stops[-1])
    with_scale = seen(first)
    first.set_heat(heat, legend=False)
    room = legend_size(theme).width() * legend_size(theme).height()
    assert (seen(first) != with_scale).any(axis=2).sum() > 0.85 * room
    grid.set_heats({})
    assert first.heat is None


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_laid_over_each_other_two_pictures_mix(show, theme, picture, other_picture, share):
    view = show(WipeView(theme))
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Bluer"))
    view.set_manner(Manner.ONION)
    view.set_mix(share)
    assert colour_at(view, 0.3, 0.7)[2] == pytest.approx(200 * share, abs=2)


def test_keys_of_the_slider_mix_by_one_and_by_ten(qtbot, show, theme, picture, other_picture):
    view = show(WipeView(theme))
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Bluer"))
    view.set_manner(Manner.ONION)
    slider = view.findChild(object, "mixSlider")
    assert slider.isVisible()
    assert not view.findChild(object, "wipeHandle").isVisible()
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert view.mix == pytest.approx(0.51)
    qtbot.keyClick(slider, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.mix == pytest.approx(0.41)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert view.mix == 1.0
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert view.mix == 0.0


def test_one_at_a_time_is_the_other_one_after_each_flip(show, theme, picture, other_picture):
    view = show(WipeView(theme))
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Bluer"))
    view.set_manner(Manner.FLIP)
    assert colour_at(view, 0.1, 0.7)[2] == 200
    assert "after is shown" in view.accessibleName()
    view.flip()
    assert colour_at(view, 0.9, 0.7)[2] == 0
    assert "before is shown" in view.accessibleName()
    view.flip()
    assert colour_at(view, 0.1, 0.7)[2] == 200


def test_the_scale_is_no_wider_than_its_tile_and_has_only_the_words_that_fit(qapp):
    theme = load_theme(ThemeName.DARK, text_scale=2.0)
    view = QRectF(0, 0, 230, 200)
    box = legend_box(theme, view, view, 0)
    assert view.contains(box)
    assert legend_words(theme, box.width()) == ("ΔE 2000", (0, 40, 80))
    whole = legend_words(theme, legend_size(theme).width())
    assert whole == ("Difference, ΔE 2000", (0, 20, 40, 60, 80))


def test_in_a_narrow_view_the_slider_stands_below_the_plates(show, theme, picture, other_picture):
    view = show(WipeView(theme), 400, 400)
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Bluer"))
    view.set_manner(Manner.ONION)
    slider = view.findChild(object, "mixSlider")
    plates = looked_at(view).picture_rect()[1] + PLATE_MARGIN + PLATE_HEIGHT
    assert slider.y() >= plates
    view.resize(1200, 800)
    view.fit()
    assert slider.y() < looked_at(view).picture_rect()[1] + PLATE_MARGIN + PLATE_HEIGHT
