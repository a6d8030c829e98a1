"""The clauses that give a subject a value: "change the red cup to green", "make it warmer".

Joins what thing, colour, tone and style rules found; the meaning of a join is in meaning.py.
"""

from __future__ import annotations

from kontext_studio.engine.colour_names import NamedColour
from kontext_studio.engine.grammar.colour_rules import Paint
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject, Unmet, Wish, join
from kontext_studio.engine.grammar.thing_rules import It, Noun, Rest, Unfound
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    ColourThing,
    Relight,
    Reseason,
    Reweather,
    Stylise,
    Tint,
    WholePicture,
)

# Verbs that need a link to their value, and verbs that take it at once.
_LINKED = (
    "change|alter|modify|convert|transform|switch|shift|adapt|adjust|update|set|transition|morph"
    "|turn|recolor|repaint|colorize|redo|make|render|paint|color|dye|tint|stain|spray|coat|get"
    "|try|take|bring|push|put|have|see|show|do"
)
_DIRECT = "make|turn|paint|color|dye|tint|render|stain|spray|coat|recolor|repaint|get|colorize"
_LINK = (
    "(to [be|become|look]|into|in to|in|as|with|to look like|to a color of|to the color|using"
    "|so that it is|so it is|so that it becomes|toward|towards|over to|closer to)"
)


def add_clause_rules(g: Grammar) -> None:
    g.rule("target", "[only] <area>\n<colorsof>\n<lightnoun>\n<unfound>", _target)
    g.rule("value", "<paint>\n<tones>\n<tintwish>\n<stylewish>\n<scenewish>", _value)
    g.rule("values", "<value>\n<value> <valuejoint> [<look>] <more=values>", _values)
    g.rule("look", "look|appear|be|become|seem|feel\nto be", lambda _c: True)
    _add_targets(g)
    g.rule(
        "clause",
        f"""
        {_LINKED} <targets> {_LINK} <values> [<throughout>]
        {_DIRECT} <targets> [<look>] <values> [<throughout>]
        {_DIRECT} <targets> [<look>] all <values>
        give <targets> [a|an|the] [new] <values> [(color|look|paint job)]
        give <targets> a coat|layer of <values>
        apply|use <values> to|on|for <targets>
        <targets> (should|must|shall|could|would|can|will|has to|have to|needs to|need to \
            |ought to) [be|become|turn|look|appear|adopt|have|feel] [<made>] [a] <values> [instead]
        <wanting> <targets> [(to be|to become|to look|to turn|to feel|in)] [<made>] <values>
        get|have|want|need <targets> <made> <values>
        let <targets> [be|become|turn|look] <values>
        can|could|should <targets> be|become <values>
        what|how if|about <targets> [was|were|is|became|turned|being] <values>
        (what|how) would it look if <targets> was|were <values>
        <wanting> <targets> as [a] <values>
        {_LINKED} <targets> from <was=color> {_LINK} <values>
        """,
        _change,
    )
    g.rule(
        "wanting",
        """
        i|we want|would|need|prefer|love|like [like|love|prefer|rather] \
            [(to have|to see|have|see|to get)]
        i|we am|are looking|hoping|going for
        how|what about
        let us have|see|try|get
        """,
        lambda _c: True,
    )
    g.rule(
        "made",
        "[re] (colored|painted|dyed|recolored|repainted|made|turned|rendered|done) [in|into]",
        lambda _c: True,
    )
    g.rule("clause", f"{_LINKED} {_LINK} <paint>", _colour_for_nothing)
    g.rule("clause", "<thing> to|into|in <paint>", _replaced)
    _add_instead(g)
    # After a clause with a verb: "... and the blue bowl yellow", "... and the bowl to yellow".
    g.rule("elided", f"<targets> {_LINK} <values>\n<targets> <values>", _change)
    _add_colour_nouns(g)
    _add_replacements(g)
    _add_bare(g)


def _add_targets(g: Grammar) -> None:
    g.rule(
        "targets",
        """
        <target>
        <target> (, and|and|,|&) <more=targets>
        """,
        lambda c: (c.one("target", object), *(c.maybe("more", tuple) or ())),
    )


def _target(c: Captures) -> object:
    for key in ("area", "unfound"):
        if found := c.every(key, object):
            return found[0]
    return WholePicture()


def _value(c: Captures) -> tuple[object, ...]:
    """What is wished, as a list: "a dark, moody look" is several wishes."""
    for key in ("paint", "tones", "tintwish", "stylewish", "scenewish"):
        for found in c.every(key, object):
            return found if isinstance(found, tuple) else (found,)
    return ()


def _values(c: Captures) -> tuple[object, ...]:
    return (*c.one("value", tuple), *(c.maybe("more", tuple) or ()))


def _change(c: Captures) -> tuple[Item, ...] | None:
    targets = [t for t in c.one("targets", tuple) if _is_subject(t)]
    wishes = [v for v in c.one("values", tuple) if _is_wish(v)]
    paints = sum(isinstance(wish, Paint) for wish in wishes)
    if paints > 1:
        return None  # "blue and gold" cannot both be meant for all of it
    if was := c.maybe("was", NamedColour):
        targets = [_coloured(target, was) for target in targets]
    return _join_all(targets, wishes)


def _colour_for_nothing(c: Captures) -> tuple[Item, ...]:
    """ "Change to blue": a colour, and nothing that should have it."""
    return (Unmet("whole_colour", "", "", 0, 0, value=c.one("paint", Paint).colour.words),)


def _join_all(targets: list[Subject], wishes: list[Wish]) -> tuple[Item, ...] | None:
    items: list[Item] = []
    for target in targets:
        for wish in wishes:
            item = join(target, wish)
            if item is None:
                return None
            items.append(item)
    return tuple(items)


