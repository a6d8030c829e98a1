"""From a coarse area to a soft mask in full size that follows the edges of the picture.

A guided filter: within each small window the mask is a linear function of the colours.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, lab_of, to_bytes, to_float
from kontext_studio.engine.strips import strips_of

_GUIDE_SIDE_PX = 1024  # the filter's coefficients are found on a copy of this size
_RADIUS_SHARE = 1 / 150  # of the long side
_SMOOTHNESS = 2e-4
_LEAST_ALPHA = 0.04  # below this a pixel is outside, and stays exactly as it is
_FULL_ALPHA = 0.92
_OPEN_REACH_SHARE = 1 / 28  # of the long side: how softly a region ends where no edge is
_EDGE = 13.0  # a step in Lab that is an edge to the eye


def soft_mask(pixels: Bytes, region: Mask) -> Floats:
    """Alpha from 0 to 1 in the size of `pixels`, zero away from `region`."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _GUIDE_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = to_float(np.asarray(_resized(pixels, size, cv2.INTER_AREA), dtype=np.uint8))
    rough = np.asarray(_resized(region.astype(np.float32), size, cv2.INTER_LINEAR), np.float32)
    radius = max(2, round(max(size) * _RADIUS_SHARE))
    slope, offset = _coefficients(guide, rough, radius)
    # Only near the region: a guided filter may answer faintly far away.
    reach = cv2.dilate((rough > 0.01).astype(np.uint8), np.ones((2 * radius + 1,) * 2, np.uint8))
    openness, wide = _open_boundary(region, guide)
    coefficients = np.dstack([slope, offset])
    alpha = np.zeros((height, width), dtype=np.float32)
    near = np.asarray(_resized(np.asarray(reach, np.uint8), (width, height), cv2.INTER_NEAREST)) > 0
    for rows in strips_of(height, width):
        columns = np.flatnonzero(near[rows].any(axis=0))
        if not len(columns):
            continue
        span = slice(int(columns[0]), int(columns[-1]) + 1)
        piece = to_float(pixels[rows, span])
        spread = _piece_of(coefficients, rows, span, (height, width))
        value = spread[..., 3]
        for channel in range(3):
            value = value + spread[..., channel] * piece[..., channel]
        value = np.clip((value - _LEAST_ALPHA) / (_FULL_ALPHA - _LEAST_ALPHA), 0, 1)
        alpha[rows, span] = value * near[rows, span]
    if openness.max() > 0:
        share = np.asarray(_resized(openness, (width, height), cv2.INTER_LINEAR), np.float32)
        soft = np.asarray(_resized(wide, (width, height), cv2.INTER_LINEAR), np.float32)
        alpha += share * (soft - alpha)
        alpha[alpha < 0.5 * _LEAST_ALPHA] = 0
    return alpha


def _piece_of(small: Floats, rows: slice, span: slice, full: tuple[int, int]) -> Floats:
    """A window of `small` enlarged to `full` (height and width), without enlarging all of it."""
    if small.shape[:2] == full:
        return small[rows, span]
    down, across = small.shape[0] / full[0], small.shape[1] / full[1]
    x = (np.arange(span.start, span.stop, dtype=np.float32) + 0.5) * np.float32(across) - 0.5
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * np.float32(down) - 0.5
    grid_x, grid_y = np.meshgrid(x, y)
    window = cv2.remap(
        small,
        grid_x.astype(np.float32),
        grid_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(window, dtype=np.float32)


def _open_boundary(region: Mask, guide: Floats) -> tuple[Floats, Floats]:
    """Where the region ends without an edge in the picture, as a sky does towards the horizon: how
    surely (0 to 1), and a wide soft mask to use there."""
    size = (region.shape[1], region.shape[0])
    lab = lab_of(to_bytes(np.asarray(_resized(guide, size, cv2.INTER_AREA), np.float32)))
    reach = max(3, round(max(size) * _OPEN_REACH_SHARE))
    side = (2 * reach + 1, 2 * reach + 1)
    inside = region.astype(np.float32)
    share = np.asarray(cv2.blur(inside, side), np.float32)
    mean_in = _mean_within(lab, inside, share, side)
    mean_out = _mean_within(lab, 1 - inside, 1 - share, side)
    step = np.linalg.norm(mean_in - mean_out, axis=-1)
    # In deep shade every step is small; there the region is taken at its word.
    at_boundary = (share > 0.08) & (share < 0.92) & (mean_in[..., 0] > 18)
    openness = np.where(at_boundary, np.clip((_EDGE - step) / (0.5 * _EDGE), 0, 1), 0)
    openness = cv2.GaussianBlur(openness.astype(np.float32), (0, 0), reach / 2)
    wide = cv2.GaussianBlur(inside, (0, 0), reach)
    return np.clip(np.asarray(openness) * 1.6, 0, 1).astype(np.float32), np.asarray(
        wide, np.float32
    )


def _mean_within(lab: Floats, where: Floats, share: Floats, side: tuple[int, int]) -> Floats:
    total = np.asarray(cv2.blur(lab * where[..., None], side), np.float32)
    return np.asarray(total / np.maximum(share, 1e-3)[..., None], dtype=np.float32)


def _resized(
    array: Bytes | Floats, size: tuple[int, int], how: int
) -> npt.NDArray[np.uint8 | np.float32]:
    if (array.shape[1], array.shape[0]) == size:
        return array
    return np.asarray(cv2.resize(array, size, interpolation=how), dtype=array.dtype)


def _coefficients(guide: Floats, mask: Floats, radius: int) -> tuple[Floats, Floats]:
    """The colour guided filter of He, Sun and Tang, its coefficients averaged over windows."""

    def mean(values: Floats) -> Floats:
        side = (2 * radius + 1, 2 * radius + 1)
        return np.asarray(
            cv2.blur(values, side, borderType=cv2.BORDER_REFLECT_101), dtype=np.float32
        )

    means, mean_mask = mean(guide), mean(mask)
    covariance = mean(guide * mask[..., None]) - means * mean_mask[..., None]
    sigma = np.empty((*mask.shape, 3, 3), dtype=np.float32)
    for i in range(3):
        for j in range(i, 3):
            value = mean(guide[..., i] * guide[..., j]) - means[..., i] * means[..., j]
            sigma[..., i, j] = value
            sigma[..., j, i] = value
        sigma[..., i, i] += _SMOOTHNESS
    slope = np.linalg.solve(sigma, covariance[..., None])[..., 0].astype(np.float32)
    offset = mean_mask - np.einsum("ijk,ijk->ij", slope, means, optimize=False)
    return mean(slope), mean(offset.astype(np.float32))
