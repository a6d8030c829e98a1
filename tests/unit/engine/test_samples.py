"""The sample photographs: what is found in them by colour, and what is left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kontext_studio.engine.base import EngineRefusal
from kontext_studio.engine.colour_space import Bytes, Floats, chroma_of, hue_of, lab_of
from kontext_studio.engine.finding import Found, find_thing
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import Recolour
from kontext_studio.imaging.decode import decode_picture
from kontext_studio.resources import resource_path


def sample(name: str) -> Bytes:
    return decode_picture(resource_path(f"samples/{name}").read_bytes()).pixels


def found_in(pixels: Bytes, words: str) -> Found:
    (operation,) = read_instruction(f"Change {words} to green").operations
    assert isinstance(operation, Recolour)
    return find_thing(np.ascontiguousarray(pixels), operation.area)


def test_the_red_cup_and_its_saucer_are_found_and_the_reddish_table_is_not():
    found = found_in(sample("coffee.png"), "the red cup")
    for row, column in ((215, 110), (200, 448), (262, 215), (370, 250)):  # saucer, handle
        assert found.alpha[row, column] > 0.9
    for row, column in ((130, 80), (125, 545), (330, 530), (40, 470), (150, 270), (90, 300)):
        assert found.alpha[row, column] == 0  # table, coffee, the white inside
    assert 0.26 < found.share < 0.36


def test_both_green_eyes_are_found_in_the_warm_light_and_no_fur():
    pixels = sample("cat.png")
    found = found_in(pixels, "the green eyes")
    assert found.alpha[:, :225].max() > 0.9
    assert found.alpha[:, 225:].max() > 0.9
    assert found.share < 0.04


def test_the_blue_sky_is_found_around_the_rocket():
    found = found_in(sample("rocket.jpg"), "the blue sky")
    assert found.alpha[200, 250] > 0.9
    assert found.alpha[250, 322] < 0.1  # the rocket itself
    assert found.share > 0.5


def test_soft_edges_end_softly():
    alpha = found_in(sample("rocket.jpg"), "the blue sky").alpha
    steps = np.abs(np.diff(alpha[:, 120]))  # down into the horizon, where no edge is
    assert steps[330:400].max() < 0.35


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cat.png", "the pink nose"),
        ("cat.png", "the blue eyes"),
        ("coffee.png", "the blue cup"),
        ("coffee.png", "the green cup"),
        ("coffee.png", "the pink cup"),
        ("rocket.jpg", "the purple sky"),
        ("rocket.jpg", "the red sky"),
    ],
)
def test_a_colour_that_merely_comes_near_is_not_taken(name, words):
    with pytest.raises(EngineRefusal) as caught:
        found_in(sample(name), words)
    assert caught.value.refusals[0].type == "target_not_found"


def test_no_fringe_of_the_old_colour_stays_around_the_thing(edit):
    picture = resource_path("samples/coffee.png").read_bytes()
    pixels = sample("coffee.png")
    after = edit("Change the red cup to cobalt blue", picture=picture).first
    found = found_in(pixels, "the red cup").alpha
    near = cv2.dilate((found > 0.5).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    near[:, 330:] = False  # the lip of the cup, where red meets white, and the saucer's left

    def red_ones(lab: Floats) -> int:
        alike = np.abs((hue_of(lab) - 41 + 180) % 360 - 180) < 8
        return int((alike & (chroma_of(lab) > 35))[near].sum())

    assert red_ones(lab_of(pixels)) > 15_000
    assert red_ones(lab_of(after)) < 0.01 * red_ones(lab_of(pixels))
