"""What a turn of the wheel or a movement on the touch pad asks for, as a pure function."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent

from kontext_studio.gui.canvas.viewport import WHEEL_FACTOR

_NOTCH = 120.0  # Qt's angle of one notch, in eighths of a degree
_PIXELS_PER_NOTCH = 60.0  # so far a touch pad moves for the same effect as one notch
_PAN_PER_NOTCH_PX = 64.0


@dataclass(frozen=True, slots=True)
class ZoomBy:
    """Zoom at the pointer by this factor."""

    factor: float


@dataclass(frozen=True, slots=True)
class PanBy:
    """Move the picture by that many device independent pixels."""

    dx: float
    dy: float


@dataclass(frozen=True, slots=True)
class WheelTurn:
    """One wheel event: the angle in eighths of a degree, pixels where a touch pad gives them."""

    angle_x: float
    angle_y: float
    pixel_x: float = 0.0
    pixel_y: float = 0.0
    shift: bool = False
    control: bool = False


def wheel_request(turn: WheelTurn, *, wheel_pans: bool) -> ZoomBy | PanBy | None:
    """Zoom, unless Shift is held (sideways) or the wheel is set to pan; Ctrl always zooms."""
    smooth = turn.pixel_x != 0 or turn.pixel_y != 0
    notches_x = turn.pixel_x / _PIXELS_PER_NOTCH if smooth else turn.angle_x / _NOTCH
    notches_y = turn.pixel_y / _PIXELS_PER_NOTCH if smooth else turn.angle_y / _NOTCH
    if notches_x == 0 and notches_y == 0:
        return None
    if turn.control:
        return ZoomBy(WHEEL_FACTOR ** (notches_y or notches_x))
    step = _PIXELS_PER_NOTCH if smooth else _PAN_PER_NOTCH_PX
    if turn.shift:
        # Some systems turn the axis themselves while Shift is held.
        return PanBy((notches_y or notches_x) * step, 0.0)
    if wheel_pans:
        return PanBy(notches_x * step, notches_y * step)
    return ZoomBy(WHEEL_FACTOR**notches_y) if notches_y else None


def turn_of(event: QWheelEvent) -> WheelTurn:
    """What Qt tells of a turn of the wheel."""
    held, pixels = event.modifiers(), event.pixelDelta()
    if QGuiApplication.platformName() == "xcb":
        pixels *= 0  # Qt documents pixelDelta as unreliable on X11
    return WheelTurn(
        angle_x=event.angleDelta().x(),
        angle_y=event.angleDelta().y(),
        pixel_x=pixels.x(),
        pixel_y=pixels.y(),
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
        control=bool(held & Qt.KeyboardModifier.ControlModifier),
    )
