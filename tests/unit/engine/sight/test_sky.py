"""A sky is found by where it lies: down to the horizon, through towers, and not where none is."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.base import EngineRefusal
from kontext_studio.engine.finding import find_thing
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import ColourThing, Recolour

WIDTH, HEIGHT, HORIZON = 240, 160, 90


@pytest.fixture
def lakeside() -> np.ndarray:
    """A sky that pales downwards, a lake of the same hue under it, a tower of thin bars before."""
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    sky = np.array([120, 160, 220]) + rows * np.array([150, 120, 50])
    lake = np.array([150, 180, 215]) + 0 * rows
    # Haze lies over the horizon: nowhere between the two is an edge.
    below = np.clip((np.arange(HEIGHT) - HORIZON) / 8 + 0.5, 0, 1)[:, None, None]
    picture = np.repeat(sky + below * (lake - sky), WIDTH, axis=1)
    for left in range(160, 200, 8):
        picture[20:, left : left + 2] = 30
    for top in range(20, HORIZON, 12):
        picture[top : top + 2, 160:194] = 30
    noise = np.random.default_rng(3).normal(0, 1, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def sky() -> ColourThing:
    (wish,) = read_instruction("Make the sky purple").operations
    assert isinstance(wish, Recolour)
    return wish.area


def test_the_sky_ends_at_the_horizon_where_water_of_its_hue_begins(lakeside):
    alpha = find_thing(lakeside, sky()).alpha
    assert alpha[5 : HORIZON - 12, 10:150].min() > 0.9
    assert alpha[HORIZON + 12 :].max() < 0.1


def test_the_sky_shows_through_the_gaps_of_a_tower(lakeside):
    alpha = find_thing(lakeside, sky()).alpha
    gaps = [alpha[top + 6, left + 5] for top in range(20, 68, 12) for left in range(160, 190, 8)]
    assert np.median(gaps) > 0.7
    assert alpha[40, 161] < 0.5  # a bar of the tower itself


def test_no_sky_is_taken_from_a_picture_that_has_none(scene):
    with pytest.raises(EngineRefusal) as caught:
        find_thing(np.ascontiguousarray(scene.pixels[::-1] // 3 + 40), sky())
    (refusal,) = caught.value.refusals
    assert refusal.type in ("target_not_found", "mask_too_uncertain")


def test_more_contrast_in_the_sky_turns_around_the_light_of_the_sky(edit, lakeside):
    from kontext_studio.imaging.encode import encode_png

    lakeside[HORIZON:] //= 4  # a dark land, which would pull the mean of the picture down
    done = edit("Increase the contrast of the sky by 40%", picture=encode_png(lakeside))
    before, after = lakeside[5:75, 10:150].astype(int), done.first[5:75, 10:150].astype(int)
    assert after.std() > before.std()
    assert abs(after.mean() - before.mean()) < 8


def test_the_notes_say_that_the_place_told_where_the_sky_is(edit, lakeside):
    from kontext_studio.imaging.encode import encode_png

    done = edit("Make the sky purple", picture=encode_png(lakeside))
    assert done.note("by its place")
    below = np.s_[HORIZON + 15 :, :150]
    assert np.array_equal(done.first[below], lakeside[below])
    above = done.first[10:70, 10:150].astype(int) - lakeside[10:70, 10:150]
    assert above[..., 1].mean() < -20  # purple has little green
