"""Quick figures are those of the plain formulas."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.difference import delta_e_map, delta_e_of_values
from kontext_studio.imaging.heat_map import HeatScale, heat_map, legend, over_picture
from kontext_studio.imaging.likeness import psnr_db, sharpness, ssim
from kontext_studio.imaging.measure import delta_e_2000, srgb_to_lab
from tests.unit.imaging.samples import noise


def plainly(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return delta_e_2000(srgb_to_lab(a).astype(np.float64), srgb_to_lab(b).astype(np.float64))


@pytest.mark.parametrize("most", [1, 12, 255])
def test_the_difference_is_that_of_the_published_formula(most):
    random = np.random.default_rng(most)
    a = random.integers(0, 256, (70, 900, 3), dtype=np.uint8)
    b = np.clip(a + random.integers(-most, most + 1, a.shape), 0, 255).astype(np.uint8)
    b[:, ::7] = b[:, ::7, :1]  # greys
    found = delta_e_map(a, b)
    away = np.abs(found - plainly(a, b))
    assert away.max() < 0.05
    assert np.quantile(away, 0.999) < 0.02  # the hue of a grey is whatever rounding makes it
    values = delta_e_of_values(a.astype(np.float32), b.astype(np.float32))
    assert np.abs(values - found).max() < 1e-4


def test_equal_pixels_differ_by_nothing():
    a = noise(300, 200)
    assert (delta_e_map(a, a.copy()) == 0).all()


def test_what_was_kept_to_the_last_bit_changes_no_figure_of_the_rest():
    a = noise(900, 200)
    b = a.copy()
    b[40:90, 70:151] ^= 9
    b[199, 899, 2] ^= 1
    b[0, 0, 0] ^= 1
    found = delta_e_map(a, b)
    assert np.abs(found - plainly(a, b)).max() < 0.05
    assert np.array_equal(found > 0, (a != b).any(axis=2))


def test_the_similarity_is_that_of_the_paper():
    a, b = noise(60, 50), np.flipud(noise(60, 50))
    weights = np.array([0.299, 0.587, 0.114])
    x, y = (np.rint(one @ weights) for one in (a, b))
    places = np.arange(-5, 6)
    window = np.exp(-(places**2) / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2
    values = []
    for row in range(5, 45):
        for column in range(5, 55):
            p = x[row - 5 : row + 6, column - 5 : column + 6]
            q = y[row - 5 : row + 6, column - 5 : column + 6]
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
            both = (window * (p - mp) * (q - mq)).sum()
            above = (2 * mp * mq + 6.5025) * (2 * both + 58.5225)
            values.append(above / ((mp**2 + mq**2 + 6.5025) * (vp + vq + 58.5225)))
    assert ssim(a, b) == pytest.approx(np.mean(values), abs=2e-3)
    assert ssim(a, a) == pytest.approx(1.0, abs=1e-6)


def test_bands_do_not_show_in_the_figures(monkeypatch):
    from kontext_studio.imaging import likeness

    a, b = noise(200, 300), np.fliplr(noise(200, 300))
    whole = ssim(a, b), sharpness(a)
    monkeypatch.setattr(likeness, "_BAND_PIXELS", 200 * 40)
    assert (ssim(a, b), sharpness(a)) == pytest.approx(whole, rel=1e-5)


def test_a_picture_too_small_for_the_window_has_no_similarity():
    assert np.isnan(ssim(noise(10, 40), noise(10, 40)))


def test_noise_is_told_in_decibels():
    a = np.full((40, 50, 3), 100, np.uint8)
    assert psnr_db(a, a + 5) == pytest.approx(34.15, abs=0.01)
    assert psnr_db(a, a) == float("inf")


def test_the_heat_map_is_clear_below_its_threshold_and_brighter_above():
    values = np.array([[0.0, 1.9, 2.0, 20.0, 50.0, 80.0, 200.0]], np.float32)
    heat = heat_map(values)
    assert heat[0, :, 3].tolist() == [0, 0, 255, 255, 255, 255, 255]
    light = heat[0, 2:, :3] @ np.array([0.299, 0.587, 0.114])
    assert (np.diff(light)[:3] > 5).all()
    assert (heat[0, 5] == heat[0, 6]).all()
    stronger = heat_map(values, HeatScale().stronger(4.0))
    assert (stronger[0, 3] == heat_map(values * 4)[0, 3]).all()


def test_the_map_lies_over_the_dimmed_picture_and_has_a_legend():
    a = noise(20, 10)
    shown = over_picture(heat_map(np.zeros((10, 20), np.float32)), a)
    assert shown.shape == a.shape
    assert shown.max() < 100
    assert legend(100, 8).shape == (8, 100, 4)
