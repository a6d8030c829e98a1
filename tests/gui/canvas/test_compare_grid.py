"""Two to four pictures that look at the same place."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton

from kontext_studio.gui.canvas.compare_grid import CompareGrid
from kontext_studio.gui.canvas.compare_tile import (
    ComparedPicture,
    CompareTile,
    TileRequest,
    TileVerb,
)
from kontext_studio.gui.canvas.overlays import Plate
from kontext_studio.gui.canvas.pyramid import build_pyramid
from kontext_studio.gui.canvas.tile_rows import columns_for
from tests.gui.canvas.conftest import gradient
from tests.gui.canvas.pixels import seen
from tests.gui.canvas.pointing import drag, looked_at, wheel


def compared(*pyramids) -> list[ComparedPicture]:
    names = (("a", "Deep forest green"), ("b", "Cobalt blue"), ("c", "Mustard"), ("d", "Charcoal"))
    return [
        ComparedPicture(key, pyramid, title, f"Step {n}", key.upper())
        for n, ((key, title), pyramid) in enumerate(zip(names, pyramids, strict=False), start=1)
    ]


@pytest.fixture
def grid(show, theme, picture, other_picture) -> CompareGrid:
    view = show(CompareGrid(theme), 800, 600)
    view.set_pictures(compared(picture, other_picture, picture, other_picture))
    return view


def where(tile: CompareTile) -> tuple[float, float, float]:
    state = looked_at(tile).state
    return state.span_px, state.centre_x, state.centre_y


def all_alike(view: CompareGrid) -> bool:
    first, *others = (where(tile) for tile in view.tiles)
    return all(other == pytest.approx(first) for other in others)


@pytest.mark.parametrize("index", range(4))
def test_a_wheel_turn_in_one_tile_zooms_all_at_the_same_place(grid, index):
    tile = grid.tiles[index]
    zoom = tile.zoom
    wheel(tile, (60, 100))
    assert tile.zoom == pytest.approx(zoom * 1.25)
    assert all_alike(grid)


def test_a_drag_in_one_tile_moves_all(grid):
    grid.zoom_to(2.0)
    drag(grid.tiles[2], (100, 100), (140, 90))
    assert all_alike(grid)
    assert grid.tiles[0].view_state().centre_x != 0.5


def test_unlinked_tiles_move_by_themselves(grid):
    grid.set_linked(False)
    still = where(grid.tiles[1])
    wheel(grid.tiles[0], (60, 100))
    assert where(grid.tiles[1]) == still


def test_linking_again_brings_all_to_the_chosen_tile(qtbot, grid):
    grid.set_linked(False)
    wheel(grid.tiles[0], (60, 100))
    grid.set_linked(True)
    assert all_alike(grid)
    assert where(grid.tiles[3]) == pytest.approx(where(grid.tiles[0]))


def test_one_change_is_reported_once(grid):
    readings: list[Any] = []
    grid.view_changed.connect(readings.append)
    wheel(grid.tiles[0], (60, 100))
    assert len(readings) == 1
    assert readings[0].percent == round(grid.tiles[0].zoom * 100)


def test_pictures_of_different_size_are_shown_at_the_same_physical_size(
    show, theme, picture, smaller_picture
):
    view = show(CompareGrid(theme), 800, 400)
    view.set_pictures(compared(picture, smaller_picture))
    wheel(view.tiles[0], (60, 100))
    first, second = (looked_at(tile).picture_rect() for tile in view.tiles)
    assert first == pytest.approx(second, abs=1)
    assert view.tiles[1].zoom == pytest.approx(2 * view.tiles[0].zoom)


def test_pictures_of_different_shape_fit_together_also_after_a_resize(show, theme, picture):
    view = show(CompareGrid(theme), 800, 400)
    view.set_pictures(compared(picture, build_pyramid(gradient(100, 300))))
    for width in (800, 500, 900):
        view.resize(width, 400)
        assert view.view_state().fitted
        assert all_alike(view)
        for tile in view.tiles:
            left, top, across, down = looked_at(tile).picture_rect()
            assert left >= -1
            assert top >= -1
            assert left + across <= tile.width() + 1
            assert top + down <= tile.height() + 1


def test_the_pointer_is_mirrored_in_the_other_tiles(qtbot, grid):
    plain = [seen(tile) for tile in grid.tiles]
    at = QPoint(150, 200)
    qtbot.mouseMove(grid.tiles[0], QPoint(140, 190))
    qtbot.mouseMove(grid.tiles[0], at)
    changed = [
        (seen(tile) != before).any(axis=2) for tile, before in zip(grid.tiles, plain, strict=True)
    ]
    assert not changed[0].any()
    for mask in changed[1:]:
        rows, columns = mask.nonzero()
        assert abs(columns.mean() - at.x()) < 1.5
        assert abs(rows.mean() - at.y()) < 1.5


def test_the_mirrored_pointer_can_be_switched_off(qtbot, grid):
    qtbot.mouseMove(grid.tiles[0], QPoint(140, 190))
    qtbot.mouseMove(grid.tiles[0], QPoint(150, 200))
    with_cross = seen(grid.tiles[1])
    grid.set_mirrors_pointer(False)
    assert (seen(grid.tiles[1]) != with_cross).any()
    plain = seen(grid.tiles[1])
    qtbot.mouseMove(grid.tiles[0], QPoint(160, 210))
    assert (seen(grid.tiles[1]) == plain).all()


def test_the_focused_tile_is_the_chosen_one_and_has_the_ring(qtbot, grid, theme):
    line = theme.colour("accent.line").getRgb()[:3]
    qtbot.mouseClick(grid.tiles[2], Qt.MouseButton.LeftButton, pos=QPoint(100, 150))
    assert grid.chosen_key == "c"
    ringed = [bool((seen(tile)[1, 20] == line).all()) for tile in grid.tiles]
    assert ringed == [False, False, True, False]


def test_choosing_is_reported(qtbot, grid):
    with qtbot.waitSignal(grid.chosen_changed) as chosen:
        grid.tiles[1].setFocus(Qt.FocusReason.TabFocusReason)
    assert chosen.args == ["b"]


def test_tab_goes_from_tile_to_tile_through_its_buttons(qtbot, grid):
    grid.tiles[0].setFocus(Qt.FocusReason.TabFocusReason)
    stops = []
    for _ in range(9):
        focused = grid.window().focusWidget()
        stops.append(focused.accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert stops[0].startswith("Step 1, Deep forest green")
    assert stops[1:4] == [
        "Star Deep forest green",
        "Edit from Deep forest green",
        "Remove Deep forest green",
    ]
    assert stops[4].startswith("Step 2, Cobalt blue")
    assert stops[8].startswith("Step 3, Mustard")


def test_tab_follows_the_order_of_the_pictures_also_after_it_changes(qtbot, grid, picture):
    grid.set_pictures(compared(picture, picture, picture)[::-1])
    grid.tiles[0].setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(4):
        qtbot.keyClick(grid.window().focusWidget(), Qt.Key.Key_Tab)
    assert grid.tiles[1].hasFocus()
    assert grid.chosen_key == "b"


@pytest.mark.parametrize(
    ("name", "verb"),
    [("Star", TileVerb.STAR), ("Edit from", TileVerb.EDIT_FROM), ("Remove", TileVerb.REMOVE)],
)
def test_each_button_of_a_tile_asks_for_its_verb(qtbot, grid, name, verb):
    tile = grid.tiles[1]
    button = next(
        one for one in tile.findChildren(QAbstractButton) if one.accessibleName().startswith(name)
    )
    with qtbot.waitSignal(grid.requested) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.args == [TileRequest("b", verb)]
    assert min(button.size().toTuple()) >= 24


def test_a_star_shows_what_is_and_not_what_was_asked_for(qtbot, grid, picture, other_picture):
    tile = grid.tiles[0]
    star = next(one for one in tile.findChildren(QAbstractButton) if one.isCheckable())
    qtbot.mouseClick(star, Qt.MouseButton.LeftButton)
    assert not star.isChecked()
    starred = ComparedPicture("a", picture, "Deep forest green", "Step 1", "A", starred=True)
    grid.set_pictures([starred, *compared(picture, other_picture)[1:]])
    assert star.isChecked()
    assert "starred" in tile.accessibleName()


def test_a_picture_that_stays_keeps_its_tile_and_its_place(grid, picture, other_picture):
    grid.zoom_to(3.0)
    first = grid.tiles[0]
    state = first.view_state()
    grid.set_pictures(compared(picture, other_picture))
    assert grid.tiles[0] is first
    assert first.view_state() == state


def test_a_picture_that_joins_looks_where_the_others_look(grid, picture, other_picture):
    grid.set_pictures(compared(picture, other_picture))
    grid.zoom_to(3.0)
    drag(grid.tiles[0], (100, 100), (140, 90))
    grid.set_pictures(compared(picture, other_picture, picture))
    assert all_alike(grid)


@pytest.mark.parametrize(
    ("count", "size", "rows", "columns"),
    [
        (2, (800, 600), 2, 1),  # landscape pictures, one above the other
        (2, (1000, 400), 1, 2),
        (3, (800, 600), 2, 2),
        (3, (480, 700), 3, 1),
        (4, (800, 600), 2, 2),
        (4, (1000, 250), 1, 4),
    ],
)
def test_a_grid_has_the_shape_in_which_most_is_seen(grid, picture, count, size, rows, columns):
    grid.set_pictures(compared(*itertools.repeat(picture, count)))
    grid.resize(*size)
    places = {(tile.x(), tile.y()) for tile in grid.tiles}
    assert len(places) == count
    assert len({y for _, y in places}) == rows
    assert len({x for x, _ in places}) == columns


def test_no_other_shape_shows_more_of_the_pictures():
    landscape, portrait, panorama = (3, 2), (2, 3), (4, 1)
    for shape in (landscape, portrait, panorama):
        for count in range(1, 5):
            for room in ((480, 560), (744, 700), (1400, 500)):
                columns = columns_for([shape] * count, *room, 6)
                seen = {
                    one: min(
                        ((room[0] - 6) / one - 22) / shape[0],
                        ((room[1] - 6) / -(-count // one) - 22) / shape[1],
                    )
                    for one in range(1, count + 1)
                }
                assert seen[columns] == pytest.approx(max(seen.values()), rel=0.01)


def test_side_by_side_is_one_row(grid, picture):
    grid.set_in_one_row(True)
    assert len({tile.y() for tile in grid.tiles}) == 1


def test_more_than_four_pictures_are_refused(grid, picture):
    pictures = [ComparedPicture(str(n), picture, "t", "s") for n in range(5)]
    with pytest.raises(ValueError):
        grid.set_pictures(pictures)


def test_no_pictures_is_a_state_as_well(grid):
    grid.set_pictures([])
    assert grid.tiles == ()
    assert grid.view_state() is None
    assert grid.chosen_key is None
    grid.zoom_in()
    grid.fit()


def test_a_tile_says_what_it_shows(grid):
    name = QAccessible.queryAccessibleInterface(grid.tiles[1]).text(QAccessible.Text.Name)
    percent = round(grid.tiles[1].zoom * 100)
    assert name == f"Step 2, Cobalt blue, pick B, {percent} percent"


def test_of_a_long_title_the_step_is_left(show, theme, picture):
    view = show(CompareGrid(theme), 800, 400)
    title = "Deep forest green with a matte glaze and a thin line of gold"
    view.set_pictures([ComparedPicture(key, picture, title, "Step 4", "A") for key in "ab"])
    plate = view.tiles[0]._fitting_plate()
    assert plate is not None
    assert plate.dim == "Step 4"
    assert plate.strong.startswith("Deep")
    assert plate.strong.endswith("…")


def test_a_narrow_tile_keeps_its_badge_and_shortens_the_rest(grid):
    grid.set_in_one_row(True)
    grid.resize(420, 420)
    wide_open = seen(grid.tiles[0])
    grid.resize(240, 420)
    narrow = seen(grid.tiles[0])
    assert narrow.shape[1] < wide_open.shape[1]  # and it was painted without a fault


def test_a_tile_without_room_for_the_title_names_the_step(show, theme, picture):
    view = show(CompareGrid(theme), 440, 400)
    view.set_in_one_row(True)
    view.set_pictures([ComparedPicture(key, picture, "Deep green", "Step 4", "A") for key in "ab"])
    plate = view.tiles[0]._fitting_plate()
    assert plate == Plate(dim="Step 4", badge="A")


def test_a_title_is_whole_where_the_tile_has_room_for_it(show, theme, picture):
    view = show(CompareGrid(theme), 900, 400)
    title = "Make the picture warmer"
    view.set_pictures([ComparedPicture(key, picture, title, "Step 1", "A") for key in "ab"])
    assert view.tiles[0]._fitting_plate() == Plate(title, "Step 1", "A")


def test_variants_in_narrow_tiles_are_told_apart(show, theme, picture):
    view = show(CompareGrid(theme), 440, 400)
    view.set_in_one_row(True)
    pictures = [
        ComparedPicture(str(n), picture, "Film grain", f"Step 3 · variant {n}") for n in (1, 2)
    ]
    view.set_pictures(pictures)
    plates = [tile._fitting_plate() for tile in view.tiles]
    assert plates == [Plate(dim="variant 1"), Plate(dim="variant 2")]
