"""Tone: curves keep black and white, rise everywhere, and do what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.colour_space import chroma_of, lab_of, luma_of
from kontext_studio.engine.effects import curves, film, tone
from kontext_studio.engine.effects.sketch import pencilled
from kontext_studio.engine.operations import Adjust, Detail, Quality
from kontext_studio.engine.variation import Variation

STILL = Variation(0)


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(5).integers(20, 236, (60, 80, 3), dtype=np.uint8)


def exact(quality: Quality, share: float) -> Adjust:
    return Adjust(quality, share, exact=True)


@pytest.mark.parametrize("share", [-0.9, -0.3, 0.0, 0.2, 0.8])
def test_brightness_keeps_black_black_and_rises_everywhere(share):
    curve = curves.brightness(share)
    assert curve[0] == 0
    assert np.all(np.diff(curve) >= 0)
    if share >= 0:
        assert curve[255] == 1


@pytest.mark.parametrize("share", [-0.5, 0.3, 1.0])
def test_contrast_leaves_its_pivot_where_it_is(share):
    curve = curves.contrast(share, 0.4)
    assert np.interp(0.4, curves.ramp(), curve) == pytest.approx(0.4, abs=0.01)


def test_twenty_per_cent_brighter_is_about_that(picture):
    before = luma_of(picture).mean()
    after = luma_of(tone.adjusted(picture, exact(Quality.BRIGHTNESS, 0.2), STILL)).mean()
    assert after / before == pytest.approx(1.2, abs=0.06)


def test_warmer_moves_towards_yellow_and_keeps_the_luminance_of_grey():
    grey = np.full((4, 4, 3), 128, np.uint8)
    warm = tone.adjusted(grey, exact(Quality.WARMTH, 0.4), STILL)
    cool = tone.adjusted(grey, exact(Quality.WARMTH, -0.4), STILL)
    assert lab_of(warm)[0, 0, 2] > 6 > -6 > lab_of(cool)[0, 0, 2]
    assert luma_of(warm)[0, 0] == pytest.approx(luma_of(grey)[0, 0], abs=0.02)


def test_more_and_less_colour(picture):
    usual = chroma_of(lab_of(picture)).mean()
    assert chroma_of(lab_of(tone.saturated(picture, 0.5))).mean() > usual
    assert chroma_of(lab_of(tone.saturated(picture, -0.5))).mean() < 0.7 * usual
    assert chroma_of(lab_of(tone.saturated(picture, -1.0))).max() < 1


def test_sharpening_and_blurring_pull_apart(picture):
    def roughness(pixels):
        return np.abs(np.diff(luma_of(pixels), axis=1)).mean()

    sharp = tone.adjusted(picture, exact(Quality.SHARPNESS, 1.0), STILL)
    soft = tone.adjusted(picture, exact(Quality.BLUR, 1.0), STILL)
    assert roughness(soft) < roughness(picture) < roughness(sharp)


def test_a_negative_of_a_negative_is_the_picture():
    picture = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    assert np.array_equal(film.negative(film.negative(picture)), picture)


def test_monochrome_and_sketches_have_no_colour(picture):
    for grey in (
        film.monochrome(picture, frozenset(), STILL),
        film.noir(picture, STILL),
    ):
        assert np.ptp(grey.astype(int), axis=-1).max() == 0
    assert chroma_of(lab_of(pencilled(picture, frozenset(), STILL))).max() < 6


def test_hatching_and_paper_change_a_sketch(picture):
    plain = pencilled(picture, frozenset(), STILL)
    hatched = pencilled(picture, frozenset({Detail.HATCHING}), STILL)
    assert (plain != hatched).any()


def test_a_poster_has_few_colours():
    smooth = np.linspace(0, 255, 96 * 64 * 3).reshape(64, 96, 3).astype(np.uint8)
    printed = film.postered(smooth, frozenset(), STILL)
    levels, counts = np.unique(printed.reshape(-1, 3), axis=0, return_counts=True)
    assert counts[np.argsort(-counts)[:10]].sum() > 0.6 * counts.sum()
    assert len(levels) > 2
