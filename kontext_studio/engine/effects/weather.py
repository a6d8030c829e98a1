"""Weather: snow, rain, storm, fog, sunshine and an overcast sky, drawn over a fitting grade."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, to_bytes, to_float
from kontext_studio.engine.effects import curves
from kontext_studio.engine.effects.scenery import (
    downwards,
    drifting,
    sky_cover,
    small_copy,
    to_size,
    towards,
)
from kontext_studio.engine.effects.tone import saturated
from kontext_studio.engine.operations import Weather
from kontext_studio.engine.sight.sky import sky_of
from kontext_studio.engine.strips import by_strips, strips_of
from kontext_studio.engine.variation import Variation

_LAYER_SIDE_PX = 1600  # drops and flakes are drawn on a layer of at most this size


def with_weather(pixels: Bytes, weather: Weather, amount: float, variation: Variation) -> Bytes:
    """`pixels` under another weather."""
    strength = min(2.0, amount)
    match weather:
        case Weather.SNOW:
            graded = _graded(pixels, colour=-0.3, warmth=-0.2, light=0.06, contrast=-0.1)
            veiled = _veiled(graded, (0.86, 0.89, 0.93), 0.16 * strength, variation, cells=3)
            return snowfall(veiled, strength, variation)
        case Weather.RAIN:
            graded = _graded(pixels, colour=-0.32, warmth=-0.22, light=-0.14, contrast=-0.06)
            veiled = _veiled(graded, (0.6, 0.65, 0.7), 0.16 * strength, variation, cells=3)
            return _rainfall(veiled, strength, variation)
        case Weather.STORM:
            dark = _graded(pixels, colour=-0.42, warmth=-0.26, light=-0.36, contrast=0.12)
            clouded = _clouded(dark, (0.2, 0.23, 0.27), (0.44, 0.47, 0.5), strength, variation)
            return _rainfall(clouded, 1.35 * strength, variation)
        case Weather.FOG:
            graded = _graded(pixels, colour=-0.35, warmth=-0.05, light=0.04, contrast=-0.12)
            return _veiled(graded, (0.83, 0.85, 0.87), 0.72 * strength, variation, cells=4)
        case Weather.SUN:
            return _sunny(pixels, strength, variation)
        case Weather.OVERCAST:
            flat = _graded(pixels, colour=-0.28, warmth=-0.16, light=-0.08, contrast=-0.16)
            return _clouded(flat, (0.56, 0.59, 0.62), (0.78, 0.79, 0.8), strength, variation)


def _graded(pixels: Bytes, colour: float, warmth: float, light: float, contrast: float) -> Bytes:
    out = saturated(pixels, colour)
    out = curves.applied(out, *curves.warmth_gains(warmth))
    tone = curves.chained(curves.brightness(light), curves.contrast(contrast, 0.45))
    return curves.applied(out, tone)


# ---------------------------------------------------------------- air
def _veiled(
    pixels: Bytes,
    colour: tuple[float, float, float],
    density: float,
    variation: Variation,
    cells: int,
) -> Bytes:
    """Mist that thickens with distance, which in most pictures grows upwards from the bottom."""
    small = small_copy(pixels)
    height, width = small.shape[:2]
    up = 1 - downwards(height, width)
    distance = 0.3 + 0.7 * np.clip(up * 1.35 - 0.1, 0, 1)
    clouds = drifting(height, width, variation.noise(), cells)
    veil = density * variation.factor(0, 0.15) * distance * (0.62 + 0.6 * clouds)
    veil = to_size(np.clip(veil, 0, 0.93).astype(np.float32), pixels)
    tint = np.asarray(colour, dtype=np.float32)

    def change(rgb: Floats, rows: slice) -> Floats:
        share = veil[rows][..., None]
        return rgb + share * (tint - rgb)

    return by_strips(pixels, change)


def _clouded(
    pixels: Bytes,
    dark: tuple[float, float, float],
    light: tuple[float, float, float],
    strength: float,
    variation: Variation,
) -> Bytes:
    """A cover of clouds where there surely is sky."""
    small = small_copy(pixels)
    sky = sky_cover(pixels, small, sky_of(small))
    if sky is None:
        return pixels
    height, width = small.shape[:2]
    clouds = drifting(height, width, variation.noise(), 3)[..., None]
    low, high = np.asarray(dark, dtype=np.float32), np.asarray(light, dtype=np.float32)
    # Clouds are wide and flat: pull them out sideways towards the horizon.
    cover = low + (high - low) * np.clip(clouds * 1.3 - 0.15, 0, 1)
    cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), sigmaX=width / 40, sigmaY=height / 90))
    cover = to_size(cover.astype(np.float32), pixels)
    opacity = np.float32(min(0.94, 0.85 * strength))

    def change(rgb: Floats, rows: slice) -> Floats:
        share = sky.share(rgb, rows) * opacity
        return rgb + share * (cover[rows] - rgb)

    return by_strips(pixels, change)


def _sunny(pixels: Bytes, strength: float, variation: Variation) -> Bytes:
    play = variation.factor(0, 0.15)
    out = curves.applied(pixels, *curves.warmth_gains(0.24 * strength * play))
    tone = curves.chained(
        curves.brightness(0.14 * strength * play), curves.contrast(0.16 * strength, 0.5)
    )
    out = saturated(curves.applied(out, tone), 0.14 * strength, spare_the_vivid=True)
    side = 0.05 if variation.spread(1) < 0 else 0.95
    small = small_copy(out)
    sun = np.clip(towards(small.shape[0], small.shape[1], side, 0.0), 0, 1) ** 2.4
    haze = to_size((0.3 * strength * sun).astype(np.float32), out)
    light = np.array([1.0, 0.9, 0.66], dtype=np.float32)

    def change(rgb: Floats, rows: slice) -> Floats:
        return 1 - (1 - rgb) * (1 - haze[rows][..., None] * light)

    return by_strips(out, change)


# ---------------------------------------------------------------- flakes and drops
def _layer_size(pixels: Bytes) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    scale = min(1.0, _LAYER_SIDE_PX / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def snowfall(pixels: Bytes, strength: float, variation: Variation) -> Bytes:
    """Flakes in three depths: many small and sharp far away, few large and soft near by."""
    height, width = _layer_size(pixels)
    noise = variation.noise()
    unit = max(height, width) / 1000
    wind = 0.35 * variation.spread(2)
    total = np.zeros((height, width), dtype=np.float32)
    for count, radius, softness, fall in (
        (900, 1.1, 0.6, 1.5),
        (260, 2.2, 1.1, 3.5),
        (46, 5.0, 3.4, 6.0),
    ):
        layer = np.zeros((height, width), dtype=np.float32)
        number = int(count * strength * (height * width) / max(height, width) ** 2 * 1.5)
        places = noise.random((number, 4))
        for across, down, size, light in places:
            r = radius * unit * (0.55 + 0.9 * size)
            x, y = across * width, down * height
            _dot(layer, x, y, r, wind * fall * unit, fall * unit, 0.55 + 0.45 * light)
        blur = max(0.5, softness * unit)
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), blur), dtype=np.float32)
        total = 1 - (1 - total) * (1 - np.clip(layer * 1.15, 0, 1))
    return _over(pixels, total, (0.97, 0.98, 1.0), 0.94)


def _dot(
    layer: Floats, x: float, y: float, radius: float, drift: float, fall: float, light: float
) -> None:
    """One flake, a little drawn out along its fall."""
    shift = 16  # sixteenths of a pixel
    start = (round(x * shift), round(y * shift))
    end = (round((x + drift) * shift), round((y + fall * 0.4) * shift))
    thickness = max(1, round(2 * radius))
    cv2.line(layer, start, end, float(light), thickness, cv2.LINE_AA, 4)


def _rainfall(pixels: Bytes, strength: float, variation: Variation) -> Bytes:
    """Streaks in two depths, all leaning the same way."""
    height, width = _layer_size(pixels)
    noise = variation.noise()
    unit = max(height, width) / 1000
    lean = 0.12 + 0.16 * variation.spread(2)
    total = np.zeros((height, width), dtype=np.float32)
    for count, length, thickness, light in (
        (1700, 26, 1, 0.42),
        (420, 58, 1, 0.6),
        (70, 120, 2, 0.5),
    ):
        layer = np.zeros((height, width), dtype=np.float32)
        number = int(count * strength * (height * width) / max(height, width) ** 2 * 1.5)
        for across, down, size, bright in noise.random((number, 4)):
            long = length * unit * (0.6 + 0.8 * size)
            x, y = (across * 1.2 - 0.1) * width, (down * 1.2 - 0.1) * height
            start = (round(x * 16), round(y * 16))
            end = (round((x + lean * long) * 16), round((y + long) * 16))
            width_px = max(1, round(thickness * unit))
            cv2.line(layer, start, end, light * (0.4 + 0.6 * bright), width_px, cv2.LINE_AA, 4)
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.5 + 0.35 * thickness * unit))
        total = 1 - (1 - total) * (1 - layer.astype(np.float32))
    return _over(pixels, np.clip(total, 0, 1), (0.86, 0.9, 0.94), 0.6)


def _over(
    pixels: Bytes, layer: Floats, colour: tuple[float, float, float], opacity: float
) -> Bytes:
    """Lays a light layer over the picture, strip by strip."""
    full = to_size(layer, pixels)
    tint = np.asarray(colour, dtype=np.float32)
    out = np.empty_like(pixels)
    for rows in strips_of(*pixels.shape[:2]):
        rgb = to_float(pixels[rows])
        share = full[rows][..., None] * np.float32(opacity)
        out[rows] = to_bytes(rgb + share * (tint - rgb))
    return out
