"""The meter tells the truth within its bounds, and nothing where nothing drifted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from kontext_studio.imaging.comparison import compare
from kontext_studio.imaging.difference import delta_e_map
from kontext_studio.imaging.drift import measure_drift
from kontext_studio.imaging.operators import resized
from tests.unit.imaging.drifting import (
    EVERYTHING,
    Drifting,
    blob,
    coded,
    recoloured,
    sample,
)


@pytest.mark.parametrize(
    "drift",
    [
        Drifting(),
        Drifting(shift=(3.0, -2.0)),
        Drifting(zoom_percent=1.0),
        Drifting(gain=(1.05, 0.95, 1.05)),
        EVERYTHING,
    ],
)
def test_the_meter_tells_shift_zoom_and_colour_outside_the_edit(drift):
    base = sample()
    area = blob(base.shape, (0.6, 0.5), 0.3)
    truth = delta_e_map(base, coded(drift.coloured(base)))[~area].mean()
    found = measure_drift(base, drift.of(recoloured(base, area)))
    assert found.shift_px == pytest.approx(drift.shift, abs=0.1)
    assert found.zoom == pytest.approx(1 + drift.zoom_percent / 100, abs=0.0002)
    assert found.delta_e == pytest.approx(truth, rel=0.1)


def test_the_meter_is_silent_on_an_exact_copy():
    base = sample()
    found = measure_drift(base, base.copy())
    assert found.is_nothing
    assert (found.delta_e, found.sharpness, found.changed_share) == (0.0, 1.0, 0.0)


def test_an_edit_alone_is_no_drift():
    base = sample()
    area = blob(base.shape, (0.6, 0.5), 0.3)
    found = measure_drift(base, recoloured(base, area))
    assert found.is_nothing
    assert found.changed_share == pytest.approx(area.mean(), abs=0.01)


def test_what_was_meant_to_change_can_be_told():
    base = sample()
    area = blob(base.shape, (0.6, 0.5), 0.3)
    told = measure_drift(base, recoloured(base, area), changed=area)
    assert told.delta_e == 0.0
    none = measure_drift(base, recoloured(base, area), changed=np.ones(base.shape[:2], bool))
    assert none.delta_e is None


def test_lost_detail_and_another_size_are_told():
    base = sample()
    soft = np.asarray(cv2.GaussianBlur(base, (0, 0), 1.5), np.uint8)
    detail = measure_drift(base, soft).sharpness
    assert detail is not None
    assert detail < 0.6
    found = measure_drift(base, resized(base, (448, 304)))
    assert not found.same_size
    assert (found.size_before, found.size_after) == ((480, 320), (448, 304))


def test_another_scene_has_no_shift():
    base = sample()
    found = measure_drift(base, np.ascontiguousarray(base[:, ::-1]))
    assert found.shift_px is None
    assert found.zoom is None


def test_a_comparison_tells_both_as_they_stand_and_what_was_left_alone():
    base = sample()
    area = blob(base.shape, (0.6, 0.5), 0.3)
    moved = Drifting(shift=(3.0, 0.0)).of(recoloured(base, area))
    found = compare(base, moved)
    assert found.alignment.shift_px == pytest.approx((3.0, 0.0), abs=0.1)
    assert found.delta_e_outside is not None
    assert found.delta_e_mean > found.delta_e_outside
    assert found.differences.shape == base.shape[:2]
    assert found.delta_e_mean == pytest.approx(float(delta_e_map(base, moved).mean()), abs=1e-3)
    same = compare(base, base)
    assert (same.delta_e_mean, same.changed_share) == (0.0, 0.0)
    assert same.ssim == pytest.approx(1.0)
    assert same.psnr_db == float("inf")
