"""Carries out a plan on pixels, one variant at a time, and keeps what must be kept.

Things are looked for once, in the picture as it came; later operations use the same areas, moved
along with crops and turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, lab_of
from kontext_studio.engine.effects import (
    daylight,
    film,
    geometry,
    lettering,
    paint,
    recolour,
    seasons,
    sketch,
    tone,
    weather,
)
from kontext_studio.engine.finding import Found
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    Area,
    ColourThing,
    Geometry,
    KeepThing,
    Lettering,
    Operation,
    Plan,
    Recolour,
    Relight,
    Reseason,
    Reweather,
    Style,
    Stylise,
    Tint,
    WholePicture,
)
from kontext_studio.engine.strips import blended
from kontext_studio.engine.variation import Variation

_LAID_OVER = frozenset({Style.MONOCHROME, Style.SEPIA, Style.VINTAGE})
_STILL_ITSELF = 18.0  # a thing whose colour moved further than this was repainted on the way


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture on its way: `now`, and `plain`, which has seen the geometry only.

    `areas` are what masked operations were allowed to touch; None once one reached every pixel.
    """

    now: Bytes
    plain: Bytes
    found: Mapping[ColourThing, Found]
    areas: Mask | None

    @classmethod
    def at_start(cls, pixels: Bytes, found: Mapping[ColourThing, Found]) -> Stage:
        return cls(pixels, pixels, found, np.zeros(pixels.shape[:2], dtype=bool))


def things_in(plan: Plan) -> tuple[ColourThing, ...]:
    """Everything that has to be found, in the order of naming."""
    things: list[ColourThing] = []
    for operation in plan.operations:
        area = getattr(operation, "area", None)
        if isinstance(area, ColourThing):
            things.append(area)
        elif isinstance(area, AllBut):
            things.append(area.thing)
    things.extend(keep.thing for keep in plan.keeps if isinstance(keep, KeepThing))
    return tuple(dict.fromkeys(things))


def after(stage: Stage, operation: Operation, variation: Variation) -> Stage:
    """The stage after one operation."""
    if isinstance(operation, Geometry):
        return _reshaped(stage, operation)
    if isinstance(operation, Recolour):
        return _recoloured(stage, operation, variation)
    changed = _changed(stage.now, operation, variation, _own_pixels(stage, operation))
    if isinstance(operation, Lettering):
        differs = np.any(changed != stage.now, axis=-1)
        return replace(stage, now=changed, areas=_joined(stage.areas, differs))
    area: Area = (
        operation.area if isinstance(operation, Adjust | Tint | Stylise) else WholePicture()
    )
    match area:
        case ColourThing():
            alpha = stage.found[area].alpha
            now = blended(stage.now, changed, alpha)
            return replace(stage, now=now, areas=_joined(stage.areas, alpha > 0))
        case AllBut(thing):
            rest = 1 - kept_alpha(stage.found[thing])
            return replace(stage, now=blended(stage.now, changed, rest), areas=None)
        case WholePicture():
            return replace(stage, now=_by_share(stage.now, changed, operation), areas=None)


def _by_share(before: Bytes, after: Bytes, operation: Operation) -> Bytes:
    """A look that lies over the picture can be there by a share: "a hint of sepia"."""
    if not isinstance(operation, Stylise) or operation.style not in _LAID_OVER:
        return after
    if operation.amount >= 1:
        return after
    share = np.full(after.shape[:2], max(0.25, operation.amount), dtype=np.float32)
    return blended(before, after, share)


def with_kept(stage: Stage, plan: Plan) -> Stage:
    """Puts back, pixel by pixel, the things that had to stay."""
    now = stage.now
    for keep in plan.keeps:
        if isinstance(keep, KeepThing):
            now = blended(now, stage.plain, kept_alpha(stage.found[keep.thing]))
    return replace(stage, now=now)


def kept_alpha(found: Found) -> Floats:
    """Keeping is stricter than changing: all but the faintest edge pixels stay exactly."""
    return np.asarray(np.minimum(found.alpha * 2.5, 1), dtype=np.float32)