def _is_subject(value: object) -> bool:
    return isinstance(value, ColourThing | AllBut | WholePicture | It | Rest | Unfound)


def _is_wish(value: object) -> bool:
    return isinstance(value, Paint | Adjust | Tint | Stylise | Relight | Reseason | Reweather)


def _coloured(target: Subject, colour: NamedColour) -> Subject:
    """ "the cup from red to green" names a thing and its colour after all."""
    if not isinstance(target, Unfound):
        return target
    words = f"the {colour.words} {target.noun}"
    return ColourThing(words, colour, target.noun, start=target.start, end=target.end)


# ---------------------------------------------------------------- "blue instead of red"
def _add_instead(g: Grammar) -> None:
    """The colour that a thing has may be said after the one that it should get."""
    g.rule("was", "[a|an|the] [<all>] <color> [color|one|ones]", lambda c: c.one("color", object))
    g.rule("insteadof", "instead of\nrather than\nin place of", lambda _c: True)
    g.rule(
        "clause",
        f"""
        {_DIRECT} <targets> [<look>] <paint> <insteadof> <was>
        {_LINKED} <targets> {_LINK} <paint> <insteadof> <was>
        <wanting> <targets> [(to be|in)] <paint> <insteadof> <was>
        <targets> should|must|could|can be <paint> <insteadof> <was>
        <insteadof> <was> [,] {_DIRECT} <targets> <paint>
        <insteadof> <was> [,] <wanting> <targets> [(to be|in)] <paint>
        [i want|i would like|use|make] <paint> <insteadof> <was> (for|on) <targets>
        """,
        _instead,
    )
    g.rule(
        "clause",
        """
        give [me|<target>] <paint> <noun> <insteadof> [a|an|the] <color> [one|ones|<second=noun>]
        [make|use|have|<wanting>] <paint> <noun> <insteadof> [a|an|the] <color> \
            [one|ones|<second=noun>]
        """,
        _instead_noun,
    )


def _instead(c: Captures) -> tuple[Item, ...] | None:
    was = c.one("was", NamedColour)
    targets = [_coloured(t, was) for t in c.one("targets", tuple) if _is_subject(t)]
    if not all(isinstance(target, ColourThing) for target in targets):
        return None
    return _join_all(targets, [c.one("paint", Paint)])


def _instead_noun(c: Captures) -> tuple[Item, ...] | None:
    """ "Blue eyes instead of green ones": of two nouns both must be the same."""
    noun, was = c.one("noun", Noun), c.one("color", NamedColour)
    second = c.maybe("second", Noun)
    if second is not None and second.words.lower() != noun.words.lower():
        return None
    start, end = c.tokens[noun.first].start, c.tokens[noun.last - 1].end
    thing = ColourThing(
        f"the {was.words} {noun.words}", was, noun.words, noun.many, start=start, end=end
    )
    item = join(thing, c.one("paint", Paint))
    return (item,) if item else None


# ---------------------------------------------------------------- "the colour of the cup"
def _add_colour_nouns(g: Grammar) -> None:
    verbs = "change|alter|modify|set|adjust|switch|shift|turn|convert|update|make|transform"
    colour_of = "[the] [current|existing] <was0=maybecolor> color|hue|shade of"
    g.rule("maybecolor", "[<color>]", lambda c: c.maybe("color", NamedColour) or True)
    g.rule(
        "clause",
        f"""
        {verbs} {colour_of} <targets> [from <was=color>] (to [be]|into|as) <paint>
        make {colour_of} <targets> <paint>
        replace|swap|exchange|substitute {colour_of} <targets> with|by|for <paint>
        """,
        _recolour_of,
    )


def _recolour_of(c: Captures) -> tuple[Item, ...] | None:
    targets = [t for t in c.one("targets", tuple) if _is_subject(t)]
    was = c.maybe("was", NamedColour) or next(iter(c.every("was0", NamedColour)), None)
    if was is not None:
        targets = [_coloured(target, was) for target in targets]
    return _join_all(targets, [c.one("paint", Paint)])


# ---------------------------------------------------------------- "replace red with blue"
def _add_replacements(g: Grammar) -> None:
    g.rule(
        "clause",
        """
        replace|swap|exchange|substitute [out] <thing> with|for|by <paint> [<throughout>]
        replace|swap|exchange|change|turn|switch|convert [out] <thing> with|for|by|to|into \
            [a|an|the] <paint> one|ones
        replace|swap|exchange|change|turn|switch|convert <thing> with|for|by|to|into \
            [a|an|the|some] <paint> <noun>
        """,
        _replaced,
    )


def _replaced(c: Captures) -> tuple[Item, ...] | None:
    thing = c.one("thing", ColourThing)
    noun = c.maybe("noun", Noun)
    words = [token.norm for token in c.tokens[c.first : c.last]]
    takes_one = words[-1] in ("one", "ones")
    is_colour = thing.words.lower().endswith(("color", "colour", "hue", "shade"))
    may_be_thing = thing.noun and noun is None and not takes_one and not is_colour
    if may_be_thing and {"a", "an"} & set(words[-4:]):
        return None  # "with an orange" is another thing
    # "a green cup" for "the red cup" is a new colour; "a green van" would be another thing.
    if noun is not None and noun.words.lower() != thing.noun.lower():
        return None
    item = join(thing, c.one("paint", Paint))
    return (item,) if item else None


# ---------------------------------------------------------------- no verb at all
def _add_bare(g: Grammar) -> None:
    g.rule("bareclause", "<anywish> [<throughout>]", lambda c: c.one("anywish", tuple))
    g.rule("bareclause", "at|in|on <scenewishes>", lambda c: c.one("scenewishes", tuple))
