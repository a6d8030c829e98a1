"""Finds a thing by its colour: which pixels belong to it, softly at its edges.

The band of colour is taken from the picture itself, and the most chromatic coherent area wins, so
that skin and wood near a red cup are left out. Refuses rather than spreading over what it doubts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.colour_names import colour_table
from kontext_studio.engine.colour_space import Bytes, Floats, Mask, chroma_of, lab_of
from kontext_studio.engine.operations import ColourThing
from kontext_studio.engine.sight.cores import (
    LEAST_SHARE,
    chromatic_core,
    fit_in_this_light,
    fit_to_name,
    growth_band,
    is_neutral,
    neutral_core,
)
from kontext_studio.engine.sight.expected import is_sky, misfit_of
from kontext_studio.engine.sight.families import colours_to_name
from kontext_studio.engine.sight.growing import Body, body_of, grow
from kontext_studio.engine.sight.matting import soft_mask
from kontext_studio.engine.sight.outline import openness_of
from kontext_studio.engine.sight.parts import alike_parts, chosen_parts
from kontext_studio.engine.sight.sky import above_horizon, sky_of, whole_sky, with_gaps

ANALYSIS_SIDE_PX = 512  # colours and areas are judged on a copy of this size
_SURE = 0.8  # below this the colour is named again as it looks in the light of the picture
_LEAST_SURE = 0.55  # below this it is another colour that comes near
_MOST_OPEN = 0.7  # of an outline: more, and the area is torn out of a soft transition
_OPEN_SKY = 0.35  # more of its outline without an edge, and the sky goes on in a paler blue
_LEAST_SKY_CHROMA = 10.0  # below, a sky is grey, and takes another colour as grey things do
_MOST_SHARE = 0.97  # an area this large is the picture, not a thing in it


@dataclass(frozen=True, slots=True)
class Found:
    """Where a thing is: `alpha` from 0 to 1 in full size, 0 away from it; and what colour it has.

    `lab` is its colour where it is well lit; `body` is None for white, gray and black things.
    """

    alpha: Floats
    lab: tuple[float, float, float]
    body: Body | None
    share: float
    parts: int
    place: str  # in words, for notes: "on the left"


@dataclass(frozen=True, slots=True)
class _Area:
    region: Mask
    core: Mask
    body: Body | None
    sureness: float  # how well the core fits the name, 0 to 1


def find_thing(pixels: Bytes, thing: ColourThing) -> Found:
    """The pixels of `thing`. Raises EngineRefusal where there are none, or too many."""
    small = _analysis_copy(pixels)
    lab = lab_of(small)
    if thing.by_place:
        return _found(pixels, lab, _sky_area(small, lab, thing))
    area = _area_of(small, lab, thing, fit_to_name(small, lab, thing.colour))
    if (area is None or area.sureness < _SURE) and not is_neutral(thing.colour):
        other = _area_of(small, lab, thing, fit_in_this_light(small, lab, thing.colour))
        if other is not None and (area is None or other.sureness > area.sureness):
            area = other
    if area is None:
        raise EngineRefusal(_not_found(pixels, thing))
    if area.region.mean() > _MOST_SHARE:
        raise EngineRefusal(_too_uncertain(thing))
    openness = openness_of(area.region, lab)
    if is_sky(thing) and openness > _OPEN_SKY:
        area = replace(area, region=with_gaps(whole_sky(area.region, small), lab))
    elif openness > _MOST_OPEN and not is_sky(thing):
        raise EngineRefusal(_misfit(thing, "it passes into its surroundings without an edge"))
    if why := misfit_of(area.region, thing):
        raise EngineRefusal(_misfit(thing, why))
    return _found(pixels, lab, area)


def _found(pixels: Bytes, lab: Floats, area: _Area) -> Found:
    alpha = soft_mask(pixels, area.region)
    parts, _ = cv2.connectedComponents(area.region.astype(np.uint8), connectivity=8)
    return Found(
        alpha=alpha,
        lab=_lit_colour(lab, area.core),
        body=area.body,
        share=float((alpha > 0.5).mean()),
        parts=parts - 1,
        place=_place_in_words(area.region),
    )


def findable_colours(pixels: Bytes, noun: str = "", most: int = 3) -> list[str]:
    """Everyday colours by which something in the picture would be found, the clearest first.

    With a noun, those of areas that may be such a thing: no sky lies at the bottom.
    """
    small = _analysis_copy(pixels)
    lab = lab_of(small)
    table = colour_table()
    found: list[str] = []
    for family in colours_to_name(pixels, most=2 * most):
        thing = ColourThing(f"the {family} {noun or 'area'}", table[family], noun or "area")
        area = _area_of(small, lab, thing, fit_to_name(small, lab, thing.colour))
        if area is not None and not misfit_of(area.region, thing):
            found.append(family)
        if len(found) == most:
            break
    return found


def _sky_area(small: Bytes, lab: Floats, thing: ColourThing) -> _Area:
    """The sky by its place. Raises EngineRefusal where nothing at the top looks like one."""
    region = with_gaps(above_horizon(sky_of(small) > 0.5, lab), lab)
    if not region.any() or region.mean() > _MOST_SHARE or misfit_of(region, thing):
        raise EngineRefusal(_no_sky(thing))
    has_hue = float(np.median(chroma_of(lab[region]))) > _LEAST_SKY_CHROMA
    return _Area(region, region, body_of(small, region) if has_hue else None, 1.0)


def _area_of(small: Bytes, lab: Floats, thing: ColourThing, fits: Floats) -> _Area | None:
    """The thing's area in the analysis copy, or None where nothing there has its colour."""
    neutral, body = is_neutral(thing.colour), None
    if neutral:
        core = neutral_core(fits)
    else:
        core, body = chromatic_core(small, lab, thing, fits)
    core = chosen_parts(core, lab, thing, neutral)
    if body is not None:
        core = alike_parts(core, small, body)
        body = growth_band(body, thing.colour)
    if not core.any():
        return None
    sureness = float(fits[core].mean())
    if sureness < _LEAST_SURE:
        return None
    region = grow(small, lab, core, body)
    # What the area has grown to must still answer to the name, or be small and sure.
    is_small_and_sure = region.mean() < 0.05 and sureness > 0.6
    if region.mean() < LEAST_SHARE:
        return None
    if float(fits[region].mean()) < 0.5 and not is_small_and_sure:
        return None
    return _Area(region, core, body, sureness)


