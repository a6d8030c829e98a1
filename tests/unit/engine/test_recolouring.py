"""Recolouring a thing: it takes the colour, keeps its light, and nothing else moves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.colour_names import colour_table
from kontext_studio.engine.colour_space import lab_of, luma_of
from kontext_studio.engine.effects.recolour import lightness_curve, shade_for
from kontext_studio.engine.variation import Variation
from kontext_studio.imaging.encode import encode_png


def facts(part: Refusal) -> Any:
    """What a refusal tells beside its sentence."""
    return part.context


def usual_lab(pixels, mask):
    return np.median(lab_of(pixels)[mask], axis=0)


def apart(hue_one: float, hue_other: float) -> float:
    return abs((hue_one - hue_other + 180) % 360 - 180)


@pytest.mark.parametrize(
    "name", ["forest green", "cobalt blue", "mustard", "purple", "teal", "hot pink"]
)
def test_the_thing_takes_the_hue_it_was_given(edit, scene, name):
    done = edit(f"Change the red ball to {name}")
    _, a, b = usual_lab(done.first, scene.ball)
    hue = np.degrees(np.arctan2(b, a)) % 360
    assert apart(hue, colour_table()[name].hue_deg) < 8
    assert np.hypot(a, b) > 0.6 * colour_table()[name].chroma


@pytest.mark.parametrize(
    ("name", "low", "high"), [("black", 0, 22), ("white", 78, 100), ("navy", 5, 32)]
)
def test_very_dark_and_very_light_colours_are_reached(edit, scene, name, low, high):
    lab = lab_of(edit(f"Change the red ball to {name}").first)[scene.ball]
    assert low <= np.percentile(lab[:, 0], 75) <= high  # where it is lit


def test_a_colour_given_as_numbers_is_met_where_the_thing_is_well_lit(edit, scene):
    first = edit("Change the red ball to #1A4D8F").first
    lab = lab_of(first)[scene.ball]
    wanted = np.array(lab_of(np.array([[[0x1A, 0x4D, 0x8F]]], np.uint8))[0, 0])
    assert np.percentile(np.linalg.norm(lab - wanted, axis=1), 15) < 8


def test_every_pixel_outside_the_edited_area_is_the_same_byte_for_byte(edit, scene):
    done = edit("Change the red ball to green")
    changed = np.any(done.first != scene.pixels, axis=-1)
    y, x = np.mgrid[0:120, 0:160]
    away = np.hypot(x - 48, y - 64) > 32 + 6
    assert changed[scene.ball].mean() > 0.97
    assert not changed[away].any()
    note = done.note("the engine's own mask")
    assert note.startswith("Outside the engine's own mask")
    assert "0 of" in note


def test_a_figure_that_does_not_come_from_the_mask_tells_what_was_changed(edit, scene):
    line = edit("Change the red ball to green").note("were red before")
    assert int(line.split(" %")[0].rsplit(" ", 1)[-1]) > 85
    assert not [
        note for note in edit("Make it warmer").result.notes if "before" in note and "were" in note
    ]


def test_light_and_shade_keep_their_order(edit, scene):
    before, after = luma_of(scene.pixels)[scene.ball], None
    for name in ("green", "yellow", "navy", "white"):
        after = luma_of(edit(f"Change the red ball to {name}").first)[scene.ball]
        order = np.argsort(before)
        parts = np.array_split(after[order], 12)
        means = [part.mean() for part in parts]
        assert all(a <= b + 0.01 for a, b in pairwise(means)), name


def test_the_highlight_stays_a_highlight(edit, scene):
    first = edit("Change the red ball to green").first
    assert luma_of(first)[48, 38] > 0.85


def test_skin_is_left_alone_when_something_orange_or_red_is_named(edit, scene):
    first = edit("Change the red ball to blue").first
    assert np.array_equal(first[scene.face], scene.pixels[scene.face])


def test_a_thing_is_chosen_by_its_place(edit, scene):
    two = scene.pixels.copy()
    two[scene.box] = scene.pixels[64, 60]
    first = edit("Change the red box on the right to green", picture=encode_png(two)).first
    assert np.array_equal(first[scene.ball], two[scene.ball])
    assert (first[scene.box] != two[scene.box]).any(axis=-1).mean() > 0.9


def test_a_plural_means_every_thing_of_that_colour_and_a_singular_the_main_one(edit, scene):
    two = scene.pixels.copy()
    two[scene.box] = scene.pixels[64, 60]
    two[100:114, 2:16] = scene.pixels[64, 60]  # a third, small and close to the ball
    every = edit("Change the red things to green", picture=encode_png(two)).first
    main = edit("Change the largest red thing to green", picture=encode_png(two)).first
    assert (every[scene.box] != two[scene.box]).any(axis=-1).mean() > 0.9
    assert (every[104:110, 6:12] != two[104:110, 6:12]).any()
    assert np.array_equal(main[scene.box], two[scene.box])
    assert (main[scene.ball] != two[scene.ball]).any(axis=-1).mean() > 0.9


def test_two_things_take_two_colours(edit, scene):
    first = edit("Make the red ball green and the blue box yellow").first
    assert usual_lab(first, scene.ball)[1] < -15
    assert usual_lab(first, scene.box)[2] > 30


def test_a_colour_that_is_not_there_is_not_found_and_the_present_ones_are_named(edit):
    with pytest.raises(EngineRefusal) as caught:
        edit("Change the green ball to blue")
    (part,) = caught.value.refusals
    assert part.type == "target_not_found"
    assert {"red", "blue"} <= set(facts(part)["found"])


def test_a_thing_without_a_colour_is_offered_with_the_colours_of_this_picture(edit):
    with pytest.raises(EngineRefusal) as caught:
        edit("Change the ball to green")
    (part,) = caught.value.refusals
    assert part.type == "target_not_found"
    assert "Change the red ball to green" in facts(part)["can_do"]


def test_grey_pictures_have_nothing_red(edit):
    grey = np.full((60, 80, 3), 128, np.uint8)
    with pytest.raises(EngineRefusal) as caught:
        edit("Change the red ball to green", picture=encode_png(grey))
    assert caught.value.refusals[0].type == "target_not_found"


def test_a_picture_that_is_all_one_colour_has_no_thing_in_it(edit):
    red = np.full((60, 80, 3), (190, 30, 30), np.uint8)
    with pytest.raises(EngineRefusal) as caught:
        edit("Change the red ball to green", picture=encode_png(red))
    assert caught.value.refusals[0].type == "mask_too_uncertain"


def test_a_thing_can_be_recoloured_after_the_picture_lost_its_colours(edit, scene):
    first = edit("Make the picture black and white and make the red ball green").first
    assert usual_lab(first, scene.ball)[1] < -15
    assert np.ptp(first[scene.box].astype(int), axis=-1).max() == 0


def test_matte_takes_the_highlight_down(edit, scene):
    glossy = luma_of(edit("Change the red ball to black").first)[48, 38]
    matte = luma_of(edit("Change the red ball to matte black").first)[48, 38]
    assert matte < glossy - 0.1


def test_the_lightness_curve_always_rises_and_keeps_black():
    for usual in (8, 20, 45, 70, 92):
        for target in (3, 30, 60, 97):
            curve = lightness_curve(usual, target)
            assert np.all(np.diff(curve) >= -1e-4)
            assert curve[0] < 3


def test_variants_of_a_named_colour_differ_and_numbers_leave_no_play():
    green = colour_table()["green"]
    shades = {tuple(np.round(shade_for(green, Variation(seed)), 1)) for seed in range(4)}
    assert len(shades) == 4
    for seed in range(20):
        away = np.linalg.norm(np.subtract(shade_for(green, Variation(seed)), green.lab))
        assert away < 14


def test_the_blended_rim_between_thing_and_white_loses_the_old_colour_too(edit):
    y, x = np.mgrid[0:120, 0:160].astype(np.float32)
    cover = np.clip(40.5 - np.hypot(x - 80, y - 60), 0, 1)[..., None]  # an antialiased disc
    disc = 250 + cover * (np.array([190, 28, 30], np.float32) - 250)
    first = edit("Change the red ball to blue", picture=encode_png(disc.astype(np.uint8))).first
    rim = (cover[..., 0] > 0.1) & (cover[..., 0] < 0.9)
    _, a, b = lab_of(first)[rim].T
    reddish = (a > 6) & (np.abs(np.degrees(np.arctan2(b, a)) - 35) < 40)
    assert rim.sum() > 150
    assert reddish.mean() < 0.05


# ---------------------------------------------------------------- the colour it has already
def refusal(edit, instruction: str, **named) -> Refusal:
    with pytest.raises(EngineRefusal) as caught:
        edit(instruction, **named)
    (one,) = caught.value.refusals
    return one


@pytest.mark.parametrize(
    "instruction",
    ["Make the red ball red", "Change the color of the red ball to red", "Paint the red ball red."],
)
def test_the_colour_that_a_thing_has_already_is_no_change(edit, instruction):
    part = refusal(edit, instruction)
    assert part.type == "no_change"
    assert "red already" in part.message
    assert part.field == "prompt"
    for line in facts(part)["can_do"]:
        assert edit(line).pictures


def test_a_shade_that_nobody_could_tell_from_the_present_one_is_no_change(edit, scene):
    red, green, blue = (int(v) for v in np.median(scene.pixels[scene.box], axis=0))
    part = refusal(edit, f"Change the blue box to #{red:02x}{green:02x}{blue:02x}")
    assert part.type == "no_change"


def test_one_needless_recolour_among_other_wishes_refuses_them_all(edit):
    part = refusal(edit, "Make the red ball red and crop to a square")
    assert part.type == "no_change"


@pytest.mark.parametrize(
    "instruction",
    [
        "Make the red ball dark red",
        "Make the red ball matte red",
        "Make the red ball blue, then make the red ball red",
        "Make it black and white, then make the red ball red",
    ],
)
def test_another_shade_or_the_way_back_is_a_change(edit, scene, instruction):
    assert not np.array_equal(edit(instruction).first, scene.pixels)


# ---------------------------------------------------------------- things with a place and a size
def with_patch(rows: slice, columns: slice) -> bytes:
    pixels = np.full((240, 320, 3), (205, 192, 170), np.uint8)
    pixels[rows, columns] = (40, 80, 190)
    return encode_png(pixels)


@pytest.mark.parametrize(
    ("instruction", "rows"),
    [
        ("Make the blue wall green", slice(100, 116)),
        ("Make all the blue walls green", slice(100, 116)),
        ("Make the blue sky orange", slice(190, 240)),
        ("Make the blue sky orange", slice(0, 10)),
        ("Make the blue grass orange", slice(0, 50)),
        ("Make the blue floor white", slice(20, 70)),
        ("Paint the blue ceiling white", slice(200, 240)),
    ],
)
def test_a_small_or_misplaced_area_is_not_taken_for_a_wall_or_a_sky(edit, instruction, rows):
    columns = slice(0, 320) if rows.stop - rows.start > 16 else slice(150, 170)
    part = refusal(edit, instruction, picture=with_patch(rows, columns))
    assert part.type == "mask_too_uncertain"
    assert "so nothing was changed" in part.message
    assert facts(part)["target"]["colour"] == "blue"


@pytest.mark.parametrize(
    ("instruction", "rows"),
    [
        ("Make the blue wall green", slice(0, 160)),
        ("Make the blue sky orange", slice(0, 90)),
        ("Make the blue floor green", slice(170, 240)),
    ],
)
def test_a_wall_a_sky_and_a_floor_are_found_where_they_are(edit, instruction, rows):
    assert edit(instruction, picture=with_patch(rows, slice(0, 320))).pictures


def test_a_small_thing_may_be_small(edit):
    picture = with_patch(slice(100, 116), slice(150, 170))
    assert edit("Make the blue wall clock green", picture=picture).pictures


def pale_sky() -> np.ndarray:
    """Blue at the upper left, white towards the horizon and the right; dark roofs below."""
    y, x = np.mgrid[0:240, 0:360].astype(np.float32) / 240
    blueness = np.clip(1.1 - 1.3 * y - 0.45 * x, 0, 1)[..., None]
    sky = np.array([232, 238, 242], np.float32)
    sky = sky + blueness * (np.array([120, 172, 240], np.float32) - sky)
    sky[170:] = (60, 48, 40)
    sky += np.random.default_rng(5).normal(0, 1.2, sky.shape)
    return np.clip(sky, 0, 255).astype(np.uint8)


def test_a_sky_that_pales_takes_its_colour_as_a_whole(edit):
    before = pale_sky()
    after = edit("Make the blue sky orange", picture=encode_png(before)).first
    inner = slice(8, 160)
    steps = [
        np.abs(np.diff(cv2.GaussianBlur(after[inner], (0, 0), 3).astype(int), axis=axis)).max()
        for axis in (0, 1)
    ]
    assert max(steps) < 8  # no edge where none was
    assert usual_lab(after[:40, :60], np.ones((40, 60), bool))[2] > 25
    assert np.array_equal(after[185:], before[185:])


def test_an_area_that_ends_nowhere_in_particular_is_refused(edit):
    across = np.linspace(0, 1, 320, dtype=np.float32)[None, :, None]
    pixels = np.array([20, 70, 120], np.float32) + across * np.array([40, 60, -70], np.float32)
    pixels = np.repeat(pixels, 240, axis=0)
    pixels += np.random.default_rng(2).normal(0, 2, pixels.shape)
    picture = encode_png(np.clip(pixels, 0, 255).astype(np.uint8))
    part = refusal(edit, "Make the green leaves yellow", picture=picture)
    assert part.type == "mask_too_uncertain"
    assert "so nothing was changed" in part.message
