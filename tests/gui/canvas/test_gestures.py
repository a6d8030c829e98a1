from __future__ import annotations

import pytest

from kontext_studio.gui.canvas.gestures import PanBy, WheelTurn, ZoomBy, wheel_request


def factor(turn: WheelTurn) -> float:
    request = wheel_request(turn, wheel_pans=False)
    assert isinstance(request, ZoomBy)
    return request.factor


def test_a_notch_away_zooms_in_by_a_quarter():
    assert wheel_request(WheelTurn(0, 120), wheel_pans=False) == ZoomBy(1.25)


def test_a_notch_back_undoes_a_notch_away():
    assert factor(WheelTurn(0, 120)) * factor(WheelTurn(0, -120)) == pytest.approx(1)


def test_a_touch_pad_zooms_smoothly():
    assert 1 < factor(WheelTurn(0, 0, pixel_y=3)) < 1.02


def test_many_small_movements_are_one_large_one():
    small, large = (factor(WheelTurn(0, 0, pixel_y=pixels)) for pixels in (6, 60))
    assert small**10 == pytest.approx(large)


def test_control_zooms_also_where_the_wheel_pans():
    turn = WheelTurn(0, 120, control=True)
    assert wheel_request(turn, wheel_pans=False) == ZoomBy(1.25)
    assert wheel_request(turn, wheel_pans=True) == ZoomBy(1.25)


@pytest.mark.parametrize("wheel_pans", [False, True])
def test_shift_pans_sideways(wheel_pans):
    request = wheel_request(WheelTurn(0, 120, shift=True), wheel_pans=wheel_pans)
    assert isinstance(request, PanBy)
    assert request.dx > 0
    assert request.dy == 0


def test_shift_pans_sideways_where_the_system_turned_the_axis_already():
    by_us = wheel_request(WheelTurn(0, 120, shift=True), wheel_pans=False)
    by_system = wheel_request(WheelTurn(120, 0, shift=True), wheel_pans=False)
    assert by_us == by_system


def test_the_setting_lets_the_wheel_pan():
    request = wheel_request(WheelTurn(0, -120), wheel_pans=True)
    assert isinstance(request, PanBy)
    assert request.dx == 0
    assert request.dy < 0


def test_a_touch_pad_pans_by_what_the_fingers_move():
    turn = WheelTurn(0, 0, pixel_x=-7, pixel_y=12)
    assert wheel_request(turn, wheel_pans=True) == PanBy(-7, 12)


def test_a_sideways_movement_alone_does_not_zoom():
    assert wheel_request(WheelTurn(120, 0), wheel_pans=False) is None


def test_no_movement_asks_for_nothing():
    assert wheel_request(WheelTurn(0, 0), wheel_pans=False) is None
