"""Which side of which thing a phrase speaks of: the hair and its colour, the vase and its place.

Edits and keep clauses are reduced to such pairs, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.phrases import (
    Tokens,
    core,
    head,
    owners,
    split_predicate,
    words_of,
)
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, scales, terms, verbs


class Side(Enum):
    WHOLE = "whole"
    COLOUR = "colour"
    MATERIAL = "material"
    PLACE = "place"
    SIZE = "size"
    SHAPE = "shape"
    STYLE = "style"
    LIGHT = "light"
    TIME = "time"
    WEATHER = "weather"
    POSE = "pose"
    CLOTHES = "clothes"
    HAIR = "hair"
    AGE = "age"
    EXPRESSION = "expression"
    BACKGROUND = "background"
    TEXT = "text"
    FRAMING = "framing"
    ANGLE = "angle"
    PRESENCE = "presence"
    ORIENTATION = "orientation"
    FOCUS = "focus"
    STATE = "state"
    FONT = "font"


@dataclass(frozen=True, slots=True)
class Facet:
    """``thing`` is a singular noun; "" stands for the picture, or for anyone.

    ``detail`` is which size ("height") or which state ("wet"); "" is any.
    """

    thing: str
    side: Side
    token: Token | None = None
    detail: str = ""


SIDES: dict[Side, frozenset[str]] = {
    Side.COLOUR: looks.COLOUR_NOUNS | terms("colouration coloration colorway"),
    Side.MATERIAL: terms("material fabric texture surface finish"),
    Side.PLACE: terms("position placement location spot place"),
    Side.ORIENTATION: terms("orientation direction rotation"),
    Side.FOCUS: terms("focus sharpness blur"),
    Side.SIZE: terms(
        "size scale proportions proportion height width length depth thickness dimensions"
    ),
    Side.SHAPE: terms("shape form silhouette outline"),
    Side.STYLE: terms("style aesthetic medium photorealism realism"),
    Side.LIGHT: terms("lighting light illumination brightness shadow exposure"),
    Side.TIME: places.TIMES | terms("season time_of_day time"),
    Side.WEATHER: terms("weather"),
    Side.POSE: terms("pose posture stance gesture"),
    Side.CLOTHES: terms("clothes clothing outfit attire costume garment wardrobe"),
    Side.HAIR: terms("hairstyle haircut hairdo"),
    Side.AGE: terms("age"),
    Side.EXPRESSION: terms("expression smile mood"),
    Side.TEXT: terms("text wording caption words"),
    Side.FONT: terms("font typeface lettering typography letterform type"),
    Side.FRAMING: terms("framing crop composition zoom"),
    Side.ANGLE: terms("camera_angle angle perspective viewpoint camera view"),
}
SIDE_OF = {word: side for side, words in SIDES.items() for word in words}
_DIMENSIONS = terms("height width length depth thickness")
DAY = terms("day daytime daylight morning noon midday afternoon sunlight sunshine sunny")
NIGHT = terms("night nighttime night-time evening dusk midnight moonlight")

_DAY_OR_NIGHT = DAY | NIGHT


def kept(clause: Clause) -> Iterator[Facet]:
    """What one keep clause names, item by item."""
    row = tuple(
        t for t in clause.tokens if not t.is_word or t.word not in _KEEP_WORDS or t.possessive
    )
    if any(t.word in ("everything", "everything else", "else", "rest", "other") for t in row):
        return
    lettering = any(t.lemma in ("font", "typeface", "lettering") for t in row)
    for part in _items(row):
        yield from _kept_states(part)
        yield from _kept_item(part, lettering=lettering)


def _kept_states(part: Tokens) -> Iterator[Facet]:
    """ "The window closed", "the wet road", "him standing"."""
    states = [t for t in part if scales.is_state(t.word)]
    if not states:
        return
    noun = head(tuple(t for t in part if t not in states))
    if noun is None and len(states) > 1 and part[0].word in grammar.DETERMINERS:
        noun, states = states[0], states[1:]  # "the square empty"
    thing = noun.lemma if noun is not None and noun.is_word else "it"
    if thing in SIDE_OF and thing not in people.BODY_PARTS and thing not in places.LIGHT:
        return
    if thing == "it" and part[0].word not in _STAND_INS:
        return
    yield from (Facet(thing, Side.STATE, noun or part[0], state.word) for state in states)


_STAND_INS = terms("it him her them")


def _without_doing(part: Tokens) -> Tokens:
    """ "The shield hanging there" is the shield."""
    for i, token in enumerate(part):
        if i > 1 and token.word.endswith("ing") and token.word in verbs.inflected():
            return part[:i]
    return part


def _kept_item(part: Tokens, *, lettering: bool) -> Iterator[Facet]:
    part = _without_doing(part)
    thing, look = split_predicate(part)
    if look and thing and all(looks.is_colour(t.word) for t in look if t.is_word):
        named = head(thing)
        if named is not None:  # "keep the dress red"
            yield Facet(named.lemma, Side.COLOUR, named)
            return
    noun = head(part)
    if noun is None or not noun.is_word:
        if part and part[0].word in _STAND_INS:
            yield Facet("it", Side.PRESENCE, part[0])
        return
    where = _where(part)
    if where is not None:
        yield Facet(noun.lemma, where, noun)
        return
    lemma = noun.lemma
    modifiers = words_of(part)
    if modifiers & places.SEASONS and lemma not in SIDE_OF:
        yield Facet("", Side.TIME, noun)
    if modifiers & _DAY_OR_NIGHT and SIDE_OF.get(lemma) is not Side.TIME:
        yield Facet("day" if modifiers & DAY else "night", Side.TIME, noun)
    if lemma == "background" or lemma in places.STRICT_BACKDROPS:
        yield Facet("background", Side.WHOLE, noun)
    elif lemma in SIDE_OF:
        yield from _kept_side(part, noun, lettering=lettering)
    elif any(looks.is_style(t.word) for t in part) or "photographic" in modifiers:
        yield Facet("", Side.STYLE, noun)
    else:
        yield Facet(lemma, Side.WHOLE, noun)


def _kept_side(part: Tokens, noun: Token, *, lettering: bool) -> Iterator[Facet]:
    """ "The colour of the car", "its size", "the arm position"."""
    side = SIDE_OF[noun.lemma]
    if side is Side.TIME:
        time = "day" if noun.lemma in DAY else "night" if noun.lemma in NIGHT else ""
        yield Facet(time, side, noun)
        return
    owned = [t.lemma for t in owners(part)] or [
        t.lemma
        for t in core(part)
        if t.is_word and t is not noun and (_is_thing(t) or people.is_garment(t.lemma))
    ]
    if side is Side.FONT:
        owned = ["font"]
    if not owned and lettering:
        owned = ["font"]
    if not owned and part[0].word in ("its", "their", "his", "her"):
        owned = ["it"]
    if not owned:
        bearer = _bearer(part, noun)
        owned = [bearer.lemma] if bearer is not None else []
    if side is Side.MATERIAL and any(looks.is_colour(t.word) for t in part):
        side = Side.COLOUR  # "the piano's black finish"
    if owned and side is Side.ANGLE:
        side = Side.ORIENTATION  # of a thing, not of the camera
    detail = noun.lemma if noun.lemma in _DIMENSIONS else ""
    yield Facet(owned[-1] if owned else "", side, noun, detail)


def _bearer(part: Tokens, noun: Token) -> Token | None:
    """ "The text on the sign"."""
    after = [t for t in part if t.start >= noun.end]
    bears = after and after[0].word in ("on", "in", "at")
    return head(after[1:]) if bears else None


_KEEP_WORDS = terms(
    """keep keeping maintain maintaining preserve preserving retain retaining leave leaving while
    the same exact exactly identical unchanged intact untouched original with but without changing
    change do not don't current existing overall present stay stays staying remain remains
    remaining constant"""
)


def _is_thing(token: Token) -> bool:
    return (
        token.word not in grammar.DETERMINERS
        and token.word not in grammar.PREPOSITIONS
        and token.word not in grammar.PRONOUNS
        and not grammar.is_adjective(token.word)
        and token.lemma not in SIDE_OF
        and not looks.is_style(token.word)
        and "-" not in token.word
    )


def _where(part: Tokens) -> Side | None:
    """ "The chair in the exact same position", "the cap on"."""
    for i, token in enumerate(part):
        if i and token.word == "where":
            return Side.PLACE  # "the bench where it is"
        if i and token.word in ("in", "at", "on"):
            rest = part[i + 1 :]
            if not rest:
                return Side.PRESENCE
            noun, before = head(rest), head(part[:i])
            if before is not None and before.lemma in SIDE_OF:
                return None  # "the text on the sign"
            if noun is not None and noun.lemma in SIDE_OF:
                return SIDE_OF[noun.lemma]
            if token.word == "at":
                return Side.PLACE
            return Side.PRESENCE if token.word == "on" else Side.WHOLE
    return None


def _items(row: Tokens) -> Iterator[Tokens]:
    start = 0
    for i, token in enumerate(row):
        if token.kind is Kind.COMMA or token.word in ("and", "&"):
            if i > start:
                yield row[start:i]
            start = i + 1
    if start < len(row):
        yield row[start:]
