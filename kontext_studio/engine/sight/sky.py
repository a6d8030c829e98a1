"""Where sky may be: what hangs together with the top edge and looks like one.

A guess from position, smoothness and colour; where it is unsure it finds none.
"""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, chroma_of, hue_of, lab_of

_LIGHTNESS_PLAY = 1.0
_HORIZON_STEP = 5.0  # in lightness, within a twentieth of the height
_GAP_REACH = 16  # the long side by this is how far a gap may lie from open sky
_GAP_ROUNDS = 3
_LIKE_NEARBY = 9.0  # distance in Lab from the mean of the sky around
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


def above_horizon(region: Mask, lab: Floats) -> Mask:
    """`region` down to where it steps into something darker: a sky pales or glows downwards, and
    what lies below it in the same hue is water or hills."""
    height, width = region.shape
    reach = max(3, height // 40)
    rows = [
        float(np.median(lab[row, region[row], 0])) if region[row].sum() > 0.06 * width else np.nan
        for row in range(height)
    ]
    steps = np.zeros(height)
    for row in range(max(reach, height // 7), height - reach):
        above, below = rows[row - reach : row], rows[row : row + reach]
        if not (np.isnan(above).any() or np.isnan(below).any()):
            steps[row] = np.median(above) - np.median(below)
    found = np.flatnonzero(steps > _HORIZON_STEP)
    if not len(found):
        return region
    first = int(found[0])
    horizon = first + int(steps[first : first + 2 * reach].argmax())
    return region & (np.arange(height) < horizon)[:, None]


def with_gaps(region: Mask, lab: Floats) -> Mask:
    """`region` with the sky that shows through towers and branches beside it.

    What is not much further off than the sky reaches and has the colour of the sky nearby belongs.
    """
    side = max(3, round(max(region.shape) / _GAP_REACH)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    rows = np.flatnonzero(region.any(axis=1))
    above = (np.arange(len(region)) <= (rows[-1] if len(rows) else 0))[:, None]
    grown = region
    for _ in range(_GAP_ROUNDS):
        wide = cv2.dilate(grown.astype(np.uint8), kernel) > 0
        weights = np.where(grown, np.float32(1), np.float32(1e-4))
        total = np.asarray(cv2.blur(lab * weights[..., None], (2 * side + 1,) * 2))
        nearby = total / np.asarray(cv2.blur(weights, (2 * side + 1,) * 2))[..., None]
        away = np.linalg.norm(lab - nearby, axis=-1)
        grown = grown | (wide & above & (away < _LIKE_NEARBY))
    return grown


def _guided(guide: Floats, mask: Floats, radius: int, smoothness: float) -> Floats:
    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (2 * radius + 1,) * 2), dtype=np.float32)

    mean_guide, mean_mask = mean(guide), mean(mask)
    slope = (mean(guide * mask) - mean_guide * mean_mask) / (
        mean(guide * guide) - mean_guide**2 + np.float32(smoothness)
    )
    offset = mean_mask - slope * mean_guide
    return np.asarray(mean(slope) * guide + mean(offset), dtype=np.float32)
