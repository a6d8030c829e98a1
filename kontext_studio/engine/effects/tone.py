"""Brightness, contrast, warmth, colour, sharpness: the tone of the whole picture or of an area."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_names import NamedColour
from kontext_studio.engine.colour_space import Bytes, Floats, luma_of
from kontext_studio.engine.effects import curves
from kontext_studio.engine.operations import Adjust, Quality, Tint
from kontext_studio.engine.strips import by_strips
from kontext_studio.engine.variation import Variation

_BLUR_SHARE = 0.005  # of the long side: the standard deviation of an ordinary blur
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def adjusted(
    pixels: Bytes, wish: Adjust, variation: Variation, within: Floats | None = None
) -> Bytes:
    """`pixels` with one quality turned up or down; `within` weighs the pixels that it is for."""
    amount = wish.amount if wish.exact else wish.amount * variation.factor(0, 0.25)
    match wish.quality:
        case Quality.BRIGHTNESS:
            return curves.applied(pixels, curves.brightness(amount))
        case Quality.CONTRAST:
            pivot = _mean_light(pixels, within)
            return curves.applied(pixels, curves.contrast(amount, pivot))
        case Quality.WARMTH:
            return curves.applied(pixels, *curves.warmth_gains(amount))
        case Quality.SHADOWS:
            return curves.applied(pixels, curves.shadows(amount))
        case Quality.HIGHLIGHTS:
            return curves.applied(pixels, curves.highlights(amount))
        case Quality.SATURATION:
            return saturated(pixels, amount)
        case Quality.VIBRANCE:
            return saturated(pixels, amount, spare_the_vivid=True)
        case Quality.SHARPNESS:
            return sharpened(pixels, amount)
        case Quality.BLUR:
            usual = abs(amount) * _BLUR_SHARE * max(pixels.shape[:2])
            radius = usual if wish.radius_px is None else wish.radius_px
            return blurred(pixels, radius)


def _mean_light(pixels: Bytes, within: Floats | None) -> float:
    """Around which contrast turns: in a bright sky it would else only brighten."""
    step = max(1, max(pixels.shape[:2]) // 512)
    luma = luma_of(np.ascontiguousarray(pixels[::step, ::step]))
    if within is None:
        return float(luma.mean())
    weights = within[::step, ::step]
    return float((luma * weights).sum() / max(float(weights.sum()), 1e-6))


def saturated(pixels: Bytes, share: float, spare_the_vivid: bool = False) -> Bytes:
    """More or less colour around each pixel's own grey; -1 leaves none."""

    def change(rgb: Floats, _rows: slice) -> Floats:
        return with_saturation(rgb, share, spare_the_vivid)

    return by_strips(pixels, change)


def with_saturation(rgb: Floats, share: float, spare_the_vivid: bool = False) -> Floats:
    grey = (rgb @ _LUMA)[..., None]
    away = rgb - grey
    factor: float | Floats = max(0.0, 1 + share)
    if spare_the_vivid:
        vivid = (rgb.max(axis=-1) - rgb.min(axis=-1))[..., None]
        factor = 1 + np.float32(1.4 * share) * (1 - vivid)
    out = grey + away * factor
    if share > 0:
        # Where a channel would clip, take less, so that hues stay and detail is not lost.
        room_up = (1 - grey) / np.maximum(out.max(axis=-1, keepdims=True) - grey, 1e-6)
        room_down = grey / np.maximum(grey - out.min(axis=-1, keepdims=True), 1e-6)
        out = grey + (out - grey) * np.minimum(1, np.minimum(room_up, room_down))
    return np.asarray(out, dtype=np.float32)


def sharpened(pixels: Bytes, amount: float) -> Bytes:
    """Unsharp masking on lightness alone, flat areas left as they are."""
    sigma = max(0.8, max(pixels.shape[:2]) / 1400)
    luma = luma_of(pixels)
    soft = np.asarray(cv2.GaussianBlur(luma, (0, 0), sigma), dtype=np.float32)
    detail = luma - soft
    strength = np.clip(np.abs(detail) / 0.012, 0, 1)
    gain = detail * strength * np.float32(1.15 * amount)
    gain = np.clip(gain, -0.12, 0.12)

    def change(rgb: Floats, rows: slice) -> Floats:
        return np.asarray(rgb + gain[rows][..., None], dtype=np.float32)

    return by_strips(pixels, change)


def blurred(pixels: Bytes, sigma_px: float) -> Bytes:
    """Gaussian blur; wide ones are made on a smaller copy, which looks the same."""
    if sigma_px <= 0:
        return pixels
    sigma = max(0.35, sigma_px)
    shrink = max(1, int(sigma // 6))
    if shrink == 1:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), dtype=np.uint8)
    height, width = pixels.shape[:2]
    size = (max(1, width // shrink), max(1, height // shrink))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    back = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(back, dtype=np.uint8)


def tinted(pixels: Bytes, wish: Tint, variation: Variation) -> Bytes:
    """A veil of one colour over everything, lightness kept."""
    strength = min(0.85, 0.32 * wish.amount * variation.factor(0, 0.2))
    return toned(pixels, wish.colour, strength)


def toned(pixels: Bytes, colour: NamedColour, strength: float) -> Bytes:
    """Mixes each pixel with `colour` at the pixel's own lightness."""
    base = np.asarray(colour.rgb, dtype=np.float32) / 255
    own = max(0.08, float(base @ _LUMA))

    def change(rgb: Floats, _rows: slice) -> Floats:
        grey = (rgb @ _LUMA)[..., None]
        below = base * (grey / own)
        above = 1 - (1 - base) * ((1 - grey) / (1 - own))
        veil = np.where(grey < own, below, above)
        return np.asarray(rgb + np.float32(strength) * (veil - rgb), dtype=np.float32)

    return by_strips(pixels, change)
