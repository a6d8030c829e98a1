"""Reads rotate, flip and scale with their numbers: "turn it by 90°", "enlarge to 200 %".

Yields exact operations; where a number is missing a usual one is taken (flip is sideways).
"""

from __future__ import annotations

from kontext_studio.engine.grammar.crop_rules import LARGEST_RATIO_NUMBER
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.operations import Axis, Flip, Rotate, Scale


def add_geometry_rules(g: Grammar) -> None:
    g.rule("px", "px|p", lambda _c: True)
    g.rule("pair", "<number> [<px>] :|x|by|/ <second=number> [<px>]", _pair)
    _add_rotate(g)
    _add_flip(g)
    _add_scale(g)


def _pair(c: Captures) -> tuple[float, float] | None:
    first, second = c.one("number", float), c.one("second", float)
    return (first, second) if first > 0 and second > 0 else None


# ---------------------------------------------------------------- rotate
def _add_rotate(g: Grammar) -> None:
    clockwise = {
        "clockwise|cw|right": 1.0,
        "to the right": 1.0,
        "clock wise": 1.0,
        "counterclockwise|ccw|left": -1.0,
        "counter|anti clockwise": -1.0,
        "counter|anti clock wise": -1.0,
        "to the left": -1.0,
    }
    g.choice("sense", dict(clockwise))
    g.rule("angle", "<number> [°]", lambda c: c.one("number", float))
    g.rule("angle", "- <number> [°]", lambda c: -c.one("number", float))
    g.rule("angle", "a|one quarter [turn]", lambda _c: 90.0)
    g.rule("angle", "one hundred [and] eighty [°]", lambda _c: 180.0)
    g.rule("angle", "a right angle", lambda _c: 90.0)
    g.rule("angle", "[a] half [a] [turn]", lambda _c: 180.0)
    g.rule("angle", "upside down", lambda _c: 180.0)
    g.rule(
        "clause",
        """
        rotate|turn|spin [<wholearea>] [by] <angle> [<sense>]
        rotate|turn|spin [<wholearea>] <sense> [by] <angle>
        rotate|spin [<wholearea>] <sense>
        turn <wholearea> [over] upside down
        put|make <wholearea> upside down
        tilt [<wholearea>] [by] <angle> [<sense>]
        tilt [<wholearea>] <sense> [by] <angle>
        straighten|level [<wholearea>] by <angle> [<sense>]
        (do|apply|make|give <wholearea>) [a] [<angle>] [<sense>] rotation|turn [<sense2=sense>] \
            [of <wholearea>]
        <angle> [<sense>] rotation
        turn|rotate|put <wholearea> on its side
        """,
        _rotate,
    )


def _sense_in(c: Captures) -> float | None:
    return c.maybe("sense", float) or c.maybe("sense2", float)


def _rotate(c: Captures) -> tuple[Rotate, ...] | None:
    words = [token.norm for token in c.tokens[c.first : c.last]]
    upside_down = "upside" in words
    given = c.maybe("angle", float)
    has_angle = given is not None or words[-1] == "side"
    angle = 180.0 if upside_down else (90.0 if given is None else given)
    if not has_angle and not upside_down and _sense_in(c) is None:
        return None
    sense = _sense_in(c)
    if words[0] == "turn" and sense is None and "°" not in words and not upside_down:
        return None  # "turn it 2" says nothing
    return (Rotate(angle * (sense or 1.0)),)


