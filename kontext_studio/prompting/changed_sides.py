"""Which sides of which things the edits of an instruction change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.facets import DAY, NIGHT, SIDE_OF, SIDES, Facet, Side
from kontext_studio.prompting.people_edits import Aspect, person_edit
from kontext_studio.prompting.phrases import Tokens, core, head, owners, things, words_of
from kontext_studio.prompting.reading import Reading, is_style, is_tone_change, is_whole_picture
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import looks, people, places, scales, terms, verbs
from kontext_studio.prompting.words.verbs import Act

_MOVING = terms("move shift relocate reposition slide push pull")
_TURNING = terms("rotate turn flip tilt pivot spin mirror swivel")
_POSING = terms("turn rotate tilt raise lower bend lift cross straighten")
_SIZING = {
    **dict.fromkeys(("enlarge", "shrink", "resize", "scale", "stretch", "double", "halve"), ""),
    **dict.fromkeys(("widen", "narrow"), "width"),
    **dict.fromkeys(("lengthen", "shorten"), "length"),
    **dict.fromkeys(("deepen",), "depth"),
    **dict.fromkeys(("thicken", "thin"), "thickness"),
    **dict.fromkeys(("raise", "lower"), "height"),
}
_SIZED = {
    **dict.fromkeys(("tall", "taller", "high", "higher", "low", "lower"), "height"),
    **dict.fromkeys(("wide", "wider", "narrow", "narrower", "broad", "broader"), "width"),
    **dict.fromkeys(("long", "longer", "short", "shorter"), "length"),
    **dict.fromkeys(("deep", "deeper", "shallow", "shallower"), "depth"),
    **dict.fromkeys(("thick", "thicker", "thin", "thinner"), "thickness"),
    **dict.fromkeys(("big", "bigger", "small", "smaller", "large", "larger", "tiny", "huge"), ""),
}
_SIZE_ACTS = (Act.MAKE, Act.LET, Act.CHANGE, Act.SCOPE, Act.REPLACE, Act.ADJUST)
_TIMES = terms("twice half thrice times double triple")
_VIEWING = terms("crop zoom reframe recompose")
_LIGHTING = terms("brighten darken lighten dim")
_RELIGHTING = terms("light relight illuminate")
_LIT = terms("bright brighter dark darker light lighter dim dimmer brightly backlit underexposed")
_TONING = terms("desaturate saturate colorize colourise colorise colourize mute")
_SHOWING = terms("show view see render shoot photograph")
_SEEN_FROM = terms("above below behind overhead underneath")
_VIEWS = terms("view perspective viewpoint aerial_view top_view angle low-angle high-angle")


@lru_cache(maxsize=4)  # several rules ask this of the same reading
def edited(reading: Reading) -> tuple[Facet, ...]:
    """What the edits change."""
    restyled = (Facet("", Side.STYLE) for _ in reading.restyles)
    return (*(facet for clause in reading.edits for facet in _edited(clause)), *restyled)


def _edited(clause: Clause) -> Iterator[Facet]:
    target, state = clause.target, clause.state
    said = words_of(core(state))
    noun = head(target)
    named = [t.lemma for t in things(target)]
    if clause.act is Act.REMOVE:
        for lemma in named:
            yield Facet(lemma, Side.PRESENCE)
            if clause.base in scales.BRINGING:
                yield Facet(lemma, Side.STATE, detail=scales.brought_by(clause.base))
        return
    if clause.act in (Act.ADD, Act.PUT):
        yield from _filled(clause)
    given = head(state) if clause.act is Act.GIVE else None
    if given is not None and any(looks.is_colour(word) for word in said):
        yield Facet(given.lemma, Side.COLOUR)  # "give the actress auburn hair"
    if given is not None:
        for word in sorted(said):
            if word in _SIZED:
                yield Facet(given.lemma, Side.SIZE, detail=_SIZED[word])
            if scales.is_state(word):
                yield Facet(given.lemma, Side.STATE, detail=word)
    if clause.act in (Act.LET, Act.MAKE):
        yield from _done_by(clause, named)
    aspect = person_edit(clause)
    if aspect is not None:
        side = _ASPECTS.get(aspect)
        holds = any(t.word in _HOLDING for t in state[:1])
        if side is not None and not holds:
            yield Facet("", side)
    if noun is not None and noun.lemma in SIDE_OF:
        owned = [t.lemma for t in owners(target)] or [
            t.lemma for t in things(target) if t is not noun
        ]
        detail = noun.lemma if noun.lemma in _SIZED.values() else ""
        if SIDE_OF[noun.lemma] is Side.FONT:
            owned = ["font"]
        for owner in owned or [""]:
            yield Facet(owner, SIDE_OF[noun.lemma], noun, detail)
        if not owned and noun.lemma in SIDES[Side.LIGHT] | places.SEASONS | SIDES[Side.TIME]:
            yield from _scene(said)
        yield from _states(clause, named)
        return
    if _looks_from(clause):
        yield Facet("", Side.ANGLE)
    if clause.base in _VIEWING:
        yield Facet("", Side.FRAMING)
        return
    if clause.base in _RELIGHTING:
        yield Facet("", Side.LIGHT)
    if is_whole_picture(target) or (clause.act is Act.MAKE and noun is None):
        yield from _of_picture(clause, said)
        return
    if noun is None:
        return
    if noun.lemma in _WHOLE_BY_NAME and clause.act in (Act.CHANGE, Act.SCOPE) and state:
        yield Facet(noun.lemma, Side.WHOLE)
    if said & _FONTS and clause.act in (Act.CHANGE, Act.REPLACE, Act.MAKE, Act.PUT, Act.ADJUST):
        yield Facet("font", Side.FONT)
    first = state[0].word if state else ""
    if verbs.inflected().get(first, first) in _EXPRESSIONS and clause.act in (Act.MAKE, Act.LET):
        yield Facet("", Side.EXPRESSION)
    yield from _states(clause, named)
    if noun.lemma in places.STRICT_BACKDROPS and clause.act in (
        Act.CHANGE,
        Act.REPLACE,
        Act.SCOPE,
    ):
        yield Facet("background", Side.WHOLE)
        return
    for lemma in named:
        yield from _of_thing(clause, lemma, said)
    if any(places.is_place(lemma) or lemma in places.SKY for lemma in named):
        yield from _scene(said)


def _of_picture(clause: Clause, said: frozenset[str]) -> Iterator[Facet]:
    state = clause.state
    yield from _scene(said)
    if said & _LARGER:
        yield Facet("", Side.SIZE)
    if clause.base in _LIGHTING or (clause.act is Act.MAKE and said & _LIT):
        yield Facet("", Side.LIGHT)
    if clause.base in _TURNING and not _becomes(clause):
        yield Facet("", Side.ORIENTATION)
    if clause.base in _TONING or is_tone_change(state):
        yield Facet("", Side.COLOUR)
    if clause.base in ("blur", "sharpen", "soften"):
        yield Facet("", Side.FOCUS)
    if (is_style(state) or any(looks.is_style(w) for w in said)) and not is_tone_change(state):
        yield Facet("", Side.STYLE)


def _of_thing(clause: Clause, lemma: str, said: frozenset[str]) -> Iterator[Facet]:
    state = clause.state
    moved = clause.act is Act.PUT and clause.target[0].word != "a" and clause.base not in _TURNING
    if clause.base in _MOVING or moved:
        yield Facet(lemma, Side.PLACE)
    if clause.base in _TURNING and not _becomes(clause):
        yield Facet(lemma, Side.ORIENTATION)
    if clause.base in _POSING and lemma in people.BODY_PARTS:
        yield Facet("", Side.POSE)
        yield Facet(lemma, Side.PLACE)
    if clause.base in _SIZING:
        yield Facet(lemma, Side.SIZE, detail=_SIZING[clause.base])
    elif clause.act in _SIZE_ACTS:
        measured = any(t.word in _TIMES for t in state[:2])  # "twice as tall"
        for word in sorted((words_of(state) if measured else said) & _SIZED.keys()):
            yield Facet(lemma, Side.SIZE, detail=_SIZED[word])
    if clause.base in _LIGHTING:
        yield Facet(lemma, Side.LIGHT)
    if clause.base in ("blur", "sharpen", "soften"):
        yield Facet(lemma, Side.FOCUS)
    same = _same_noun(state, lemma) or _is_one(state)
    if (clause.act is Act.REPLACE or _becomes_another(clause)) and not _same_noun(state, lemma):
        yield Facet(lemma, Side.WHOLE)
    colours = _gives_colour(clause, said, same=same)
    if colours:
        yield Facet(lemma, Side.COLOUR)
    if any(looks.is_material(word) and not (colours and looks.is_colour(word)) for word in said):
        yield Facet(lemma, Side.MATERIAL)
    shaped = clause.act in (Act.MAKE, Act.CHANGE, Act.ADJUST, Act.SCOPE)
    if said & _SHAPES and (shaped or (same and clause.act is Act.REPLACE)):
        yield Facet(lemma, Side.SHAPE)
    if state and any(t.kind is Kind.QUOTE for t in state):
        yield Facet(lemma if lemma[:1] not in _MARKS else "", Side.TEXT)


def _becomes(clause: Clause) -> bool:
    """ "Turn the car into a boat", not "turn the car to the left"."""
    return clause.link is not None and clause.link.word not in ("to", "toward", "towards", "by")


_MARKS = tuple("'\"“”‘’«»‹›「」『』《》\ue000")
# Another layout is no side of the layout; it is another one.
_WHOLE_BY_NAME = terms(
    "layout pattern design theme arrangement order number amount count species breed flavour"
)
_FONTS = terms(
    """serif sans-serif sans slab script italic grotesque grotesk blackletter monospace typewriter
    stencil cursive handwriting calligraphy font typeface"""
)
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


def _states(clause: Clause, named: list[str]) -> Iterator[Facet]:
    """What the things are afterwards: wet, open, on; of whom: sitting, clean-shaven."""
    states = [scales.brought_by(clause.base)]
    if clause.base in ("turn", "switch"):
        states += [t.word for t in clause.tokens[1:] if t.word in ("on", "off")][:1]
    if clause.act in (Act.MAKE, Act.LET, Act.CHANGE, Act.SCOPE) and clause.state:
        doing = verbs.inflected().get(clause.state[0].word, clause.state[0].word)
        states += [scales.brought_by(doing)]
        states += [t.word for t in core(clause.state) if scales.is_state(t.word)]
    if clause.act is Act.GIVE and words_of(clause.state) & people.FACIAL_HAIR:
        states.append("bearded")
    for lemma in named:
        yield from (Facet(lemma, Side.STATE, detail=state) for state in states if state)


def _done_by(clause: Clause, named: list[str]) -> Iterator[Facet]:
    """ "Let the ship drift to the right", "let the robot raise both arms"."""
    words = [t.word for t in clause.tokens]
    for doing in (w for w in words[2:] if w in _TRAVELLING):
        if any(t.word in _WHITHER for t in clause.tokens[words.index(doing) + 1 :][:3]):
            yield from (Facet(lemma, Side.PLACE) for lemma in _doers(clause, named))
    first = clause.state[0].word if clause.state else ""
    brought = scales.brought_by(first)
    if brought and first in _POSING:
        for thing in things(clause.state[1:]):
            yield Facet(thing.lemma, Side.STATE, detail=brought)


def _doers(clause: Clause, named: list[str]) -> list[str]:
    """ "The ship drift" is read as a thing of that name where "drift" may be one."""
    return [*named, *(t.lemma for t in core(clause.target)[1:2])]


_TRAVELLING = terms("drift move slide float roll walk go fly swim sail drive run glide march")
_WHITHER = terms("to towards toward left right forward forwards back backwards closer away")


def _filled(clause: Clause) -> Iterator[Facet]:
    """ "Add clouds to the sky": it is clear no longer."""
    new = head(clause.target)
    if clause.link is None or new is None:
        return
    cloudy = new.lemma in places.WEATHER
    for place in things(clause.state):
        yield Facet(place.lemma, Side.STATE, detail="cloudy" if cloudy else "occupied")


def _looks_from(clause: Clause) -> bool:
    """ "Show the car from above", "change the camera angle to a bird's eye view"."""
    words = [t.word for t in clause.tokens]
    if clause.base in _SHOWING and "from" in words:
        return bool(_SEEN_FROM & {*words[words.index("from") :]})
    return bool(words_of(clause.state) & _VIEWS) and is_whole_picture(clause.target)


def _is_one(state: Tokens) -> bool:
    """ "With a round one"."""
    return bool(state) and state[-1].word == "one"


def _gives_colour(clause: Clause, said: frozenset[str], *, same: bool) -> bool:
    colours = any(looks.is_colour(word) for word in said) or any(
        t.kind is Kind.COLOUR_CODE for t in clause.state
    )
    acts = (Act.CHANGE, Act.COLOUR, Act.MAKE, Act.SCOPE, Act.GIVE)
    return colours and (clause.act in acts or (same and clause.act is Act.REPLACE))


def _becomes_another(clause: Clause) -> bool:
    """ "Change the sky to a storm": another thing, not another side of the same."""
    if clause.act not in (Act.CHANGE, Act.SCOPE) or clause.link is None:
        return False
    article = bool(clause.state) and clause.state[0].word in ("a", "an")
    noun = head(clause.state)
    if not article or noun is None or clause.link.word not in ("to", "into"):
        return False
    return not (
        noun.lemma in SIDE_OF or looks.is_colour(noun.lemma) or looks.is_material(noun.lemma)
    )


def _same_noun(state: Tokens, lemma: str) -> bool:
    noun = head(state)
    return noun is not None and noun.lemma == lemma


_WEATHER = places.WEATHER - places.TIMES


_TIMES_AND_SEASONS = places.TIMES | places.SEASONS


def _scene(said: frozenset[str]) -> Iterator[Facet]:
    if said & NIGHT:
        yield Facet("night", Side.TIME)
    elif said & DAY:
        yield Facet("day", Side.TIME)
    elif said & _TIMES_AND_SEASONS:
        yield Facet("", Side.TIME)
    if said & _WEATHER:
        yield Facet("", Side.WEATHER)
