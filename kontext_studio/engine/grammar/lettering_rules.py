"""Reads text to be set on the picture: quoted words with a place, a colour, a size and a weight.

What stands between quotation marks is taken as it is and never interpreted. Letters that are in
the picture already cannot be changed by this engine, and such a wish is named as one.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.grammar.colour_rules import Paint
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Unmet
from kontext_studio.engine.operations import Lettering, Place

_NOUNS = (
    "text|word|words|caption|title|headline|heading|subtitle|label|lettering|slogan|line|tagline"
    "|watermark|message|phrase|quote|signature|name|date|letters|copyright|credit|byline|price"
    "|greeting|hashtag|notice|letter|stamp"
)
_SAYING = "saying|reading|that|which|with|of"


def add_lettering_rules(g: Grammar) -> None:
    g.rule("textnoun", _NOUNS, lambda _c: True)
    g.rule("textsize", "large|big|bigger|larger", lambda _c: 1.6)
    g.rule("textsize", "very|extra large|big", lambda _c: 2.4)
    g.rule("textsize", "huge|giant|enormous|massive", lambda _c: 2.6)
    g.rule("textsize", "small|little|smaller", lambda _c: 0.6)
    g.rule("textsize", "very small\ntiny", lambda _c: 0.4)
    g.rule("textsize", "medium [sized]", lambda _c: 1.0)
    g.rule("weight", "bold|heavy|strong", lambda _c: "bold")
    g.rule("weight", "light|thin|regular", lambda _c: "regular")
    g.rule("textlook", "[,|and] <paint>\n[,|and] <textsize>\n[,|and] <weight>", lambda c: _first(c))
    g.rule("textlooks", "<textlook>\n<textlook> <more=textlooks>", _list)
    g.rule(
        "textkind", "text|letters|lettering|type|font|color|print|capitals|typeface", lambda _c: 1
    )
    g.rule(
        "textwish",
        """
        [,] [and] in|with|using [a] <textlooks> [<textkind>]
        [,] [and] [with] [a] [font|text] [size] [of] <number> px|pt|points [high|tall|size|font]
        [,] [and] (font|text) size [of] <number> [px|pt]
        [,] [and] (size) <number> [px|pt]
        [,] [and] [make it] <textlooks>
        [,] [and] <textplace>
        """,
        _wish,
    )
    g.rule(
        "textplace",
        """
        [placed|positioned|centered|aligned] at|in|on|to|near|along|across|into|over [the] \
            [very] <spot> [<edge>] [of <picture>]
        [placed|positioned] [the] <spot> [<edge>]
        centered
        [on|to|over|onto|across|in] <picture>
        """,
        lambda c: c.maybe("spot", Place) or True,
    )
    g.rule("textwishes", "<textwish>\n<textwish> <more=textwishes>", _list)
    g.rule(
        "letters",
        f"""
        <quoted>
        [the|a|an|some] [<textlooks>] {_NOUNS} [{_NOUNS}] <quoted>
        [the|a|an|some] [<textlooks>] {_NOUNS} : <quoted>
        [the|a|an|some] [<textlooks>] {_NOUNS} {_SAYING} [says|reads] [it] <quoted>
        [the|a|an|some] [<textlooks>] <quoted> [as] [a|the] [<textkind>|<textnoun>]
        """,
        _lettering,
    )
    verbs = (
        "add|write|put|place|insert|overlay|print|type|superimpose|set|stamp|draw|include|have|slap"
        "|throw|stick|drop|lay|show|display"
    )
    # "Title it 'X'", "have it say 'X'", "at the top: 'X'".
    g.rule(
        "clause",
        f"""
        title|caption|label|sign|watermark|headline <wholearea> [with|as|:] <letters> [<textwishes>]
        make|have|let <wholearea> say|read <letters> [<textwishes>]
        [in|at|on] [the] <spot> [<edge>] [of <picture>] : <letters> [<textwishes>]
        [a] <textlooks> <letters> [<textwishes>]
        <textlooks> [{_NOUNS}] [{_NOUNS}] <letters> [<textwishes>]
        caption|title|label|headline|watermark|text reads|saying|says <letters> [<textwishes>]
        """,
        _placed,
    )
    g.rule("clause", f"{verbs} <letters> [<textwishes>]", _placed)
    g.rule(
        "clause",
        f"{verbs} (in|at|on) [the] <spot> [<edge>] [of <picture>] <letters> [<textwishes>]",
        _placed,
    )
    g.rule(
        "clause",
        f"(in|at) [the] <spot> [<edge>] [of <picture>] [,] {verbs} <letters> [<textwishes>]",
        _placed,
    )
    g.rule("clause", "<textnoun> : <letters> [<textwishes>]", _placed)
    _add_refusals(g)


def _first(c: Captures) -> object:
    for key in ("textsize", "weight", "paint"):
        if found := c.every(key, object):
            return found[0]
    return None


def _list(c: Captures) -> tuple[object, ...]:
    own = [*c.every("textlook", object), *c.every("textwish", object)]
    return (*own, *(c.maybe("more", tuple) or ()))


def _wish(c: Captures) -> object:
    if (number := c.maybe("number", float)) is not None:
        return ("px", number)
    return c.maybe("textlooks", tuple) or c.maybe("textplace", object)


def _lettering(c: Captures) -> Lettering:
    return _with(Lettering(c.one("quoted", str)), c.maybe("textlooks", tuple) or ())


def _with(lettering: Lettering, wishes: tuple[object, ...]) -> Lettering:
    for wish in wishes:
        match wish:
            case ("px", float(number)):
                lettering = replace(lettering, height_px=max(1, round(number)))
            case tuple():
                lettering = _with(lettering, wish)
            case Place():
                across = wish.across or "center"
                down = wish.down or "center"
                lettering = replace(lettering, place=Place(across, down))
            case Paint(colour):
                lettering = replace(lettering, colour=colour)
            case bool():
                pass
            case float(size):
                lettering = replace(lettering, size=size)
            case str(weight):
                lettering = replace(lettering, bold=weight == "bold")
    return lettering


def _placed(c: Captures) -> tuple[Lettering, ...]:
    lettering = c.one("letters", Lettering)
    if spot := c.maybe("spot", Place):
        lettering = _with(lettering, (spot,))
    lettering = _with(lettering, c.maybe("textlooks", tuple) or ())
    return (_with(lettering, c.maybe("textwishes", tuple) or ()),)


# ---------------------------------------------------------------- what it cannot do
def _add_refusals(g: Grammar) -> None:
    g.rule(
        "clause",
        f"""
        replace|change|swap|turn|edit|update|rewrite [the] [{_NOUNS}] <quoted> \
            with|to|into|for|by <second=quoted>
        change|update|edit|replace [the] {_NOUNS} (to|with|into|from|so that it|to say|to \
            read|says) [reads|say|read] <quoted>
        change|update|edit|replace [the] {_NOUNS} from <quoted> to <second=quoted>
        make [the] {_NOUNS} say|read <quoted>
        remove|delete|erase [the] [{_NOUNS}] <quoted>
        """,
        _letters_in_picture,
    )


def _letters_in_picture(c: Captures) -> tuple[Item, ...]:
    quoted = c.one("quoted", str)
    return (Unmet("lettering", f"“{quoted}”", quoted, c.start, c.end),)