# ---------------------------------------------------------------- flip
def _add_flip(g: Grammar) -> None:
    axes = {
        "horizontally|sideways|horizontal": Axis.HORIZONTAL,
        "[from] left [to|and|for] right": Axis.HORIZONTAL,
        "[from] right to left": Axis.HORIZONTAL,
        "along|around|about|across|over|on|at [the|its] vertical axis": Axis.HORIZONTAL,
        "in the horizontal direction": Axis.HORIZONTAL,
        "vertically|vertical": Axis.VERTICAL,
        "[from] top [to|and|for] bottom": Axis.VERTICAL,
        "upside down": Axis.VERTICAL,
        "along|around|about|across|over|on|at [the|its] horizontal axis": Axis.VERTICAL,
        "in the vertical direction": Axis.VERTICAL,
    }
    g.choice("axis", axes)
    g.rule(
        "clause",
        """
        flip|mirror|reverse [<wholearea>] [<axis>]
        do|apply|make|add [a] <axis> flip|mirror|mirroring [of|to <picture>]
        <axis> flip|mirror
        make|turn|flip <wholearea> [into|to|be] [a|its] mirror|mirrored image|version
        create|give|make [me|us] [a|its] mirror|mirrored image|version [of <picture>]
        make <wholearea> [be] mirrored|flipped [<axis>]
        <wanting> <wholearea> [to be] mirrored|flipped [<axis>]
        mirror image [of <picture>]
        [a] mirrored|flipped image|version|copy [of <picture>]
        <wanting> [a] mirrored|flipped|mirror image|version|copy [of <picture>]
        flip|mirror|turn <wholearea> [around] so [that] <it> faces|looks|points [in] [the] other \
            way|direction
        """,
        lambda c: (Flip(c.maybe("axis", Axis) or Axis.HORIZONTAL),),
    )


# ---------------------------------------------------------------- scale
def _add_scale(g: Grammar) -> None:
    factors: dict[str, float] = {
        "double|twice [the|its] [original] [size|resolution|dimensions]": 2.0,
        "triple [the|its] [original] [size|resolution|dimensions]": 3.0,
        "three times [the|its] [original] [size|resolution|dimensions]": 3.0,
        "four times [the|its] [original] [size|resolution|dimensions]": 4.0,
        "half [of] [the|its] [original] [size|resolution|dimensions]": 0.5,
    }
    g.choice("times", factors)
    g.rule(
        "times",
        """
        [a factor of] <number> x
        x <number>
        a factor of <number>
        <number> times [the|its] [original] [size|resolution]
        """,
        lambda c: c.one("number", float),
    )
    g.rule("sizenoun", "[the] [image] size|resolution|dimensions [of <wholearea>]", lambda _c: True)
    up, down = "enlarge|upscale|upsize|magnify|blow", "shrink|downscale|downsize|reduce"
    for verb, sense in ((up, 1), (down, -1), ("scale|resize|resample", 0)):
        g.rule(
            "clause",
            f"""
            {verb} <wholearea> [up|down] [by|to] <times>
            {verb} [up|down] [by|to] <times>
            {verb} [up|down] <wholearea> [by|to] <times>
            """,
            lambda c, sense=sense: _by_factor(c, sense),  # type: ignore[misc]  # bound default
        )
        g.rule(
            "clause",
            f"""
            {verb} <wholearea> [up|down] <prep> <percent> [of] [its|the] [original] [size]
            {verb} [up|down] [<wholearea>] <prep> <percent> [of] [its|the] [original] [size]
            {verb} [up|down] [<wholearea>] <percent>
            {verb} <wholearea> up|down <percent>
            """,
            lambda c, sense=sense: _by_percent(c, sense),  # type: ignore[misc]  # bound default
        )
        g.rule("clause", f"{verb} [up|down] [<wholearea>] [to] <dimension>", _to_size)
    g.rule(
        "clause", "increase|raise|double|triple|quadruple <sizenoun> [by|to] [<times>]", _grow_size
    )
    g.rule("clause", "increase|raise|change|set <sizenoun> to <dimension>", _to_size)
    g.rule("clause", "halve|decrease|reduce <sizenoun> [by|to] [<times>]", _shrink_size)
    g.rule(
        "clause",
        "<number> x [upscale|enlargement|upscaling|size|resolution|zoom]",
        lambda c: (_scale(c.one("number", float)),) if c.one("number", float) > 1 else None,
    )
    g.rule(
        "clause",
        "increase|raise <sizenoun> by <percent>",
        lambda c: (_scale(1 + c.one("percent", float)),),
    )
    g.rule(
        "clause",
        "decrease|reduce|lower <sizenoun> by <percent>",
        lambda c: (_scale(1 - c.one("percent", float)),) if c.one("percent", float) < 1 else None,
    )
    g.rule("clause", "make <wholearea> <percent> bigger|larger", _grown)
    g.rule("clause", "enlarge|upscale|magnify [<wholearea>]", lambda _c: (Scale(factor=2.0),))
    g.rule(
        "clause",
        "make <wholearea> <times> as big|large",
        lambda c: (_scale(c.one("times", float)),),
    )
    g.rule(
        "clause",
        "make <wholearea> <number> x|times bigger|larger",
        lambda c: (_scale(c.one("number", float)),),
    )
    g.rule("clause", "make <wholearea> [to be] <dimension>", _to_size)
    g.rule(
        "clause",
        "<number> x|times bigger|larger",
        lambda c: (_scale(c.one("number", float)),),
    )
    g.rule("clause", "make <wholearea> bigger|larger", lambda _c: (Scale(factor=2.0),))
    g.rule("clause", "make <wholearea> smaller", lambda _c: (Scale(factor=0.5),))
    g.rule(
        "clause",
        "decrease|reduce|change|set|increase <sizenoun> to <percent>",
        lambda c: (_scale(c.one("percent", float)),),
    )
    g.rule("clause", "make <wholearea> <times>", lambda c: (_scale(c.one("times", float)),))
    g.rule("prep", "by|to", lambda c: c.tokens[c.first].norm)
    g.rule("span", "wide|width|across", lambda _c: "width")
    g.rule("span", "in width", lambda _c: "width")
    g.rule("span", "high|tall|height", lambda _c: "height")
    g.rule("span", "in height", lambda _c: "height")
    g.rule("span", "on|along [the|its] long|longest|longer side|edge", lambda _c: "long")
    g.rule("dimension", "[a] [width] [of] <number> px [<span>]", _one_side)
    g.rule("dimension", "[a] height of <number> px", lambda c: Scale(height_px=_whole(c)))
    g.rule("dimension", "<pair> [px]", _both_sides)


