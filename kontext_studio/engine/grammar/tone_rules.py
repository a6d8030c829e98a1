"""Reads tone as adjectives and verbs: "a bit warmer", "a dark, moody look", "brighten it a lot".

Yields Adjust values for the whole picture; the clause that uses them gives them their area.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject, join
from kontext_studio.engine.grammar.thing_rules import It, Rest, Unfound
from kontext_studio.engine.grammar.tone_words import (
    CASTS,
    COMPARATIVES,
    GRADABLE,
    MOODS,
    OF_COLOURS,
    OF_LIGHT,
    PARTICIPLES,
    QUALITIES,
    VERBS,
    step,
)
from kontext_studio.engine.operations import (
    WHOLE,
    Adjust,
    AllBut,
    ColourThing,
    Quality,
    WholePicture,
)

Q = Quality
_LIGHT_NOUNS = "light|lighting|illumination"


def add_tone_rules(g: Grammar) -> None:
    g.choice("gradable", GRADABLE)
    g.choice("comparative", COMPARATIVES)
    g.choice("quality", QUALITIES)
    g.choice("toneverb", VERBS)
    g.choice("participle", PARTICIPLES)
    g.choice("cast", CASTS)
    g.choice("moodword", MOODS)
    g.choice("ofcolors", OF_COLOURS)
    g.choice("oflight", OF_LIGHT)
    g.rule(
        "colorsof",
        "[the|its|our|my] [overall|whole] colors|tones|hues [in|of <picture>]",
        lambda _c: True,
    )
    g.rule(
        "lightnoun",
        f"""
        [the] [overall] {_LIGHT_NOUNS} [in|of <picture>]
        [the] [overall] white balance [of <picture>]
        [the] [overall] color temperature|balance|grade|grading|palette|scheme [of <picture>]
        [the] [overall] temperature|grade|grading|palette|exposure [of <picture>]
        """,
        lambda _c: True,
    )
    g.rule(
        "looknoun",
        """
        look|feel|feeling|mood|vibe|vibes|tone|tones|atmosphere|appearance|ambience|ambiance|touch
        aesthetic|finish|treatment|grade|grading|palette|colors|image|picture|photo|version|light
        lighting|edit|effect|shade|glow|color|style|temperature
        white balance
        color temperature|palette|scheme|grade|tone|tones
        """,
        lambda _c: True,
    )
    _add_adjectives(g)
    _add_lists(g)
    _add_verbs(g)


# ---------------------------------------------------------------- "a bit warmer"
def _add_adjectives(g: Grammar) -> None:
    g.rule(
        "tone",
        "[<anydegree>] [more] <ofcolors> colors|hues|tones|palette",
        lambda c: step(Q.SATURATION, c.one("ofcolors", int), _degree(c)),
    )
    g.rule(
        "tone",
        "[<anydegree>] [more] <oflight> light|lighting|contrast|contrasts|shadows",
        lambda c: step(Q.CONTRAST, c.one("oflight", int), _degree(c)),
    )
    g.rule(
        "tone",
        """
        [<anydegree>] <comparative> [<amount>]
        [<anydegree>] more <gradable> [<amount>]
        [<degree>] <gradable>
        [<degree>] <participle> [up|down] [<amount>]
        [<anydegree>] (higher|greater|stronger|increased|added) <quality>
        [<anydegree>] (more|extra|additional|some) <quality> [<amount>]
        [a] [<degree>] (high) <quality>
        """,
        lambda c: tone_of(c, 1),
    )
    g.rule(
        "tone",
        """
        [<anydegree>] less <gradable> [<amount>]
        [<anydegree>] less <cast> [<amount>]
        [<anydegree>] (less|lower|weaker|reduced|decreased) <quality> [<amount>]
        [a] [<degree>] (low) <quality>
        """,
        lambda c: tone_of(c, -1),
    )
    g.rule("tone", "[<degree>] softer", lambda c: step(Q.BLUR, 0.6, _degree(c)))
    g.rule("tone", "twice as <gradable>", lambda c: _exact(c, 1.0))
    g.rule("tone", "half as <gradable>", lambda c: _exact(c, -0.5))
    g.rule("tone", "<number> times|x brighter|lighter", _times_brighter)
    g.rule(
        "mood",
        "[<degree>] [more] <moodword>",
        lambda c: _mood(c, 1),
    )
    g.rule("mood", "[<degree>] less <moodword>", lambda c: _mood(c, -1))


def _mood(c: Captures, sign: int) -> tuple[Adjust, ...]:
    return tuple(step(q, sign * weight, _degree(c)) for q, weight in c.one("moodword", tuple))


def _degree(c: Captures) -> Degree:
    return c.maybe("anydegree", Degree) or c.maybe("degree", Degree) or ORDINARY


def tone_of(c: Captures, sign: int) -> Adjust:
    degree = c.maybe("amount", Degree) or _degree(c)
    quality, direction = _quality(c)
    if sign * direction < 0 and quality is Q.BLUR:
        quality, direction = Q.SHARPNESS, -direction
    elif sign * direction < 0 and quality is Q.SHARPNESS:
        quality, direction = Q.BLUR, -direction
    return step(quality, sign * direction, degree)


def _quality(c: Captures) -> tuple[Quality, int]:
    if noun := c.maybe("quality", Quality):
        return noun, 1
    for key in ("gradable", "cast", "participle"):
        if pair := c.maybe(key, tuple):
            return pair[0], pair[1]
    pair = c.one("comparative", tuple)
    return pair[0], pair[1]


def _exact(c: Captures, share: float) -> Adjust:
    quality, direction = _quality(c)
    return Adjust(quality, share * direction, exact=True)


def _times_brighter(c: Captures) -> Adjust | None:
    times = c.one("number", float)
    return Adjust(Q.BRIGHTNESS, min(times, 5.0) - 1, exact=True) if times > 1 else None


# ---------------------------------------------------------------- "a dark, moody look"
def _add_lists(g: Grammar) -> None:
    g.rule("toneonce", "<tone>\n<mood>", _one_tone)
    g.rule("tonelist", "<toneonce>\n<toneonce> <valuejoint> <more=tonelist>", lambda c: _listed(c))
    g.rule("tonerun", "<toneonce>\n<toneonce> [<valuejoint>] <more=tonerun>", lambda c: _listed(c))
    g.rule("tones", "<tonelist>", lambda c: c.one("tonelist", tuple))
    # Adjectives before a noun that adds nothing: what is warm is the picture.
    g.rule(
        "tones",
        """
        [a|an|the|some|that] [<sized>] <tonerun> <looknoun> [<looknoun2=looknoun>]
        """,
        lambda c: scaled(c.one("tonerun", tuple), c.maybe("sized", float)),
    )
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


def _one_tone(c: Captures) -> tuple[Adjust, ...]:
    tone = c.maybe("tone", Adjust)
    return (tone,) if tone else c.one("mood", tuple)


def _listed(c: Captures) -> tuple[Adjust, ...]:
    own, more = c.one("toneonce", tuple), c.maybe("more", tuple) or ()
    # "Moody but bright": what is said by itself goes before what a mood brings along.
    said = {tone.quality for tone in more} if len(own) > 1 else set()
    apart = {own[0].quality} if len(own) == 1 and len(more) > 1 else set()
    return (
        *(tone for tone in own if tone.quality not in said),
        *(tone for tone in more if tone.quality not in apart),
    )


def scaled(tones: tuple[Adjust, ...], factor: float | None) -> tuple[Adjust, ...]:
    """The tones by a factor; amounts given in numbers stay as they were given."""
    if factor is None:
        return tones
    return tuple(t if t.exact else replace(t, amount=t.amount * factor) for t in tones)


def _two_tones(c: Captures, sign: int) -> tuple[Adjust, ...]:
    return tuple(
        step(quality, sign, _degree(c))
        for quality in (c.one("quality", Quality), c.one("second", Quality))
    )


# ---------------------------------------------------------------- "brighten the picture a lot"
def _add_verbs(g: Grammar) -> None:
    g.rule(
        "clause",
        """
        [<degree>] <toneverb> <targets> [<amount>] [<throughout>]
        [<degree>] <toneverb> <targets> up|down|off|out [<amount>]
        [<degree>] <toneverb> [<amount>]
        [<degree>] tone <targets> down [<amount>]
        """,
        _by_verb,
    )
    # A picture is lifted into the light, a thing into the air.
    g.rule(
        "clause",
        "lift <wholearea> [up] [<amount>]",
        lambda c: (step(Q.BRIGHTNESS, 1, c.maybe("amount", Degree) or ORDINARY),),
    )
    g.rule(
        "part",
        "[the] (shadows|darks|blacks|dark areas|dark parts|darker areas|darker parts)",
        lambda _c: Q.SHADOWS,
    )
    g.rule(
        "part",
        "[the] (highlights|whites|bright areas|bright parts|brighter areas|brighter parts)",
        lambda _c: Q.HIGHLIGHTS,
    )
    g.rule("sharppart", "[the] [fine|finer] details|detail|edges|lines|texture|textures", bool)
    g.rule(
        "clause",
        """
        [<degree>] brighten|lighten|lift|raise|open [up] <part> [up] [<amount>] [<throughout>]
        make <part> [look] [<degree>] brighter|lighter|whiter [<amount>]
        """,
        lambda c: (_of_part(c, 1),),
    )
    g.rule(
        "clause",
        """
        [<degree>] darken|deepen|lower|reduce|tame|recover|crush [down] <part> [down] \
            [<amount>] [<throughout>]
        make <part> [look] [<degree>] darker|deeper|blacker [<amount>]
        """,
        lambda c: (_of_part(c, -1),),
    )
    g.rule(
        "clause",
        "make <colorsof> pop [more] [<throughout>]\nmake <colorsof> stand out [more]",
        lambda _c: (step(Q.VIBRANCE, 1),),
    )
    g.rule(
        "clause",
        """
        make <sharppart> [look] [<degree>] (sharper|crisper|clearer|more visible|stand out|pop)
        [<degree>] sharpen|crisp|bring|enhance|boost [up|out] <sharppart> [more] [<throughout>]
        """,
        lambda c: (step(Q.SHARPNESS, 1, _degree(c)),),
    )


def area_in(c: Captures, key: str = "area") -> Subject | None:
    for value in c.every(key, object):
        if isinstance(value, AllBut | ColourThing | WholePicture | It | Rest):
            return value
    return None


def _by_verb(c: Captures) -> tuple[Item, ...] | None:
    quality, sign = c.maybe("toneverb", tuple) or (Q.SATURATION, -1)  # "tone it down"
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    has_degree = c.maybe("amount", Degree) or c.maybe("degree", Degree)
    if not has_degree and any(t.norm == "desaturate" for t in c.tokens[c.first : c.first + 2]):
        degree = Degree(share=1.0)  # the word alone means all of it
    targets = c.maybe("targets", tuple) or (WHOLE,)
    return joined(targets, [step(quality, sign, degree)])


def joined(subjects: tuple[Subject, ...], wishes: list[Adjust]) -> tuple[Item, ...] | None:
    """Each wish for each subject, or None where one of them makes no sense."""
    items = [join(subject, wish) for subject in subjects for wish in wishes]
    return None if None in items else tuple(item for item in items if item)


def _of_part(c: Captures, sign: int) -> Item:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    return step(c.one("part", Quality), sign, degree)


def given_tones(c: Captures) -> tuple[Item, ...] | None:
    """Tones for what the clause names, or for the picture."""
    tones = c.maybe("tones", tuple)
    if not tones:
        return None
    if degree := c.maybe("degree", Degree):
        tones = scaled(tones, degree.factor)
    return joined((area_in(c) or c.maybe("unfound", Unfound) or WHOLE,), list(tones))
