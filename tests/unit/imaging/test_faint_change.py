"""What hangs together with a certain change belongs to it, though no pixel of it tells so."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.imaging.changed_area import find_changed_area
from tests.unit.imaging.drifting import Drifting, blob, lighter, overlap, recoloured


def _rough() -> np.ndarray:
    grain = np.random.default_rng(3).normal(0, 40, (300, 380, 3)).astype(np.float32)
    slope = np.linspace(90, 150, 380, dtype=np.float32)[None, :, None]
    return np.clip(cv2.GaussianBlur(grain, (0, 0), 1.2) + slope, 0, 255).astype(np.uint8)


def _smoothed(base: np.ndarray, where: np.ndarray) -> np.ndarray:
    out = base.copy()
    out[where] = cv2.GaussianBlur(base, (0, 0), 3.0)[where]
    return out


WHOLE = blob((300, 380), (0.5, 0.5), 0.4)
SURE = WHOLE & (np.arange(380) < 232)[None, :]


def test_what_lost_only_its_texture_beside_a_sure_change_belongs_to_it():
    base = _rough()
    edited = lighter(_smoothed(base, WHOLE & ~SURE), SURE, 45)
    found = find_changed_area(base, Drifting(gain=(1.03, 0.98, 1.0)).of(edited)).mask
    assert overlap(found, WHOLE) > 0.9


def test_the_ground_beside_a_strong_change_does_not_belong_to_it():
    base = _rough()
    found = find_changed_area(base, Drifting().of(recoloured(base, SURE))).mask
    assert overlap(found, SURE) > 0.93
