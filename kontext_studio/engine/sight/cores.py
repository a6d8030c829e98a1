"""The pixels that surely have a named colour: the picture's own peak within the name's range.

Knows the name and the pixels, not which of several areas is meant.
"""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_names import ACHROMATIC, NamedColour, colour_table
from kontext_studio.engine.colour_space import (
    Bytes,
    Floats,
    Mask,
    chroma_of,
    hue_distance,
    hue_of,
    pixels_of_lab,
)
from kontext_studio.engine.operations import ColourThing
from kontext_studio.engine.sight.families import closeness, memberships
from kontext_studio.engine.sight.growing import Body, body_of, fit_to, outside_band, widest
from kontext_studio.engine.sight.parts import main_part

LEAST_SHARE = 0.001  # of the picture: smaller areas are taken for noise
_ALIKE = 0.4  # how well a pixel has to fit the colour's name to start from
_SURELY = 0.8  # fits this well where the picture has enough that does
_MOST_ALIKE = 0.08  # of the picture, where nothing fits surely
_LEAST_SURE = 0.25  # of the core: with less it is another colour, merely similar
_UNEVEN = frozenset({"brown", "blue"})  # wood and fur are of many browns, skies of many blues
_ADAPTATION = 0.6  # how much of a cast the eye takes away
_BAND_DEG = 13.0  # half the width of the band of hues around the picture's own peak


def is_neutral(colour: NamedColour) -> bool:
    """White, gray and black things are found by lightness; beige and cream by colour as well."""
    return colour.family in ACHROMATIC and colour.chroma < 20


def neutral_core(fits: Floats) -> Mask:
    return _opened(fits > 0.5)


def chromatic_core(
    small: Bytes, lab: Floats, thing: ColourThing, fits: Floats
) -> tuple[Mask, Body | None]:
    """The core, and the surface colour that its strongest part has."""
    chroma, hue = chroma_of(lab), hue_of(lab)
    visible = (chroma > 7) & (lab[..., 0] > 6)
    candidates = visible & (fits > _SURELY)
    if _opened(candidates).mean() < 3 * LEAST_SHARE:
        candidates = visible & (fits > _ALIKE)
        if candidates.mean() > _MOST_ALIKE:
            return np.zeros_like(candidates), None  # much of something else, merely similar
    if not candidates.any():
        return candidates, None
    weights = fits[candidates] * chroma[candidates] ** 1.5
    peak = _peak_of(hue[candidates], weights)
    near = hue_distance(hue, peak) < _BAND_DEG
    band = candidates & near
    usual = float(np.percentile(chroma[band], 85))
    # From its most chromatic pixels to all that share their colour under more or less light.
    strongest = _opened(band & (chroma > 0.8 * usual))
    strongest = main_part(strongest, lab, thing)
    if not strongest.any():
        return strongest, None
    body = body_of(small, strongest)
    misfit, part = fit_to(small, body)
    same = (outside_band(misfit, growth_band(body, thing.colour)) == 0) & (
        part > 0.75 * np.median(part[strongest])
    )
    near = hue_distance(hue, peak) < 1.5 * _BAND_DEG
    core = _opened(same & near & visible & (fits > _ALIKE))
    if core.any() and float((fits[core] > _SURELY).mean()) < _LEAST_SURE:
        core = _opened(core & candidates)
    return core, body


def growth_band(body: Body, colour: NamedColour) -> Body:
    """The band to grow within: wider for wood and the like than the strongest part tells."""
    return widest(body) if colour.family in _UNEVEN else body


def fit_to_name(small: Bytes, lab: Floats, colour: NamedColour) -> Floats:
    """How well each pixel fits the name, 0 to 1: the everyday word, or a shade of it."""
    family = memberships(small, colour.family)
    everyday = colour_table().get(colour.family)
    if everyday is not None and colour.lab == everyday.lab:
        return family
    shade = closeness(lab, colour)
    if float((shade > 0.4).mean()) < LEAST_SHARE:
        return family * np.float32(0.9)  # no one's mustard is the chart's: the nearest yellow
    fit: Floats = np.sqrt(shade * np.maximum(family, np.float32(0.3)))
    return fit


def fit_in_this_light(small: Bytes, lab: Floats, colour: NamedColour) -> Floats:
    """The same as the eye sees it, which takes part of the picture's cast away: hazel eyes in warm
    light are called green. Only clear colours count, and none may move to quite another hue."""
    cast = lab[..., 1:].mean(axis=(0, 1)) * np.float32(_ADAPTATION)
    seen = lab.copy()
    seen[..., 1:] -= cast
    moved = np.abs((hue_of(seen) - hue_of(lab) + 180) % 360 - 180)
    fits = fit_to_name(pixels_of_lab(seen), seen, colour)
    return np.where((chroma_of(lab) > 15) & (moved < 30), fits, np.float32(0))


def _peak_of(hues: Floats, weights: Floats) -> float:
    counts, _ = np.histogram(hues, bins=90, range=(0, 360), weights=weights)
    around = np.concatenate([counts[-3:], counts, counts[:3]])
    smooth = np.convolve(around, [1, 2, 3, 4, 3, 2, 1], mode="valid")
    return float(smooth.argmax()) * 4 + 2


def _opened(mask: Mask) -> Mask:
    kernel = np.ones((3, 3), np.uint8)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return np.asarray(opened, dtype=np.uint8) > 0
