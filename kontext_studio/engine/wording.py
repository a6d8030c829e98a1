"""Operations in words: as what was done, and as what a sentence speaks of."""

from __future__ import annotations

from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    ColourThing,
    Crop,
    Detail,
    Flip,
    Lettering,
    Operation,
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


def describe(operation: Operation) -> str:
    """One operation in a few words, past tense."""
    return _in_words(operation)[0]


def verb_of(operation: Operation) -> str:
    """The operation as a person would name it in a sentence."""
    return _in_words(operation)[1]


def wish_of(operation: Operation) -> str:
    """The operation as a wish that has a direction: "more contrast"."""
    if isinstance(operation, Adjust):
        return f"{'more' if operation.amount > 0 else 'less'} {operation.quality.value}"
    return verb_of(operation)


def _in_words(operation: Operation) -> tuple[str, str]:
    """What was done, and what it is called."""
    match operation:
        case Recolour(area, colour, matte):
            shade = f"{colour.words}{', matte' if matte else ''}"
            return f"Coloured {area.words} {shade}", f"colouring {area.words} {colour.words}"
        case Adjust(quality, amount, area):
            way = "Raised" if amount > 0 else "Lowered"
            return f"{way} the {quality.value}{_of(area)}", f"changing the {quality.value}"
        case Tint(colour, _, area):
            return f"Added a {colour.words} tint{_of(area)}", f"a {colour.words} tint"
        case Relight(scene):
            done = f"Graded for {scene.value}; no lamp was lit and no shadow moved"
            return done, f"a change to {scene.value}"
        case Reseason(season):
            return f"Graded for {season.value}", f"a change to {season.value}"
        case Reweather(weather):
            return f"Drew {weather.value}", weather.value
        case Stylise(style, details, _, area):
            extra = ", ".join(d.value for d in Detail if d in details)
            done = f"Style: {style.value}{f' ({extra})' if extra else ''}{_of(area)}"
            return done, f"the look of a {style.value}" if style in _NOUN_STYLES else style.value
        case Crop():
            return "Cropped", "cropping"
        case Rotate(degrees):
            exact = degrees % 90 == 0
            done = f"Rotated by {degrees:g}°{'' if exact else ', corners cropped away'}"
            return done, "rotating"
        case Flip(axis):
            return f"Flipped {axis.value}", "flipping"
        case Scale():
            return "Resampled; enlarging adds no detail", "changing the size"
        case Lettering(text):
            return f"Set the text “{text}”", "adding text"


def _of(area: object) -> str:
    if isinstance(area, ColourThing):
        return f" of {area.words}"
    if isinstance(area, AllBut):
        return f" of everything but {area.thing.words}"
    return ""


_NOUN_STYLES = frozenset(
    {
        Style.PENCIL,
        Style.CHARCOAL,
        Style.OIL,
        Style.WATERCOLOUR,
        Style.POSTER,
        Style.VINTAGE,
        Style.NEGATIVE,
        Style.VIGNETTE,
    }
)