def _scale(factor: float) -> Scale | None:
    return Scale(factor=factor) if factor > 0 else None


def _by_factor(c: Captures, sense: int) -> tuple[Scale, ...] | None:
    factor = c.one("times", float)
    words = [token.norm for token in c.tokens[c.first : c.last]]
    if (sense < 0 or "down" in words) and factor > 1:
        factor = 1 / factor
    if sense > 0 and factor < 1:
        return None
    scale = _scale(factor)
    return (scale,) if scale else None


def _by_percent(c: Captures, sense: int) -> tuple[Scale, ...] | None:
    share = c.one("percent", float)
    words = [token.norm for token in c.tokens[c.first : c.last]]
    if c.maybe("prep", str) == "by" and (sense or "up" in words or "down" in words):
        smaller = sense < 0 or "down" in words
        # "By 50 %" adds a half; "by 200 %" is said for twice the size.
        larger = share if share > 1 else 1 + share
        share = 1 - share if smaller else larger
    scale = _scale(share)
    return (scale,) if scale else None


def _grown(c: Captures) -> tuple[Scale, ...]:
    return (Scale(factor=1 + c.one("percent", float)),)


def _grow_size(c: Captures) -> tuple[Scale, ...] | None:
    by_verb = {"double": 2.0, "triple": 3.0, "quadruple": 4.0}.get(c.tokens[c.first].norm)
    factor = c.maybe("times", float) or by_verb or 2.0
    return (Scale(factor=factor),) if factor > 1 else None


def _shrink_size(c: Captures) -> tuple[Scale, ...]:
    factor = c.maybe("times", float) or 0.5
    return (Scale(factor=factor if factor < 1 else 1 / factor),)


def _whole(c: Captures) -> int:
    return max(1, round(c.one("number", float)))


def _one_side(c: Captures) -> Scale:
    match c.maybe("span", str):
        case "height":
            return Scale(height_px=_whole(c))
        case "long":
            return Scale(long_side_px=_whole(c))
    if c.maybe("span", str) is None and "width" not in _norms(c):
        return Scale(long_side_px=_whole(c))
    return Scale(width_px=_whole(c))


def _both_sides(c: Captures) -> Scale | None:
    width, height = c.one("pair", tuple)
    if max(width, height) <= LARGEST_RATIO_NUMBER:
        return None
    return Scale(width_px=round(width), height_px=round(height))


def _norms(c: Captures) -> list[str]:
    return [token.norm for token in c.tokens[c.first : c.last]]


def _to_size(c: Captures) -> tuple[Scale, ...]:
    return (c.one("dimension", Scale),)
