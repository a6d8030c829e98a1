"""Pencil and charcoal: contours, shading by strokes, paper. Everything is drawn from lightness."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, lab_of, luma_of, pixels_of_lab
from kontext_studio.engine.effects.paper import along_flow, at_most, edge_flow, paper_grain, strokes
from kontext_studio.engine.effects.scenery import to_size
from kontext_studio.engine.operations import Detail
from kontext_studio.engine.variation import Variation

_DRAWING_SIDE_PX = 2048  # a drawing needs no finer marks


def pencilled(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """A pencil sketch, in graphite unless colour is asked for."""
    small = at_most(pixels, _DRAWING_SIDE_PX)
    tone = _calm_tone(small)
    unit = max(tone.shape) / 1000
    noise = variation.noise()
    play = variation.factor(0, 0.2)
    lines = _contours(tone, 1.0 * unit, 0.62 * play)
    dodge = _dodged(tone, 7 * unit)
    lean = 42 + 14 * variation.spread(1)
    shade = _shaded(tone, dodge, noise, unit, lean, hatching=Detail.HATCHING in details)
    height, width = tone.shape[0], tone.shape[1]
    grain = paper_grain(height, width, noise, coarse=max(0.6, unit))
    paper = 0.022 if Detail.PAPER in details else 0.01
    drawing = shade * lines
    graphite = np.clip(1 - drawing, 0, 1)
    drawing = 1 - graphite * (0.9 + 0.12 * grain * (0.4 + graphite))
    drawing = np.clip(drawing * 0.975 + paper * grain, 0.06, 1)
    if Detail.COLOUR in details:
        return _coloured(pixels, small, drawing)
    sheet = np.array([1.0, 0.995, 0.982], dtype=np.float32)
    return _on_sheet(drawing, sheet, pixels)


def in_charcoal(pixels: Bytes, details: frozenset[Detail], variation: Variation) -> Bytes:
    """A charcoal drawing: broad soft darks, rubbed tones, rough paper."""
    small = at_most(pixels, _DRAWING_SIDE_PX)
    tone = _calm_tone(small)
    unit = max(tone.shape) / 1000
    noise = variation.noise()
    soft = np.asarray(cv2.GaussianBlur(tone, (0, 0), 1.6 * unit), dtype=np.float32)
    dark = np.clip((0.9 - soft) / 0.88, 0, 1) ** (1.35 * variation.factor(0, 0.12))
    height, width = tone.shape[0], tone.shape[1]
    grain = paper_grain(height, width, noise, coarse=1.5 * max(0.6, unit))
    rubbed = along_flow(noise.random(tone.shape, dtype=np.float32), edge_flow(small, 4 * unit), 9)
    rubbed = (rubbed - rubbed.mean()) / max(float(rubbed.std()), 1e-6)
    tooth = np.clip(0.5 + 0.28 * grain + 0.3 * rubbed, 0, 1)
    laid = np.clip(dark * 1.3 - 0.42 * (1 - dark) * tooth - 0.1 * tooth, 0, 1)
    lines = 1 - _contours(soft, 1.7 * unit, 0.75)
    drawing = 1 - np.clip(np.maximum(laid, lines * (0.7 + 0.3 * tooth)), 0, 0.95)
    drawing = np.clip(drawing + 0.014 * grain, 0.03, 1)
    return _on_sheet(drawing, np.array([0.975, 0.965, 0.945], dtype=np.float32), pixels)


def _calm_tone(small: Bytes) -> Floats:
    """Luma with fine texture smoothed and the range spread over the sheet."""
    calm = small
    for _ in range(2):
        calm = np.asarray(cv2.bilateralFilter(calm, 7, 28, 5), dtype=np.uint8)
    tone = luma_of(calm)
    low, high = np.percentile(tone, [1, 99])
    spread = np.clip((tone - low) / max(float(high - low), 0.1), 0, 1)
    return np.asarray(spread, dtype=np.float32)


def _contours(tone: Floats, sigma: float, strength: float) -> Floats:
    """Dark where lightness steps: a soft difference of Gaussians, 1 on empty paper."""
    sigma = max(0.7, sigma)
    narrow = np.asarray(cv2.GaussianBlur(tone, (0, 0), sigma), dtype=np.float32)
    wide = np.asarray(cv2.GaussianBlur(tone, (0, 0), 1.7 * sigma), dtype=np.float32)
    step = narrow - 0.985 * wide
    ink = np.clip((0.006 - step) / 0.028, 0, 1)
    quiet = np.clip(np.abs(narrow - wide) / 0.004, 0, 1)  # flat areas carry no lines
    return np.asarray(1 - strength * ink * quiet, dtype=np.float32)


def _dodged(tone: Floats, sigma: float) -> Floats:
    """Each tone over its surroundings: shading near edges, white paper in flat areas."""
    around = np.asarray(cv2.GaussianBlur(tone, (0, 0), max(1.0, sigma)), dtype=np.float32)
    dodged: Floats = np.clip((tone + np.float32(0.04)) / (around + np.float32(0.04)), 0, 1)
    return dodged


def _shaded(
    tone: Floats,
    dodge: Floats,
    noise: np.random.Generator,
    unit: float,
    lean_deg: float,
    hatching: bool,
) -> Floats:
    """Tone as strokes: one layer of shading, and with hatching further layers across it."""
    height, width = tone.shape
    depth = 1 - tone**0.75
    first = strokes(height, width, noise, lean_deg, 26 * unit, unit)
    paper = 1 - depth * (0.22 + 0.46 * first)
    if hatching:
        for angle, start, weight in ((lean_deg - 86, 0.34, 0.5), (lean_deg - 42, 0.6, 0.55)):
            layer = strokes(height, width, noise, angle, 34 * unit, 1.3 * unit)
            inked = np.clip((layer - 0.45) / 0.25, 0, 1)
            paper = paper * (1 - weight * inked * np.clip((depth - start) / 0.3, 0, 1))
    return np.asarray(paper * (0.3 + 0.7 * dodge**1.6), dtype=np.float32)


def _on_sheet(drawing: Floats, sheet: Floats, like: Bytes) -> Bytes:
    full = to_size(drawing.astype(np.float32), like)
    out = np.empty_like(like)
    for channel in range(3):
        out[..., channel] = np.clip(full * (255 * sheet[channel]) + 0.5, 0, 255).astype(np.uint8)
    return out


def _coloured(pixels: Bytes, small: Bytes, drawing: Floats) -> Bytes:
    """Coloured pencil: the drawing's lightness with a thin layer of the picture's colours."""
    lab = lab_of(small)
    lab[..., 1:] = np.asarray(cv2.GaussianBlur(lab[..., 1:], (0, 0), 1.5)) * 0.75
    lab[..., 0] = 100 * (0.35 * lab[..., 0] / 100 + 0.65 * drawing)
    coloured = pixels_of_lab(lab)
    if coloured.shape == pixels.shape:
        return coloured
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(cv2.resize(coloured, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
