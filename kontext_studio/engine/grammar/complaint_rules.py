"""Reads what is said to be wrong or wanting: "it is a bit flat", "too dark", "needs more light".

Yields complaints; `answered` turns those into wishes that nothing else in the instruction meets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Complaint, Item
from kontext_studio.engine.grammar.tone_rules import given_tones, tone_of
from kontext_studio.engine.grammar.tone_words import step
from kontext_studio.engine.operations import WHOLE, Adjust, ColourThing, Quality

Q = Quality
# Words that blame by themselves, with what would help. Others blame with "too" only.
_FAULTS: dict[str, tuple[Quality, int]] = {
    "dark|dim|gloomy|underexposed|murky": (Q.BRIGHTNESS, 1),
    "overexposed": (Q.BRIGHTNESS, -1),
    "blown out": (Q.BRIGHTNESS, -1),
    "flat|muddy|hazy": (Q.CONTRAST, 1),
    "harsh": (Q.CONTRAST, -1),
    "cold|chilly": (Q.WARMTH, 1),
    "dull|drab|lifeless|pale|faded|colorless": (Q.SATURATION, 1),
    "washed out": (Q.SATURATION, 1),
    "garish|oversaturated": (Q.SATURATION, -1),
    "blurry|soft|fuzzy|unsharp": (Q.SHARPNESS, 1),
    "out of focus": (Q.SHARPNESS, 1),
}
_HELP_ALIKE = (
    frozenset({Q.BRIGHTNESS, Q.SHADOWS, Q.HIGHLIGHTS}),
    frozenset({Q.CONTRAST, Q.SATURATION, Q.VIBRANCE}),
)


def add_complaint_rules(g: Grammar) -> None:
    g.choice("fault", _FAULTS)
    g.rule("isword", "is|are|looks|look|seems|seem|feels|feel|appears|appear", lambda _c: True)
    # "It" is the picture here: a thing that was changed is not complained about at once.
    g.rule(
        "clause",
        """
        <thing> <isword> [<degree>] too [<degree>] <gradable>
        <thing> <isword> [<degree>] too [<degree>] <cast>
        """,
        _complaint,
    )
    g.rule(
        "blamed",
        """
        [<degree>] too [<degree>] <gradable>
        [<degree>] too [<degree>] <cast>
        [<degree>] <fault>
        [<degree>] <cast>
        """,
        _blamed,
    )
    g.rule(
        "blames",
        "<blamed>\n<blamed> <valuejoint> <more=blames>",
        lambda c: (c.one("blamed", Complaint), *(c.maybe("more", tuple) or ())),
    )
    # What follows a complaint and only says that it should be seen to.
    g.rule(
        "fixing",
        """
        [,|.] [so|and] [can|could|would you] fix|correct|adjust|balance|improve|sort [out] \
            (it|that|this|<lightnoun>|<colorsof>)
        [,|.] [so|and] do something about (it|that|this)
        """,
        lambda _c: True,
    )
    g.rule(
        "clause",
        """
        <wholearea> <isword> <blames> [<throughout>] [<fixing>]
        <lightnoun> <isword> <blames> [<throughout>] [<fixing>]
        <colorsof> <isword> <blames> [<throughout>] [<fixing>]
        i|we find <wholearea> <blames>
        """,
        lambda c: c.one("blames", tuple),
    )
    g.rule(
        "clause",
        "[<degree>] too <gradable>\n[<degree>] too <cast>",
        _complaint,
    )
    g.rule(
        "clause",
        """
        <area> needs|wants <tones>
        <area> could use|take|do [with] <tones>
        """,
        given_tones,
    )
    g.rule(
        "clause",
        """
        remove|kill|reduce|fix|neutralize|correct|drop|take [out|away] [the|that|this] <cast> \
            cast|tint|tinge
        get rid of [the|that|this] <cast> cast|tint|tinge
        """,
        lambda c: (tone_of(c, -1),),
    )


def _blamed(c: Captures) -> Complaint | None:
    (found,) = _complaint(c)
    return found if isinstance(found, Complaint) else None


def _complaint(c: Captures) -> tuple[Item, ...]:
    if fault := c.maybe("fault", tuple):
        quality, sign = fault
    else:
        quality, blamed = c.maybe("gradable", tuple) or c.one("cast", tuple)
        sign = -blamed
    if quality is Q.BLUR:
        quality, sign = Q.SHARPNESS, -sign
    elif quality is Q.SHARPNESS and sign < 0:
        quality, sign = Q.BLUR, 1
    wish = step(quality, sign, c.maybe("degree", Degree) or ORDINARY)
    return (Complaint(replace(wish, area=c.maybe("thing", ColourThing) or WHOLE)),)


def answered(items: Sequence[Item]) -> list[Item]:
    """The items with each complaint as a wish, or gone where another wish answers it."""
    wishes = [item for item in items if isinstance(item, Adjust)]
    settled: list[Item] = []
    for item in items:
        if not isinstance(item, Complaint):
            settled.append(item)
        elif not any(_answers(wish, item.wish) for wish in wishes):
            settled.append(item.wish)
    return settled


def _answers(wish: Adjust, complaint: Adjust) -> bool:
    if (wish.amount > 0) is not (complaint.amount > 0):
        return False
    pair = {wish.quality, complaint.quality}
    return len(pair) == 1 or any(pair <= alike for alike in _HELP_ALIKE)
