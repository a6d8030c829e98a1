"""Crop, rotate, flip and scale. Quarter turns, flips and crops move pixels and change none."""

from __future__ import annotations

import math
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.operations import Axis, Crop, Flip, Geometry, Place, Rotate, Scale

MOST_PIXELS = 67_108_864
MOST_SIDE_PX = 16_384

Number = TypeVar("Number", np.uint8, np.float32)


def reshaped(array: npt.NDArray[Number], wish: Geometry) -> npt.NDArray[Number]:
    """The same change for a picture and for the masks that belong to it."""
    match wish:
        case Crop():
            left, top, width, height = crop_box(array.shape[1], array.shape[0], wish)
            return np.ascontiguousarray(array[top : top + height, left : left + width])
        case Flip(axis):
            return np.ascontiguousarray(
                array[:, ::-1] if axis is Axis.HORIZONTAL else array[::-1, :]
            )
        case Rotate(degrees):
            return _rotated(array, degrees)
        case Scale():
            return _scaled(array, scaled_size(array.shape[1], array.shape[0], wish))


# ---------------------------------------------------------------- crop
def crop_box(width: int, height: int, wish: Crop) -> tuple[int, int, int, int]:
    """Left, top, width and height of what stays."""
    if wish.cut_px is not None:
        return _box_inside(width, height, wish.cut_px)
    if wish.ratio is not None:
        ratio = wish.ratio[0] / wish.ratio[1]
        new_width = min(width, round(height * ratio))
        new_height = min(height, round(width / ratio))
    elif wish.size_px is not None:
        new_width, new_height = wish.size_px
        if new_width > width or new_height > height:
            raise EngineRefusal(_crop_too_large(width, height, new_width, new_height))
    else:
        share = wish.share or 1.0
        # "The left half" keeps the height; a plain share takes from all sides.
        keeps_height = wish.place.across in ("left", "right") and not wish.place.down
        keeps_width = wish.place.down in ("top", "bottom") and not wish.place.across
        new_width = width if keeps_width else round(width * share)
        new_height = height if keeps_height else round(height * share)
    new_width, new_height = max(1, new_width), max(1, new_height)
    across, down = _anchor(wish.place)
    left, top = round((width - new_width) * across), round((height - new_height) * down)
    return left, top, new_width, new_height


def _box_inside(
    width: int, height: int, cut: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    new_width, new_height = width - cut[0] - cut[2], height - cut[1] - cut[3]
    if new_width < 1 or new_height < 1:
        raise EngineRefusal(_nothing_left(width, height))
    return cut[0], cut[1], new_width, new_height


def _anchor(place: Place) -> tuple[float, float]:
    across = {"left": 0.0, "right": 1.0}.get(place.across, 0.5)
    down = {"top": 0.0, "bottom": 1.0}.get(place.down, 0.5)
    return across, down


def _nothing_left(width: int, height: int) -> Refusal:
    return Refusal(
        "unsupported_instruction",
        f"The picture has {width} × {height} pixels, so nothing would be left of it. "
        "Cut away less.",
        context={"unknown": [], "can_do": ["Crop 10 % off every side", "Crop to a square"]},
    )


def _crop_too_large(width: int, height: int, new_width: int, new_height: int) -> Refusal:
    return Refusal(
        "unsupported_instruction",
        f"The picture has {width} × {height} pixels, so it cannot be cropped to "
        f"{new_width} × {new_height}. Choose a smaller size, or enlarge it first.",
        context={
            "unknown": [],
            "can_do": [f"Crop to {min(width, new_width)} x {min(height, new_height)}"],
        },
    )


# ---------------------------------------------------------------- rotate
def _rotated(array: npt.NDArray[Number], degrees_clockwise: float) -> npt.NDArray[Number]:
    turns, rest = divmod(degrees_clockwise % 360, 90)
    if rest == 0:
        return np.ascontiguousarray(np.rot90(array, -int(turns)))
    height, width = array.shape[:2]
    box_width, box_height = inner_size(width, height, degrees_clockwise)
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, -degrees_clockwise, 1.0)
    matrix[0, 2] += (box_width - 1) / 2 - middle[0]
    matrix[1, 2] += (box_height - 1) / 2 - middle[1]
    turned = cv2.warpAffine(
        array,
        matrix,
        (box_width, box_height),
        flags=cv2.INTER_CUBIC if array.dtype == np.uint8 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,  # reflecting one pixel never ends in OpenCV 5.0
    )
    return np.asarray(turned, dtype=array.dtype)


def inner_size(width: int, height: int, degrees: float) -> tuple[int, int]:
    """The largest upright box within the turned picture, so that no corner stays empty."""
    angle = abs((degrees + 90) % 180 - 90)
    turned = abs((degrees + 45) % 180 - 45) > 45
    if turned:
        width, height, angle = height, width, 90 - angle
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    long_side, short_side = max(width, height), min(width, height)
    if short_side <= 2 * sin * cos * long_side or abs(sin - cos) < 1e-9:
        half = 0.5 * short_side
        wide, high = (half / sin, half / cos) if width >= height else (half / cos, half / sin)
    else:
        double = cos * cos - sin * sin
        wide = (width * cos - height * sin) / double
        high = (height * cos - width * sin) / double
    return max(1, int(wide)), max(1, int(high))


# ---------------------------------------------------------------- scale
def scaled_size(width: int, height: int, wish: Scale) -> tuple[int, int]:
    """The size asked for, the shape kept unless both sides are given. Raises EngineRefusal."""
    if wish.width_px and wish.height_px:
        size = (wish.width_px, wish.height_px)
    else:
        factor = wish.factor or 1.0
        if wish.width_px:
            factor = wish.width_px / width
        elif wish.height_px:
            factor = wish.height_px / height
        elif wish.long_side_px:
            factor = wish.long_side_px / max(width, height)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size[0] * size[1] > MOST_PIXELS or max(size) > MOST_SIDE_PX:
        raise EngineRefusal(
            Refusal(
                "image_too_large",
                f"The picture would have {size[0]:,} × {size[1]:,} pixels, which is more than 64 "
                "megapixels or 16,384 a side. Ask for a smaller size.",
                context={"unknown": []},
            )
        )
    return size


def _scaled(array: npt.NDArray[Number], size: tuple[int, int]) -> npt.NDArray[Number]:
    smaller = size[0] < array.shape[1]
    if array.dtype != np.uint8:
        how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(array, size, interpolation=how), dtype=array.dtype)
    how = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(array, size, interpolation=how), dtype=np.uint8)
