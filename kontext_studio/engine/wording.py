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


def verb_of(operation: Operation) -> str:
    """The operation as a person would name it in a sentence."""
    match operation:
        case Crop():
            return "cropping"
        case Rotate():
            return "rotating"
        case Flip():
            return "flipping"
        case Scale():
            return "changing the size"
        case Recolour(area, colour):
            return f"colouring {area.words} {colour.words}"
        case Adjust(quality):
            return f"changing the {quality.value}"
        case Tint(colour):
            return f"a {colour.words} tint"
        case Relight(scene):
            return f"a change to {scene.value}"
        case Reseason(season):
            return f"a change to {season.value}"
        case Reweather(weather):
            return weather.value
        case Stylise(style):
            return f"the look of a {style.value}" if style in _NOUN_STYLES else style.value
        case Lettering():
            return "adding text"


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
