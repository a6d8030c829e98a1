"""Reads qualities as levels that go up and down: "increase the contrast by 20 %", "exposure +1 EV".

Yields Adjust values for what is named, or for the whole picture.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject
from kontext_studio.engine.grammar.thing_rules import Unfound
from kontext_studio.engine.grammar.tone_rules import area_in, given_tones, joined
from kontext_studio.engine.grammar.tone_words import step
from kontext_studio.engine.operations import WHOLE, Adjust, Quality

Q = Quality
_UP = (
    "increase|boost|raise|heighten|strengthen|enhance|intensify|lift|up|improve|amplify|deepen"
    "|augment|elevate|maximize"
)
_DOWN = (
    "reduce|lower|decrease|weaken|cut|drop|lessen|diminish|minimize|soften|tame|recover|halve|relax"
    "|flatten"
)
# Verbs that say which way by "up" and "down", before or after what they move.
_MOVE = (
    "turn|bump|push|crank|dial|bring|pump|kick|ramp|amp|notch|jack|punch|move|step|pull|take|put"
    "|raise|scale|slide|nudge|lift|tone|ease|knock|drop|crush|tweak|adjust|change|shift"
)
_RISE = "boost|lift|bump|increase|rise|push|kick|raise|hike"
_FALL = "reduction|decrease|drop|cut|dip"


def add_level_rules(g: Grammar) -> None:
    g.rule(
        "ofarea",
        "of|in|on|to|for|across|throughout <area>\nof|in|on|to|for <unfound>",
        lambda c: area_in(c) or c.one("unfound", Unfound),
    )
    g.rule(
        "qualities",
        """
        [<before>] [overall|general|whole] <quality>
        [<before>] [overall] <quality> and [the] <second=quality>
        """,
        _quality_pair,
    )
    g.rule("raising", f"{_UP} [up]\n{_MOVE} up", lambda _c: True)
    g.rule(
        "lowering",
        f"{_DOWN} [down|back]\n{_MOVE} down|back|off\nease off on\ngo easy|easier on",
        lambda _c: True,
    )
    _add_rises(g)
    _add_falls(g)
    g.rule(
        "clause",
        "set|change|adjust|reduce|lower|raise|increase|take|bring <qualities> to <percent> \
            [<ofarea>]",
        _to_percent,
    )
    g.rule(
        "clause",
        """
        give <area> [a] [<degree>] [of] [<tones>]
        give <unfound> [a] [<degree>] [of] [<tones>]
        [with|use] <tones> [<throughout>]
        """,
        given_tones,
    )


def _add_rises(g: Grammar) -> None:
    g.rule(
        "clause",
        f"""
        [<degree>] <raising> <qualities> [<amount>] [<ofarea>]
        [<degree>] <raising> <qualities> [<ofarea>] [<amount>]
        {_MOVE} <qualities> up|upward|upwards [<amount>] [<ofarea>]
        adjust|change|set <qualities> [by|to] + <percent> [<ofarea>]
        add|apply|use|introduce|bring [in] [<degree>] [of] [more|extra|some|additional] \
            <qualities> [<amount>] [<ofarea>]
        bump|push|crank|dial|pump|pull|nudge <qualities> [by] <amount> [<ofarea>]
        double <qualities> [<ofarea>]
        add <percent> [more|of|to] [the] <qualities> [<ofarea>]
        + <percent> <qualities>
        <qualities> [:] + <number> [%|points]
        <qualities> [+] <stops>
        <qualities> up [<amount>]
        give <qualities> [a|some] [<sized>] {_RISE} [<amount>] [<ofarea>]
        give <subject=wholearea> [a|some] [<sized>] {_RISE} in|of|to <qualities> [<amount>]
        add|apply|do [a|some] [<sized>] {_RISE} in|of|to <qualities> [<amount>] [<ofarea>]
        [add|apply|do|give <subject=wholearea>] [a] [<sized>] <qualities> {_RISE} [<amount>] \
            [<ofarea>]
        add|apply [a|some] <sized> [more|extra] <qualities> [<ofarea>]
        """,
        lambda c: _by_noun(c, 1),
    )


def _add_falls(g: Grammar) -> None:
    g.rule(
        "clause",
        f"""
        [<degree>] <lowering> <qualities> [<amount>] [<ofarea>]
        [<degree>] <lowering> <qualities> [<ofarea>] [<amount>]
        {_MOVE} <qualities> down|downward|downwards|back|off [<amount>] [<ofarea>]
        adjust|change|set <qualities> [by|to] <minuspercent> [<ofarea>]
        <qualities> [:] - <number> [%|points]
        <qualities> - <stops>
        <qualities> down [<amount>]
        add|apply|do [a|some] [<sized>] {_FALL} in|of|to <qualities> [<amount>] [<ofarea>]
        """,
        lambda c: _by_noun(c, -1),
    )


def _quality_pair(c: Captures) -> tuple[Quality, ...]:
    second = c.maybe("second", Quality)
    first = c.one("quality", Quality)
    return (first, second) if second else (first,)


def _by_noun(c: Captures, sign: int) -> tuple[Item, ...] | None:
    said = {token.norm for token in c.tokens[c.first : c.last]}
    if _names_a_lamp(c, said):
        return None
    subject: Subject = area_in(c, "ofarea") or c.maybe("ofarea", Unfound) or WHOLE
    first, degree = c.tokens[c.first].norm, _degree_of(c, sign)
    wishes: list[Adjust] = []
    for quality in c.one("qualities", tuple):
        flipped = quality is Q.BLUR and sign < 0  # less blur is sharpening
        sinks = quality is Q.SHADOWS and first == "deepen"
        wish = step(
            Q.SHARPNESS if flipped else quality, 1 if flipped else -sign if sinks else sign, degree
        )
        if quality is Q.HIGHLIGHTS and first in ("recover", "tame"):
            wish = replace(wish, amount=-abs(wish.amount))
        wishes.append(wish)
    return joined((subject,), wishes)


def _names_a_lamp(c: Captures, said: set[str]) -> bool:
    """ "Add a light" and "turn the lights off" speak of lamps, "add light" of a level."""
    adds = bool(said & {"add", "apply", "use", "introduce"})
    if "lights" in said:
        return adds or "off" in said
    has_degree = c.maybe("degree", Degree) or c.maybe("sized", float)
    return adds and not has_degree and {"a", "light"} <= said


def _degree_of(c: Captures, sign: int) -> Degree:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    share = c.maybe("percent", float) or c.maybe("minuspercent", float)
    if share is None and (number := c.maybe("number", float)) is not None:
        share = number / 100
    if (sized := c.maybe("sized", float)) is not None and degree is ORDINARY:
        degree = Degree(sized)
    if share is not None:
        degree = Degree(share=share)
    if (stops := c.maybe("stops", float)) is not None:
        degree = Degree(stops=stops)
    if c.tokens[c.first].norm in ("double", "halve"):
        degree = Degree(share=1.0 if sign > 0 else 0.5)
    return degree


def _to_percent(c: Captures) -> tuple[Item, ...] | None:
    share = c.one("percent", float) - 1
    subject: Subject = area_in(c, "ofarea") or c.maybe("ofarea", Unfound) or WHOLE
    return joined((subject,), [Adjust(q, share, exact=True) for q in c.one("qualities", tuple)])
