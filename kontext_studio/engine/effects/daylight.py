"""Time of day as a grade: night, dawn, day, golden hour, sunset and blue hour.

A grade moves light and colour that are there; it lights no new lamp and casts no new shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, luma_of
from kontext_studio.engine.effects import curves
from kontext_studio.engine.effects.scenery import (
    SkyCover,
    downwards,
    lamps_of,
    sky_cover,
    small_copy,
    to_size,
    towards,
)
from kontext_studio.engine.effects.tone import blurred, with_saturation
from kontext_studio.engine.operations import Scene
from kontext_studio.engine.sight.sky import sky_of
from kontext_studio.engine.strips import by_strips
from kontext_studio.engine.variation import Variation

Rgb = tuple[float, float, float]
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Grade:
    """`usual` is the mean luma that the scene has; colours are light, 1 is neutral."""

    usual: float  # where the mean luma is led to
    reach: float  # how much of that way is gone
    light: Rgb
    shade: Rgb
    colour: float  # saturation, as a share
    contrast: float
    glow: float = 0.0  # warm haze from the sun's side
    sky: tuple[Rgb, Rgb] | None = None  # colours at the top of the sky and at the horizon
    sky_strength: float = 0.0
    vignette: float = 0.0
    lamps: float = 0.0


GRADES: dict[Scene, Grade] = {
    Scene.DAY: Grade(0.52, 0.7, (1.0, 1.0, 1.0), (0.96, 1.0, 1.06), 0.02, 0.1),
    Scene.MORNING: Grade(0.56, 0.6, (1.06, 1.0, 0.9), (0.97, 1.0, 1.05), 0.02, -0.06, glow=0.2),
    Scene.DAWN: Grade(
        0.44,
        0.6,
        (1.1, 0.95, 0.93),
        (0.93, 0.95, 1.13),
        -0.05,
        -0.08,
        glow=0.22,
        sky=((0.55, 0.6, 0.8), (1.0, 0.78, 0.7)),
        sky_strength=0.65,
    ),
    Scene.GOLDEN_HOUR: Grade(
        0.44,
        0.5,
        (1.2, 1.0, 0.7),
        (1.03, 0.97, 0.95),
        0.12,
        0.06,
        glow=0.36,
        sky=((0.62, 0.66, 0.76), (1.0, 0.84, 0.58)),
        sky_strength=0.55,
        vignette=0.12,
    ),
    Scene.SUNSET: Grade(
        0.34,
        0.6,
        (1.28, 0.93, 0.62),
        (1.02, 0.9, 1.1),
        0.2,
        0.14,
        glow=0.3,
        sky=((0.36, 0.3, 0.52), (1.0, 0.56, 0.28)),
        sky_strength=0.8,
        vignette=0.22,
    ),
    Scene.BLUE_HOUR: Grade(
        0.27,
        0.75,
        (0.86, 0.96, 1.2),
        (0.72, 0.88, 1.36),
        -0.18,
        0.0,
        sky=((0.12, 0.2, 0.42), (0.42, 0.5, 0.68)),
        sky_strength=0.75,
        vignette=0.2,
        lamps=0.6,
    ),
    Scene.NIGHT: Grade(
        0.19,
        0.88,
        (0.72, 0.92, 1.32),
        (0.55, 0.82, 1.6),
        -0.36,
        0.1,
        sky=((0.02, 0.035, 0.09), (0.1, 0.14, 0.25)),
        sky_strength=0.92,
        vignette=0.4,
        lamps=1.0,
    ),
}


def relit(pixels: Bytes, scene: Scene, amount: float, variation: Variation) -> Bytes:
    """`pixels` in the light of another time of day."""
    grade = GRADES[scene]
    strength = min(1.5, amount) * variation.factor(0, 0.14)
    small = small_copy(pixels)
    sky = sky_of(small) if grade.sky else np.zeros(small.shape[:2], dtype=np.float32)
    tone = _exposure(small, sky, grade, strength)
    lights, shades = _gains(grade.light, strength), _gains(grade.shade, strength)
    maps = _maps(pixels, small, sky, grade, strength, variation)
    colour = grade.colour * strength
    sky_share = np.float32(min(0.95, grade.sky_strength * strength))

    def change(rgb: Floats, rows: slice) -> Floats:
        luma = (rgb @ _LUMA)[..., None]
        lamp = maps.lamp[rows][..., None]
        new_luma = curves.looked_up(luma, tone)
        new_luma = new_luma + lamp * (np.minimum(luma, 0.97) - new_luma)
        out = rgb * (new_luma / np.maximum(luma, np.float32(1e-3)))
        out = with_saturation(np.minimum(out, 1.25), colour)
        split = np.clip(new_luma * 1.6, 0, 1)
        out = out * (shades + (lights - shades) * split)
        if maps.sky is not None:
            mask = maps.sky.share(rgb, rows) * sky_share
            out = out + mask * (maps.sky_colour[rows] * (0.72 + 0.56 * luma) - out)
        out = 1 - (1 - np.clip(out, 0, 1)) * (1 - maps.haze[rows])
        out = out * maps.shadow[rows][..., None]
        return np.asarray(out + lamp * _LAMP * (1 - out) * 0.5, dtype=np.float32)

    return by_strips(pixels, change)


_LAMP = np.array([1.0, 0.8, 0.48], dtype=np.float32)


def _gains(colour: Rgb, strength: float) -> Floats:
    return (1 + (np.asarray(colour, dtype=np.float32) - 1) * np.float32(strength)).astype(
        np.float32
    )


def _exposure(small: Bytes, sky: Floats, grade: Grade, strength: float) -> curves.Curve:
    """A curve that leads the mean luma of the land towards the scene's."""
    everything = luma_of(small)
    land = everything[sky < 0.5]
    luma = land if land.size > 0.1 * everything.size else everything.ravel()
    mean = float(luma.mean())
    target = mean + (grade.usual - mean) * min(1.0, grade.reach * strength)
    v = curves.ramp()
    low, high = 0.15, 6.0
    for _ in range(30):  # the power that gives the wanted mean
        power = (low * high) ** 0.5
        got = float(np.power(luma, power).mean())
        low, high = (power, high) if got > target else (low, power)
    curve = v ** ((low * high) ** 0.5)
    if target < 0.3:  # in the dark nothing is quite white
        curve = curve * (0.72 + 0.28 * target / 0.3)
    return curves.chained(curve, curves.contrast(grade.contrast * strength, target))


