"""Black and white, film noir, sepia, faded prints, negatives, posters, vignettes and grain."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, chroma_of, lab_of, pixels_of_lab
from kontext_studio.engine.effects import curves
from kontext_studio.engine.effects.paper import at_most
from kontext_studio.engine.effects.scenery import small_copy, to_size, towards
from kontext_studio.engine.effects.tone import saturated
from kontext_studio.engine.operations import Detail
from kontext_studio.engine.strips import by_strips
from kontext_studio.engine.variation import Variation

_POSTER_COLOURS = 9
_FIXED_SEED = 20_26


def monochrome(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """Black and white as through a coloured filter, which is what variants differ in."""
    lean = variation.spread(0)
    red = 0.3 + 0.22 * lean
    blue = 0.12 - 0.08 * lean
    weights = np.array([red, 1 - red - blue, blue], dtype=np.float32)
    steeper = 0.45 if Detail.CONTRAST in details else 0.1 + 0.06 * variation.spread(1)
    tone = curves.contrast(steeper, 0.5)

    def change(rgb: Floats, _rows: slice) -> Floats:
        grey = curves.looked_up(np.clip(rgb @ weights, 0, 1), tone)
        return np.asarray(np.repeat(grey[..., None], 3, axis=-1), dtype=np.float32)

    return by_strips(pixels, change)


def noir(pixels: Bytes, variation: Variation) -> Bytes:
    """Hard light, deep blacks, grain and dark corners."""
    grey = monochrome(pixels, frozenset({Detail.CONTRAST}), variation)
    tone = curves.chained(curves.brightness(-0.16), curves.contrast(0.4, 0.42))
    dark = curves.applied(grey, tone)
    return grained(vignetted(dark, 1.5, variation), 0.7, variation)


def sepia(pixels: Bytes, variation: Variation) -> Bytes:
    """The brown tone of an old print."""
    lean = variation.spread(0)
    warm = np.array([1.07 + 0.02 * lean, 0.89, 0.7 - 0.05 * lean], dtype=np.float32)
    luma = np.array([0.3, 0.59, 0.11], dtype=np.float32)
    tone = curves.contrast(0.08, 0.5)

    def change(rgb: Floats, _rows: slice) -> Floats:
        grey = curves.looked_up(rgb @ luma, tone)[..., None]
        # White stays the paper's white, a little yellowed.
        paper = np.clip(grey - 0.75, 0, 1) * 0.5 * (1 - warm)
        return np.asarray(grey * warm + paper, dtype=np.float32)

    return by_strips(pixels, change)


def vintage(pixels: Bytes, variation: Variation) -> Bytes:
    """A faded colour print: lifted blacks, yellowed whites, soft colours, some grain."""
    out = saturated(pixels, -0.34 + 0.06 * variation.spread(0))
    v = curves.ramp()
    faded = 0.07 + 0.86 * v
    red = np.clip(faded * 1.02 + 0.025 * (1 - v), 0, 1)
    green = np.clip(faded * 0.985 + 0.012, 0, 1)
    blue = np.clip(faded * 0.84 + 0.055, 0, 1)
    out = curves.applied(out, red, green, blue)
    return grained(vignetted(out, 0.8, variation), 0.4, variation)


def negative(pixels: Bytes) -> Bytes:
    """Every value turned over: exact, and its own inverse."""
    return np.asarray(255 - pixels, dtype=np.uint8)


def vignetted(pixels: Bytes, amount: float, variation: Variation) -> Bytes:
    """Corners falling dark."""
    small = small_copy(pixels)
    middle = (0.5 + 0.04 * variation.spread(2), 0.5 + 0.04 * variation.spread(3))
    away = 1 - towards(small.shape[0], small.shape[1], *middle)
    shade = 1 - min(0.9, 0.55 * amount) * np.clip((away - 0.25) / 0.75, 0, 1) ** 1.8
    full = to_size(shade.astype(np.float32), pixels)

    def change(rgb: Floats, rows: slice) -> Floats:
        return rgb * full[rows][..., None]

    return by_strips(pixels, change)


def grained(pixels: Bytes, amount: float, variation: Variation) -> Bytes:
    """Film grain: strongest in the middle tones, of a size that suits the picture's."""
    noise = variation.noise()
    coarse = max(1.0, max(pixels.shape[:2]) / 1800)
    height = max(1, round(pixels.shape[0] / coarse))
    width = max(1, round(pixels.shape[1] / coarse))
    raw = noise.standard_normal((height, width), dtype=np.float32)
    raw = np.asarray(cv2.GaussianBlur(raw, (0, 0), 0.6), dtype=np.float32)
    full = to_size(raw / np.float32(max(float(raw.std()), 1e-6)), pixels)

    def change(rgb: Floats, rows: slice) -> Floats:
        grey = rgb.mean(axis=-1, keepdims=True)
        weight = 0.03 * amount * (0.35 + 2.6 * grey * (1 - grey))
        return np.asarray(rgb + full[rows][..., None] * weight, dtype=np.float32)

    return by_strips(pixels, change)


