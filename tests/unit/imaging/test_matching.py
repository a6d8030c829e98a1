"""Colours and place are brought back as far as is wanted, and left alone where nothing drifted."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.comparison import compare
from kontext_studio.imaging.keeping import keep_everything_else
from kontext_studio.imaging.matching import match
from kontext_studio.imaging.restacking import Turn, restack
from kontext_studio.imaging.watching import Watch
from tests.unit.imaging.drifting import (
    EVERYTHING,
    Drifting,
    blob,
    psnr,
    recoloured,
    sample,
)

AREA = ((0.62, 0.5), 0.34)


def test_what_was_not_edited_comes_back_from_everything_at_once():
    base = sample()
    area = blob(base.shape, *AREA)
    drifted = EVERYTHING.of(recoloured(base, area))
    found = match(base, drifted)
    unedited = found.known() & ~area
    floor = psnr(base, Drifting().of(base), unedited)
    assert psnr(base, found.applied(drifted), unedited) > floor - 1.5
    assert psnr(base, drifted, unedited) < floor - 8


def test_nothing_is_made_worse_where_nothing_drifted():
    base = sample()
    area = blob(base.shape, *AREA)
    result = Drifting().of(recoloured(base, area))
    matched = match(base, result).applied(result)
    assert psnr(base, matched, ~area) > psnr(base, result, ~area) - 0.1


def test_half_the_strength_goes_half_the_way():
    base = sample()
    drifted = Drifting(gain=(1.05, 0.95, 1.05), coded=False).of(base)
    colours = [
        match(base, drifted, strength=one).applied(drifted).mean((0, 1)) for one in (0, 0.5, 1)
    ]
    assert colours[0] == pytest.approx(drifted.mean((0, 1)))
    assert colours[1] == pytest.approx((colours[0] + colours[2]) / 2, abs=0.3)
    assert colours[2] == pytest.approx(base.mean((0, 1)), abs=0.5)


def test_place_alone_can_be_left():
    base = sample()
    found = match(base, Drifting(shift=(4.0, 0.0)).of(base), straighten=False)
    assert found.alignment.is_still


def test_turns_are_stacked_on_the_untouched_original():
    original = sample(width=360)
    areas = [blob(original.shape, at, 0.22) for at in ((0.3, 0.35), (0.7, 0.4), (0.5, 0.75))]
    now, wanted = original, original
    turns = []
    for number, area in enumerate(areas):
        drift = Drifting(shift=(1.5, -1.0), zoom_percent=0.4, gain=(1.02, 0.99, 1.01))
        result = drift.of(recoloured(now, area), number)
        turns.append(Turn(now, result))
        now, wanted = result, recoloured(wanted, area)
    union = areas[0] | areas[1] | areas[2]
    stacked = restack(original, iter(turns), count=3)
    assert np.array_equal(stacked.pixels[~stacked.mask], original[~stacked.mask])
    assert np.count_nonzero(stacked.mask & ~union) < 0.03 * union.size
    assert stacked.left_out == ()
    assert psnr(stacked.pixels, wanted, ~union | stacked.mask) > psnr(now, wanted, ~union) + 5


def test_a_turn_of_another_scene_is_left_out():
    original = sample(width=360)
    flipped = np.ascontiguousarray(original[:, ::-1])
    everywhere = np.ones(original.shape[:2], bool)
    turns = [Turn(original, flipped), Turn(flipped, original, everywhere)]
    stacked = restack(original, turns)
    assert stacked.left_out == (0, 1)
    assert np.array_equal(stacked.pixels, original)


def test_a_change_of_tone_alone_is_told_and_not_stacked():
    original = sample(width=360)
    warmer = np.clip(original * np.array([1.08, 1.0, 0.9]), 0, 255).astype(np.uint8)
    edited = recoloured(warmer, blob(original.shape, *AREA))
    dark = np.clip(edited * 0.5, 0, 255).astype(np.uint8)
    turns = [Turn(original, warmer), Turn(warmer, edited), Turn(edited, dark)]
    stacked = restack(original, turns)
    assert (stacked.toned, stacked.left_out) == ((0, 2), ())
    assert np.array_equal(stacked.pixels[~stacked.mask], original[~stacked.mask])


class Enough(Exception):
    pass


@pytest.mark.parametrize("work", [compare, keep_everything_else, match])
def test_work_can_be_stopped_and_tells_how_far_it_is(work):
    base = sample(width=240)
    result = EVERYTHING.of(base)
    heard: list[float] = []
    work(base, result, watch=Watch(progress=heard.append))
    assert heard == sorted(heard)
    assert 0 <= heard[0] < 0.5 < heard[-1] <= 1

    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Enough

    with pytest.raises(Enough):
        work(base, result, watch=Watch(check))
