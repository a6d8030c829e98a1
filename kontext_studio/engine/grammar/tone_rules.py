"""Reads how bright, contrasty, warm, colourful and sharp: as adjectives, verbs and nouns.

Yields Adjust values for the whole picture; the clause that uses them gives them their area.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject, join
from kontext_studio.engine.grammar.thing_rules import It, Rest, Unfound
from kontext_studio.engine.operations import (
    WHOLE,
    Adjust,
    AllBut,
    ColourThing,
    Quality,
    WholePicture,
)

# An ordinary step, as a share; blur and sharpness count in steps of their own.
STEP = {
    Quality.BRIGHTNESS: 0.25,
    Quality.CONTRAST: 0.28,
    Quality.WARMTH: 0.35,
    Quality.SATURATION: 0.35,
    Quality.VIBRANCE: 0.4,
    Quality.SHADOWS: 0.35,
    Quality.HIGHLIGHTS: 0.3,
    Quality.SHARPNESS: 1.0,
    Quality.BLUR: 1.0,
}

Q = Quality
# Adjectives that can be compared with "more" and "less", and stand alone: "make it vivid".
_GRADABLE: dict[str, tuple[Quality, int]] = {
    "bright|light|luminous|radiant": (Q.BRIGHTNESS, 1),
    "dark|dim": (Q.BRIGHTNESS, -1),
    "contrasty|contrasted|punchy": (Q.CONTRAST, 1),
    "flat": (Q.CONTRAST, -1),
    "warm": (Q.WARMTH, 1),
    "cool|cold|chilly": (Q.WARMTH, -1),
    "saturated|colorful|vivid|intense": (Q.SATURATION, 1),
    "vibrant": (Q.VIBRANCE, 1),
    "muted|desaturated|subdued|faded|dull|pale": (Q.SATURATION, -1),
    "washed out": (Q.SATURATION, -1),
    "sharp|crisp|focused": (Q.SHARPNESS, 1),
    "in focus": (Q.SHARPNESS, 1),
    "blurry|blurred|unfocused|unsharp|fuzzy": (Q.BLUR, 1),
    "out of focus": (Q.BLUR, 1),
}
_COMPARATIVES: dict[str, tuple[Quality, int]] = {
    "brighter|lighter": (Q.BRIGHTNESS, 1),
    "darker|dimmer": (Q.BRIGHTNESS, -1),
    "punchier": (Q.CONTRAST, 1),
    "flatter": (Q.CONTRAST, -1),
    "warmer": (Q.WARMTH, 1),
    "cooler|colder|chillier": (Q.WARMTH, -1),
    "duller|paler": (Q.SATURATION, -1),
    "richer": (Q.SATURATION, 1),
    "stronger in color": (Q.SATURATION, 1),
    "sharper|crisper": (Q.SHARPNESS, 1),
    "blurrier|fuzzier": (Q.BLUR, 1),
}
# A cast of light, said as "less yellow".
_CASTS: dict[str, tuple[Quality, int]] = {
    "yellow|yellowish|orange|orangish|amber": (Q.WARMTH, 1),
    "blue|bluish|cyan": (Q.WARMTH, -1),
}
# Nouns for what can be raised and lowered.
_QUALITIES: dict[str, Quality] = {
    "brightness|exposure|luminosity|lightness|luminance|lights": Q.BRIGHTNESS,
    "light [levels|level]": Q.BRIGHTNESS,
    "contrast|punch": Q.CONTRAST,
    "warmth|temperature": Q.WARMTH,
    "color temperature": Q.WARMTH,
    "saturation|chroma|colorfulness|vividness": Q.SATURATION,
    "color [saturation|intensity|strength]": Q.SATURATION,
    "colors": Q.SATURATION,
    "intensity of <colorsof>": Q.SATURATION,
    "vibrance|vibrancy": Q.VIBRANCE,
    "sharpness|crispness|clarity|definition": Q.SHARPNESS,
    "blur|blurriness|softness": Q.BLUR,
    "shadows|blacks": Q.SHADOWS,
    "shadow detail|details": Q.SHADOWS,
    "highlights|whites": Q.HIGHLIGHTS,
}
_LIGHT_NOUNS = "light|lighting|illumination"

# Verbs that say the quality themselves.
_VERBS: dict[str, tuple[Quality, int]] = {
    "brighten|lighten [up]": (Q.BRIGHTNESS, 1),
    "darken|dim|underexpose": (Q.BRIGHTNESS, -1),
    "overexpose": (Q.BRIGHTNESS, 1),
    "warm [up]": (Q.WARMTH, 1),
    "cool [down|off]": (Q.WARMTH, -1),
    "saturate": (Q.SATURATION, 1),
    "desaturate|mute|fade": (Q.SATURATION, -1),
    "tone down": (Q.SATURATION, -1),
    "sharpen [up]": (Q.SHARPNESS, 1),
    "unsharpen|defocus|blur": (Q.BLUR, 1),
}
_UP = (
    "increase|boost|raise|heighten|strengthen|enhance|intensify|lift|up|improve|amplify|deepen"
    "|augment|elevate"
)
_DOWN = "reduce|lower|decrease|weaken|cut|drop|lessen|diminish|minimize|soften|tame|recover|halve"


def step(quality: Quality, sign: int, degree: Degree = ORDINARY) -> Adjust:
    if degree.stops is not None:
        if quality is Q.BRIGHTNESS:
            return Adjust(quality, _share_of_stops(sign * degree.stops), exact=True)
        degree = Degree(degree.stops)
    if degree.share is not None:
        scale = 2.0 if quality in (Q.SHARPNESS, Q.BLUR) else 1.0
        return Adjust(quality, sign * degree.share * scale, exact=True)
    return Adjust(quality, sign * degree.factor * STEP[quality])


def _share_of_stops(stops: float) -> float:
    """The share by which brightness changes for so many stops: doubled light for each, as far as
    whites allow; halved light for each less."""
    return 0.42 * stops if stops > 0 else 2 ** (stops / 1.6) - 1


def add_tone_rules(g: Grammar) -> None:
    g.choice("gradable", _GRADABLE)
    g.choice("comparative", _COMPARATIVES)
    g.choice("quality", _QUALITIES)
    g.choice("toneverb", _VERBS)
    g.choice("cast", _CASTS)
    g.rule("colorsof", "[the] [overall] colors|tones|hues [in|of <picture>]", lambda _c: True)
    g.rule("lightnoun", f"[the] {_LIGHT_NOUNS} [in|of <picture>]", lambda _c: True)
    _add_adjectives(g)
    _add_verbs(g)
    _add_nouns(g)


# ---------------------------------------------------------------- "a bit warmer"
def _add_adjectives(g: Grammar) -> None:
    g.rule(
        "tone",
        """
        [<anydegree>] <comparative> [<amount>]
        [<anydegree>] <comparative> tones|tone|colors|light|lighting
        [<anydegree>] more <gradable> [<amount>]
        [<degree>] <gradable>
        [<anydegree>] (higher|greater|stronger|increased|added) <quality>
        [<anydegree>] (more|extra|additional|some) <quality> [<amount>]
        [<anydegree>] more <gradable> <colorsof>
        a <comparative> (tone|shade|look|feel|glow|color|image|version|white balance|temperature)
        a more <gradable> (tone|shade|look|feel|glow|color|image|version)
        [a] [<degree>] (high) <quality> [look]
        """,
        lambda c: tone_of(c, 1),
    )
    g.rule(
        "tone",
        """
        [<anydegree>] less <gradable> [<amount>]
        [<anydegree>] less <cast> [<amount>]
        [<anydegree>] (less|lower|weaker|reduced|decreased) <quality> [<amount>]
        [<anydegree>] less <gradable> <colorsof>
        a less <gradable> (tone|shade|look|feel|glow|color|image|version)
        [a] [<degree>] (low) <quality> [look]
        """,
        lambda c: tone_of(c, -1),
    )
    g.rule("tone", "twice as <gradable>", lambda c: _exact(c, 1.0))
    g.rule("tone", "half as <gradable>", lambda c: _exact(c, -0.5))
    g.rule("tone", "<number> times|x brighter|lighter", _times_brighter)


def tone_of(c: Captures, sign: int) -> Adjust:
    degree = c.maybe("anydegree", Degree) or c.maybe("degree", Degree) or ORDINARY
    if amount := c.maybe("amount", Degree):
        degree = amount
    quality, direction = _quality(c)
    if sign * direction < 0 and quality is Q.BLUR:
        quality, direction = Q.SHARPNESS, -direction
    elif sign * direction < 0 and quality is Q.SHARPNESS:
        quality, direction = Q.BLUR, -direction
    return step(quality, sign * direction, degree)


def _quality(c: Captures) -> tuple[Quality, int]:
    if noun := c.maybe("quality", Quality):
        return noun, 1
    pair = c.maybe("gradable", tuple) or c.maybe("cast", tuple) or c.one("comparative", tuple)
    return pair[0], pair[1]


def _exact(c: Captures, share: float) -> Adjust:
    quality, direction = _quality(c)
    return Adjust(quality, share * direction, exact=True)


def _times_brighter(c: Captures) -> Adjust | None:
    times = c.one("number", float)
    return Adjust(Q.BRIGHTNESS, min(times, 5.0) - 1, exact=True) if times > 1 else None


# ---------------------------------------------------------------- "brighten the picture a lot"
def _add_verbs(g: Grammar) -> None:
    g.rule(
        "clause",
        """
        [<degree>] <toneverb> <targets> [<amount>] [<throughout>]
        [<degree>] <toneverb> <targets> up|down|off|out [<amount>]
        [<degree>] <toneverb> [<amount>]
        """,
        _by_verb,
    )
    g.rule("part", "[the] (shadows|darks|blacks|dark areas|dark parts)", lambda _c: Q.SHADOWS)
    g.rule("part", "[the] (highlights|bright areas|bright parts)", lambda _c: Q.HIGHLIGHTS)
    g.rule(
        "clause",
        """
        [<degree>] brighten|lighten|lift|raise|open [up] <part> [up] [<amount>] [<throughout>]
        make <part> [look] [<degree>] brighter|lighter [<amount>]
        """,
        lambda c: (_of_part(c, 1),),
    )
    g.rule(
        "clause",
        """
        [<degree>] darken|deepen|lower|reduce|tame|recover|crush [down] <part> [down] \
            [<amount>] [<throughout>]
        make <part> [look] [<degree>] darker|deeper [<amount>]
        """,
        lambda c: (_of_part(c, -1),),
    )
    g.rule(
        "clause",
        "make <colorsof> pop [more] [<throughout>]\nmake <colorsof> stand out [more]",
        lambda _c: (step(Q.VIBRANCE, 1),),
    )


def area_in(c: Captures, key: str = "area") -> Subject | None:
    for value in c.every(key, object):
        if isinstance(value, AllBut | ColourThing | WholePicture | It | Rest):
            return value
    return None


def _by_verb(c: Captures) -> tuple[Item, ...] | None:
    quality, sign = c.one("toneverb", tuple)
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    has_degree = c.maybe("amount", Degree) or c.maybe("degree", Degree)
    if not has_degree and any(t.norm == "desaturate" for t in c.tokens[c.first : c.first + 2]):
        degree = Degree(share=1.0)  # the word alone means all of it
    targets = c.maybe("targets", tuple) or (WHOLE,)
    items = [join(target, step(quality, sign, degree)) for target in targets]
    return None if None in items else tuple(item for item in items if item)


def _of_part(c: Captures, sign: int) -> Item:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    return step(c.one("part", Quality), sign, degree)


# ---------------------------------------------------------------- "increase the contrast by 20 %"
def _add_nouns(g: Grammar) -> None:
    g.rule(
        "ofarea",
        "of|in|on|to|for|across|throughout <area>\nof|in|on|to|for <unfound>",
        lambda c: area_in(c) or c.one("unfound", Unfound),
    )
    g.rule(
        "qualities",
        """
        [<before>] [overall|general] <quality>
        [<before>] [overall] <quality> and [the] <second=quality>
        """,
        _quality_pair,
    )
    g.rule(
        "clause",
        f"""
        [<degree>] {_UP} [up] <qualities> [<amount>] [<ofarea>]
        [<degree>] {_UP} [up] <qualities> [<ofarea>] [<amount>]
        turn|bump|push|crank|dial|bring|pump up <qualities> [<amount>] [<ofarea>]
        turn|bump|push|crank|dial|bring|move <qualities> up [<amount>] [<ofarea>]
        adjust|change|shift <qualities> up|upward|upwards [<amount>] [<ofarea>]
        adjust|change|set <qualities> [by|to] + <percent> [<ofarea>]
        add|apply [a] [<degree>] [of] [more|extra|some] <qualities> [<amount>] [<ofarea>]
        bump|push|crank|dial|pump|pull <qualities> [by] <amount> [<ofarea>]
        double <qualities> [<ofarea>]
        <qualities> + <number> [%|points]
        <qualities> [+] <stops>
        <qualities> up [<amount>]
        """,
        lambda c: _by_noun(c, 1),
    )
    g.rule(
        "clause",
        f"""
        [<degree>] {_DOWN} [down] <qualities> [<amount>] [<ofarea>]
        [<degree>] {_DOWN} [down] <qualities> [<ofarea>] [<amount>]
        turn|dial|bring|tone down <qualities> [<amount>] [<ofarea>]
        turn|dial|bring|move <qualities> down [<amount>] [<ofarea>]
        adjust|change|shift <qualities> down|downward|downwards [<amount>] [<ofarea>]
        adjust|change|set <qualities> [by|to] <minuspercent> [<ofarea>]
        pull|push|take|bring <qualities> down|back [<amount>] [<ofarea>]
        pull|push|take|bring down|back <qualities> [<amount>] [<ofarea>]
        <qualities> - <number> [%|points]
        <qualities> - <stops>
        <qualities> down [<amount>]
        """,
        lambda c: _by_noun(c, -1),
    )
    g.rule(
        "clause",
        "set|change|adjust|reduce|lower|raise|increase <qualities> to <percent> [<ofarea>]",
        _to_percent,
    )
    g.rule(
        "clause",
        "[<degree>] sharpen|crisp|bring [up|out] [the] [fine|finer] detail|details [<throughout>]",
        lambda c: (step(Q.SHARPNESS, 1, c.maybe("degree", Degree) or ORDINARY),),
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
    g.rule("tones", "<tone>\n<tone> <valuejoint> <more=tones>", _tone_list)
    g.rule(
        "tones",
        "[<anydegree>] (more|extra|added) <quality> and <second=quality>",
        lambda c: _two_tones(c, 1),
    )
    g.rule(
        "tones",
        "[<anydegree>] (less|reduced) <quality> and <second=quality>",
        lambda c: _two_tones(c, -1),
    )


def _quality_pair(c: Captures) -> tuple[Quality, ...]:
    second = c.maybe("second", Quality)
    first = c.one("quality", Quality)
    return (first, second) if second else (first,)


def _by_noun(c: Captures, sign: int) -> tuple[Item, ...] | None:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    share = c.maybe("percent", float) or c.maybe("minuspercent", float)
    if share is None and (number := c.maybe("number", float)) is not None:
        share = number / 100
    if share is not None:
        degree = Degree(share=share)
    if (stops := c.maybe("stops", float)) is not None:
        degree = Degree(stops=stops)
    if c.tokens[c.first].norm in ("double", "halve"):
        degree = Degree(share=1.0 if sign > 0 else 0.5)
    subject: Subject = area_in(c, "ofarea") or c.maybe("ofarea", Unfound) or WHOLE
    items: list[Item] = []
    for quality in c.one("qualities", tuple):
        flipped = quality is Q.BLUR and sign < 0  # less blur is sharpening
        sinks = quality is Q.SHADOWS and c.tokens[c.first].norm == "deepen"
        wish = step(
            Q.SHARPNESS if flipped else quality, 1 if flipped else -sign if sinks else sign, degree
        )
        if quality is Q.HIGHLIGHTS and c.tokens[c.first].norm in ("recover", "tame"):
            wish = replace(wish, amount=-abs(wish.amount))
        item = join(subject, wish)
        if item is None:
            return None
        items.append(item)
    return tuple(items)


def _to_percent(c: Captures) -> tuple[Item, ...] | None:
    share = c.one("percent", float) - 1
    subject: Subject = area_in(c, "ofarea") or c.maybe("ofarea", Unfound) or WHOLE
    items = [join(subject, Adjust(q, share, exact=True)) for q in c.one("qualities", tuple)]
    return None if None in items else tuple(item for item in items if item)


def given_tones(c: Captures) -> tuple[Item, ...] | None:
    tones = c.maybe("tones", tuple)
    if not tones:
        return None
    if degree := c.maybe("degree", Degree):
        tones = tuple(replace(t, amount=t.amount * degree.factor) for t in tones)
    subject = area_in(c) or c.maybe("unfound", Unfound) or WHOLE
    items = [join(subject, tone) for tone in tones]
    return None if None in items else tuple(item for item in items if item)


def _two_tones(c: Captures, sign: int) -> tuple[Adjust, ...]:
    degree = c.maybe("anydegree", Degree) or ORDINARY
    return tuple(
        step(quality, sign, degree)
        for quality in (c.one("quality", Quality), c.one("second", Quality))
    )


def _tone_list(c: Captures) -> tuple[Adjust, ...]:
    more = c.maybe("more", tuple) or ()
    return (c.one("tone", Adjust), *more)
