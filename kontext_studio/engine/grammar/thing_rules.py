"""Reads what an instruction points at: the picture, a thing named by its colour, or neither.

A thing's noun is taken as it stands: the engine finds it by colour alone. A noun without a colour
becomes an Unfound, which some later stage refuses in words; nothing here guesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kontext_studio.engine.colour_names import MODIFIERS, NamedColour, colour_table
from kontext_studio.engine.grammar.colour_rules import ALSO_THINGS
from kontext_studio.engine.grammar.matcher import Captures, Grammar, Reading
from kontext_studio.engine.grammar.tokens import Kind, Token
from kontext_studio.engine.grammar.words import (
    ASPECT_WORDS,
    DETERMINERS,
    NOT_NOUNS,
    NOUNS_TOO,
    is_plural,
)
from kontext_studio.engine.operations import WHOLE, AllBut, ColourThing, Place, WholePicture

PICTURE_NOUNS = (
    "image|picture|photo|pic|shot|scene|snapshot|frame|painting|portrait|artwork|composition|file"
)
SCENERY_NOUNS = (
    "scenery|landscape|setting|environment|view|surroundings|atmosphere|mood|ambience|ambiance"
)


@dataclass(frozen=True, slots=True)
class It:
    """A pronoun: the thing named last, or the picture where none was."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Everything else: what the instruction has not named."""


@dataclass(frozen=True, slots=True)
class Unfound:
    """Something named by a noun alone, with where a colour would have to stand."""

    words: str
    noun: str
    start: int
    end: int
    colour_at: int  # offset in the text where its colour could be inserted


@dataclass(frozen=True, slots=True)
class Noun:
    """The words of a noun phrase, by index of token."""

    first: int
    last: int
    words: str
    many: bool
    owners: tuple[str, ...] = ()


def add_thing_rules(g: Grammar) -> None:
    g.rule("det", DETERMINERS, lambda _c: True)
    g.rule("all", "all [of] [the|these|those|my|our]\nevery\neach", lambda _c: True)
    _add_picture(g)
    _add_places(g)
    g.reader("noun", _read_noun)
    g.reader("plainword", _read_plain_word)
    g.reader("owner", _read_owner)
    _add_things(g)


# ---------------------------------------------------------------- the picture
def _add_picture(g: Grammar) -> None:
    g.rule("picturenoun", PICTURE_NOUNS, lambda _c: True)
    g.rule("scenerynoun", SCENERY_NOUNS, lambda _c: True)
    g.rule(
        "picture",
        """
        [all] [of] [<det>] [whole|entire|full|overall|complete] <picturenoun>
        [the] [whole|entire|overall] (look|feel|mood|appearance|style|tone) of <picture>
        everything [in <picture>]
        [the] whole thing
        things
        all of it
        this one
        [<det>] <plainword> photo|image|shot|pic|snapshot|photos
        """,
        lambda _c: WHOLE,
    )
    g.rule("it", "it|this|that|them|these|those", lambda c: It(c.start, c.end))
    g.rule(
        "rest",
        """
        everything else [in <picture>]
        [the] rest|remainder [of <picture>]
        all the rest [of <picture>]
        """,
        lambda _c: Rest(),
    )
    g.rule(
        "allbut",
        """
        everything|all [in <picture>] (except [for]|but|apart from|other than|besides) <thing>
        <picture> (except [for]|but not|apart from) <thing>
        """,
        lambda c: AllBut(c.one("thing", ColourThing)),
    )
    # Where a change may be said to happen when it happens everywhere.
    g.rule(
        "throughout",
        """
        [of|in|to|on|over|across|for|throughout|from] <picture>
        overall|throughout|everywhere|globally
        in here|there
        to|on|over|of it
        """,
        lambda _c: True,
    )
    # What a quality can belong to.
    for pattern in ("allbut", "thing", "picture", "it", "rest"):
        g.rule(
            "area",
            f"<{pattern}>",
            lambda c, key=pattern: _kept(c, key),  # type: ignore[misc]  # bound default
        )
    g.rule("wholearea", "<picture>\n<it>", lambda _c: WHOLE)


def _kept(c: Captures, key: str) -> object:
    for kind in (AllBut, ColourThing, WholePicture, It, Rest):
        value = c.every(key, kind)
        if value:
            return value[0]
    return None


