"""Which side of which thing a phrase speaks of: the hair and its colour, the vase and its place.

Edits and keep clauses are reduced to such pairs, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.people_edits import Aspect, person_edit
from kontext_studio.prompting.phrases import (
    Tokens,
    core,
    head,
    owners,
    split_predicate,
    things,
    words_of,
)
from kontext_studio.prompting.reading import Reading, is_style, is_tone_change, is_whole_picture
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, terms, verbs
from kontext_studio.prompting.words.verbs import Act


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


@dataclass(frozen=True, slots=True)
class Facet:
    """``thing`` is a singular noun; "" stands for the picture, or for anyone."""

    thing: str
    side: Side
    token: Token | None = None


_SIDES: dict[Side, frozenset[str]] = {
    Side.COLOUR: looks.COLOUR_NOUNS | terms("colouration coloration colorway"),
    Side.MATERIAL: terms("material fabric texture surface finish"),
    Side.PLACE: terms("position placement location spot place orientation direction rotation"),
    Side.SIZE: terms("size scale proportions proportion height width length dimensions"),
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
    Side.TEXT: terms("text wording lettering caption words"),
    Side.FRAMING: terms("framing crop composition zoom"),
    Side.ANGLE: terms("camera_angle angle perspective viewpoint camera view"),
}
_SIDE_OF = {word: side for side, words in _SIDES.items() for word in words}
_DAY = terms("day daytime daylight morning noon midday afternoon sunlight sunshine sunny")
_NIGHT = terms("night nighttime night-time evening dusk midnight moonlight")
_MOVING = terms("move shift relocate reposition slide push pull rotate turn flip tilt pivot")
_POSING = terms("turn rotate tilt raise lower bend lift cross straighten")
_SIZING = terms("enlarge shrink resize scale widen narrow lengthen shorten stretch zoom")
_VIEWING = terms("crop zoom reframe recompose")


@lru_cache(maxsize=4)  # several rules ask this of the same reading
def edited(reading: Reading) -> tuple[Facet, ...]:
    """What the edits change."""
    return tuple(facet for clause in reading.edits for facet in _edited(clause))


def _edited(clause: Clause) -> Iterator[Facet]:
    target, state = clause.target, clause.state
    said = words_of(core(state))
    noun = head(target)
    named = [t.lemma for t in things(target)]
    if clause.act is Act.REMOVE:
        for lemma in named:
            yield Facet(lemma, Side.PRESENCE)
        return
    aspect = person_edit(clause)
    if aspect is not None:
        side = _ASPECTS.get(aspect)
        holds = any(t.word in _HOLDING for t in state[:1])
        if side is not None and not holds:
            yield Facet("", side)
    if noun is not None and noun.lemma in _SIDE_OF:
        owned = [t.lemma for t in owners(target)] or [
            t.lemma for t in things(target) if t is not noun
        ]
        for owner in owned or [""]:
            yield Facet(owner, _SIDE_OF[noun.lemma])
        if not owned and noun.lemma in _SIDES[Side.LIGHT] | places.SEASONS | _SIDES[Side.TIME]:
            yield from _scene(said)
        return
    if clause.base in _VIEWING:
        yield Facet("", Side.FRAMING)
        return
    whole = is_whole_picture(target)
    if whole or (clause.act is Act.MAKE and noun is None):
        yield from _scene(said)
        if said & _LARGER:
            yield Facet("", Side.SIZE)
        if (is_style(state) or any(looks.is_style(w) for w in said)) and not is_tone_change(state):
            yield Facet("", Side.STYLE)
        return
    if noun is None:
        return
    first = state[0].word if state else ""
    if verbs.inflected().get(first, first) in _EXPRESSIONS and clause.act in (Act.MAKE, Act.LET):
        yield Facet("", Side.EXPRESSION)
    if noun.lemma in places.STRICT_BACKDROPS and clause.act in (
        Act.CHANGE,
        Act.REPLACE,
        Act.SCOPE,
    ):
        yield Facet("background", Side.WHOLE)
        return
    for lemma in named:
        if clause.base in _MOVING or (clause.act is Act.PUT and clause.target[0].word != "a"):
            yield Facet(lemma, Side.PLACE)
            if clause.base in _POSING and lemma in people.BODY_PARTS:
                yield Facet("", Side.POSE)
        elif clause.base in _SIZING or said & _LARGER:
            yield Facet(lemma, Side.SIZE)
        if (clause.act is Act.REPLACE or _becomes_another(clause)) and not _same_noun(state, lemma):
            yield Facet(lemma, Side.WHOLE)
        if _gives_colour(clause, said):
            yield Facet(lemma, Side.COLOUR)
        if any(looks.is_material(word) for word in said) and not _gives_colour(clause, said):
            yield Facet(lemma, Side.MATERIAL)
        if said & _SHAPES and clause.act in (Act.MAKE, Act.CHANGE, Act.ADJUST, Act.SCOPE):
            yield Facet(lemma, Side.SHAPE)
        if clause.state and any(t.kind is Kind.QUOTE for t in state):
            yield Facet(lemma, Side.TEXT)
    yield from _scene(said) if any(places.is_place(lemma) for lemma in named) else ()


_EXPRESSIONS = verbs.EXPRESSIONS_VERB - {"seem", "appear", "stand_out"}
_SHAPES = terms(
    """round oval square rectangular triangular circular curved flat pointed hexagonal spherical
    cylindrical conical heart-shaped star-shaped"""
)
_HOLDING = terms("hold holding carry carrying wear wearing holds carries wears")
_LARGER = terms("bigger smaller larger taller shorter wider narrower longer thinner thicker")
_ASPECTS = {
    Aspect.CLOTHES: Side.CLOTHES,
    Aspect.HAIR: Side.HAIR,
    Aspect.AGE: Side.AGE,
    Aspect.POSE: Side.POSE,
}


def _gives_colour(clause: Clause, said: frozenset[str]) -> bool:
    colours = any(looks.is_colour(word) for word in said) or any(
        t.kind is Kind.COLOUR_CODE for t in clause.state
    )
    return colours and clause.act in (Act.CHANGE, Act.COLOUR, Act.MAKE, Act.SCOPE, Act.GIVE)


def _becomes_another(clause: Clause) -> bool:
    """ "Change the sky to a storm": another thing, not another side of the same."""
    if clause.act not in (Act.CHANGE, Act.SCOPE) or clause.link is None:
        return False
    article = bool(clause.state) and clause.state[0].word in ("a", "an")
    noun = head(clause.state)
    if not article or noun is None or clause.link.word not in ("to", "into"):
        return False
    return not (
        noun.lemma in _SIDE_OF or looks.is_colour(noun.lemma) or looks.is_material(noun.lemma)
    )


def _same_noun(state: Tokens, lemma: str) -> bool:
    noun = head(state)
    return noun is not None and noun.lemma == lemma


_WEATHER = places.WEATHER - places.TIMES


_TIMES_AND_SEASONS = places.TIMES | places.SEASONS


def _scene(said: frozenset[str]) -> Iterator[Facet]:
    if said & _NIGHT:
        yield Facet("night", Side.TIME)
    elif said & _DAY:
        yield Facet("day", Side.TIME)
    elif said & _TIMES_AND_SEASONS:
        yield Facet("", Side.TIME)
    if said & _WEATHER:
        yield Facet("", Side.WEATHER)


_DAY_OR_NIGHT = _DAY | _NIGHT


def kept(clause: Clause) -> Iterator[Facet]:
    """What one keep clause names, item by item."""
    row = tuple(
        t for t in clause.tokens if not t.is_word or t.word not in _KEEP_WORDS or t.possessive
    )
    if any(t.word in ("everything", "everything else", "else", "rest", "other") for t in row):
        return
    lettering = any(t.lemma in ("font", "typeface", "lettering") for t in row)
    for part in _items(row):
        thing, look = split_predicate(part)
        if look and thing and all(looks.is_colour(t.word) for t in look if t.is_word):
            named = head(thing)
            if named is not None:  # "keep the dress red"
                yield Facet(named.lemma, Side.COLOUR, named)
                continue
        noun = head(part)
        if noun is None or not noun.is_word:
            if part and part[0].word in ("it", "him", "her", "them"):
                yield Facet("it", Side.PRESENCE, part[0])
            continue
        where = _where(part)
        if where is not None:
            yield Facet(noun.lemma, where, noun)
            continue
        lemma = noun.lemma
        modifiers = words_of(part)
        if modifiers & places.SEASONS and lemma not in _SIDE_OF:
            yield Facet("", Side.TIME, noun)
        if modifiers & _DAY_OR_NIGHT and lemma not in _SIDE_OF:
            yield Facet("day" if modifiers & _DAY else "night", Side.TIME, noun)
        if lemma == "background" or lemma in places.STRICT_BACKDROPS:
            yield Facet("background", Side.WHOLE, noun)
        elif lemma in _SIDE_OF:
            side = _SIDE_OF[lemma]
            if side is Side.TIME:
                yield Facet(
                    "day" if lemma in _DAY else "night" if lemma in _NIGHT else "", side, noun
                )
                continue
            owned = [t.lemma for t in owners(part)] or [
                t.lemma
                for t in core(part)
                if t.is_word and t is not noun and (_is_thing(t) or people.is_garment(t.lemma))
            ]
            if not owned and lettering:
                owned = ["font"]
            if not owned and part[0].word in ("its", "their", "his", "her"):
                owned = ["it"]
            if side is Side.MATERIAL and any(looks.is_colour(t.word) for t in part):
                side = Side.COLOUR  # "the piano's black finish"
            if owned and side is Side.ANGLE:
                side = Side.PLACE  # of a thing, not of the camera
            yield Facet(owned[-1] if owned else "", side, noun)
        elif any(looks.is_style(t.word) for t in part):
            yield Facet("", Side.STYLE, noun)
        else:
            yield Facet(lemma, Side.WHOLE, noun)


_KEEP_WORDS = terms(
    """keep keeping maintain maintaining preserve preserving retain retaining leave leaving while
    the same exact exactly identical unchanged intact untouched original with and but without
    changing change do not don't current existing overall"""
)


def _is_thing(token: Token) -> bool:
    return (
        token.word not in grammar.DETERMINERS
        and token.word not in grammar.PREPOSITIONS
        and token.word not in grammar.PRONOUNS
        and not grammar.is_adjective(token.word)
        and token.lemma not in _SIDE_OF
        and not looks.is_style(token.word)
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
            noun = head(rest)
            if noun is not None and noun.lemma in _SIDE_OF:
                return _SIDE_OF[noun.lemma]
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
