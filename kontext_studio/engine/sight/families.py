"""Which everyday colour each pixel has, by the nearest named colour; what a picture has of each.

Knows colours only: not what is coloured so.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from kontext_studio.engine.colour_names import ACHROMATIC, NamedColour, colour_table
from kontext_studio.engine.colour_space import Bytes, Floats, chroma_of, lab_of
from kontext_studio.engine.colour_table import FAMILIES

_STEPS = 32  # of the lookup table, per channel
_LIGHTNESS_WEIGHT = 0.6  # a thing's lightness changes with the light on it, its hue does not
_WOULD_BE_CALLED = 0.4  # fits a family's word this well or better
_SOFTNESS = 9.0  # how far beyond the nearest family another one still counts, in Lab units
FAMILY_NAMES = tuple(FAMILIES)


@cache
def _membership_table() -> Floats:
    """Steps³ x families: 1 for the nearest family of a colour, falling off for the others."""
    axis = (np.arange(_STEPS, dtype=np.float32) + 0.5) * (255 / _STEPS)
    cube = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    lab = lab_of(np.rint(cube).astype(np.uint8)).reshape(-1, 3)
    weights = np.array([_LIGHTNESS_WEIGHT, 1, 1], dtype=np.float32)
    distances = np.empty((len(lab), len(FAMILY_NAMES)), dtype=np.float32)
    for index, family in enumerate(FAMILY_NAMES):
        named = [c.lab for c in colour_table().values() if c.family == family]
        centres = np.asarray(named, dtype=np.float32) * weights
        away = np.full(len(lab), np.inf, dtype=np.float32)
        for centre in centres:
            np.minimum(away, np.linalg.norm(lab * weights - centre, axis=1), out=away)
        distances[:, index] = away
    excess = distances - distances.min(axis=1, keepdims=True)
    table: Floats = np.exp(-excess / np.float32(_SOFTNESS))
    return table


def _bins(pixels: Bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    steps = pixels.astype(np.int64) * _STEPS // 256
    index: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = (
        steps[..., 0] * _STEPS + steps[..., 1]
    ) * _STEPS + steps[..., 2]
    return index


def memberships(pixels: Bytes, family: str) -> Floats:
    """From 0 to 1: how well each pixel would be called by the family's word."""
    fits: Floats = _membership_table()[_bins(pixels), FAMILY_NAMES.index(family)]
    return fits


def closeness(lab: Floats, colour: NamedColour) -> Floats:
    """From 0 to 1: how near each pixel is to one particular shade."""
    weights = np.array([_LIGHTNESS_WEIGHT, 1, 1], dtype=np.float32)
    away = np.linalg.norm((lab - np.asarray(colour.lab, dtype=np.float32)) * weights, axis=-1)
    near: Floats = np.exp(-np.square(away / np.float32(28)))
    return near


def family_shares(pixels: Bytes) -> dict[str, tuple[float, float]]:
    """For each family in the picture its share, and its weight to the eye: share by chroma."""
    small = _small(pixels)
    best = _membership_table()[_bins(small)].argmax(axis=-1).ravel()
    counts = np.bincount(best, minlength=len(FAMILY_NAMES))
    chroma = np.bincount(best, chroma_of(lab_of(small)).ravel(), minlength=len(FAMILY_NAMES))
    return {
        family: (float(counts[i] / best.size), float(chroma[i] ** 2 / counts[i] / best.size))
        for i, family in enumerate(FAMILY_NAMES)
        if counts[i]
    }


def share_once_of(before: Bytes, after: Bytes, families: tuple[str, ...]) -> float:
    """Of the pixels that differ clearly, the share that one of the families named before."""
    step = max(1, max(before.shape[:2]) // 1024)
    old, new = before[::step, ::step], after[::step, ::step]
    touched = cv2.absdiff(np.ascontiguousarray(old), np.ascontiguousarray(new)).max(axis=-1) >= 12
    if not touched.any():
        return 1.0
    pixels = np.ascontiguousarray(old)[touched][None]
    fits = np.max([memberships(pixels, family) for family in families], axis=0)
    return float((fits > _WOULD_BE_CALLED).mean())


def colours_to_name(pixels: Bytes, least_share: float = 0.01, most: int = 4) -> list[str]:
    """The colours a person could point with: those that catch the eye first, then neutral ones."""
    shares = family_shares(pixels)
    large = [family for family, (share, _) in shares.items() if share >= least_share]
    chromatic = [family for family in large if family not in ACHROMATIC]
    neutral = [family for family in large if family in ACHROMATIC]
    chromatic.sort(key=lambda family: -shares[family][1])
    neutral.sort(key=lambda family: -shares[family][0])
    return [*chromatic, *neutral][:most]


def _small(pixels: Bytes, long_side: int = 256) -> Bytes:
    scale = long_side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
