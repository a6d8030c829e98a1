"""Where sky may be: what hangs together with the top edge and looks like one.

A guess from position, smoothness and colour; where it is unsure it finds none.
"""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, chroma_of, hue_of, lab_of

_LIGHTNESS_PLAY = 1.0
_LEAST_AGREEING = 0.7  # of an area found by colour that lies in the sky found by place


def sky_of(small: Bytes) -> Floats:
    """Soft mask of what hangs together with the top edge, is smooth, and blue, white or grey."""
    lab = lab_of(small)
    lightness, chroma, hue = lab[..., 0], chroma_of(lab), hue_of(lab)
    blue = (hue > 215) & (hue < 310) & (chroma > 6)
    pale = (lightness > 62) & (chroma < 16)
    gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    slope = cv2.GaussianBlur(np.abs(cv2.Laplacian(gray, cv2.CV_32F)), (0, 0), 2)
    smooth = np.asarray(slope) < 6
    likely = (blue | pale) & smooth
    likely[: max(1, len(likely) // 100)] |= (blue | pale)[: max(1, len(likely) // 100)]
    count, labels = cv2.connectedComponents(likely.astype(np.uint8), connectivity=4)
    labels = np.asarray(labels)
    top = labels[: max(2, small.shape[0] // 60)]
    held = np.bincount(top.ravel(), minlength=count) > 0.06 * small.shape[1]
    held[0] = False
    sky = held[labels].astype(np.float32)
    share = float(sky.mean())
    if share < 0.04:
        return np.zeros_like(sky)
    sky = cv2.morphologyEx(sky, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    guide = gray * np.float32(1 / 255)
    return np.clip(_guided(guide, np.asarray(sky, dtype=np.float32), 6, 1e-3), 0, 1)


def whole_sky(region: Mask, small: Bytes) -> Mask:
    """`region` with all of the sky that it is a part of: skies pale towards the horizon."""
    sky = sky_of(small) > 0.5
    lightness = lab_of(small)[..., 0]
    darkest = float(np.percentile(lightness[region], 5)) - _LIGHTNESS_PLAY
    sky &= lightness > darkest  # it pales downwards; what darkens again is water or land
    return region | sky if float(sky[region].mean()) > _LEAST_AGREEING else region


def _guided(guide: Floats, mask: Floats, radius: int, smoothness: float) -> Floats:
    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (2 * radius + 1,) * 2), dtype=np.float32)

    mean_guide, mean_mask = mean(guide), mean(mask)
    slope = (mean(guide * mask) - mean_guide * mean_mask) / (
        mean(guide * guide) - mean_guide**2 + np.float32(smoothness)
    )
    offset = mean_mask - slope * mean_guide
    return np.asarray(mean(slope) * guide + mean(offset), dtype=np.float32)
