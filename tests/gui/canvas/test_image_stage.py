"""One place in all views."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtWidgets import QApplication

from kontext_studio.gui.canvas.compare_tile import ComparedPicture
from kontext_studio.gui.canvas.image_stage import ImageStage, StageMode
from kontext_studio.gui.canvas.wipe_view import WipeSide
from tests.gui.canvas.pixels import seen
from tests.gui.canvas.pointing import drag, drop, wheel


@pytest.fixture
def stage(show, theme, picture, other_picture) -> ImageStage:
    view = show(ImageStage(theme), 800, 600)
    view.canvas.show_picture(picture, "step 2")
    view.set_wipe(WipeSide(picture, "Original"), WipeSide(other_picture, "Blue"))
    view.set_compared(
        [
            ComparedPicture("a", picture, "Original", "Step 0", "A"),
            ComparedPicture("b", other_picture, "Blue", "Step 1", "B"),
        ]
    )
    return view


def shown(stage: ImageStage):
    return stage.currentWidget()


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        (StageMode.SINGLE, "canvasView"),
        (StageMode.WIPE, "wipeView"),
        (StageMode.SIDE_BY_SIDE, "compareGrid"),
        (StageMode.GRID, "compareGrid"),
    ],
)
def test_each_mode_shows_its_view(stage, mode, name):
    stage.set_mode(mode)
    assert shown(stage).objectName() == name
    assert stage.mode is mode


def test_zoom_and_position_go_along_from_view_to_view(stage):
    stage.zoom_to(2.0)
    drag(stage.canvas, (400, 300), (460, 280))
    state = stage.view_state()
    for mode in (StageMode.WIPE, StageMode.GRID, StageMode.SIDE_BY_SIDE, StageMode.SINGLE):
        stage.set_mode(mode)
        assert stage.zoom == pytest.approx(2.0)
        assert stage.view_state().centre_x == pytest.approx(state.centre_x)
        assert stage.view_state().centre_y == pytest.approx(state.centre_y)


def test_a_fitted_picture_is_fitted_in_every_view(stage):
    stage.fit()
    for mode in (StageMode.WIPE, StageMode.SIDE_BY_SIDE, StageMode.SINGLE):
        stage.set_mode(mode)
        assert stage.view_state().fitted


def test_what_was_changed_in_the_wipe_comes_back_to_the_single_view(stage):
    stage.set_mode(StageMode.WIPE)
    wheel(stage.wipe, (200, 200))
    zoom = stage.zoom
    stage.set_mode(StageMode.SINGLE)
    assert stage.canvas.zoom == pytest.approx(zoom)


def test_a_change_of_mode_reports_the_view_once(stage):
    readings: list[Any] = []
    modes: list[Any] = []
    stage.view_changed.connect(readings.append)
    stage.mode_changed.connect(modes.append)
    stage.set_mode(StageMode.WIPE)
    stage.set_mode(StageMode.WIPE)
    assert modes == [StageMode.WIPE]
    assert {reading.percent for reading in readings} == {round(stage.zoom * 100)}


def test_views_that_are_not_shown_report_nothing(stage):
    readings: list[Any] = []
    stage.view_changed.connect(readings.append)
    stage.wipe.zoom_to(7.0)
    assert readings == []


@pytest.mark.parametrize("mode", list(StageMode), ids=str)
def test_the_zoom_commands_act_on_the_shown_view(stage, mode):
    stage.set_mode(mode)
    stage.actual_size()
    assert stage.zoom == 1.0
    stage.zoom_in()
    assert stage.zoom == 1.5
    stage.zoom_out()
    stage.zoom_out()
    assert stage.zoom == 0.67
    stage.fit()
    assert stage.view_state().fitted


def test_what_happens_in_any_view_is_passed_on(qtbot, stage, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    stage.set_mode(StageMode.GRID)
    with qtbot.waitSignal(stage.files_dropped):
        drop(stage.grid.tiles[0], mime)
    with qtbot.waitSignals([stage.drag_started, stage.drag_ended]):
        drag(stage.grid.tiles[1], (100, 100), (140, 90))
    with qtbot.waitSignal(stage.pointer_moved):
        qtbot.mouseMove(stage.grid.tiles[0], QPoint(120, 200))


def test_the_surround_is_the_same_in_every_view(stage, theme):
    stage.set_surround("white")
    for mode in StageMode:
        stage.set_mode(mode)
        assert (seen(stage)[1, 1] == 255).all()


def test_the_keyboard_goes_along_with_the_view(stage):
    stage.canvas.setFocus()
    stage.set_mode(StageMode.WIPE)
    assert stage.wipe.hasFocus()
    stage.set_mode(StageMode.GRID)
    assert stage.grid.tiles[0].hasFocus()


def test_a_change_of_mode_does_not_take_the_keyboard_from_elsewhere(qtbot, show, theme, picture):
    from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

    window = QWidget()
    column = QVBoxLayout(window)
    line, view = QLineEdit(), ImageStage(theme)
    column.addWidget(line)
    column.addWidget(view)
    show(window)
    line.setFocus()
    view.set_mode(StageMode.WIPE)
    assert QApplication.focusWidget() is line


def test_what_floats_on_the_stage_stays_on_top(stage):
    from PySide6.QtWidgets import QWidget

    floating = QWidget(stage)
    floating.setGeometry(10, 10, 50, 50)
    floating.show()
    for mode in (StageMode.WIPE, StageMode.GRID, StageMode.SINGLE):
        stage.set_mode(mode)
        assert stage.childAt(30, 30) is floating


def test_every_stop_of_the_keyboard_has_a_name(stage):
    from PySide6.QtGui import QAccessible
    from PySide6.QtWidgets import QWidget

    for mode in StageMode:
        stage.set_mode(mode)
        stops = [
            one
            for one in stage.findChildren(QWidget)
            if one.isVisibleTo(stage) and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        assert stops
        for widget in stops:
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name).strip(), widget


def test_a_change_of_mode_leaves_the_chosen_tile_although_the_keyboard_goes_along(stage):
    stage.set_mode(StageMode.WIPE)
    stage.focus_view()
    stage.grid.choose("b")
    stage.set_mode(StageMode.SIDE_BY_SIDE)
    assert stage.grid.chosen_key == "b"
    assert QApplication.focusWidget() is stage.grid.tiles[1]
