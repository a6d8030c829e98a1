"""Reads what stays of the frame: "crop to 16:9", "cut 100 px off the left", "the left half".

Yields Crop values; "off" takes away what is named, "to" keeps it.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.operations import Crop, Place

LARGEST_RATIO_NUMBER = 40  # "16x9" is a ratio, "800x600" a size


def add_crop_rules(g: Grammar) -> None:
    g.choice(
        "format",
        {
            "square": (1.0, 1.0),
            "widescreen": (16.0, 9.0),
            "panorama|panoramic": (2.0, 1.0),
            "cinemascope": (2.39, 1.0),
        },
    )
    g.rule("format", "<pair>", lambda c: c.one("pair", tuple))
    g.rule("oriented", "portrait|vertical|landscape|horizontal", lambda _c: True)
    g.rule(
        "cropto",
        """
        [a|an|the] [<oriented>] <format> [<oriented>] [<px>] [aspect] \
            [ratio|format|crop|shape|image|picture|frame|proportions|composition] [<croparound>]
        [a|an|the] [<oriented>] format|orientation [,] [of|at|in] <format> [<croparound>]
        [a|an|the] aspect ratio of <pair> [<croparound>]
        [a|an|the] [wide] cinematic crop|format|ratio|frame|aspect [ratio] [<croparound>]
        """,
        lambda c: _crop_to(c),
    )
    g.rule(
        "croparound",
        "around|on|from|at|in|to|keeping [the] <spot> [<edge>]\nwith the <spot> <edge>\ncentered",
        lambda c: c.maybe("spot", Place) or Place("center", "center"),
    )
    g.rule(
        "clause",
        """
        crop|trim|cut [<wholearea>] [down] (to|into|as|at|for|in) <cropto>
        crop|trim <wholearea> <cropto>
        crop|trim <cropto>
        crop|trim [<wholearea>] <aside> [,] [to|at|in] <cropto>
        make|turn <wholearea> [into|to] [be] <cropto>
        change|set|convert [the] aspect [ratio] [of <picture>] to <cropto>
        change|convert <wholearea> to <cropto>
        give <wholearea> [a|an] <cropto>
        (use|make|apply|do|need|want) <cropto> [of|to|on <wholearea>]
        <wanting> <cropto> [of|from <wholearea>]
        crop|trim|cut [<wholearea>] <cropto>
        """,
        lambda c: (c.one("cropto", Crop),),
    )
    _add_trims(g)
    g.rule("bareclause", "<cropto>", _named_crop)
    g.rule(
        "clause",
        """
        crop|trim [<wholearea>] by|to <percent> [of] [its|the] [original] [size] [<croparound>]
        crop|trim [<wholearea>] to [the] [<spot>] <percent> [of <picture>]
        crop|trim [off] [the] <spot> <percent> [of <picture>]
        crop|trim|cut|take|chop|shave <percent> off|from|of [the] <spot> [<edge>] [of <picture>]
        cut off [the] <spot> <percent> [of <picture>]
        crop|trim|cut <percent> [from|off|of] [of] (each|every|all|the) \
            side|edge|sides|edges|border|borders [of <picture>]
        crop|trim|cut <percent> off [<wholearea>]
        crop|trim|cut [the] <spot> [<edge>] [off] by <percent> [of <picture>]
        crop [<wholearea>] to [the] <spot> half
        crop [the] <spot> half [of <picture>]
        crop [<wholearea>] to [the] <spot> [part|area|section|portion] [of <picture>]
        crop [<wholearea>] [in] [<degree>] [slightly|tighter|closer|tight] [<croparound>]
        [a] [<degree>] (tighter|closer) crop|framing
        <wanting> [a] [<degree>] (tighter|closer) crop|framing
        crop|trim|cut|chop|take off [the] <spot> <percent=fraction> [of <picture>]
        remove|lose|drop [the] <spot> <percent=fraction> [of <picture>]
        remove|lose|drop [the] <spot> <percent> [of <picture>]
        crop|trim|cut|chop|take <percent=fraction> off|from [of] [the] <spot> [<edge>] \
            [of <picture>]
        crop|trim [<wholearea>] [in] [a bit|little] [tighter|closer] by <percent>
        crop|trim [<wholearea>] by <percent=fraction>
        crop [<wholearea>] to [the] <spot> <percent=fraction> [of <picture>]
        """,
        _crop_share,
    )


def _named_crop(c: Captures) -> tuple[Crop, ...] | None:
    """ "Square crop": without a verb the noun, or a ratio in figures, has to say that it is one."""
    words = [token.norm for token in c.tokens[c.first : c.last]]
    says_so = c.every("cropto", Crop) and ("crop" in words or "format" in words or ":" in words)
    return (c.one("cropto", Crop),) if says_so else None


def _add_trims(g: Grammar) -> None:
    """So many pixels off one side, or off each."""
    cut = "crop|trim|cut|take|chop|shave|remove|slice|shear"
    g.rule(
        "clause",
        f"""
        {cut} [off] <number> px [off|from|of] [of] [the] <spot> [<edge>] [of <wholearea>]
        {cut} [off] [the] <spot> <number> px [<edge>] [off|of] [<wholearea>]
        {cut} <wholearea> by <number> px on|at|from [the] <spot> [<edge>]
        {cut} [off] <number> px [off|from|of|on] [of] each|every|all side|sides|edge|edges \
            [of <wholearea>]
        """,
        _trimmed,
    )


def _trimmed(c: Captures) -> tuple[Crop, ...] | None:
    px = max(1, round(c.one("number", float)))
    spot = c.maybe("spot", Place)
    if spot is None:
        return (Crop(cut_px=(px, px, px, px)),)
    sides = ("left", "top", "right", "bottom")
    named = [px if side in (spot.across, spot.down) else 0 for side in sides]
    if sum(side > 0 for side in named) != 1:
        return None
    return (Crop(cut_px=(named[0], named[1], named[2], named[3])),)


def _crop_to(c: Captures) -> Crop | None:
    place = c.maybe("croparound", Place) or Place("center", "center")
    pair = c.maybe("pair", tuple) or c.maybe("format", tuple) or (16.0, 9.0)
    width, height = float(pair[0]), float(pair[1])
    if max(width, height) > LARGEST_RATIO_NUMBER:
        return Crop(size_px=(round(width), round(height)), place=place)
    upright = any(token.norm in ("portrait", "vertical") for token in c.tokens[c.first : c.last])
    if upright and width > height:
        width, height = height, width
    return Crop(ratio=(width, height), place=place)


def _crop_share(c: Captures) -> tuple[Crop, ...] | None:
    words = [token.norm for token in c.tokens[c.first : c.last]]
    place = c.maybe("spot", Place) or c.maybe("croparound", Place) or Place("center", "center")
    share = c.maybe("percent", float)
    if share is None:
        if "half" in words and place.across and place.down:
            return None
        if "half" in words:
            return (Crop(ratio=None, share=0.5, place=place),)
        tighter = any(w in words for w in ("slightly", "tight", "tighter", "closer"))
        centred = c.maybe("spot", Place) is not None
        if not (tighter or centred):
            return None
        return (Crop(share=0.85 if tighter else 0.6, place=place),)
    sides = ("each", "every", "all", "side", "sides", "edges", "edge")
    if c.maybe("spot", Place) is None and any(word in words for word in sides):
        share = 1 - 2 * share
    elif _cuts_one_side(words, place):
        return (Crop(share=1 - share, place=_opposite(place)),) if share < 1 else None
    elif "by" in words or "off" in words:
        share = 1 - share
    return (Crop(share=share, place=place),) if 0 < share < 1 else None


def _cuts_one_side(words: list[str], place: Place) -> bool:
    """ "Crop the bottom 10 %" takes it away; "crop to the bottom 10 %" keeps it."""
    is_side = bool(place.across) != bool(place.down)
    return is_side and "to" not in words and "center" not in (place.across, place.down)


def _opposite(place: Place) -> Place:
    other = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    return Place(other.get(place.across, ""), other.get(place.down, ""))
