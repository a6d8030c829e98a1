"""Makes what a refusal offers fit the picture: colours that would be found in it, nothing else.

Changes words only; whether something is refused has been decided before.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.colour_space import Bytes
from kontext_studio.engine.finding import findable_colours
from kontext_studio.engine.grammar import read_instruction, suggestions
from kontext_studio.engine.operations import Crop, Plan, Recolour

_FITTED = frozenset({"unsupported_instruction", "target_not_found", "invalid_request"})


def fitted(exc: EngineRefusal, instruction: str, pixels: Bytes) -> EngineRefusal:
    """The same refusals, with offers that can be carried out on this picture."""
    return EngineRefusal(
        *(
            _fitted(refusal, instruction, pixels) if refusal.type in _FITTED else refusal
            for refusal in exc.refusals
        )
    )


def _fitted(refusal: Refusal, instruction: str, pixels: Bytes) -> Refusal:
    message, context = refusal.message, dict(refusal.context)
    offers: list[str] = []
    target = context.get("target")
    if isinstance(target, dict):
        noun = str(target.get("noun", ""))
        colours = findable_colours(pixels, noun)
        offers = _with_a_colour(instruction, target, colours)
        if colours and "colour" not in target:
            message = message.replace(f"the red {noun}", f"the {colours[0]} {noun}")
            message += f" Colours that would be found here: {', '.join(colours)}."
        if colours:
            context["found"] = colours
    given = context.get("can_do")
    lines = given if isinstance(given, list) else suggestions.all_examples()
    general = findable_colours(pixels)
    if general:
        message = message.replace(suggestions.EXAMPLE_THING, f"the {general[0]} area")
    if not offers or not isinstance(target, dict):
        offers += [_pointed(line, general) for line in lines]
    does = partial(_does_something, pixels=pixels)
    context["can_do"] = list(dict.fromkeys(line for line in offers if does(line)))[
        : suggestions.MOST
    ]
    return replace(refusal, message=message, context=context)


def _with_a_colour(instruction: str, target: dict[object, object], colours: list[str]) -> list[str]:
    """The instruction itself, its thing named by a colour that is in the picture."""
    colour_at, start, end = target.get("colour_at"), target.get("start"), target.get("end")
    if isinstance(colour_at, int):
        return suggestions.with_colour(instruction, colour_at, colours)
    if "colour" in target and isinstance(start, int) and isinstance(end, int):
        noun = target.get("noun") or "area"
        article = "The" if start == 0 else "the"
        names = [f"{article} {colour} {noun}" for colour in colours]
        return [f"{instruction[:start]}{name}{instruction[end:]}" for name in names]
    return []


def _pointed(line: str, colours: list[str]) -> str:
    """An example with a colour of this picture; "" where it has none to point with."""
    if suggestions.EXAMPLE_THING not in line:
        return line
    said = line.replace(suggestions.EXAMPLE_THING, "").split()
    colour = next((colour for colour in colours if colour not in said), None)
    return line.replace(suggestions.EXAMPLE_THING, f"the {colour} area") if colour else ""


def _does_something(line: str, pixels: Bytes) -> bool:
    try:
        plan = read_instruction(line)
    except EngineRefusal:
        return False
    return not _is_needless(plan, pixels.shape[1], pixels.shape[0])


def _is_needless(plan: Plan, width: int, height: int) -> bool:
    for operation in plan.operations:
        match operation:
            case Recolour(area, colour):
                if colour.words == area.colour.words and not area.by_place:
                    return True
            case Crop(ratio=(across, down)):
                if abs(width * down - height * across) < max(across, down):
                    return True
    return False
