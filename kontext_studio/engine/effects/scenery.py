"""What effects of light and weather need to know of a scene: what covers a sky, where lamps are.

Guesses from position, smoothness and brightness; each comes with how sure it is, and an unsure
guess weakens the effect instead of misplacing it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, luma_of

_SIDE_PX = 384


def small_copy(pixels: Bytes, side_px: int = _SIDE_PX) -> Bytes:
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def to_size(mask: Floats, like: Bytes) -> Floats:
    """A soft map in the size of a picture."""
    size = (like.shape[1], like.shape[0])
    if (mask.shape[1], mask.shape[0]) == size:
        return mask
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class SkyCover:
    """Where a sky may be painted over: a wide mask, and the sky's colour around each pixel.

    The mask is too wide on purpose; each pixel's own colour tells where roofs and branches begin.
    """

    mask: Floats
    now: Floats

    def share(self, rgb: Floats, rows: slice) -> Floats:
        away = np.abs(rgb - self.now[rows]).max(axis=-1, keepdims=True)
        share: Floats = self.mask[rows][..., None] * np.clip(1.35 - away / 0.16, 0, 1)
        return share


def sky_cover(pixels: Bytes, small: Bytes, sky: Floats) -> SkyCover | None:
    """The cover for a sky found in the small copy, or None where there is next to none."""
    if float(sky.mean()) < 0.03:
        return None
    reach = max(3, max(sky.shape) // 15) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    dilated = cv2.dilate((sky > 0.5).astype(np.float32), kernel)
    wide = np.asarray(cv2.GaussianBlur(dilated, (0, 0), 1.5), dtype=np.float32)
    return SkyCover(to_size(wide, pixels), to_size(_mean_where(small, sky), pixels))


def _mean_where(small: Bytes, mask: Floats) -> Floats:
    """The mean colour of the masked pixels around each place."""
    side = (max(3, max(small.shape[:2]) // 16),) * 2
    weights = mask * (mask > 0.6) + np.float32(1e-4)
    total = np.asarray(cv2.blur(small.astype(np.float32) / 255 * weights[..., None], side))
    return np.asarray(total / np.asarray(cv2.blur(weights, side))[..., None], dtype=np.float32)


def lamps_of(small: Bytes) -> Floats:
    """Soft mask of small, very bright spots: lamps, windows, mirrored lights."""
    luma = luma_of(small)
    around = np.asarray(cv2.GaussianBlur(luma, (0, 0), max(small.shape) / 24), dtype=np.float32)
    bright = np.clip((luma - 0.82) / 0.12, 0, 1) * np.clip((luma - around - 0.18) / 0.2, 0, 1)
    return np.asarray(cv2.GaussianBlur(bright.astype(np.float32), (0, 0), 0.8), dtype=np.float32)


def downwards(height: int, width: int) -> Floats:
    """0 at the top edge, 1 at the bottom edge."""
    return np.broadcast_to(np.linspace(0, 1, height, dtype=np.float32)[:, None], (height, width))


def towards(height: int, width: int, across: float, down: float) -> Floats:
    """1 at a point (in shares of the frame), falling to 0 at the farthest corner."""
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None] - np.float32(down)
    x = (np.linspace(0, 1, width, dtype=np.float32)[None, :] - np.float32(across)) * np.float32(
        width / max(1, height)
    )
    away = np.sqrt(x * x + y * y)
    return np.asarray(1 - away / away.max(), dtype=np.float32)


def drifting(height: int, width: int, noise: np.random.Generator, cells: int) -> Floats:
    """Soft clouds from 0 to 1: random values on a coarse grid, in three octaves."""
    total = np.zeros((height, width), dtype=np.float32)
    weight = 0.0
    for octave in range(3):
        across = max(2, cells * 2**octave)
        down = max(2, round(across * height / max(1, width)))
        grid = noise.random((down + 3, across + 3), dtype=np.float32)
        layer = cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        total += np.asarray(layer, dtype=np.float32) * np.float32(0.5**octave)
        weight += 0.5**octave
    total /= np.float32(weight)
    low, high = float(total.min()), float(total.max())
    return (total - low) / np.float32(max(high - low, 1e-6))
