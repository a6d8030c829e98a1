"""Outside the mask nothing is ever touched."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.composite import feather, put_inside
from kontext_studio.imaging.seam import border_correction, measure_seam
from tests.unit.imaging.drifting import Drifting, blob, sample
from tests.unit.imaging.samples import noise

RED = (255, 0, 0)


def red(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), RED, np.uint8)


@pytest.mark.parametrize("feather_px", [0.0, 1.0, 7.5, 40.0])
@pytest.mark.parametrize("size", [None, (7, 5), (900, 700)])
def test_outside_every_pixel_is_the_bases_whatever_came(feather_px, size):
    base = sample(width=320)
    mask = blob(base.shape, (0.5, 0.4), 0.5)
    result = red(*base.shape[:2]) if size is None else red(size[1], size[0])
    out = put_inside(base, result, mask, feather_px=feather_px)
    assert np.array_equal(out[~mask], base[~mask])
    assert (out[base.shape[0] * 2 // 5, base.shape[1] // 2] == RED).all()
    if not feather_px:
        assert (out[mask] == RED).all()


def test_five_turns_touch_nothing_outside():
    base = out = sample(width=200)
    mask = blob(base.shape, (0.5, 0.5), 0.4)
    for turn in range(5):
        out = put_inside(out, noise(64 + turn, 48), mask, feather_px=3.0)
    assert np.array_equal(out[~mask], base[~mask])


def test_the_feather_runs_inwards_and_is_the_same_in_bands():
    mask = blob((90, 120), (0.5, 0.5), 0.7)
    weight = feather(mask, 6.0)
    assert (weight[~mask] == 0).all()
    assert weight[45, 60] == 1
    steps = np.abs(np.diff(weight[45]))
    assert 0 < steps.max() < 0.3
    bands = [feather(mask, 6.0, slice(top, top + 30)) for top in (0, 30, 60)]
    assert np.array_equal(np.concatenate(bands), weight)


def test_the_border_of_the_picture_is_no_edge():
    weight = feather(np.ones((20, 30), bool), 6.0)
    assert (weight == 1).all()


def test_an_empty_mask_gives_the_base():
    base = sample(width=100)
    out = put_inside(base, red(10, 10), np.zeros(base.shape[:2], bool), feather_px=3)
    assert np.array_equal(out, base)


def test_a_mask_of_another_size_is_no_mask():
    with pytest.raises(ValueError, match="as large as"):
        put_inside(sample(width=100), red(3, 3), np.ones((5, 5), bool))


def test_a_red_result_has_a_visible_seam_and_the_same_picture_none():
    base = sample(width=320)
    mask = blob(base.shape, (0.5, 0.4), 0.5)
    result = red(*base.shape[:2])
    seam = measure_seam(put_inside(base, result, mask), base, result, mask)
    assert seam.visible
    assert measure_seam(base, base, base, mask).mean == 0


def test_edges_that_were_there_before_are_no_seam():
    base = sample(width=320)
    base = base.copy()
    base[:, :160] = 0
    mask = np.zeros(base.shape[:2], bool)
    mask[:, :160] = True
    assert measure_seam(base, base, None, mask).mean == 0


def test_a_wider_feather_makes_the_seam_less_visible():
    base = sample(width=320)
    mask = blob(base.shape, (0.5, 0.4), 0.6)
    result = np.clip(base.astype(int) + 30, 0, 255).astype(np.uint8)
    seams = [
        measure_seam(put_inside(base, result, mask, feather_px=px), base, result, mask).mean
        for px in (0.0, 4.0, 16.0)
    ]
    assert seams[0] > 2 * seams[1] > 2 * seams[2]


def test_the_border_correction_closes_the_seam_of_a_tinted_result():
    base = sample(width=320)
    mask = blob(base.shape, (0.5, 0.45), 0.6)
    tinted = Drifting(gain=(1.08, 1.0, 0.93), field=5.0, coded=False).of(base)
    added = border_correction(base, tinted, mask)
    assert (added[~mask] == 0).all()
    mended = np.clip(np.rint(tinted + added), 0, 255).astype(np.uint8)
    before = measure_seam(put_inside(base, tinted, mask), base, tinted, mask).mean
    after = measure_seam(put_inside(base, mended, mask), base, mended, mask).mean
    assert after < 0.4 * before
