"""Joins what is named with what is wished for it: subject and value make an operation, or a gap.

Promises that nothing is ever widened: a wish for a named thing never becomes one for the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kontext_studio.engine.grammar.colour_rules import Paint
from kontext_studio.engine.grammar.thing_rules import It, Rest, Unfound
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    ColourThing,
    Keep,
    Operation,
    Recolour,
    Relight,
    Reseason,
    Reweather,
    Style,
    Stylise,
    Tint,
    WholePicture,
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A wish for "it" or "the rest", to be settled when the clauses before it are known."""

    subject: It | Rest
    wish: Wish


@dataclass(frozen=True, slots=True)
class Unmet:
    """A clause that was understood and cannot be carried out, with the reason.

    `reason` is "no_colour" (a thing named without its colour), "whole_colour" (a colour for the
    whole picture), "lettering" (changing letters in the picture), "unquoted" (letters without
    quotation marks), "area_only" (an effect that exists for the whole picture only), "no_degree"
    (what is there or not, asked for by halves).
    """

    reason: str
    words: str
    noun: str
    start: int
    end: int
    colour_at: int = -1
    value: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is said to be wrong: "it is too dark". It is a wish by itself, and only the reason for
    one where the instruction goes on to ask for the same."""

    wish: Adjust


@dataclass(frozen=True, slots=True)
class Temper:
    """What was asked for just before should be done by a share only: "but not too much"."""

    factor: float


Wish = Paint | Operation
Item = Operation | Keep | Pending | Unmet | Complaint | Temper
Subject = ColourThing | AllBut | WholePicture | It | Rest | Unfound

_STYLES_FOR_AREAS = frozenset({Style.MONOCHROME, Style.SEPIA, Style.NEGATIVE, Style.GRAIN})
_BY_AMOUNT = frozenset({Style.VIGNETTE, Style.GRAIN, Style.MONOCHROME, Style.SEPIA, Style.VINTAGE})


def join(subject: Subject, wish: Wish) -> Item | None:
    """The operation that does `wish` to `subject`, or None where the two make no sense."""
    match subject:
        case It() | Rest():
            if _is_whole_only(wish):
                return wish if isinstance(subject, It) and not isinstance(wish, Paint) else None
            return Pending(subject, wish)
        case Unfound():
            value = _value_words(wish)
            return Unmet(
                "no_colour",
                subject.words,
                subject.noun,
                subject.start,
                subject.end,
                subject.colour_at,
                value,
            )
    if isinstance(wish, Paint):
        if isinstance(subject, ColourThing):
            return Recolour(subject, wish.colour, wish.matte)
        return Unmet("whole_colour", "", "", 0, 0, value=wish.colour.words)
    if isinstance(wish, Adjust | Tint):
        return replace(wish, area=subject)
    if isinstance(wish, Stylise) and (
        isinstance(subject, WholePicture) or wish.style in _STYLES_FOR_AREAS
    ):
        return replace(wish, area=subject)
    if isinstance(subject, WholePicture):
        return wish
    words = subject.words if isinstance(subject, ColourThing) else subject.thing.words
    return Unmet("area_only", words, words, *_span(subject), value=_value_words(wish))


def settle(pending: Pending, last: ColourThing | None, kept: ColourThing | None) -> Item | None:
    """Gives "it" and "the rest" their meaning: the thing named last, or the picture."""
    if isinstance(pending.subject, Rest):
        thing = kept or last
        return join(AllBut(thing) if thing else WholePicture(), pending.wish)
    subject = pending.subject
    settled = join(last or WholePicture(), pending.wish)
    if isinstance(settled, Unmet) and settled.reason == "whole_colour":
        return replace(settled, words="it", noun="it", start=subject.start, end=subject.end)
    return settled


def tempered(item: Item, factor: float) -> Item | None:
    """The same by a share, or None for what cannot be done by halves."""
    match item:
        case Adjust(exact=True):
            return None
        case Adjust() | Tint() | Relight() | Reseason() | Reweather():
            return replace(item, amount=item.amount * factor)
        case Stylise(style) if style in _BY_AMOUNT:
            return replace(item, amount=item.amount * factor)
        case Complaint(wish):
            return Complaint(replace(wish, amount=wish.amount * factor))
    return None


def _is_whole_only(wish: Wish) -> bool:
    if isinstance(wish, Stylise):
        return wish.style not in _STYLES_FOR_AREAS
    return not isinstance(wish, Paint | Adjust | Tint)


def _span(subject: ColourThing | AllBut) -> tuple[int, int]:
    thing = subject if isinstance(subject, ColourThing) else subject.thing
    return thing.start, thing.end


def _value_words(wish: Wish) -> str:
    match wish:
        case Paint(colour):
            return colour.words
        case Adjust(quality):
            return quality.value
        case Stylise(style):
            return style.value
        case Relight(scene):
            return scene.value
        case Reseason(season):
            return season.value
        case Reweather(weather):
            return weather.value
    return ""
