"""Operations and wishes to keep in a few words, for tables that a person can read."""

from __future__ import annotations

from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
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
    Recolour,
    Relight,
    Reseason,
    Reweather,
    Rotate,
    Scale,
    Stylise,
    Tint,
)


def short(operation: Operation) -> str:
    """One operation; only what was asked for is told."""
    match operation:
        case Recolour(area, colour, matte):
            where = f" @{area.place.words}" if area.place else ""
            every = "*" if area.many else ""
            finish = " matte" if matte else ""
            noun = f" {area.noun}" if area.noun else ""
            return f"{area.colour.words}{noun}{every}{where} -> {colour.words}{finish}"
        case Adjust(quality, amount, area, exact, radius_px):
            sign = "+" if amount > 0 else "-"
            size = f"{abs(amount):.0%}" if exact and not radius_px else ""
            size = f"{radius_px:g}px" if radius_px else size
            return f"{sign}{quality.value}{size}{of(area)}"
        case Tint(colour, _, area):
            return f"tint {colour.words}{of(area)}"
        case Relight(scene):
            return scene.value
        case Reseason(season):
            return season.value
        case Reweather(weather):
            return weather.value
        case Stylise(style, details, _, area):
            extra = "".join(f" +{d.value}" for d in sorted(details))
            return f"{style.value}{extra}{of(area)}"
        case Crop(ratio, share, size_px, place):
            size = f"{ratio[0]:g}:{ratio[1]:g}" if ratio else f"{share or 0:.0%}"
            size = f"{size_px[0]}x{size_px[1]}px" if size_px else size
            return f"crop {size} {place.words}"
        case Rotate(degrees):
            return f"rotate {degrees:g}"
        case Flip(axis):
            return f"flip {axis.value}"
        case Scale(factor, width, height, long_side):
            return f"scale {factor or ''}{width or ''}x{height or ''}/{long_side or ''}"
        case Lettering(text, place, colour, size, height_px, bold):
            parts = [f"text {text!r} {place.words}"]
            parts += [colour.words] if colour else []
            parts += [f"x{size:g}"] if size != 1 else []
            parts += [f"{height_px}px"] if height_px else []
            parts += [] if bold else ["regular"]
            return " ".join(parts)


def of(area: object) -> str:
    match area:
        case ColourThing():
            return f" of {area.colour.words} {area.noun}".rstrip()
        case AllBut(thing):
            return f" of all but {thing.colour.words} {thing.noun}".rstrip()
    return ""


def kept(plan: Plan) -> str:
    words: list[str] = []
    for keep in plan.keeps:
        match keep:
            case KeepThing(thing):
                words.append(f"{thing.colour.words} {thing.noun}".rstrip())
            case KeepAspect(aspect):
                words.append(f"<{aspect.value}>")
            case KeepRest():
                words.append("<rest>")
            case KeepUnseen(_, noun):
                words.append(f"?{noun}")
    return ", ".join(words)


def meaning(text: str) -> str:
    """What an instruction was read as."""
    return "; ".join(short(operation) for operation in read_instruction(text).operations)