# ---------------------------------------------------------------- places
def _add_places(g: Grammar) -> None:
    g.choice("across", {"left [hand]": "left", "right [hand]": "right"})
    g.choice("down", {"top|upper": "top", "bottom|lower": "bottom"})
    g.choice("mid", {"center|middle|central": "center"})
    g.rule("spot", "<down> <across>", lambda c: Place(c.one("across", str), c.one("down", str)))
    g.rule("spot", "<down> <mid>", lambda c: Place("center", c.one("down", str)))
    g.rule("spot", "<mid> <across>", lambda c: Place(c.one("across", str), "center"))
    g.rule("spot", "<across> <mid>", lambda c: Place(c.one("across", str), "center"))
    g.rule("spot", "<down>", lambda c: Place("", c.one("down", str)))
    g.rule("spot", "<across>", lambda c: Place(c.one("across", str), ""))
    g.rule("spot", "<mid>", lambda _c: Place("center", "center"))
    g.rule("edge", "corner|edge|side|part|half|third|area|section|border|end|portion", lambda _c: 1)
    g.rule(
        "place",
        """
        [the] [very] <spot> [<edge>] [of <picture>]
        [the] [very] <spot> [<edge>] [of <it>]
        [the] very <spot>
        """,
        lambda c: c.one("spot", Place),
    )
    g.rule(
        "where", "at|in|on|to|near|along|across|from [the] <place>", lambda c: c.one("place", Place)
    )


# ---------------------------------------------------------------- things
def _add_things(g: Grammar) -> None:
    g.rule("sizeword", "big|large|biggest|largest|main|whole|entire", lambda _c: True)
    g.rule("before", "<all> [<owner>]\n<owner>\n<det>\nboth of the", lambda _c: True)
    g.rule("otherdesc", "<plainword>", lambda c: c.one("plainword", str))
    g.rule(
        "partof",
        "[<all>|the] part|parts|area|areas|region|regions|bit|bits|portion|section of",
        lambda _c: 1,
    )
    # 1. A colour and a noun: "the large red cup and saucer on the left".
    g.rule(
        "thing",
        """
        [<partof>] [<before>] [<sizeword>] [<spot>] [<desc1=otherdesc>] <color> [colored] \
            <noun> [<where>]
        [<partof>] [<before>] [<sizeword>] [<spot>] <desc1=otherdesc> <desc2=otherdesc> <color> \
            [colored] <noun> [<where>]
        """,
        _coloured_thing,
    )
    g.rule(
        "thing", "<det> <noun> (that|which) is|are|looks|look <color> [<where>]", _coloured_thing
    )
    # 2. A colour alone: "all the red", "the reds", "everything red", "red".
    g.rule(
        "thing",
        """
        <all> <color> [things|objects|areas|parts|color|ones]
        everything [that is] <color> [colored]
        anything [that is] <color> [colored]
        [the] <color> [color|colored] \
            things|objects|areas|parts|ones|tones|shades|elements|details
        [<all>] [the] <reds>
        [the] <color> [color|part|area|bit|object|thing|one] [<where>]
        """,
        _colour_alone,
    )
    g.reader("reds", _read_plural_colour)
    # 3. No colour: to be refused, in words.
    g.rule(
        "unfound",
        """
        [<partof>] [<before>] <noun> [<where>] [<where2=relation>]
        """,
        _unfound,
    )
    g.rule("unfound", "<owner> color|colors|hue", _owner_unfound)
    g.rule(
        "relation",
        """
        (in|on|of|behind|beside|above|below|under|near|next to|around|with|at|from|inside) \
            [<det>] [<color>] <noun>
        """,
        lambda _c: True,
    )


def _coloured_thing(c: Captures) -> ColourThing | None:
    noun = c.one("noun", Noun)
    colour = c.one("color", NamedColour)
    before = any(token.norm in ("all", "every", "both") for token in c.tokens[c.first : noun.first])
    unchecked = (*c.every("desc1", str), *c.every("desc2", str), *noun.owners)
    return ColourThing(
        words=_as_written(c),
        colour=colour,
        noun=_bare(c, noun)[0],
        many=before or noun.many,
        place=c.maybe("where", Place) or c.maybe("spot", Place),
        largest=_mentions(c, noun.first, ("largest", "biggest", "main")),
        unchecked=unchecked,
        start=c.start,
        end=c.end,
    )


def _colour_alone(c: Captures) -> ColourThing | None:
    colour = c.maybe("color", NamedColour) or c.one("reds", NamedColour)
    if colour.words in ALSO_THINGS and colour.words != colour.family:
        return None  # "the sky" and "the wine" are things, not colours
    last = c.tokens[c.last - 1].norm
    names_one = last in ("part", "area", "bit", "object", "thing", "one")
    one = names_one or c.maybe("where", Place) is not None
    return ColourThing(
        words=_as_written(c),
        colour=colour,
        noun="",
        many=not one,
        place=c.maybe("where", Place),
        start=c.start,
        end=c.end,
    )


def _unfound(c: Captures) -> Unfound:
    noun = c.one("noun", Noun)
    words, end = _bare(c, noun)
    start = c.tokens[noun.first].start
    return Unfound(_as_written(c), words, start, end, colour_at=start)


def _bare(c: Captures, noun: Noun) -> tuple[str, int]:
    """The noun as a person would say it, and where it ends: "the wall's color" is of the wall."""
    last = noun.last
    if last - noun.first > 1 and c.tokens[last - 1].norm in ("color", "colors", "hue"):
        last -= 1
    words, end = written(c.tokens[noun.first : last]), c.tokens[last - 1].end
    if c.tokens[last - 1].norm.endswith("'s"):
        return words[:-2], end - 2
    return words, end