def _joined(areas: Mask | None, more: Mask) -> Mask | None:
    return None if areas is None else areas | more


# ---------------------------------------------------------------- geometry and colour
def _reshaped(stage: Stage, operation: Geometry) -> Stage:
    found = {
        thing: replace(where, alpha=np.clip(geometry.reshaped(where.alpha, operation), 0, 1))
        for thing, where in stage.found.items()
    }
    areas = stage.areas
    if areas is not None:
        areas = geometry.reshaped(areas.astype(np.float32), operation) > 0
    same = stage.now is stage.plain
    plain = geometry.reshaped(stage.plain, operation)
    now = plain if same else geometry.reshaped(stage.now, operation)
    return Stage(now, plain, found, areas)


def _recoloured(stage: Stage, operation: Recolour, variation: Variation) -> Stage:
    found = stage.found[operation.area]
    ground = stage.now
    moved = _colour_moved(ground, found)
    if moved:  # made grey or repainted before: its own colour has to be taken from the start
        ground = stage.plain
    new = recolour.recoloured(ground, found, operation.colour, variation, operation.matte)
    now = blended(stage.now, new, found.alpha) if moved else new
    return replace(stage, now=now, areas=_joined(stage.areas, recolour.area_of(found)))


def _colour_moved(pixels: Bytes, found: Found) -> bool:
    inside = found.alpha > 0.9
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return False
    every = max(1, len(rows) // 20_000)
    sample = lab_of(pixels[rows[::every], columns[::every]][None])[0]
    away = np.median(sample[:, 1:], axis=0) - np.asarray(found.lab[1:], dtype=np.float32)
    return float(np.linalg.norm(away)) > _STILL_ITSELF + 0.4 * float(np.hypot(*found.lab[1:]))


# ---------------------------------------------------------------- everything else
def _own_pixels(stage: Stage, operation: Operation) -> Floats | None:
    """How much each pixel belongs to the thing that is adjusted; None for the whole picture."""
    if isinstance(operation, Adjust) and isinstance(operation.area, ColourThing):
        return stage.found[operation.area].alpha
    return None


def _changed(
    pixels: Bytes, operation: Operation, variation: Variation, own: Floats | None
) -> Bytes:
    """The whole picture changed; areas are blended by the caller."""
    match operation:
        case Adjust():
            return tone.adjusted(pixels, operation, variation, own)
        case Tint():
            return tone.tinted(pixels, operation, variation)
        case Relight(scene, amount):
            return daylight.relit(pixels, scene, amount, variation)
        case Reseason(season, amount):
            return seasons.in_season(pixels, season, amount, variation)
        case Reweather(kind, amount):
            return weather.with_weather(pixels, kind, amount, variation)
        case Stylise():
            return _styled(pixels, operation, variation)
        case Lettering():
            return lettering.lettered(pixels, operation, variation)
    raise AssertionError(operation)


def _styled(pixels: Bytes, wish: Stylise, variation: Variation) -> Bytes:
    match wish.style:
        case Style.PENCIL:
            return sketch.pencilled(pixels, wish.details, variation)
        case Style.CHARCOAL:
            return sketch.in_charcoal(pixels, wish.details, variation)
        case Style.OIL:
            return paint.in_oil(pixels, wish.details, variation)
        case Style.WATERCOLOUR:
            return paint.in_watercolour(pixels, wish.details, variation)
        case Style.POSTER:
            return film.postered(pixels, wish.details, variation)
        case Style.MONOCHROME:
            return film.monochrome(pixels, wish.details, variation)
        case Style.NOIR:
            return film.noir(pixels, variation)
        case Style.SEPIA:
            return film.sepia(pixels, variation)
        case Style.VINTAGE:
            return film.vintage(pixels, variation)
        case Style.NEGATIVE:
            return film.negative(pixels)
        case Style.VIGNETTE:
            return film.vignetted(pixels, wish.amount, variation)
        case Style.GRAIN:
            return film.grained(pixels, wish.amount, variation)