@dataclass(frozen=True, slots=True)
class _Maps:
    sky: SkyCover | None
    sky_colour: Floats
    haze: Floats
    shadow: Floats
    lamp: Floats


def _maps(
    pixels: Bytes,
    small: Bytes,
    sky: Floats,
    grade: Grade,
    strength: float,
    variation: Variation,
) -> _Maps:
    """Where the sky is and takes which colour, where the sun's haze lies, what falls dark."""
    height, width = small.shape[:2]
    side = 0.06 if variation.spread(1) < 0 else 0.94
    sun = np.clip(towards(height, width, side, 0.12), 0, 1) ** 1.6
    haze = sun[..., None] * np.array([1.0, 0.72, 0.38], dtype=np.float32) * grade.glow * strength
    bright = blurred(small, max(height, width) / 16).astype(np.float32).mean(axis=-1) / 255
    haze = haze * (0.35 + 0.65 * bright[..., None])
    shadow = 1 - grade.vignette * strength * (1 - towards(height, width, 0.5, 0.5)) ** 2
    lamp = lamps_of(small) * grade.lamps
    lamp = np.maximum(
        lamp, 0.55 * np.asarray(cv2.GaussianBlur(lamp, (0, 0), max(width, height) / 40))
    )
    cover = sky_cover(pixels, small, sky)
    colours = _sky_colours(sky, grade) if cover else np.zeros((1, 1, 3), dtype=np.float32)
    lamp = lamp * (1 - sky)
    return _Maps(
        sky=cover,
        sky_colour=to_size(colours, pixels),
        haze=to_size(haze.astype(np.float32), pixels),
        shadow=to_size(shadow.astype(np.float32), pixels),
        lamp=to_size(np.clip(lamp, 0, 1).astype(np.float32), pixels),
    )


def _sky_colours(sky: Floats, grade: Grade) -> Floats:
    """From the zenith's colour at the top to the horizon's where the sky ends."""
    assert grade.sky is not None
    rows = np.flatnonzero(sky.mean(axis=1) > 0.08)
    horizon = (int(rows.max()) + 1 if len(rows) else len(sky)) / len(sky)
    down = np.clip(downwards(*sky.shape) / np.float32(horizon), 0, 1)[..., None] ** 1.4
    top, low = (np.asarray(colour, dtype=np.float32) for colour in grade.sky)
    return np.asarray(top + (low - top) * down, dtype=np.float32)
