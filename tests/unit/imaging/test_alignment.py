"""Alignments are exact to a small part of a pixel, or refused."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.alignment import Alignment, Outcome, align
from tests.unit.imaging.drifting import (
    EVERYTHING,
    Drifting,
    blob,
    recoloured,
    sample,
)
from tests.unit.imaging.samples import noise


def error_px(found: Alignment, truth: np.ndarray) -> float:
    """The mean error over a grid."""
    x, y = np.meshgrid(np.linspace(0, found.width - 1, 7), np.linspace(0, found.height - 1, 7))
    points = np.stack([x.ravel(), y.ravel(), np.ones(49)])
    away = (truth - np.array(found.matrix).reshape(2, 3)) @ points
    return float(np.hypot(*away).mean())


@pytest.mark.parametrize(
    "drift",
    [
        Drifting(shift=(8.0, -5.0)),
        Drifting(shift=(0.5, 0.3)),
        Drifting(zoom_percent=2.0),
        Drifting(zoom_percent=-0.5, shift=(1.0, 3.0)),
        EVERYTHING,
    ],
)
def test_shift_and_zoom_are_found_beside_an_edit(drift):
    base = sample()
    edited = recoloured(base, blob(base.shape, (0.4, 0.5), 0.3))
    found = align(base, drift.of(edited))
    assert found.found
    assert error_px(found, drift.matrix(base.shape)) < 0.1
    assert found.zoom == pytest.approx(1 + drift.zoom_percent / 100, abs=0.0002)


def test_most_of_the_picture_may_be_another():
    base, other = sample(), sample("rocket.jpg")
    left = round(base.shape[1] * 0.42)
    edited = np.resize(other, base.shape)
    edited[:, :left] = base[:, :left]
    drift = Drifting(shift=(3.0, 2.0))
    found = align(base, drift.of(edited))
    assert error_px(found, drift.matrix(base.shape)) < 0.25


def test_another_scene_is_refused():
    base = sample()
    height, width = base.shape[:2]
    for other in (
        np.ascontiguousarray(base[:, ::-1]),
        sample("rocket.jpg", width)[:height],
        np.ascontiguousarray(base[: height // 2, : width // 2]),
    ):
        found = align(base, other)
        assert not found.found
        assert found.matrix == Alignment(1, 1).matrix


def test_exact_copies_lie_exactly_still():
    base = sample()
    found = align(base, base.copy())
    assert found.is_still
    assert found.shift_px == (0.0, 0.0)
    assert found.zoom == 1.0


def test_codecs_move_nothing():
    base = sample()
    assert align(base, Drifting().of(base)).is_still


def test_a_result_of_another_size_lies_still_when_only_its_size_changed():
    base = sample(width=480)
    found = align(base, sample(width=500))
    assert found.found
    assert found.farthest_px < 0.3


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 900), (900, 1), (7, 9), (47, 47)])
def test_f_loc_28_a_picture_too_small_to_tell_is_not_moved(width, height):
    first = noise(width, height)
    found = align(first, 255 - first)
    assert found.outcome is Outcome.TOO_PLAIN
    assert found.is_still


def test_a_plain_picture_is_not_moved():
    flat = np.full((300, 400, 3), 90, np.uint8)
    assert align(flat, flat + 3).outcome is Outcome.TOO_PLAIN


def test_an_alignment_is_the_same_between_smaller_copies():
    whole = Alignment(800, 600, (1.01, 0.002, -3.0, -0.001, 0.99, 5.0))
    half = whole.scaled(400, 300)
    for x, y in ((0, 0), (799, 0), (0, 599), (333.3, 77.7)):
        moved = np.array(whole.moved((x, y)))
        small = ((x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5)
        assert np.array(half.moved(small)) == pytest.approx(moved / 2, abs=1e-6)


def test_there_and_back_is_nowhere():
    there = Alignment(800, 600, (1.01, 0.002, -3.0, -0.001, 0.99, 5.0))
    x, y = 120.0, 340.0
    dx, dy = there.moved((x, y))
    assert there.reversed().moved((x + dx, y + dy)) == pytest.approx((-dx, -dy), abs=1e-9)


def test_what_lies_beyond_the_border_is_not_known():
    known = Alignment(100, 80, (1, 0, 10.0, 0, 1, 0)).known()
    assert known[40, 50]
    assert not known[40, 95]
    assert known.shape == (80, 100)


def _round_thing(seed: int, side: int = 480) -> np.ndarray:
    """A bright disc on black whose rim wavers by half a pixel, and with nothing sharp inside."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] - side / 2
    angle = np.arctan2(y, x)
    waves = [random.normal() * np.cos(k * angle + random.uniform(0, 6.3)) for k in range(3, 9)]
    rim = side * 0.46 + 0.2 * np.sum(waves, axis=0)
    inside = np.clip(rim - np.hypot(x, y) + 0.5, 0, 1)[..., None]
    light = random.uniform(90, 180, 3)
    return np.asarray(4 + inside * (light - 4)).astype(np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_tiles_that_agree_only_roughly_are_of_another_view(seed: int) -> None:
    other = Drifting().of(_round_thing(seed + 50), seed)
    assert align(_round_thing(seed), other).outcome is Outcome.OTHER_VIEW
