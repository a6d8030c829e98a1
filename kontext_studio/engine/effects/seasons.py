"""Seasons as a change of foliage, light and air. No leaf falls and no snow is built up here."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, chroma_of, hue_of
from kontext_studio.engine.effects import curves
from kontext_studio.engine.effects.scenery import small_copy, to_size
from kontext_studio.engine.effects.weather import snowfall
from kontext_studio.engine.operations import Season
from kontext_studio.engine.sight.sky import sky_of
from kontext_studio.engine.strips import by_strips
from kontext_studio.engine.variation import Variation


@dataclass(frozen=True, slots=True)
class _Turn:
    """What becomes of greens (hue in degrees, factors) and of the whole picture."""

    hue_deg: float | None  # where foliage goes; None leaves its hue
    hue_play_deg: float
    chroma: float
    lightness: float
    warmth: float
    brightness: float
    contrast: float
    colour: float  # factor on all chroma


_TURNS: dict[Season, _Turn] = {
    Season.AUTUMN: _Turn(62.0, 12.0, 1.3, 2.0, 0.3, -0.02, 0.08, 1.05),
    Season.WINTER: _Turn(200.0, 10.0, 0.22, 12.0, -0.38, 0.14, -0.04, 0.66),
    Season.SPRING: _Turn(126.0, 6.0, 1.25, 6.0, 0.05, 0.12, 0.0, 1.06),
    Season.SUMMER: _Turn(122.0, 4.0, 1.18, 0.0, 0.24, 0.08, 0.16, 1.14),
}


def in_season(pixels: Bytes, season: Season, amount: float, variation: Variation) -> Bytes:
    """`pixels` as the season would colour them."""
    turn = _TURNS[season]
    strength = min(1.4, amount) * variation.factor(0, 0.15)
    sky = to_size(sky_of(small_copy(pixels)), pixels)
    target = (
        None if turn.hue_deg is None else turn.hue_deg + turn.hue_play_deg * variation.spread(1)
    )

    def change(rgb: Floats, rows: slice) -> Floats:
        lab = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), dtype=np.float32)
        hue, chroma = hue_of(lab), chroma_of(lab)
        foliage = _foliage(hue, chroma) * (1 - sky[rows]) * min(1.0, strength)
        if target is not None:
            # Yellow-greens go a little further than blue-greens, so that a tree keeps its play.
            goal = target + (hue - 115) * np.float32(0.35)
            hue = hue + foliage * ((goal - hue + 180) % 360 - 180)
        factor = 1 + (turn.chroma - 1) * foliage
        chroma = chroma * factor * np.float32(1 + (turn.colour - 1) * strength)
        lab[..., 0] = np.clip(lab[..., 0] + foliage * turn.lightness, 0, 100)
        radians = np.radians(hue)
        lab[..., 1], lab[..., 2] = chroma * np.cos(radians), chroma * np.sin(radians)
        return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.float32)

    out = by_strips(pixels, change)
    out = curves.applied(out, *curves.warmth_gains(turn.warmth * strength))
    tone = curves.chained(
        curves.brightness(turn.brightness * strength),
        curves.contrast(turn.contrast * strength, 0.5),
    )
    out = curves.applied(out, tone)
    if season is Season.WINTER:
        out = snowfall(out, 0.45 * strength, variation)
    return out


def _foliage(hue: Floats, chroma: Floats) -> Floats:
    """How surely a colour is that of leaves and grass."""
    around = np.clip((np.minimum(hue - 84, 172 - hue)) / 14, 0, 1)
    return np.asarray(around * np.clip((chroma - 6) / 10, 0, 1), dtype=np.float32)