def postered(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """A screen print in a few flat colours taken from the picture, with clean outlines."""
    small = at_most(pixels, 1400)
    unit = max(small.shape) / 1000
    flat = small
    for _ in range(4):
        flat = np.asarray(cv2.bilateralFilter(flat, 9, 34, 7), dtype=np.uint8)
    flat = np.asarray(cv2.medianBlur(flat, max(3, round(5 * unit)) | 1), dtype=np.uint8)
    colours = _POSTER_COLOURS - (2 if Detail.BOLD in details else 0) + round(variation.spread(0))
    printed = _in_palette(flat, max(4, colours), variation)
    size = (pixels.shape[1], pixels.shape[0])
    if printed.shape != pixels.shape:
        printed = np.asarray(cv2.resize(printed, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return printed


def _clustered(sample: Floats, count: int) -> Floats:
    cv2.setRNGSeed(_FIXED_SEED)  # k-means starts from random numbers of this thread
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.5)
    no_labels = np.empty((0,), dtype=np.int32)
    found = cv2.kmeans(sample, count, no_labels, criteria, 2, cv2.KMEANS_PP_CENTERS)
    return np.asarray(found[2], dtype=np.float32)


def _colourful_sample(lab: Floats) -> Floats:
    """Every fourth pixel, and small colourful things more often than large pale ones."""
    plain = lab[::4, ::4].reshape(-1, 3)
    vivid = lab[1::3, 1::3].reshape(-1, 3)
    return np.ascontiguousarray(np.concatenate([plain, vivid[chroma_of(vivid) > 32]]))


def _in_palette(flat: Bytes, count: int, variation: Variation) -> Bytes:
    """Each pixel in the nearest of `count` inks; edges between two inks antialiased."""
    lab = lab_of(flat)
    sample = _colourful_sample(lab)
    inks = sample if len(sample) <= count else _clustered(sample, count)
    nearest = np.full(lab.shape[:2], np.inf, dtype=np.float32)
    chosen = np.zeros(lab.shape[:2], dtype=np.intp)
    for index, ink in enumerate(inks):
        away = np.sum(np.square(lab - ink), axis=-1)
        closer = away < nearest
        nearest[closer] = away[closer]
        chosen[closer] = index
    # Inks are stronger than photographs: more chroma, a wider range of lightness.
    vivid = inks.copy()
    vivid[:, 1:] *= np.float32(1.4 + 0.15 * variation.spread(1))
    middle = float(np.median(inks[:, 0]))
    vivid[:, 0] = np.clip(middle + (inks[:, 0] - middle) * 1.2, 3, 97)
    printed = pixels_of_lab(vivid[chosen])
    return np.asarray(cv2.GaussianBlur(printed, (0, 0), 0.6), dtype=np.uint8)