def _owner_unfound(c: Captures) -> Unfound:
    """ "the broccoli's color": the owner is what has to be found."""
    words = c.one("owner", str).split()
    noun = words[-1].split("'")[0].split("’")[0]
    first = c.tokens[c.first + len(words) - 1]
    return Unfound(_as_written(c), noun, first.start, first.start + len(noun), first.start)


def _mentions(c: Captures, before: int, words: tuple[str, ...]) -> bool:
    return any(token.norm in words for token in c.tokens[c.first : before])


def _as_written(c: Captures) -> str:
    return written(c.tokens[c.first : c.last])


def written(tokens: Sequence[Token]) -> str:
    """Tokens as a person would write them."""
    return " ".join(token.text for token in tokens).replace(" ,", ",")


# ---------------------------------------------------------------- nouns
def _may_be_noun(token: Token) -> bool:
    if token.kind is not Kind.WORD:
        return False
    if token.norm in NOUNS_TOO:
        return True
    if token.norm in NOT_NOUNS:
        return False
    return token.norm in ALSO_THINGS or token.norm not in colour_table()


def _read_plain_word(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    """A describing word before the colour: "the wooden red chair"."""
    if at < len(reading.tokens):
        token = reading.tokens[at]
        plain = token.kind is Kind.WORD and token.norm not in NOT_NOUNS | NOUNS_TOO
        is_colour = token.norm in colour_table() or token.norm in MODIFIERS
        if plain and not is_colour and not token.norm.endswith("'s"):
            yield at + 1, token.text


def _read_owner(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    """ "the old man's", "Anna's", "the players'": one to three words, the last possessive."""
    tokens = reading.tokens
    here = at
    while here < min(at + 4, len(tokens)):
        token = tokens[here]
        if token.kind is not Kind.WORD:
            return
        if token.norm.endswith("'s"):
            yield here + 1, " ".join(t.text for t in tokens[at : here + 1])
            return
        if here + 1 < len(tokens) and token.norm.endswith("s") and tokens[here + 1].norm == "'":
            yield here + 2, token.text
            return
        if token.norm in NOT_NOUNS and not (here == at and token.norm in DETERMINERS.split("|")):
            return
        here += 1


def _read_noun(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    """One to four words, then more nouns joined by "and" or commas, then "of the flag"."""
    for end in _single_noun_ends(reading, at):
        reading.note_progress(at + 1)  # how many words the name has stays open
        yield from _with_owner(reading, at, end, many=is_plural(reading.tokens[end - 1].norm))
        yield from _joined(reading, at, end, depth=0)


def _single_noun_ends(reading: Reading, at: int) -> Iterator[int]:
    end = at
    while end < min(at + 4, len(reading.tokens)) and _may_be_noun(reading.tokens[end]):
        end += 1
        last = reading.tokens[end - 1].norm
        names_nothing = end == at + 1 and last in ("color", "colors", "hue")
        if not last.endswith("'s") and not names_nothing:
            yield end


def _joined(reading: Reading, first: int, at: int, depth: int) -> Iterator[tuple[int, object]]:
    tokens = reading.tokens
    here = at
    while here < len(tokens) and tokens[here].norm in (",", "and", "&", "plus"):
        here += 1
    if here == at or depth == 3:
        return
    if here < len(tokens) and tokens[here].norm in DETERMINERS.split("|"):
        here += 1
    for end in _single_noun_ends(reading, here):
        if (
            end - here > 2
            or tokens[here].norm in ASPECT_WORDS
            or tokens[end - 1].norm in ASPECT_WORDS
        ):
            break
        yield from _with_owner(reading, first, end, many=True)
        yield from _joined(reading, first, end, depth + 1)


def _with_owner(reading: Reading, first: int, end: int, many: bool) -> Iterator[tuple[int, object]]:
    tokens = reading.tokens
    words = written(tokens[first:end])
    yield end, Noun(first, end, words, many)
    if end < len(tokens) and tokens[end].norm == "of":
        here = end + 1
        if here < len(tokens) and tokens[here].norm in DETERMINERS.split("|"):
            here += 1
        for owner_end in _single_noun_ends(reading, here):
            if owner_end - here > 2:
                break
            owner = " ".join(token.text for token in tokens[here:owner_end])
            yield owner_end, Noun(first, end, words, many, (owner,))


def _read_plural_colour(reading: Reading, at: int) -> Iterator[tuple[int, object]]:
    if at < len(reading.tokens):
        norm = reading.tokens[at].norm
        named = colour_table().get(norm[:-1]) if norm.endswith("s") else None
        if named and " " not in named.words and named.words == named.family:
            reading.note_progress(at + 1)
            yield at + 1, named