def _analysis_copy(pixels: Bytes) -> Bytes:
    height, width = pixels.shape[:2]
    scale = ANALYSIS_SIDE_PX / max(height, width)
    small = pixels
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    calmed = cv2.bilateralFilter(np.ascontiguousarray(small), 5, 22, 3)
    return np.asarray(calmed, dtype=np.uint8)


# ---------------------------------------------------------------- facts for effects and notes
def _lit_colour(lab: Floats, core: Mask) -> tuple[float, float, float]:
    """The usual colour of the better lit half."""
    inside = lab[core]
    lightness = inside[:, 0]
    low, high = np.percentile(lightness, [55, 90])
    lit = inside[(lightness >= low) & (lightness <= high)]
    middle = np.median(lit, axis=0)
    return float(middle[0]), float(middle[1]), float(middle[2])


def _place_in_words(region: Mask) -> str:
    rows, columns = np.nonzero(region)
    across = float(columns.mean()) / region.shape[1]
    down = float(rows.mean()) / region.shape[0]
    upright = "upper " if down < 0.38 else "lower " if down > 0.62 else ""
    if across < 0.38:
        return f"on the {upright}left"
    if across > 0.62:
        return f"on the {upright}right"
    return {"upper ": "at the top", "lower ": "at the bottom", "": "around the middle"}[upright]


# ---------------------------------------------------------------- refusals
def _not_found(pixels: Bytes, thing: ColourThing) -> Refusal:
    """Names the colours that are there."""
    colours = colours_to_name(pixels)
    listed = ", ".join(colours) if colours else "none that stands out"
    return Refusal(
        "target_not_found",
        f"Nothing that is surely {thing.colour.words} was found for “{thing.words}”. "
        f"Colours in the picture: {listed}.",
        context={"unknown": [], "target": _target(thing), "found": colours},
    )


def _too_uncertain(thing: ColourThing) -> Refusal:
    return Refusal(
        "mask_too_uncertain",
        f"“{thing.words}” cannot be told from the rest of the picture by its colour, so nothing "
        "was changed.",
        context={"unknown": [], "target": _target(thing)},
    )


def _misfit(thing: ColourThing, why: str) -> Refusal:
    return Refusal(
        "mask_too_uncertain",
        f"“{thing.words}” was not found with certainty: {why}, so nothing was changed. Point at "
        "something that has one clear colour and an edge.",
        context={"unknown": [], "target": _target(thing)},
    )


def _no_sky(thing: ColourThing) -> Refusal:
    return Refusal(
        "target_not_found",
        f"Nothing at the top of the picture looks like a sky, so “{thing.words}” was not found. "
        "Name it by its colour, such as “the blue sky”.",
        context={"unknown": [], "target": _target(thing)},
    )


def _target(thing: ColourThing) -> dict[str, object]:
    return {
        "noun": thing.noun,
        "colour": thing.colour.words,
        "start": thing.start,
        "end": thing.end,
    }
