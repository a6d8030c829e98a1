"""Oil and watercolour: shapes simplified along the picture's own edges, then the paint's surface.

Made from the picture's pixels alone: nothing is imagined, faces keep their features.
"""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, luma_of, to_bytes, to_float
from kontext_studio.engine.effects.paper import along_flow, at_most, edge_flow, paper_grain
from kontext_studio.engine.effects.scenery import drifting
from kontext_studio.engine.effects.tone import with_saturation
from kontext_studio.engine.operations import Detail
from kontext_studio.engine.variation import Variation

_CANVAS_SIDE_PX = 1600  # strokes are larger than the pixels of this
_SECTORS = 8


def in_oil(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """Brush strokes that follow the forms, with the relief of thick paint."""
    small = at_most(pixels, _CANVAS_SIDE_PX)
    unit = max(small.shape) / 1000
    thick = 1.5 if Detail.THICK in details else 1.0
    radius = max(2.0, 4.2 * unit * thick * variation.factor(0, 0.25))
    calm = _kuwahara(small, radius)
    flow = edge_flow(calm, 9 * unit + 2)
    bristles = variation.noise().random(small.shape[:2], dtype=np.float32)
    bristles = np.asarray(cv2.GaussianBlur(bristles, (0, 0), max(0.7, 0.9 * unit)))
    streaks = along_flow(bristles.astype(np.float32), flow, max(6, round(9 * unit * thick)))
    streaks = (streaks - streaks.mean()) / max(float(streaks.std()), 1e-6)
    painted = _drawn_along(calm, flow, round(3 * unit) + 2)
    deep = 1.0 if {Detail.STROKES, Detail.THICK} & details else 0.7
    height = 0.5 * streaks + 6 * luma_of(painted)
    relief = _lit_from_above(height.astype(np.float32), 0.055 * deep)
    rgb = with_saturation(to_float(painted), 0.2)
    rgb = rgb * (1 + 0.05 * deep * streaks[..., None]) + relief[..., None]
    return _back_to_size(to_bytes(rgb.astype(np.float32)), pixels)


def in_watercolour(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """Light washes with darker rims, pigment in the paper's tooth; paper around it if asked for."""
    small = at_most(pixels, _CANVAS_SIDE_PX)
    unit = max(small.shape) / 1000
    noise = variation.noise()
    height, width = small.shape[:2]
    soft = 1.5 if Detail.SOFT in details else 1.0
    wash = _kuwahara(small, 5.5 * unit * soft * variation.factor(0, 0.2))
    wash = _bled(wash, noise, 5 * unit * soft)
    for _ in range(2):
        wash = np.asarray(cv2.medianBlur(wash, max(3, round(4 * unit)) | 1), dtype=np.uint8)
    rgb = to_float(wash)
    rgb = with_saturation(rgb, 0.32)
    rgb = 1 - (1 - rgb) * 0.86  # transparent: the paper shines through
    rims = _wash_rims(wash, unit)
    pigment = drifting(height, width, noise, 7) - 0.5
    grain = paper_grain(height, width, noise, coarse=1.4 * max(0.6, unit))
    tooth = 0.02 if Detail.PAPER in details else 0.013
    density = 1 + 0.2 * pigment + tooth * 2 * grain + 0.5 * rims
    dry = np.clip(1 - rgb, 0, 1) * density[..., None]
    rgb = 1 - dry + (tooth * 0.5 * grain)[..., None]
    sheet = np.array([0.985, 0.98, 0.965], dtype=np.float32)
    rgb = rgb * sheet
    if Detail.BORDER in details:
        painted = _ragged_border(height, width, noise, unit)[..., None]
        rgb = sheet + (rgb - sheet) * painted
    return _back_to_size(to_bytes(rgb.astype(np.float32)), pixels)


# ---------------------------------------------------------------- forms
def _kuwahara(pixels: Bytes, radius: float) -> Bytes:
    """The generalised Kuwahara filter: each pixel takes the mean of its calmest neighbouring
    sectors, which smooths within forms and sharpens between them."""
    rgb = to_float(pixels)
    luma = luma_of(pixels)
    total = np.zeros_like(rgb)
    weights = np.zeros(luma.shape, dtype=np.float32)
    for sector in range(_SECTORS):
        kernel = _sector_kernel(radius, sector)
        mean = _filtered(rgb, kernel)
        mean_luma, mean_square = _filtered(luma, kernel), _filtered(luma * luma, kernel)
        spread = np.sqrt(np.maximum(mean_square - mean_luma**2, 0))
        weight = 1 / (0.004 + spread) ** 5
        weight /= np.float32(1e9)
        total += mean * weight[..., None]
        weights += weight
    mixed = total / np.maximum(weights, 1e-12)[..., None]
    return to_bytes(np.asarray(mixed, dtype=np.float32))


def _sector_kernel(radius: float, sector: int) -> Floats:
    size = max(5, round(2 * radius)) | 1
    middle = size // 2
    y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1].astype(np.float32)
    angle = np.arctan2(y, x)
    centre = sector * 2 * np.pi / _SECTORS
    apart = np.abs((angle - centre + np.pi) % (2 * np.pi) - np.pi)
    within = np.clip(1 - apart / (2 * np.pi / _SECTORS), 0, 1)
    away = np.sqrt(x * x + y * y)
    within[middle, middle] = 1
    kernel = within * np.exp(-np.square(away / max(1.0, 0.6 * radius)) / 2) * (away <= middle + 0.5)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _filtered(values: Floats, kernel: Floats) -> Floats:
    return np.asarray(
        cv2.filter2D(values, -1, kernel, borderType=cv2.BORDER_REFLECT), dtype=np.float32
    )


def _drawn_along(pixels: Bytes, flow: tuple[Floats, Floats], steps: int) -> Bytes:
    channels = [along_flow(to_float(pixels[..., c]), flow, steps) for c in range(3)]
    return to_bytes(np.stack(channels, axis=-1))


def _lit_from_above(height: Floats, strength: float) -> Floats:
    """Relief: slopes towards the upper left catch light."""
    dx = np.asarray(cv2.Sobel(height, cv2.CV_32F, 1, 0), dtype=np.float32)
    dy = np.asarray(cv2.Sobel(height, cv2.CV_32F, 0, 1), dtype=np.float32)
    slope = -(dx + dy) / 8
    return np.clip(slope * np.float32(strength), -0.14, 0.14)


# ---------------------------------------------------------------- water
def _bled(pixels: Bytes, noise: np.random.Generator, reach_px: float) -> Bytes:
    """Edges wander as they do on wet paper."""
    height, width = pixels.shape[:2]
    grid_y, grid_x = np.mgrid[0:height, 0:width].astype(np.float32)
    for cells, share in ((14, 0.55), (48, 0.45)):
        grid_x += (drifting(height, width, noise, cells) - 0.5) * np.float32(2 * reach_px * share)
        grid_y += (drifting(height, width, noise, cells) - 0.5) * np.float32(2 * reach_px * share)
    moved = cv2.remap(pixels, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, dtype=np.uint8)


def _wash_rims(wash: Bytes, unit: float) -> Floats:
    """Pigment gathers where a wash ends: dark inside the darker side of each step."""
    luma = luma_of(wash)
    around = np.asarray(cv2.GaussianBlur(luma, (0, 0), 2.6 * unit + 0.6), dtype=np.float32)
    return np.asarray(np.clip((around - luma - 0.012) / 0.07, 0, 1), dtype=np.float32)


def _ragged_border(height: int, width: int, noise: np.random.Generator, unit: float) -> Floats:
    """1 on the painting, 0 on the paper around it, with an uneven edge between."""
    y = np.minimum(np.arange(height), np.arange(height)[::-1]).astype(np.float32)[:, None]
    x = np.minimum(np.arange(width), np.arange(width)[::-1]).astype(np.float32)[None, :]
    away = np.minimum(x, y) / np.float32(min(height, width))
    uneven = drifting(height, width, noise, 9) * 0.026 + drifting(height, width, noise, 40) * 0.012
    return np.clip((away - uneven + 0.004) / (0.006 + 0.004 * unit), 0, 1)


def _back_to_size(painted: Bytes, like: Bytes) -> Bytes:
    if painted.shape == like.shape:
        return painted
    size = (like.shape[1], like.shape[0])
    return np.asarray(cv2.resize(painted, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
