"""Crop, turn, flip and scale move pixels; where they can, they change none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.engine.base import EngineRefusal
from kontext_studio.engine.effects.geometry import crop_box, inner_size, reshaped, scaled_size
from kontext_studio.engine.operations import Axis, Crop, Flip, Place, Rotate, Scale


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (31, 47, 3), dtype=np.uint8)


def test_flips_are_exact_and_undo_themselves(picture):
    assert np.array_equal(reshaped(picture, Flip(Axis.HORIZONTAL)), picture[:, ::-1])
    assert np.array_equal(reshaped(picture, Flip(Axis.VERTICAL)), picture[::-1])
    for axis in Axis:
        assert np.array_equal(reshaped(reshaped(picture, Flip(axis)), Flip(axis)), picture)


def test_quarter_turns_are_exact_and_turn_the_named_way(picture):
    right = reshaped(picture, Rotate(90))
    assert right.shape == (47, 31, 3)
    assert np.array_equal(right[0, -1], picture[0, 0])  # the upper left goes to the upper right
    assert np.array_equal(reshaped(picture, Rotate(-90))[-1, 0], picture[0, 0])
    assert np.array_equal(reshaped(reshaped(picture, Rotate(180)), Rotate(180)), picture)


def test_a_turn_by_some_degrees_leaves_no_empty_corner():
    white = np.full((90, 140, 3), 255, np.uint8)
    assert reshaped(white, Rotate(13)).min() == 255


@given(st.integers(20, 400), st.integers(20, 400), st.floats(-360, 360))
def test_the_box_within_a_turned_picture_fits(width, height, degrees):
    wide, high = inner_size(width, height, degrees)
    angle = math.radians(degrees)
    for x, y in ((wide / 2, high / 2), (-wide / 2, high / 2)):
        assert abs(x * math.cos(angle) + y * math.sin(angle)) <= width / 2 + 1
        assert abs(-x * math.sin(angle) + y * math.cos(angle)) <= height / 2 + 1


@pytest.mark.parametrize(
    ("wish", "box"),
    [
        (Crop(ratio=(1, 1)), (25, 0, 50, 50)),
        (Crop(ratio=(1, 1), place=Place("left", "")), (0, 0, 50, 50)),
        (Crop(ratio=(16, 9)), (6, 0, 89, 50)),
        (Crop(share=0.5, place=Place("left", "")), (0, 0, 50, 50)),
        (Crop(share=0.5, place=Place("", "bottom")), (0, 25, 100, 25)),
        (Crop(share=0.9, place=Place("", "top")), (0, 0, 100, 45)),
        (Crop(share=0.8), (10, 5, 80, 40)),
        (Crop(size_px=(30, 20), place=Place("right", "bottom")), (70, 30, 30, 20)),
    ],
)
def test_crops_keep_the_part_they_name(wish, box):
    assert crop_box(100, 50, wish) == box


def test_a_crop_changes_no_pixel(picture):
    left, top, width, height = crop_box(47, 31, Crop(ratio=(1, 1)))
    kept = picture[top : top + height, left : left + width]
    assert np.array_equal(reshaped(picture, Crop(ratio=(1, 1))), kept)


@pytest.mark.parametrize(
    ("wish", "size"),
    [
        (Scale(factor=2.0), (200, 100)),
        (Scale(factor=0.333), (33, 17)),
        (Scale(width_px=640), (640, 320)),
        (Scale(height_px=10), (20, 10)),
        (Scale(long_side_px=1024), (1024, 512)),
        (Scale(width_px=64, height_px=48), (64, 48)),
        (Scale(factor=0.001), (1, 1)),
    ],
)
def test_sizes_come_out_as_asked(wish, size):
    assert scaled_size(100, 50, wish) == size


def test_a_size_beyond_the_limit_is_refused():
    with pytest.raises(EngineRefusal) as caught:
        scaled_size(4000, 3000, Scale(factor=3))
    assert caught.value.refusals[0].type == "image_too_large"


def test_masks_are_reshaped_like_pictures(picture):
    mask = (picture[..., 0] > 128).astype(np.float32)
    for wish in (Crop(ratio=(1, 1)), Flip(Axis.HORIZONTAL), Rotate(90), Scale(factor=2.0)):
        assert reshaped(mask, wish).shape == reshaped(picture, wish).shape[:2]


def test_pixels_are_cut_off_the_named_sides_only(picture):
    cut = reshaped(picture, Crop(cut_px=(5, 0, 0, 2)))
    assert np.array_equal(cut, picture[:-2, 5:])


def test_cutting_away_more_than_there_is_is_refused(picture):
    with pytest.raises(EngineRefusal) as caught:
        reshaped(picture, Crop(cut_px=(30, 0, 17, 0)))
    assert "nothing would be left" in str(caught.value)
