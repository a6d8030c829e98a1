"""Reads how a picture is softened: "blur it by 8 px", "a subtle gaussian blur", "soften the sky".

Yields Adjust values for blur; sharpening and degrees without a radius are tone_rules' words.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, join
from kontext_studio.engine.grammar.tone_rules import area_in
from kontext_studio.engine.grammar.tone_words import step
from kontext_studio.engine.operations import WHOLE, Adjust, Quality

Q = Quality


def add_blur_rules(g: Grammar) -> None:
    g.rule("clause", "[<degree>] soften <area> [<amount>]", _softened)
    g.rule(
        "blurkind",
        "gaussian|soft|light|slight|subtle|strong|heavy",
        lambda c: c.tokens[c.first].norm,
    )
    g.rule(
        "clause",
        """
        add|apply [a] [<degree>] [<blurkind>] blur [effect|filter] [of <number> px] [<throughout>]
        blur [<area>] [by|with] <number> px
        blur <area> with [a] <number> px radius
        add|apply [a] <number> px blur [<throughout>]
        """,
        _blur_by_px,
    )


def _softened(c: Captures) -> tuple[Item, ...] | None:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    item = join(area_in(c) or WHOLE, step(Q.BLUR, 1, replace(degree, factor=0.6 * degree.factor)))
    return (item,) if item else None


_BLUR_KINDS = {"soft": 0.6, "light": 0.6, "slight": 0.5, "subtle": 0.5, "strong": 1.8, "heavy": 1.8}


def _blur_by_px(c: Captures) -> tuple[Item, ...] | None:
    degree = c.maybe("degree", Degree) or ORDINARY
    factor = degree.factor * _BLUR_KINDS.get(c.maybe("blurkind", str) or "", 1.0)
    radius = c.maybe("number", float)
    blur = Adjust(Q.BLUR, factor, exact=radius is not None, radius_px=radius)
    item = join(area_in(c) or WHOLE, blur)
    return (item,) if item else None
