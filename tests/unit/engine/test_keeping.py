"""Wishes to keep something: honoured pixel by pixel, measured, and told."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.base import EngineRefusal


@pytest.mark.parametrize(
    "change",
    [
        "Make it warmer",
        "Make it night",
        "Convert to a pencil sketch",
        "Make it snow",
        "Blur the picture",
    ],
)
def test_a_kept_thing_stays_the_same_byte_for_byte(edit, scene, change):
    done = edit(f"{change} while keeping the red ball unchanged")
    assert np.array_equal(done.first[scene.ball], scene.pixels[scene.ball])
    assert (done.first[scene.face] != scene.pixels[scene.face]).any()
    assert "0 of" in done.note("Kept the red ball")


def test_everything_but_a_thing_changes(edit, scene):
    done = edit("Make everything except the red ball black and white")
    assert np.array_equal(done.first[scene.ball], scene.pixels[scene.ball])
    assert np.ptp(done.first[scene.box].astype(int), axis=-1).max() == 0


def test_everything_else_means_what_was_not_kept(edit, scene):
    done = edit("Keep the red ball unchanged and make everything else black and white")
    assert np.array_equal(done.first[scene.ball], scene.pixels[scene.ball])
    assert np.ptp(done.first[scene.face].astype(int), axis=-1).max() == 0


def test_a_kept_thing_moves_along_with_a_flip(edit, scene):
    done = edit("Make it darker and flip it horizontally while keeping the red ball unchanged")
    assert np.array_equal(done.first[:, ::-1][scene.ball], scene.pixels[scene.ball])


def test_framing_is_kept_by_operations_that_do_not_move_it(edit):
    done = edit("Make it warmer while keeping the composition and the camera angle")
    assert "no operation here moves it" in done.note("composition")


def test_an_unnamed_rest_is_reported_for_a_recoloured_thing(edit):
    done = edit("Change the red ball to blue while keeping the table and the framing")
    assert "left exactly as it was" in done.note("table")


def test_a_kept_thing_that_is_not_there_stops_the_edit(edit):
    with pytest.raises(EngineRefusal) as caught:
        edit("Make it warmer while keeping the purple vase unchanged")
    assert caught.value.refusals[0].type == "target_not_found"


def test_it_means_the_thing_named_before(edit, scene):
    done = edit("Change the red ball to green and make it darker")
    assert np.array_equal(done.first[scene.box], scene.pixels[scene.box])
    assert "of the red ball" in done.note("Lowered the brightness")
