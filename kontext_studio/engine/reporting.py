"""What is said about an edit: one plain line per fact, with the figures that were measured."""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.engine.finding import Found
from kontext_studio.engine.measure import change_between
from kontext_studio.engine.operations import (
    AllBut,
    ColourThing,
    Flip,
    Geometry,
    KeepAspect,
    KeepRest,
    KeepThing,
    KeepUnseen,
    Lettering,
    Plan,
)
from kontext_studio.engine.performing import Stage, kept_alpha
from kontext_studio.engine.sight.families import share_once_of
from kontext_studio.engine.wording import describe


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
        if thing.by_place:
            yield f"Found by its place at the top, not by a colour: {thing.words}"
        elif words:
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
        yield (
            "Outside the engine's own mask of the area: "
            f"{outside.changed:,} of {outside.pixels:,} pixels changed"
        )
        yield from _former_colour_notes(plan, stage)
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


def _former_colour_notes(plan: Plan, stage: Stage) -> Iterator[str]:
    """What the changed pixels looked like before, by their names alone: a figure that would tell
    of a mask that ran over."""
    if any(isinstance(operation, Lettering) for operation in plan.operations):
        return
    areas = [getattr(operation, "area", None) for operation in plan.operations]
    things = [area for area in areas if isinstance(area, ColourThing)]
    if any(thing.by_place for thing in things):
        return
    families = dict.fromkeys(thing.colour.family for thing in things)
    share = share_once_of(stage.plain, stage.now, tuple(families))
    names = " or ".join(families)
    yield f"Of the changed pixels {_percent(share)} were {names} before, judged one by one"


def _left_alone(plan: Plan) -> list[ColourThing]:
    """Things that an operation spared and no other operation or wish names."""
    areas = [getattr(operation, "area", None) for operation in plan.operations]
    kept = [keep.thing for keep in plan.keeps if isinstance(keep, KeepThing)]
    spared = [area.thing for area in areas if isinstance(area, AllBut)]
    return [thing for thing in dict.fromkeys(spared) if thing not in areas and thing not in kept]


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return f"{100 * share:.1f} %"
    return f"{100 * share:.0f} %"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
