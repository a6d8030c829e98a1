"""Before and after with a line between them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from kontext_studio.gui.canvas.wipe_handle import WipeHandle
from kontext_studio.gui.canvas.wipe_view import WipeSide, WipeView
from tests.gui.canvas.pixels import seen
from tests.gui.canvas.pointing import drag, looked_at, wheel

BLUE = 2


@pytest.fixture
def wipe(show, theme, picture, other_picture) -> WipeView:
    """The after picture is the bluer one."""
    view = show(WipeView(theme))
    view.set_sides(WipeSide(picture, "Original"), WipeSide(other_picture, "Deep forest green"))
    return view


@pytest.fixture
def handle(wipe) -> WipeHandle:
    return wipe.findChild(WipeHandle, "wipeHandle")


def line_x(view: WipeView) -> int:
    left, _, width, _ = looked_at(view).picture_rect()
    return round(left + view.fraction * width)


def is_after(view: WipeView, x: float, y: float) -> bool:
    return bool(seen(view)[round(y), round(x), BLUE] > 150)


def low(view: WipeView) -> int:
    """A row of the picture below the plates and the handle."""
    _, top, _, height = looked_at(view).picture_rect()
    return round(top + height - 20)


def test_before_lies_left_of_the_line_and_after_right_of_it(wipe):
    wipe.set_fraction(0.3)
    x, y = line_x(wipe), low(wipe)
    assert not is_after(wipe, x - 5, y)
    assert is_after(wipe, x + 5, y)


def test_the_line_is_light_over_dark(wipe):
    row = seen(wipe)[low(wipe)]
    x = line_x(wipe)
    assert (row[x - 1 : x + 1] == 255).all()
    assert row[x - 2].max() < 120
    assert row[x + 1, 0] < 120


def test_the_line_is_dragged_at_any_place_along_it(qtbot, wipe):
    start = wipe.view_state()
    x, y = line_x(wipe), low(wipe)
    with qtbot.waitSignals([wipe.drag_started, wipe.drag_ended]):
        drag(wipe, (x + 4, y), (150, y))
    assert line_x(wipe) == pytest.approx(150, abs=1)
    assert wipe.view_state() == start  # the picture stayed where it was


def test_a_drag_elsewhere_pans_the_picture_and_not_the_line(wipe):
    left = looked_at(wipe).picture_rect()[0]
    drag(wipe, (120, 200), (150, 210))
    assert looked_at(wipe).picture_rect()[0] == left + 30
    assert wipe.fraction == 0.5


def test_a_click_brings_the_line_there(qtbot, wipe):
    with qtbot.waitSignal(wipe.wipe_moved):
        qtbot.mouseClick(wipe, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert line_x(wipe) == pytest.approx(200, abs=1)


def test_a_click_beside_the_picture_leaves_the_line(qtbot, wipe):
    qtbot.mouseClick(wipe, Qt.MouseButton.LeftButton, pos=QPoint(300, 435))
    assert wipe.fraction == 0.5


def test_a_double_click_changes_the_zoom_and_leaves_the_line(qtbot, wipe):
    qtbot.mouseClick(wipe, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    qtbot.mouseDClick(wipe, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    assert wipe.zoom == 1.0
    assert wipe.fraction == 0.5


@pytest.mark.parametrize(
    ("keys", "percent"),
    [
        ([Qt.Key.Key_Right], 51),
        ([Qt.Key.Key_Left, Qt.Key.Key_Left], 48),
        ([Qt.Key.Key_Home], 0),
        ([Qt.Key.Key_End], 100),
        ([Qt.Key.Key_End, Qt.Key.Key_Right], 100),
    ],
)
def test_keys_move_the_line(qtbot, wipe, handle, keys, percent):
    handle.setFocus(Qt.FocusReason.TabFocusReason)
    for key in keys:
        qtbot.keyClick(handle, key)
    assert wipe.fraction == pytest.approx(percent / 100)


def test_shift_moves_the_line_by_a_tenth(qtbot, wipe, handle):
    qtbot.keyClick(handle, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert wipe.fraction == pytest.approx(0.6)


def test_keys_go_on_from_where_the_line_was_dragged(qtbot, wipe, handle):
    wipe.set_fraction(0.233)
    qtbot.keyClick(handle, Qt.Key.Key_Right)
    assert wipe.fraction == pytest.approx(0.24)


def test_other_keys_of_the_handle_reach_the_view(qtbot, wipe, handle):
    zoom = wipe.zoom
    handle.setFocus()
    qtbot.keyClick(handle, Qt.Key.Key_Minus)
    assert wipe.zoom < zoom


def test_the_handle_is_a_slider_to_a_screen_reader(wipe, handle):
    interface = QAccessible.queryAccessibleInterface(handle)
    assert interface.role() == QAccessible.Role.Slider
    name = interface.text(QAccessible.Text.Name)
    assert name == "Wipe position, before Original, after Deep forest green"
    value = interface.valueInterface()
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (0, 50, 100)
    value.setCurrentValue(20)
    assert wipe.fraction == pytest.approx(0.2)


def test_the_handle_sits_on_the_line_and_is_large_enough(wipe, handle):
    wipe.set_fraction(0.7)
    assert handle.geometry().center().x() == pytest.approx(line_x(wipe), abs=2)
    assert min(handle.width(), handle.height()) >= 36


def test_zoomed_in_the_line_stays_in_sight(wipe):
    wipe.set_fraction(0.25)
    for _ in range(12):
        wheel(wipe, (500, 200))
    x = round(0.25 * wipe.width())  # the picture fills the view, so the line divides the view
    assert not is_after(wipe, x - 6, 400)
    assert is_after(wipe, x + 6, 400)


def test_a_rotated_split_has_before_above(qtbot, wipe, handle):
    wipe.set_orientation(Qt.Orientation.Horizontal)
    left, top, width, height = looked_at(wipe).picture_rect()
    x = left + width * 0.8
    assert not is_after(wipe, x, top + height / 2 - 6)
    assert is_after(wipe, x, top + height / 2 + 6)
    qtbot.keyClick(handle, Qt.Key.Key_Down)
    assert wipe.fraction == pytest.approx(0.51)
    qtbot.mouseClick(wipe, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(top + 30)))
    assert wipe.fraction == pytest.approx(30 / height, abs=0.01)


def test_pictures_of_different_size_lie_on_each_other(show, theme, picture, smaller_picture):
    view = show(WipeView(theme))
    view.set_sides(WipeSide(smaller_picture, "Original"), WipeSide(picture, "After"))
    view.zoom_to(1.0)
    view.set_fraction(0.5)
    shown = seen(view)
    left, top, width, height = (round(part) for part in looked_at(view).picture_rect())
    row = top + height - 30
    before, after = shown[row, left + width // 2 - 8], shown[row, left + width // 2 + 8]
    assert abs(before[0] - after[0]) < 16  # red goes on across the line
    assert abs(before[1] - after[1]) < 8
    surround = theme.surrounds["dark"].red()
    assert (shown[row, left - 3] == surround).all()
    assert not (shown[row, left + 3] == surround).all()


def test_a_pointer_reads_the_side_it_is_on(qtbot, wipe):
    readings: list[Any] = []
    wipe.pointer_moved.connect(readings.append)
    x, y = line_x(wipe), low(wipe)
    qtbot.mouseMove(wipe, QPoint(x - 40, y))
    qtbot.mouseMove(wipe, QPoint(x + 40, y))
    assert [reading.rgb[BLUE] for reading in readings[-2:]] == [0, 200]


def test_holding_shows_before_alone(wipe, handle):
    wipe.show_only_before(True)
    assert not is_after(wipe, line_x(wipe) + 60, low(wipe))
    assert not handle.isVisible()
    wipe.show_only_before(False)
    assert is_after(wipe, line_x(wipe) + 60, low(wipe))
    assert handle.isVisible()


def test_without_pictures_there_is_no_handle(wipe, handle):
    wipe.set_sides(None, None)
    assert not handle.isVisible()
    assert wipe.accessibleName() == "Before and after, empty"


def test_while_the_line_is_dragged_no_plate_lies_over_the_picture(qtbot, wipe):
    left, top, _, _ = looked_at(wipe).picture_rect()
    inside = (slice(round(top) + 14, round(top) + 38), slice(round(left) + 14, round(left) + 40))
    still = seen(wipe)[inside]
    at = QPoint(line_x(wipe), low(wipe))
    qtbot.mousePress(wipe, Qt.MouseButton.LeftButton, pos=at)
    dragged = seen(wipe)[inside]
    qtbot.mouseRelease(wipe, Qt.MouseButton.LeftButton, pos=at)
    assert (dragged != still).any()
    assert (seen(wipe)[inside] == still).all()
