"""The frames that any wish for the whole picture fits into: "go for ...", "I'd like ...".

What may be wished is the words of tone, scene and style rules; no wish is known here by name.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject, Temper, join
from kontext_studio.engine.grammar.thing_rules import Unfound
from kontext_studio.engine.grammar.tone_rules import area_in
from kontext_studio.engine.operations import (
    WHOLE,
    Adjust,
    Relight,
    Reseason,
    Reweather,
    Stylise,
    Tint,
)

_KINDS = ("tones", "tintwish", "extrawish", "stylewish", "scenewishes")
_TAKE = "try|use|apply|add|create|get|achieve|introduce|do|have|produce|make|pick|choose|put|want"


def add_wish_rules(g: Grammar) -> None:
    g.rule("wishonce", "\n".join(f"<{kind}>" for kind in _KINDS), _wish)
    # Adjectives of tone before a season, a light or a look: "a cold winter vibe".
    g.rule(
        "wishonce", "[a|an|the] <tonerun> <scenewishes>\n[a|an|the] <tonerun> <stylewish>", _both
    )
    g.rule("wishonce", "[a|an] [<degree>] more of [a|an] <wishonce>", _wish)
    g.rule(
        "wishonce",
        "<scenewishes> (instead of|rather than) [a|the] (<scene>|<season>|<weathernoun>)",
        _wish,
    )
    g.rule("wishonce", "something [more] [like] <wishonce>\nkind|sort of [a|an] <wishonce>", _wish)
    g.rule("anywish", "<wishonce>\n<wishonce> <valuejoint> <more=anywish>", _wishes)
    g.rule("asif", "(as if|as though|like|just like|such as)", lambda _c: True)
    g.rule(
        "itwas",
        """
        it|this|they [(was|were|is|had been|would be|has been)]
        it|this came|comes|dates (from|out of)
        someone|somebody|i|you|we|an artist had|has [it|this]
        """,
        lambda _c: True,
    )
    # Whoever made it: "as if someone painted it in oils".
    g.rule(
        "maker",
        "[(someone|somebody|i|we|you|an artist|a painter) [had|has]] \
            drawn|drew|painted|sketched|done|made|shot|took|taken [it|this] \
            in|with|as|on|at|during",
        lambda _c: True,
    )
    g.rule("praise", "nice|great|good|lovely|better|cool|perfect|beautiful|best|amazing", bool)
    g.rule(
        "clause",
        f"""
        <wanting> <anywish> [<throughout>]
        <wanting> <asif> <anywish>
        go|aim|shoot|opt|look|try for|with <anywish> [<throughout>]
        {_TAKE} [me|us|it] [on] <anywish> [<throughout>]
        bring|let|put|throw in|on <anywish> [<throughout>]
        give [me|us] <anywish>
        give <area> <anywish>
        give <unfound> <anywish>
        [<area>] needs|wants|deserves|requires <anywish>
        [<area>] needs|wants to be <anywish>
        [<area>] could|can use|take|do [with] <anywish>
        <area> should|must|could|would|can be|look|feel|have|get [<asif> [<itwas>]] <anywish>
        make|let|have <area> look|feel|be|appear|seem <asif> [<itwas>] <anywish>
        [make it|do it] <asif> [<itwas>] <anywish>
        [make it|do it] <asif> [<itwas>] <maker> <anywish>
        make|let|have <area> look|feel|be|appear|seem <asif> [<itwas>] <maker> <anywish>
        <wanting> <area> to look|feel|be|appear|seem <asif> [<itwas>] [<maker>] <anywish>
        <anywish> would|might|could|will be|look [really|very] <praise> [here]
        <area> would|might|could|will look|be [really|very] <praise> in|as|with|like|at|on <anywish>
        what would|might|does|could <area> look like in|as|with|at|on|during <anywish>
        how would|might|does|could <area> look in|as|with|like|at|on|during <anywish>
        can|could|may <area> be|look|feel|get [<asif>] <anywish>
        in|as <anywish>
        <wholearea> in|as <anywish>
        take|bring|push|move|shift|steer|nudge <area> (to|toward|towards|into|in) <anywish>
        (in|with) [the] (style|manner|look|spirit) of <anywish>
        """,
        _for_area,
    )
    _add_tempers(g)


def _wish(c: Captures) -> tuple[object, ...] | None:
    for kind in (*_KINDS, "wishonce"):
        for found in c.every(kind, object):
            return found if isinstance(found, tuple) else (found,)
    return None


def _both(c: Captures) -> tuple[object, ...]:
    style = c.every("stylewish", object)
    return (*(c.maybe("scenewishes", tuple) or style), *c.one("tonerun", tuple))


def _wishes(c: Captures) -> tuple[object, ...]:
    return (*c.one("wishonce", tuple), *(c.maybe("more", tuple) or ()))


def _for_area(c: Captures) -> tuple[Item, ...] | None:
    subject: Subject = area_in(c) or c.maybe("unfound", Unfound) or WHOLE
    items: list[Item] = []
    for wish in c.one("anywish", tuple):
        if not isinstance(wish, Adjust | Tint | Stylise | Relight | Reseason | Reweather):
            return None
        item = join(subject, wish)
        if item is None:
            return None
        items.append(item)
    return tuple(items)


# ---------------------------------------------------------------- "but not too much"
def _add_tempers(g: Grammar) -> None:
    less = "a bit|little|touch|tad"
    g.rule(
        "clause",
        f"""
        [but|just] not too much|strong|strongly|far|heavy|heavily|intense
        [but|just] not by [too] much
        [but] only|just {less}
        [but] only|just slightly|subtly|gently|mildly
        (keep|make|leave) <it> subtle|gentle|mild|light|natural|restrained|understated
        nothing too strong|heavy|extreme|crazy|much|dramatic
        (do not|never) overdo <it>
        [but] subtle|subtly|gentle|gently|mild|restrained|understated
        without overdoing <it>
        """,
        lambda _c: (Temper(0.55),),
    )
