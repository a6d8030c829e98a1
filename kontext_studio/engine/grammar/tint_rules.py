"""Reads what is laid over a picture: a tint ("a bit bluer", "a teal cast"), a vignette, film grain.

Yields Tint and Stylise values; a colour for a thing is colour_rules' matter.
"""

from __future__ import annotations

from kontext_studio.engine.colour_names import NamedColour, colour_table
from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, join
from kontext_studio.engine.grammar.style_rules import subject_in
from kontext_studio.engine.operations import Style, Stylise, Tint

# How a hue is said of a whole picture: as a comparative and as a leaning.
_TOWARDS = {
    "red": "redder|reddish",
    "orange": "oranger|orangish|orangey",
    "yellow": "yellower|yellowish|yellowy",
    "green": "greener|greenish",
    "blue": "bluer|bluish|blueish",
    "purple": "purpler|purplish",
    "pink": "pinker|pinkish",
    "brown": "browner|brownish",
}
_MORE = "red|orange|yellow|green|blue|purple|pink|brown|teal|magenta|cyan"
_LEANING = 0.75  # of an ordinary tint: "bluer" is less than "a blue tint"


def add_tint_rules(g: Grammar) -> None:
    for name, words in _TOWARDS.items():
        colour = colour_table()[name]
        g.rule("hue", words, lambda _c, colour=colour: colour)  # type: ignore[misc]  # bound default
    g.rule("purehue", _MORE, lambda c: colour_table()[c.tokens[c.first].norm])
    g.rule("strengthof", "soft|subtle|light|gentle|slight|fine|faint|delicate", lambda _c: 0.6)
    g.rule("strengthof", "strong|heavy|dark|dramatic|coarse|bold|deep|pronounced", lambda _c: 1.5)
    _add_tints(g)
    _add_extras(g)


def _add_tints(g: Grammar) -> None:
    g.rule(
        "tintnoun",
        "[color] tint|cast|wash|tone|tones|hue|hues|toning|glow|filter|overlay|veil|grade|tinge",
        lambda _c: 1,
    )
    g.rule(
        "tintwish",
        """
        a|an|some [<degree>] [<strengthof>] <color> <tintnoun>
        [a] hint|touch|wash|veil|bit of <color>
        """,
        lambda c: _tint_of(c, c.one("color", NamedColour), 1.0),
    )
    g.rule(
        "tintwish",
        """
        [a|an] [<degree>] [more] [<strengthof>] <hue> [<tintnoun>|<looknoun>]
        [<degree>] more <purehue> [<tintnoun>]
        """,
        lambda c: _tint_of(c, c.maybe("hue", NamedColour) or c.one("purehue", NamedColour)),
    )
    g.rule(
        "clause",
        """
        give <area> [a|an|some] [<degree>] [<strengthof>] <color> <tintnoun>
        add|apply [a|an|some] [<degree>] [<strengthof>] <color> <tintnoun> [to|over|on|across \
            <area>]
        tint <wholearea> [<degree>] [in|with] [a] <color>
        make <wholearea> [<degree>] <color> tinted|toned
        """,
        _tinted,
    )


def _tint_of(c: Captures, colour: NamedColour, share: float = _LEANING) -> Tint:
    degree = c.maybe("degree", Degree) or ORDINARY
    return Tint(colour, share * degree.factor * (c.maybe("strengthof", float) or 1.0))


def _tinted(c: Captures) -> tuple[Item, ...] | None:
    item = join(subject_in(c), _tint_of(c, c.one("color", NamedColour), 1.0))
    return (item,) if item else None


# ---------------------------------------------------------------- vignette, grain
def _add_extras(g: Grammar) -> None:
    g.choice("extra", {"vignette|vignetting [effect]": Style.VIGNETTE, "film grain": Style.GRAIN})
    g.choice("extra", {"grain|noise": Style.GRAIN})
    g.rule(
        "extrawish",
        """
        [a|some] [<degree>] [of] [<strengthof>] [<strengthof2=strengthof>] <extra> \
            [effect|look] [(around|at|along|on|in|to) [the] edges|corners|sides|borders] [<amount>]
        [a|some] [<strengthof>] [<strengthof2=strengthof>] <extra> and [a|some] \
            [<strengthof3=strengthof>] <second=extra>
        [<degree>] grainy|grainier
        """,
        _extra,
    )
    g.rule(
        "clause",
        """
        [<degree>] darken|shade|dim|burn|vignette [in|out] [the] (edges|corners|borders) \
            [and corners] [<amount>] [<throughout>]
        make [the] edges|corners|borders [of <picture>] [<degree>] darker
        vignette <wholearea>
        """,
        lambda c: (Stylise(Style.VIGNETTE, amount=_factor(c)),),
    )


def _factor(c: Captures) -> float:
    degree = c.maybe("amount", Degree) or c.maybe("degree", Degree) or ORDINARY
    return degree.share * 2 if degree.share is not None else degree.factor


def _extra(c: Captures) -> tuple[Stylise, ...]:
    factor = _factor(c) * (c.maybe("strengthof", float) or 1.0)
    styles = [c.maybe("extra", Style) or Style.GRAIN, *c.every("second", Style)]
    return tuple(Stylise(style, amount=factor) for style in styles)
