"""What is said about an edit: one plain line per fact, with the figures that were measured.

Also decides from the figures whether there was an edit at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kontext_studio.engine.base import Refusal
from kontext_studio.engine.finding import Found
from kontext_studio.engine.grammar import suggestions
from kontext_studio.engine.keeping import verb_of
from kontext_studio.engine.measure import Change, change_between
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    ColourThing,
    Crop,
    Detail,
    Flip,
    Geometry,
    KeepAspect,
    KeepRest,
    KeepThing,
    KeepUnseen,
    Lettering,
    Operation,
    Plan,
    Recolour,
    Relight,
    Reseason,
    Reweather,
    Rotate,
    Scale,
    Stylise,
    Tint,
)
from kontext_studio.engine.performing import Stage, kept_alpha

_LEAST_DELTA_E = 1.0  # mean over the area of a masked edit; below, nobody would see it
_LEAST_MEAN_DELTA_E = 0.3  # mean over the whole picture
_LEAST_PIXELS = 16


def describe(operation: Operation) -> str:
    """One operation in a few words, past tense."""
    match operation:
        case Recolour(area, colour, matte):
            return f"Coloured {area.words} {colour.words}{', matte' if matte else ''}"
        case Adjust(quality, amount, area):
            way = "Raised" if amount > 0 else "Lowered"
            return f"{way} the {quality.value}{_of(area)}"
        case Tint(colour, _, area):
            return f"Added a {colour.words} tint{_of(area)}"
        case Relight(scene):
            return f"Graded for {scene.value}; no lamp was lit and no shadow moved"
        case Reseason(season):
            return f"Graded for {season.value}"
        case Reweather(weather):
            return f"Drew {weather.value}"
        case Stylise(style, details, _, area):
            extra = ", ".join(d.value for d in Detail if d in details)
            return f"Style: {style.value}{f' ({extra})' if extra else ''}{_of(area)}"
        case Crop():
            return "Cropped"
        case Rotate(degrees):
            exact = degrees % 90 == 0
            return f"Rotated by {degrees:g}°{'' if exact else ', corners cropped away'}"
        case Flip(axis):
            return f"Flipped {axis.value}"
        case Scale():
            return "Resampled; enlarging adds no detail"
        case Lettering(text):
            return f"Set the text “{text}”"


def _of(area: object) -> str:
    if isinstance(area, ColourThing):
        return f" of {area.words}"
    if isinstance(area, AllBut):
        return f" of everything but {area.thing.words}"
    return ""


def operation_notes(plan: Plan, stage: Stage) -> Iterator[str]:
    for operation in plan.operations:
        line = describe(operation)
        if isinstance(operation, Geometry):
            height, width = stage.now.shape[:2]
            line += f"; now {width} × {height}" if not isinstance(operation, Flip) else ""
        yield line
    for thing, found in stage.found.items():
        yield _found_note(thing, found)
        words = [word for word in (*thing.unchecked, thing.noun) if word]
        if words:
            yield f"Found by colour alone; not checked: {', '.join(words)}"


def _found_note(thing: ColourThing, found: Found) -> str:
    areas = "1 area" if found.parts == 1 else f"{found.parts} areas"
    return (
        f"{_sentence(thing.words)}: {_percent(found.share)} of the picture, {areas}, {found.place}"
    )


def change_notes(plan: Plan, stage: Stage) -> Iterator[str]:
    """Share changed, change outside the areas, and each wish to keep with its figure."""
    whole = change_between(stage.plain, stage.now)
    geometric = any(isinstance(operation, Geometry) for operation in plan.operations)
    if whole.changed or not geometric:
        beside = " besides crop, turn and size" if geometric else ""
        yield f"Changed {_percent(whole.share)} of the pixels{beside}"
    if stage.areas is not None and whole.changed:
        outside = change_between(stage.plain, stage.now, ~stage.areas)
        yield f"Outside the edited area: {outside.changed:,} of {outside.pixels:,} pixels changed"
    for thing in _left_alone(plan):
        inside = change_between(stage.plain, stage.now, kept_alpha(stage.found[thing]) >= 1)
        yield f"Left {thing.words} alone: {inside.changed:,} of {inside.pixels:,} pixels changed"
    for keep in plan.keeps:
        match keep:
            case KeepThing(thing):
                inside = change_between(stage.plain, stage.now, kept_alpha(stage.found[thing]) >= 1)
                yield (
                    f"Kept {thing.words}: {inside.changed:,} of {inside.pixels:,} pixels changed"
                )
            case KeepAspect(_, words):
                yield f"Kept “{words}”: no operation here moves it"
            case KeepRest():
                if stage.areas is None:
                    yield "Everything else: the change was asked for the whole picture"
            case KeepUnseen(words):
                yield (
                    f"“{words}” is not known by name; what is not part of the edited area "
                    "was left exactly as it was"
                )


def _left_alone(plan: Plan) -> list[ColourThing]:
    """Things that an operation spared and no other operation or wish names."""
    areas = [getattr(operation, "area", None) for operation in plan.operations]
    kept = [keep.thing for keep in plan.keeps if isinstance(keep, KeepThing)]
    spared = [area.thing for area in areas if isinstance(area, AllBut)]
    return [thing for thing in dict.fromkeys(spared) if thing not in areas and thing not in kept]


def nothing_changed(
    plan: Plan, stage: Stage, start: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> Refusal | None:
    """The refusal for an edit that nobody would see, or None."""
    reshaped = stage.plain.shape != start.shape or not np.array_equal(stage.plain, start)
    if reshaped:
        return None
    change = change_between(stage.plain, stage.now)
    if change.visible >= _LEAST_PIXELS and not _too_faint(plan, stage, change):
        return None
    names = " and ".join(verb_of(operation) for operation in plan.operations)
    return Refusal(
        "no_change",
        f"The picture would look the same after {names}, so it was left as it is. "
        "Ask for a stronger or a different change.",
        context={
            "unknown": [],
            "understood": [verb_of(operation) for operation in plan.operations],
            "can_do": suggestions.all_examples()[:4],
            "delta_e": round(change.delta_e, 3),
        },
    )


def _too_faint(plan: Plan, stage: Stage, change: Change) -> bool:
    if any(isinstance(operation, Lettering) for operation in plan.operations):
        return False
    if stage.areas is None:
        return change.delta_e < _LEAST_MEAN_DELTA_E
    return change_between(stage.plain, stage.now, stage.areas).delta_e < _LEAST_DELTA_E


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return f"{100 * share:.1f} %"
    return f"{100 * share:.0f} %"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
