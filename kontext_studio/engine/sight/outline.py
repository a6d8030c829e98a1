"""Whether an area ends where something ends in the picture, or somewhere in a soft transition."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Floats, Mask

_REACH_PX = 5  # to either side of the outline, in the analysis copy
_STEP = 9.0  # in Lab: less from one side to the other is no edge to the eye


def openness_of(region: Mask, lab: Floats) -> float:
    """The share of the outline, the picture's own border aside, that follows no edge (0 to 1)."""
    kernel = np.ones((3, 3), np.uint8)
    filled = region.astype(np.uint8)
    outline = np.asarray(cv2.morphologyEx(filled, cv2.MORPH_GRADIENT, kernel)) > 0
    outline[:2] = outline[-2:] = False
    outline[:, :2] = outline[:, -2:] = False
    if not outline.any():
        return 0.0
    inside = region.astype(np.float32)
    step = np.linalg.norm(_mean_over(lab, inside) - _mean_over(lab, 1 - inside), axis=-1)
    return float((step[outline] < _STEP).mean())


def _mean_over(lab: Floats, weights: Floats) -> Floats:
    side = (2 * _REACH_PX + 1,) * 2
    total = np.asarray(cv2.blur(lab * weights[..., None], side), np.float32)
    share = np.asarray(cv2.blur(weights, side), np.float32)
    return np.asarray(total / np.maximum(share, 1e-3)[..., None], np.float32)
