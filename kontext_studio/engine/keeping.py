"""What an operation alters about the whole picture, and which wishes to keep stand against it.

Pure rules; pixels that are protected by a mask are measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from kontext_studio.engine.base import Refusal
from kontext_studio.engine.operations import (
    Adjust,
    Aspect,
    ColourThing,
    Crop,
    Flip,
    KeepAspect,
    KeepRest,
    KeepThing,
    KeepUnseen,
    Lettering,
    Operation,
    Plan,
    Quality,
    Recolour,
    Relight,
    Reseason,
    Reweather,
    Rotate,
    Scale,
    Style,
    Stylise,
    Tint,
)
from kontext_studio.engine.wording import verb_of

A = Aspect

_BY_QUALITY: dict[Quality, frozenset[Aspect]] = {
    Quality.BRIGHTNESS: frozenset({A.LIGHT}),
    Quality.SHADOWS: frozenset({A.LIGHT, A.CONTRAST}),
    Quality.HIGHLIGHTS: frozenset({A.LIGHT, A.CONTRAST}),
    Quality.CONTRAST: frozenset({A.CONTRAST}),
    Quality.WARMTH: frozenset({A.COLOUR}),
    Quality.SATURATION: frozenset({A.COLOUR}),
    Quality.VIBRANCE: frozenset({A.COLOUR}),
    Quality.SHARPNESS: frozenset({A.DETAIL}),
    Quality.BLUR: frozenset({A.DETAIL, A.TEXTURE}),
}
_PAINTED = frozenset({A.LOOK, A.TEXTURE, A.DETAIL})
_BY_STYLE: dict[Style, frozenset[Aspect]] = {
    Style.PENCIL: _PAINTED | {A.COLOUR, A.LIGHT},
    Style.CHARCOAL: _PAINTED | {A.COLOUR, A.LIGHT},
    Style.OIL: _PAINTED,
    Style.WATERCOLOUR: _PAINTED,
    Style.POSTER: _PAINTED | {A.COLOUR},
    Style.MONOCHROME: frozenset({A.COLOUR}),
    Style.NOIR: frozenset({A.COLOUR, A.LIGHT, A.LOOK, A.CONTRAST}),
    Style.SEPIA: frozenset({A.COLOUR}),
    Style.VINTAGE: frozenset({A.COLOUR, A.LOOK}),
    Style.NEGATIVE: frozenset({A.COLOUR, A.LIGHT}),
    Style.VIGNETTE: frozenset({A.LIGHT}),
    Style.GRAIN: frozenset({A.TEXTURE}),
}


def altered_aspects(operation: Operation) -> frozenset[Aspect]:
    """What about the whole picture the operation cannot leave as it is."""
    match operation:
        case Crop() | Rotate():
            return frozenset({A.FRAMING, A.SIZE})
        case Flip():
            return frozenset({A.FRAMING})
        case Scale():
            return frozenset({A.SIZE})
        case Relight():
            return frozenset({A.LIGHT, A.COLOUR})
        case Reseason():
            return frozenset({A.COLOUR, A.SEASON})
        case Reweather():
            return frozenset({A.LIGHT, A.SEASON})
        case Recolour():
            return frozenset({A.COLOUR})
        case Tint():
            return frozenset({A.COLOUR})
        case Adjust(quality):
            return _BY_QUALITY[quality]
        case Stylise(style):
            return _BY_STYLE[style]
    return frozenset()


def conflicts(plan: Plan) -> Iterator[Refusal]:
    """One refusal for each wish to keep something that an operation would change."""
    for keep in plan.keeps:
        match keep:
            case KeepAspect(aspect, words):
                for operation in plan.operations:
                    if aspect in altered_aspects(operation):
                        yield _conflict(words, keep.start, keep.end, operation)
                        break
            case KeepThing(thing):
                for operation in plan.operations:
                    if _is_same_thing(operation, thing):
                        yield _conflict(thing.words, thing.start, thing.end, operation)
                        break
            case KeepUnseen(words, noun, start, end):
                if not all(_leaves_unnamed_alone(operation) for operation in plan.operations):
                    yield _cannot_find(plan, words, noun, start, end)
            case KeepRest():
                pass


def contradictions(operations: Sequence[Operation]) -> Iterator[tuple[Operation, Operation]]:
    """Pairs of wishes that undo each other: brighter and darker, day and night."""
    for one, other in combinations(operations, 2):
        match one, other:
            case Adjust(), Adjust():
                steps = not (one.exact and other.exact)  # two figures are two figures
                opposite = (one.amount > 0) is not (other.amount > 0)
                if {one.quality, other.quality} == {Quality.SHARPNESS, Quality.BLUR}:
                    opposite = not opposite
                elif one.quality is not other.quality:
                    continue
                if steps and opposite and one.area == other.area:
                    yield one, other
            case Relight(), Relight():
                if one.scene is not other.scene:
                    yield one, other
            case Reseason(), Reseason():
                if one.season is not other.season:
                    yield one, other


def _is_same_thing(operation: Operation, thing: ColourThing) -> bool:
    match operation:
        case Recolour(area):
            return same_thing(area, thing)
        case Adjust() | Tint() | Stylise():
            return isinstance(operation.area, ColourThing) and same_thing(operation.area, thing)
    return False


def same_thing(one: ColourThing, other: ColourThing) -> bool:
    """Whether two parts of an instruction name one thing."""
    return one.colour.words == other.colour.words and one.noun == other.noun


def _leaves_unnamed_alone(operation: Operation) -> bool:
    """Whether only pixels of a named colour change, so that other things can stay by themselves."""
    match operation:
        case Recolour():
            return True
        case Adjust() | Tint() | Stylise():
            return isinstance(operation.area, ColourThing)
        case Lettering():
            return True
    return False


def _conflict(words: str, start: int, end: int, operation: Operation) -> Refusal:
    return Refusal(
        "keep_conflict",
        f"“{words}” should stay, and {verb_of(operation)} changes it. "
        "Take one of the two out of the instruction.",
        context={"unknown": [], "keep": {"words": words, "start": start, "end": end}},
    )


def _cannot_find(plan: Plan, words: str, noun: str, start: int, end: int) -> Refusal:
    return Refusal(
        "target_not_found",
        f"The embedded engine finds things by colour only, so it cannot protect “{words}” while "
        f"the whole picture changes. Name its colour, such as “the red {noun}”, or leave it out.",
        context={
            "unknown": [{"word": plan.instruction[start:end], "start": start, "end": end}],
            "target": {"noun": noun, "start": start, "end": end, "colour_at": start},
        },
    )
