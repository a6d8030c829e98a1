"""Reads looks and techniques: "a pencil sketch with cross-hatching", "sepia", "black and white".

Yields Stylise values; names of painters, studios and materials are not its words.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Subject, join
from kontext_studio.engine.grammar.thing_rules import It, Rest, Unfound
from kontext_studio.engine.operations import (
    WHOLE,
    AllBut,
    ColourThing,
    Detail,
    Style,
    Stylise,
    WholePicture,
)

D = Detail
_STYLES: dict[str, Style] = {
    "[hand drawn] [graphite] pencil [line] [sketch|drawing|art|style]": Style.PENCIL,
    "graphite [pencil] [sketch|drawing]": Style.PENCIL,
    "(sketch|drawing) in pencil": Style.PENCIL,
    "pencil [and] graphite [sketch|drawing]": Style.PENCIL,
    "hand drawn [sketch|drawing]": Style.PENCIL,
    "sketch|sketched|sketchy": Style.PENCIL,
    "hand sketched": Style.PENCIL,
    "hand drawn in pencil": Style.PENCIL,
    "drawn in|with [a] pencil": Style.PENCIL,
    "charcoal [sketch|drawing|art]": Style.CHARCOAL,
    "(sketch|drawing) in charcoal": Style.CHARCOAL,
    "oil [paint|painting|painted] [on canvas]": Style.OIL,
    "oils": Style.OIL,
    "painted in|with oils|oil": Style.OIL,
    "painted in|with watercolor|watercolors": Style.WATERCOLOUR,
    "drawn in|with charcoal": Style.CHARCOAL,
    "painting in oil|oils": Style.OIL,
    "watercolor|watercolors [painting|paint|art|sketch|illustration]": Style.WATERCOLOUR,
    "water color [painting]": Style.WATERCOLOUR,
    "painting in watercolor|watercolors": Style.WATERCOLOUR,
    "poster|posterized [print|art|illustration|graphic|style]": Style.POSTER,
    "screen print|printed [poster]": Style.POSTER,
    "[retro|vintage|classic|old] [travel|art|advertising|concert|gig|event|wall|graphic] poster": (
        Style.POSTER
    ),
    "screenprint|screenprinted|silkscreen|silkscreened [print|poster]": Style.POSTER,
    "pop art [poster|print]": Style.POSTER,
    "black and|& white": Style.MONOCHROME,
    "monochrome|grayscale|bw": Style.MONOCHROME,
    "b & w": Style.MONOCHROME,
    "b / w": Style.MONOCHROME,
    "colorless": Style.MONOCHROME,
    "gray scale": Style.MONOCHROME,
    "shades of gray|grays": Style.MONOCHROME,
    "[black and white] film noir": Style.NOIR,
    "noir": Style.NOIR,
    "sepia [toned|tone]": Style.SEPIA,
    "sepia [toned|tone] [and] vintage": Style.VINTAGE,
    "old fashioned sepia [toned|tone]": Style.SEPIA,
    "old|aged|antique|faded|classic sepia [toned|tone]": Style.SEPIA,
    "grainy [<number> mm] [film]": Style.GRAIN,
    "[<decade>] vintage|retro|analog|analogue [film|photo|camera]": Style.VINTAGE,
    "[from] [a|an] [old|vintage] family|photo album": Style.VINTAGE,
    "old fashioned": Style.VINTAGE,
    "old|aged|antique|nostalgic|retro|vintage [faded|yellowed|color|family|film] \
        [photo|picture|film|print|snapshot|postcard|polaroid|slide]": Style.VINTAGE,
    "faded|yellowed [old] photo|picture|print|snapshot|postcard": Style.VINTAGE,
    "old time": Style.VINTAGE,
    "[old|aged|antique] photo|picture|print|film|snapshot|postcard from|of|in <decade>": (
        Style.VINTAGE
    ),
    "<decade> [film|print]": Style.VINTAGE,
    "negative": Style.NEGATIVE,
    "inverted [color|colors]": Style.NEGATIVE,
}
# What may follow the name of any style.
_TAIL = (
    "style|effect|look|version|rendering|image|picture|photo|filter|finish|treatment|tone|tones|wash|washes"
    "|aesthetic|vibe|mood|feeling|appearance|technique|format|drawing|painting|artwork|art|illustration|portrait|landscape|study|canvas|conversion|texture|print|feel"
)
_WISHES: dict[str, tuple[Detail, ...]] = {
    "[<adj>] cross hatching|hatched [lines|shading|strokes]": (D.HATCHING,),
    "[<adj>] hatching": (D.HATCHING,),
    "[<adj>] crosshatching": (D.HATCHING,),
    "[<adj>] (graphite|pencil) (lines|strokes|shading|marks|texture)": (),
    "[<adj>] (lines|line work|linework|shading|outlines|contours|tones|edges)": (),
    "[<adj>] paper (texture|grain|fibers)": (D.PAPER,),
    "[<adj>] (textured paper|paper)": (D.PAPER,),
    "[<adj>] (brush strokes|brushstrokes|brushwork|strokes)": (D.STROKES,),
    "[<adj>] (paint|oil paint) [texture|layers|strokes]": (D.THICK,),
    "[<adj>] impasto [texture|paint|strokes|brushwork]": (D.THICK,),
    "[<adj>] (canvas|paint) texture": (D.STROKES,),
    "[<adj>] texture|textures": (D.STROKES,),
    "[<adj>] (washes|edges|transitions|gradients|bleeds|blending)": (D.SOFT,),
    "[<adj>] (color bleeds|color bleeding|pigment bleeding|watercolor washes|color washes)": (
        D.SOFT,
    ),
    "[<adj>] [color] (depth|colors|palette|hues)": (),
    "[<adj>] (flat colors|color blocks|shapes|color areas)": (D.BOLD,),
    "[<adj>] [film] grain": (D.STROKES,),
    "[<adj>] contrast": (D.CONTRAST,),
    "[<adj>] [paper] border|borders|margin|margins": (D.BORDER,),
    "torn|ragged|deckled|deckle|uneven [paper] edge|edges|border|borders": (D.BORDER,),
    "[<adj>] (shadows|highlights|light|lighting)": (D.CONTRAST,),
}
_ADJECTIVES: dict[str, tuple[Detail, ...]] = {
    "natural|visible|fine|detailed|realistic|traditional|classic|classical|delicate|hand|drawn": (),
    "smudged|smooth|simple|clean|subtle|light|flowing|transparent|translucent|expressive": (),
    "rough|coarse|white|beautiful|artistic|vibrant|warm|bright|clear|gentle": (),
    "old|rich|textured|painterly|loose|monochrome|elegant|limited|flat|graphite": (),
    "soft|pastel|wet|bleeding": (D.SOFT,),
    "thick|heavy": (D.THICK,),
    "bold|strong|graphic": (D.BOLD,),
    "high contrast": (D.CONTRAST,),
    "dramatic|deep|contrasty": (D.CONTRAST,),
    "colored|color|colorful": (D.COLOUR,),
}


def add_style_rules(g: Grammar) -> None:
    g.rule("decade", "[the] <number> s", _decade)
    g.rule(
        "decade", "[the] twenties|thirties|fourties|forties|fifties|sixties|seventies", lambda _c: 1
    )
    g.choice("stylename", _STYLES)
    g.choice("adj1", _ADJECTIVES)
    g.rule("adj", "<adj1> [,|and] [<more=adj>]", _details)
    for pattern, details in _WISHES.items():
        g.rule("detail", pattern, lambda c, details=details: (*details, *_adj_details(c)))  # type: ignore[misc]  # bound default
    g.rule("details", "<detail>\n<detail> <valuejoint> <more=details>", _details)
    g.rule(
        "stylewish",
        f"""
        [a|an|the] [<degree>] [<adj>] <stylename> [{_TAIL}] [{_TAIL}]
        [a|an|the] [<degree>] [<adj>] <stylename> [{_TAIL}] [{_TAIL}] [,] \
            with|using|featuring|showing|on [a] <details>
        [a|an|the] <stylename> [{_TAIL}] , <adj>
        """,
        _style,
    )
    _add_style_clauses(g)


def _decade(c: Captures) -> bool | None:
    year = c.one("number", float)
    return (year % 10 == 0 and (20 <= year <= 90 or 1850 <= year <= 1990)) or None


def _details(c: Captures) -> tuple[Detail, ...]:
    first = c.maybe("adj1", tuple) or c.maybe("detail", tuple) or ()
    return (*first, *(c.maybe("more", tuple) or ()))


def _adj_details(c: Captures) -> tuple[Detail, ...]:
    return tuple(d for d in (c.maybe("adj", tuple) or ()) if isinstance(d, Detail))


def _style(c: Captures) -> Stylise:
    wishes = (*_adj_details(c), *(c.maybe("details", tuple) or ()))
    details = frozenset(d for d in wishes if isinstance(d, Detail))
    degree = c.maybe("degree", Degree) or ORDINARY
    return Stylise(c.one("stylename", Style), details, degree.factor)


def _add_style_clauses(g: Grammar) -> None:
    g.rule("stylesubject", "<area>\n<colorsof>", _style_subject)
    link = (
        "(to [look like]|into|as|in|in to|to be|to look|look like|looking like|into looking like"
        "|in [the|a] [style|manner|look] of|as if [it] [was|were] [done|made] in)"
    )
    g.rule(
        "clause",
        f"""
        change|turn|alter|convert|transform|switch|shift|transfer|render|redraw|redo|repaint \
            |draw|paint|stylize|show|process|make|morph|reproduce|print|present|express \
                |recreate <stylesubject> {link} <stylewish>
        change|turn|convert|transform|switch|go|make|render|redraw|draw|paint|stylize \
            (to|into|as|in) <stylewish>
        make|render <stylesubject> <stylewish>
        make|turn|go <stylewish>
        make <stylesubject> look|appear|seem|feel (like|as if|as) [it] [is|was|were] \
            [drawn|painted] [in|with|as] <stylewish>
        make <stylesubject> look|appear [[hand] drawn|painted|sketched] [in|with|like] <stylewish>
        give <stylesubject> [a|an|the] [look|style|appearance|feel|effect of] <stylewish>
        give me|us <stylewish>
        i|we need|want <stylewish> of|from <wholearea>
        i|we would like <stylewish> of|from <wholearea>
        apply|use|add [a|an|the] <stylewish> [to|on|over <stylesubject>]
        apply|use [the] style of <stylewish> [to|on|over <stylesubject>]
        sketch|paint|draw <stylesubject> in|with <stylewish>
        """,
        _styled,
    )
    g.rule("clause", "convert|turn|change|make|render <unfound> to|into|in|as <stylewish>", _styled)
    g.rule(
        "clause",
        """
        make|create|draw|produce <stylewish> of|from <wholearea>
        make|create <stylewish> out of <wholearea>
        """,
        lambda c: (c.one("stylewish", Stylise),),
    )
    g.rule(
        "clause",
        """
        [make|keep|leave|show] only <thing> in [full] color
        everything in black and white (but [not]|except [for]|apart from|other than) <thing>
        keep|leave [only] <thing> in [full] color and [make|turn] <rest> black and white
        """,
        lambda c: (Stylise(Style.MONOCHROME, area=AllBut(c.one("thing", ColourThing))),),
    )
    g.rule("clause", "sketch <wholearea> [in|with [a] pencil]", lambda _c: (Stylise(Style.PENCIL),))
    g.rule("clause", "posterize [<wholearea>]", lambda _c: (Stylise(Style.POSTER),))
    g.rule(
        "clause",
        """
        remove|drain|strip|drop|take|lose|kill|eliminate [away|out] [all] [of] [the] \
            color|colors|saturation [(from|of|out of) <area>]
        get rid of [all] [of] [the] color|colors [(from|in|of) <area>]
        strip|drain <area> of [all] [of] [its|the] color|colors
        take [all] [of] [the] color|colors out [of <area>]
        make|turn <wholearea> [all|completely|entirely] gray
        decolorize|decolor <area>
        """,
        lambda c: _styled_as(c, Style.MONOCHROME),
    )
    g.rule("clause", "invert [the] [color|colors] [of|in <area>]\ninvert <area>", _negative)


def _negative(c: Captures) -> tuple[Item, ...] | None:
    return _styled_as(c, Style.NEGATIVE)


def _style_subject(c: Captures) -> object:
    return next(iter(c.every("area", object)), WHOLE)


def _styled_as(c: Captures, style: Style) -> tuple[Item, ...] | None:
    area = c.maybe("area", object)
    item = join(_subject(area), Stylise(style))
    return (item,) if item else None


def subject_in(c: Captures) -> Subject:
    """What the clause names, or the whole picture."""
    return _subject(c.maybe("area", object))


def _subject(value: object) -> Subject:
    if isinstance(value, ColourThing | AllBut | WholePicture | It | Rest | Unfound):
        return value
    return WHOLE


def _styled(c: Captures) -> tuple[Item, ...] | None:
    subject = _subject(c.maybe("stylesubject", object) or c.maybe("unfound", object))
    item = join(subject, c.one("stylewish", Stylise))
    return (item,) if item else None
