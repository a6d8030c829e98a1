"""Differences are those of the published formula, and sizes do not matter."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.measure import (
    changed_share,
    delta_e_2000,
    difference_map,
    mean_delta_e,
    srgb_to_lab,
)
from tests.unit.imaging.samples import noise, quarters

# From the table in G. Sharma, W. Wu, E. N. Dalal, The CIEDE2000 color-difference formula (2005).
PAIRS = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_the_published_pairs_come_out(first, second, expected):
    a, b = np.array([first]), np.array([second])
    assert delta_e_2000(a, b)[0] == pytest.approx(expected, abs=1e-4)
    assert delta_e_2000(b, a)[0] == pytest.approx(expected, abs=1e-4)


def test_single_precision_is_enough_for_pictures():
    a, b = noise(), np.flipud(noise())
    fine = delta_e_2000(srgb_to_lab(a).astype(np.float64), srgb_to_lab(b).astype(np.float64))
    assert np.abs(difference_map(a, b) - fine).max() < 0.002


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0.0, 0.0)),
    ],
)
def test_srgb_has_the_known_lab_values(colour, lab):
    pixels = np.array([[colour]], np.uint8)
    assert srgb_to_lab(pixels)[0, 0] == pytest.approx(lab, abs=0.02)


def test_a_picture_does_not_differ_from_itself():
    assert mean_delta_e(noise(), noise()) == 0
    assert changed_share(noise(), noise()) == 0


def test_the_share_counts_what_changed_visibly():
    changed = quarters(400, 200).copy()
    changed[:, :100] = (255, 255, 255)
    changed[:, 300:] = changed[:, 300:] + 1  # far below what anyone sees

    assert changed_share(quarters(400, 200), changed) == pytest.approx(0.25)
    assert changed_share(quarters(400, 200), changed, delta_e=0.01) == pytest.approx(0.5)


def test_large_pictures_are_measured_on_smaller_copies():
    large = quarters(3000, 2000)
    white = np.full_like(large, 255)

    assert difference_map(large, white).shape == (683, 1024)
    small = mean_delta_e(quarters(300, 200), np.full((200, 300, 3), 255, np.uint8))
    assert mean_delta_e(large, white) == pytest.approx(small, rel=0.01)


def test_the_second_picture_is_scaled_to_the_first():
    assert difference_map(quarters(90, 60), quarters(180, 120)).shape == (60, 90)
    assert mean_delta_e(quarters(90, 60), quarters(180, 120)) < 0.01
