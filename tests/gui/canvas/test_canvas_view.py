"""The canvas as a person uses it: wheel, drag, keys, drops, and what it shows meanwhile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import QPushButton

from kontext_studio.gui.canvas.canvas_view import CanvasView, LoadingPicture
from kontext_studio.gui.canvas.pyramid import build_pyramid
from kontext_studio.gui.canvas.viewport import ViewState
from tests.gui.canvas.conftest import gradient
from tests.gui.canvas.pixels import seen
from tests.gui.canvas.pointing import drag, drop, hover_drop, leave_drop, looked_at, wheel


@pytest.fixture
def canvas(show, theme, picture) -> CanvasView:
    view = show(CanvasView(theme))
    view.show_picture(picture, "step 7, soft morning daylight")
    return view


def under(view: CanvasView, x: float, y: float) -> tuple[float, float]:
    """The picture point that is painted at a point of the view."""
    return looked_at(view).to_picture(x, y)


def spoken(view) -> str:
    return QAccessible.queryAccessibleInterface(view).text(QAccessible.Text.Name)


# -- zoom -------------------------------------------------------------------------------------


def test_the_first_picture_is_fitted_between_the_bars(canvas):
    left, top, width, height = looked_at(canvas).picture_rect()
    assert left == pytest.approx(32)
    assert left + width == pytest.approx(600 - 32)
    assert top >= 16
    assert top + height <= 440 - 80 + 1


@pytest.mark.parametrize("at", [(80, 90), (300, 200), (520, 300)])
@pytest.mark.parametrize("angle", [120, -120, 40])
def test_the_wheel_zooms_at_the_pointer(canvas, at, angle):
    before, zoom = under(canvas, *at), canvas.zoom
    wheel(canvas, at, angle)
    assert canvas.zoom == pytest.approx(zoom * 1.25 ** (angle / 120))
    after = looked_at(canvas).to_view(*before)
    assert after == pytest.approx(at, abs=1)


def test_control_and_wheel_zooms_too(canvas):
    zoom = canvas.zoom
    wheel(canvas, (300, 200), held=Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom == pytest.approx(zoom * 1.25)


def test_shift_and_wheel_pans_sideways(canvas):
    zoom, before = canvas.zoom, under(canvas, 300, 200)
    wheel(canvas, (300, 200), held=Qt.KeyboardModifier.ShiftModifier)
    after = under(canvas, 300, 200)
    assert canvas.zoom == zoom
    assert after[0] < before[0]
    assert after[1] == pytest.approx(before[1])


def test_the_setting_makes_the_wheel_pan(canvas):
    canvas.set_wheel_pans(True)
    zoom, before = canvas.zoom, under(canvas, 300, 200)
    wheel(canvas, (300, 200), -120)
    assert canvas.zoom == zoom
    assert under(canvas, 300, 200)[1] > before[1]


def test_alt_and_wheel_is_left_to_the_brush(canvas):
    zoom = canvas.zoom
    event = wheel(canvas, (300, 200), held=Qt.KeyboardModifier.AltModifier)
    assert canvas.zoom == zoom
    assert not event.isAccepted()


def test_a_touch_pad_zooms_in_small_steps(canvas):
    zoom = canvas.zoom
    wheel(canvas, (300, 200), 8, pixels=(0, 4))
    assert zoom < canvas.zoom < zoom * 1.03


def test_after_a_gesture_the_picture_is_drawn_smoothly(qtbot, show, theme):
    view = show(CanvasView(theme))
    view.show_picture(build_pyramid(gradient(300, 200)))
    view.zoom_to(1.3)
    rested = seen(view)
    view.zoom_to(1.3 / 1.25)
    centre = looked_at(view).middle
    wheel(view, centre)
    moving = seen(view)
    assert view.zoom == pytest.approx(1.3)
    assert not np.array_equal(moving, rested)
    qtbot.waitUntil(lambda: np.array_equal(seen(view), rested))


def test_double_click_toggles_full_size_at_that_point_and_fit(qtbot, show, theme):
    view = show(CanvasView(theme))
    view.show_picture(build_pyramid(gradient(1200, 800)))
    before = under(view, 150, 120)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    assert view.zoom == 1.0
    assert under(view, 150, 120) == pytest.approx(before, abs=3)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    assert view.view_state().fitted


def test_plus_and_minus_take_the_zoom_steps(qtbot, canvas):
    canvas.zoom_to(1.0)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom == 1.5
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom == 0.67


# -- pan --------------------------------------------------------------------------------------


def moved(view: CanvasView, act) -> tuple[float, float]:
    """How far the picture moved on the screen."""
    before = looked_at(view).picture_rect()
    act()
    after = looked_at(view).picture_rect()
    return after[0] - before[0], after[1] - before[1]


def test_the_hand_drags_the_picture_along(qtbot, canvas):
    with qtbot.waitSignals([canvas.drag_started, canvas.drag_ended], order="strict"):
        assert moved(canvas, lambda: drag(canvas, (300, 200), (340, 170))) == (40, -30)


def test_the_middle_button_pans_with_any_tool(canvas):
    canvas.set_hand_tool(False)
    middle = Qt.MouseButton.MiddleButton
    assert moved(canvas, lambda: drag(canvas, (300, 200), (280, 250), middle)) == (-20, 50)


def test_without_the_hand_the_left_button_pans_only_while_space_is_held(qtbot, canvas):
    canvas.set_hand_tool(False)
    assert moved(canvas, lambda: drag(canvas, (300, 200), (340, 170))) == (0, 0)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert moved(canvas, lambda: drag(canvas, (300, 200), (340, 170))) == (40, -30)
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert moved(canvas, lambda: drag(canvas, (300, 200), (340, 170))) == (0, 0)


def test_a_press_without_movement_is_no_drag(qtbot, canvas):
    with qtbot.assertNotEmitted(canvas.drag_started):
        assert moved(canvas, lambda: drag(canvas, (300, 200), (301, 200))) == (0, 0)


@pytest.mark.parametrize(
    ("key", "way"),
    [
        (Qt.Key.Key_Left, (48, 0)),
        (Qt.Key.Key_Right, (-48, 0)),
        (Qt.Key.Key_Up, (0, 48)),
        (Qt.Key.Key_Down, (0, -48)),
    ],
)
def test_arrow_keys_pan(qtbot, canvas, key, way):
    assert moved(canvas, lambda: qtbot.keyClick(canvas, key)) == way


def test_shift_and_arrow_pans_further(qtbot, canvas):
    shift = Qt.KeyboardModifier.ShiftModifier
    assert moved(canvas, lambda: qtbot.keyClick(canvas, Qt.Key.Key_Left, shift)) == (240, 0)


def test_keys_with_control_are_left_to_the_window(qtbot, canvas):
    control = Qt.KeyboardModifier.ControlModifier
    assert moved(canvas, lambda: qtbot.keyClick(canvas, Qt.Key.Key_Left, control)) == (0, 0)


# -- what is reported -------------------------------------------------------------------------


def test_a_change_of_view_is_reported_once(qtbot, canvas):
    readings: list[Any] = []
    canvas.view_changed.connect(readings.append)
    canvas.zoom_to(0.5)
    canvas.zoom_to(0.5)
    assert [(reading.percent, reading.state.fitted) for reading in readings] == [(50, False)]


def test_the_pixel_under_the_pointer_is_read(qtbot, canvas):
    canvas.zoom_to(2.0)
    x, y = looked_at(canvas).to_view(100.5, 50.5)
    readings: list[Any] = []
    canvas.pointer_moved.connect(readings.append)
    qtbot.mouseMove(canvas, QPoint(int(x), int(y)))
    reading = readings[-1]
    assert (reading.x, reading.y) == (100, 50)
    assert reading.rgb == (100 * 255 // 320, 50 * 255 // 200, 0)


def test_outside_the_picture_nothing_is_read(qtbot, canvas):
    readings: list[Any] = []
    canvas.pointer_moved.connect(readings.append)
    qtbot.mouseMove(canvas, QPoint(300, 200))
    qtbot.mouseMove(canvas, QPoint(5, 430))
    assert readings[-1] is None


def test_a_first_sight_gives_a_place_and_no_colour(qtbot, show, theme):
    view = show(CanvasView(theme))
    view.show_picture(build_pyramid(gradient(60, 40), (1200, 800)))
    readings: list[Any] = []
    view.pointer_moved.connect(readings.append)
    qtbot.mouseMove(view, QPoint(300, 180))
    assert readings[-1].x > 500
    assert readings[-1].rgb is None


def test_the_canvas_says_what_it_shows(canvas):
    assert (
        spoken(canvas) == f"Canvas, step 7, soft morning daylight, {canvas.zoom * 100:.0f} percent"
    )
    canvas.zoom_to(0.67)
    assert spoken(canvas) == "Canvas, step 7, soft morning daylight, 67 percent"
    canvas.show_picture(None)
    assert spoken(canvas) == "Canvas, empty"


# -- one picture after another ----------------------------------------------------------------


def test_another_step_keeps_zoom_and_position(canvas, other_picture):
    canvas.zoom_to(3.0)
    wheel(canvas, (100, 100))
    before = looked_at(canvas).picture_rect()
    canvas.show_picture(other_picture, "step 8")
    assert looked_at(canvas).picture_rect() == pytest.approx(before)


def test_a_result_of_another_size_covers_the_same_place(canvas, smaller_picture):
    canvas.zoom_to(1.5)
    before = looked_at(canvas).picture_rect()
    canvas.replace_picture(smaller_picture)
    assert looked_at(canvas).picture_rect() == pytest.approx(before)
    assert canvas.zoom == 3.0


def test_a_full_picture_replaces_its_first_sight_in_place(canvas):
    canvas.show_picture(build_pyramid(gradient(80, 50), (320, 200)), "step 9")
    canvas.zoom_to(1.7)
    before = looked_at(canvas)
    canvas.replace_picture(build_pyramid(gradient(320, 200)))
    assert looked_at(canvas) == before
    assert "step 9" in spoken(canvas)


def test_a_new_picture_can_be_fitted_instead(canvas, other_picture):
    canvas.zoom_to(3.0)
    canvas.show_picture(other_picture, keep_view=False)
    assert canvas.view_state().fitted


def test_loading_keeps_the_place_for_the_picture_that_comes(canvas, other_picture):
    canvas.zoom_to(2.0)
    canvas.show_loading(LoadingPicture("cafe.jpg"))
    canvas.show_picture(other_picture)
    assert canvas.zoom == 2.0


def test_a_state_given_before_the_first_picture_is_used_for_it(show, theme, picture):
    view = show(CanvasView(theme))
    view.set_view_state(ViewState(span_px=2 * (320 * 200) ** 0.5, centre_x=0.25, fitted=False))
    view.show_picture(picture)
    assert view.zoom == pytest.approx(2.0)
    assert view.view_state().centre_x == 0.25


def test_showing_a_picture_does_not_take_the_keyboard(qtbot, show, theme, picture):
    from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

    window = QWidget()
    column = QVBoxLayout(window)
    line, view = QLineEdit(), CanvasView(theme)
    column.addWidget(line)
    column.addWidget(view)
    show(window)
    line.setFocus()
    view.show_picture(picture)
    view.replace_picture(picture)
    assert line.hasFocus()


# -- surround, checker, states ----------------------------------------------------------------


def corner(view: CanvasView) -> str:
    return QColor(*seen(view)[2, 2]).name()


@pytest.mark.parametrize("name", ["black", "dark", "mid", "light", "white"])
def test_the_surround_is_the_chosen_one(canvas, theme, name):
    canvas.set_surround(name)
    assert corner(canvas) == theme.surrounds[name].name()


def test_an_unknown_surround_is_a_fault(canvas):
    with pytest.raises(KeyError):
        canvas.set_surround("plaid")


def test_an_empty_canvas_is_all_surround(show, theme):
    view = show(CanvasView(theme))
    assert (seen(view) == theme.surrounds["dark"].getRgb()[:3]).all()


def test_a_loading_picture_is_a_neutral_frame_and_says_its_name_after_a_while(qtbot, show, theme):
    view = show(CanvasView(theme))
    view.show_loading(LoadingPicture("cafe.jpg", 320, 200))
    left, top, width, height = (round(part) for part in looked_at(view).picture_rect())
    frame = seen(view)[top + 2 : top + height - 2, left + 2 : left + width - 2]
    assert (frame == theme.colour("surface.panel").getRgb()[:3]).all()
    assert spoken(view) == "Canvas, loading cafe.jpg"

    def says_something() -> bool:
        inside = seen(view)[top + 2 : top + height - 2, left + 2 : left + width - 2]
        return bool((inside > 150).any())

    qtbot.waitUntil(says_something, timeout=2000)


def test_a_picture_that_comes_soon_is_never_announced_as_loading(qtbot, show, theme, picture):
    view = show(CanvasView(theme))
    view.show_loading(LoadingPicture("cafe.jpg", 320, 200))
    view.show_picture(picture, "step 1")
    plain = seen(view)
    qtbot.wait(300)  # longer than the loading words take
    assert np.array_equal(seen(view), plain)


def test_a_preview_says_so_on_a_plate(canvas):
    plain = seen(canvas)
    canvas.set_plate("Preview")
    assert not np.array_equal(seen(canvas), plain)
    assert "preview" in spoken(canvas)
    canvas.set_plate("")
    assert np.array_equal(seen(canvas), plain)


def test_a_covered_picture_shows_no_pixel_of_itself(canvas, theme):
    canvas.set_covered("The service marked this picture as sensitive.")
    greys = seen(canvas)
    assert (greys.max(axis=2) - greys.min(axis=2) < 60).all()  # the picture is red and green
    readings: list[Any] = []
    canvas.pointer_moved.connect(readings.append)
    wheel(canvas, (60, 60))
    assert readings == [None]


def test_a_cover_offers_to_show_and_to_delete(qtbot, canvas):
    canvas.set_covered("The service marked this picture as sensitive.")
    buttons = {button.text(): button for button in canvas.findChildren(QPushButton)}
    with qtbot.waitSignal(canvas.uncover_requested):
        qtbot.mouseClick(buttons["Show"], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(canvas.delete_requested):
        qtbot.keyClick(buttons["Delete"], Qt.Key.Key_Space)


def test_an_uncovered_picture_is_back(canvas):
    plain = seen(canvas)
    canvas.set_covered("The service marked this picture as sensitive.")
    canvas.set_covered(None)
    assert np.array_equal(seen(canvas), plain)


def test_the_keyboard_shows_where_it_is_and_the_mouse_does_not(qtbot, canvas, theme):
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert corner_ring(canvas) == theme.colour("focus.ring").name()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert corner_ring(canvas) == theme.surrounds["dark"].name()


def corner_ring(view: CanvasView) -> str:
    return QColor(*seen(view)[100, 0]).name()


# -- drops ------------------------------------------------------------------------------------


def test_a_dropped_file_is_reported_with_its_path(qtbot, canvas, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png")), QUrl("https://example.invalid/b")])
    with qtbot.waitSignal(canvas.files_dropped) as dropped:
        drop(canvas, mime)
    assert dropped.args[0].paths == (tmp_path / "a.png",)


def test_a_dropped_picture_without_a_file_is_reported(qtbot, canvas):
    mime = QMimeData()
    mime.setImageData(QImage(4, 3, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(canvas.files_dropped) as dropped:
        drop(canvas, mime)
    assert dropped.args[0].image.width() == 4


def test_while_a_file_hovers_the_canvas_is_outlined_and_says_what_happens(canvas, theme, tmp_path):
    plain = seen(canvas)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    assert hover_drop(canvas, mime).isAccepted()
    outlined = seen(canvas)
    line = theme.colour("accent.line").getRgb()[:3]
    assert (outlined == line).all(axis=2).sum() > 600
    leave_drop(canvas)
    assert np.array_equal(seen(canvas), plain)


def test_words_cannot_be_dropped(canvas):
    mime = QMimeData()
    mime.setText("not a picture")
    assert not hover_drop(canvas, mime).isAccepted()
    assert not canvas.drop_is_hovering
