"""Reads things that are named in other ways: the sky, which is found where it lies.

Also "the red of the cup", where the colour is the noun, and "the reddish jar".
"""

from __future__ import annotations

from kontext_studio.engine.colour_names import NamedColour, colour_table
from kontext_studio.engine.grammar.colour_rules import Paint
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.thing_rules import Noun
from kontext_studio.engine.operations import ColourThing, Place, Recolour


def add_known_rules(g: Grammar) -> None:
    g.rule("skynoun", "sky|skies", lambda c: c.tokens[c.first].norm)
    g.rule(
        "thing",
        "[<before>] [<sizeword>] <skynoun> [in|of <picture>]",
        _sky,
    )
    # No verb is needed where a colour stands before it: "pink sky, please".
    g.rule(
        "clause",
        "[(make|give|add|use|give <wholearea>|<wanting>)] [a|an] <paint> <skynoun>",
        _coloured_sky,
    )
    # "The reddish jar": a leaning said of a thing is its colour.
    g.rule("thing", "<before> [<sizeword>] <hue> <noun> [<where>]", _leaning_thing)
    g.rule("thing", "[all] the <color> of|in the <noun>", _colour_of_thing)


def _sky(c: Captures) -> ColourThing:
    """Blue in name only: it is found by its place, whatever colour it has."""
    words = " ".join(token.text for token in c.tokens[c.first : c.last])
    noun = c.one("skynoun", str)
    return ColourThing(words, colour_table()["blue"], noun, by_place=True, start=c.start, end=c.end)


def _coloured_sky(c: Captures) -> tuple[Recolour, ...]:
    noun = c.one("skynoun", str)
    start, end = c.tokens[c.last - 1].start, c.end
    sky = ColourThing(
        f"the {noun}", colour_table()["blue"], noun, by_place=True, start=start, end=end
    )
    return (Recolour(sky, c.one("paint", Paint).colour),)


def _leaning_thing(c: Captures) -> ColourThing:
    noun, words = c.one("noun", Noun), " ".join(t.text for t in c.tokens[c.first : c.last])
    return ColourThing(
        words,
        c.one("hue", NamedColour),
        noun.words,
        noun.many,
        c.maybe("where", Place),
        start=c.start,
        end=c.end,
    )


def _colour_of_thing(c: Captures) -> ColourThing | None:
    colour, noun = c.one("color", NamedColour), c.one("noun", Noun)
    if colour.words in ("white", "light", "dark"):
        return None  # "the white of the egg" is a part of it
    words = " ".join(token.text for token in c.tokens[c.first : c.last])
    return ColourThing(words, colour, noun.words, noun.many, start=c.start, end=c.end)
