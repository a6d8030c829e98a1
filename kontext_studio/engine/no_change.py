"""Whether there is an edit at all: a colour that a thing has already, a change nobody would see.

Judges and refuses; it edits nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from kontext_studio.engine.base import Refusal
from kontext_studio.engine.colour_space import Bytes
from kontext_studio.engine.finding import Found
from kontext_studio.engine.grammar import suggestions
from kontext_studio.engine.keeping import same_thing
from kontext_studio.engine.measure import Change, change_between
from kontext_studio.engine.operations import ColourThing, Geometry, Lettering, Plan, Recolour
from kontext_studio.engine.performing import Stage
from kontext_studio.engine.wording import verb_of

_SAME_SHADE = 5.0  # distance in Lab between two colours that few would tell apart
_LEAST_DELTA_E = 1.0  # mean over the area of a masked edit; below, nobody would see it
_LEAST_MEAN_DELTA_E = 0.3  # mean over the whole picture
_LEAST_PIXELS = 16


def coloured_so_already(plan: Plan, found: Mapping[ColourThing, Found]) -> Refusal | None:
    """The refusal for a wish to give a thing the colour that it has, or None.

    A thing that an earlier part of the instruction repaints, as all of a black-and-white picture
    is, may well be given its old colour again.
    """
    done: list[ColourThing] = []
    for operation in plan.operations:
        match operation:
            case Recolour(area, colour, matte):
                has_it = colour.words == area.colour.words and not area.by_place
                near = math.dist(found[area].lab, colour.lab) < _SAME_SHADE
                again = any(same_thing(area, other) for other in done)
                if not again and not matte and (has_it or near):
                    return _has_it_already(area, colour.words)
                done.append(area)
            case _ if not isinstance(operation, Geometry | Lettering):
                return None
    return None


def _has_it_already(area: ColourThing, colour: str) -> Refusal:
    name = area.words[:1].lower() + area.words[1:]
    shades = [f"dark {area.colour.family}", f"light {area.colour.family}"]
    return Refusal(
        "no_change",
        f"“{area.words}” is {colour} already, so nothing was changed. Ask for another colour or "
        f"another shade, such as “{shades[0]}”.",
        context={
            "unknown": [],
            "understood": [f"colouring {area.words} {colour}"],
            "can_do": [f"Change {name} to {shade}" for shade in shades],
        },
    )


def nothing_changed(plan: Plan, stage: Stage, start: Bytes) -> Refusal | None:
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
