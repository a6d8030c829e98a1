"""Painting on the canvas by pointer and by keys: what a gesture does to mask and view."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kontext_studio.gui.canvas.area_mask import AreaMask
from kontext_studio.gui.canvas.area_tool import AreaKind, AreaTool
from kontext_studio.gui.canvas.canvas_view import CanvasView
from tests.gui.canvas.pointing import drag, looked_at, wheel

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def view(theme, picture, show) -> CanvasView:
    made = show(CanvasView(theme))
    made.show_picture(picture)
    made.zoom_to(1.0)
    return made


@pytest.fixture
def tool(theme, view) -> AreaTool:
    made = AreaTool(theme, view)
    made.set_mask(AreaMask(320, 200))
    made.set_size(20)
    view.set_tool(made)
    view.setFocus()
    return made


def at(view: CanvasView, x: float, y: float) -> tuple[int, int]:
    across, down = looked_at(view).to_view(x, y)
    return round(across), round(down)


def free(tool: AreaTool) -> np.ndarray:
    assert tool.mask is not None
    return tool.mask.pixels > 0


def share(tool: AreaTool) -> float:
    return float(free(tool).mean())


def test_a_stroke_is_painted_where_the_pointer_went_and_the_view_stays(view, tool):
    before = view.view_state()
    drag(view, at(view, 50, 60), at(view, 150, 60))

    assert free(tool)[60, 45:155].all()
    assert not free(tool)[80, 45:155].any()
    assert view.view_state() == before


def test_eraser_and_alt_take_away_and_each_stroke_is_one_step_of_undo(view, tool):
    drag(view, at(view, 50, 60), at(view, 150, 60))
    tool.set_kind(AreaKind.ERASER)
    drag(view, at(view, 90, 60), at(view, 110, 60))
    assert not free(tool)[60, 100]
    tool.undo()
    assert free(tool)[60, 100]
    tool.undo()
    assert not free(tool).any()
    tool.redo()
    assert free(tool)[60, 100]
    tool.set_kind(AreaKind.BRUSH)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, ALT, QPoint(*at(view, 100, 60)))
    assert not free(tool)[60, 100]


def test_two_quick_dabs_are_two_dabs_and_no_change_of_zoom(view, tool):
    zoom = view.zoom
    point = QPoint(*at(view, 70, 70))
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=point)

    assert free(tool)[70, 70]
    assert view.zoom == zoom


def test_escape_drops_the_stroke_in_progress_and_nothing_else(view, tool):
    drag(view, at(view, 50, 60), at(view, 150, 60))
    kept = free(tool)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(*at(view, 50, 120)))
    assert free(tool)[120, 50]

    assert tool.escape()

    assert np.array_equal(free(tool), kept)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(*at(view, 90, 120)))
    assert np.array_equal(free(tool), kept)
    assert not tool.escape()


def test_lasso_and_box_fill_what_they_go_around(view, tool):
    tool.set_kind(AreaKind.BOX)
    drag(view, at(view, 40, 30), at(view, 100, 90))
    assert share(tool) == pytest.approx(60 * 60 / 64000, rel=0.1)
    tool.clear()
    tool.set_kind(AreaKind.LASSO)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(*at(view, 40, 30)))
    for corner in ((200, 30), (200, 150)):
        drag_to(view, corner)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(*at(view, 40, 150)))

    assert free(tool)[90, 120]
    assert share(tool) == pytest.approx(160 * 120 / 64000, rel=0.05)


def drag_to(view: CanvasView, place: tuple[float, float]) -> None:
    from tests.gui.canvas.pointing import _move_held

    _move_held(view, QPoint(*at(view, *place)), Qt.MouseButton.LeftButton)


def test_a5_a_box_is_laid_moved_sized_and_added_with_keys_alone(view, tool):
    tool.set_kind(AreaKind.BOX)
    said: list[str] = []
    tool.said.connect(said.append)
    QTest.keyClick(view, Qt.Key.Key_Right)  # lays it
    first = said[-1]
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Right, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Up, CTRL | SHIFT)
    left, top, width, height = numbers(first)
    assert numbers(said[-1]) == [left + 1, top + 10, width + 1, height - 10]
    assert not free(tool).any()

    QTest.keyClick(view, Qt.Key.Key_Return)

    assert free(tool).sum() == (width + 1) * (height - 10)
    assert free(tool)[top + 10, left + 1]
    assert not free(tool)[top + 9, left + 1]
    tool.invert()
    assert not free(tool)[top + 10, left + 1]


def numbers(words: str) -> list[int]:
    return [int(word) for word in words.replace(",", "").split() if word.isdigit()]


def test_space_and_the_middle_button_pan_while_the_tool_is_in_use(view, tool):
    before = view.view_state()
    hand = Qt.CursorShape.OpenHandCursor
    assert view.cursor().shape() is not hand
    drag(view, at(view, 50, 60), at(view, 100, 90), Qt.MouseButton.MiddleButton)
    QTest.keyPress(view, Qt.Key.Key_Space)
    assert view.cursor().shape() is hand
    drag(view, at(view, 50, 60), at(view, 90, 80))
    QTest.keyRelease(view, Qt.Key.Key_Space)

    assert view.view_state() != before
    assert not free(tool).any()


def test_alt_and_the_wheel_size_the_brush_and_leave_the_zoom(view, tool):
    zoom = view.zoom
    wheel(view, at(view, 50, 60), held=ALT)
    assert tool.size_px == 24
    wheel(view, at(view, 50, 60), angle=-120, held=ALT)
    assert (tool.size_px, view.zoom) == (20, zoom)
    tool.set_size(1)
    tool.resize_by(+1)
    assert tool.size_px == 2  # every step changes something


def test_a_stroke_draws_little_of_the_overlay_anew(view, tool):
    drag(view, at(view, 50, 60), at(view, 150, 60))
    view.repaint()
    before = tool.drawn_pixels
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(*at(view, 60, 120)))
    drag_to(view, (64, 120))

    assert 0 < tool.drawn_pixels - before < 4000
