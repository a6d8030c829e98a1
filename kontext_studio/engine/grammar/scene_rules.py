"""Reads time of day, season and weather: "golden hour", "a snowy winter day", "make it rain".

Yields wishes for the whole picture; places ("a beach", "the mountains") are not its words.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.grammar.matcher import Captures, Grammar
from kontext_studio.engine.grammar.meaning import Item, Unmet, join
from kontext_studio.engine.grammar.thing_rules import Unfound
from kontext_studio.engine.operations import (
    Relight,
    Reseason,
    Reweather,
    Scene,
    Season,
    Weather,
)

_SCENES = {
    "night|nighttime|midnight|moonlight|moonlit": Scene.NIGHT,
    "night time": Scene.NIGHT,
    "the (dead|middle) of [the] night": Scene.NIGHT,
    "late evening": Scene.BLUE_HOUR,
    "golden hour": Scene.GOLDEN_HOUR,
    "magic hour": Scene.GOLDEN_HOUR,
    "golden (light|sunlight|sun|afternoon)": Scene.GOLDEN_HOUR,
    "late (day|afternoon) sun|light": Scene.GOLDEN_HOUR,
    "late afternoon": Scene.GOLDEN_HOUR,
    "sunset|sundown|evening|sunsets": Scene.SUNSET,
    "setting sun": Scene.SUNSET,
    "(low) evening sun": Scene.SUNSET,
    "blue hour": Scene.BLUE_HOUR,
    "dusk|twilight|nightfall": Scene.BLUE_HOUR,
    "dawn|sunrise|daybreak": Scene.DAWN,
    "early morning": Scene.DAWN,
    "first light": Scene.DAWN,
    "morning": Scene.MORNING,
    "day|daytime|daylight|midday|noon|noontime|afternoon": Scene.DAY,
    "day time": Scene.DAY,
    "broad daylight": Scene.DAY,
    "high noon": Scene.DAY,
}
_SEASONS = {
    "winter|wintertime|wintry|frosty": Season.WINTER,
    "autumn|autumnal|fall|autumny": Season.AUTUMN,
    "spring|springtime|springlike": Season.SPRING,
    "spring like": Season.SPRING,
    "summer|summertime|summery": Season.SUMMER,
}
_WEATHER_NOUNS = {
    "snow|snowfall|snowflakes": Weather.SNOW,
    "falling snow": Weather.SNOW,
    "[a] snowstorm|blizzard": Weather.SNOW,
    "rain|rainfall|raindrops|drizzle": Weather.RAIN,
    "falling rain": Weather.RAIN,
    "[a] storm|thunderstorm|rainstorm": Weather.STORM,
    "fog|mist|haze": Weather.FOG,
    "sunshine|sunlight": Weather.SUN,
    "clouds": Weather.OVERCAST,
    "downpour|shower|showers": Weather.RAIN,
}
_WEATHER_ADJECTIVES = {
    "snowy|snowing|snowier": Weather.SNOW,
    "snow covered": Weather.SNOW,
    "covered in snow": Weather.SNOW,
    "rainy|raining|drizzly|rainier": Weather.RAIN,
    "stormy|stormier": Weather.STORM,
    "foggy|misty|hazy|foggier|mistier|hazier": Weather.FOG,
    "sunny|sunnier|sunlit": Weather.SUN,
    "overcast|cloudy|cloudier": Weather.OVERCAST,
}
_STRENGTHS = {
    "soft|gentle|subtle|light|faint|slight|thin|mild": 0.6,
    "warm|natural|clear|beautiful": 1.0,
    "strong|heavy|thick|dense|deep|dramatic|intense|bright|full|dark": 1.4,
    "(some|a little|a bit of|a touch of|a hint of)": 0.7,
    "(a lot of|lots of)": 1.4,
}


def add_scene_rules(g: Grammar) -> None:
    g.choice("scene", _SCENES)
    g.choice("season", _SEASONS)
    g.choice("weathernoun", _WEATHER_NOUNS)
    g.choice("weatheradj", _WEATHER_ADJECTIVES)
    g.choice("strength", _STRENGTHS)
    g.rule("strong", "<strength> [,]\n<degree>", _strength_value)
    g.rule(
        "scenetail",
        """
        scene|light|lighting|look|mood|atmosphere|setting|ambience|ambiance|time|shot|image \
            |picture
        photo|conditions|daylight|sunlight|sunshine|sun|weather|sky|glow|colors|feel|hours
        version|illumination|day|effect|style|vibe|vibes|feeling|tones|palette|ambience|air
        scenery|landscape|lights|shade|edition|foliage|variant|aesthetic|grade|grading
        """,
        lambda _c: True,
    )
    _add_shots(g)
    _add_scene_values(g)
    _add_combinations(g)
    _add_scene_subjects(g)
    _add_weather_clauses(g)


def _add_shots(g: Grammar) -> None:
    g.rule("shot", "taken|shot|photographed|captured|snapped|filmed|set", lambda _c: True)


def _strength_value(c: Captures) -> float:
    strength = c.maybe("strength", float)
    return strength if strength is not None else c.one("degree", Degree).factor


def _add_scene_values(g: Grammar) -> None:
    g.rule(
        "scenewish",
        """
        [a|an|the] [<strong>] [<strong2=strong>] <scene> [<scenetail>] [<scenetail2=scenetail>]
        at|during|by|in [the] [<strong>] <scene> [<scenetail>]
        <shot> at|during|in|by|on [a|an|the] [<strong>] <scene> [<scenetail>]
        the <scene> of [a|the] day
        [a|an|the] [<strong>] <scene> in the (evening|morning)
        """,
        _relight,
    )
    g.rule(
        "scenewish",
        """
        [a|an|the] [<strong>] <season> [<scenetail>] [<scenetail2=scenetail>]
        in|during [the] <season> [<scenetail>]
        <shot> in|during|on [a|an|the] <season> [<scenetail>]
        """,
        lambda c: Reseason(c.one("season", Season), _strength(c)),
    )
    g.rule(
        "scenewish",
        """
        [a|an|the] [<strong>] <weatheradj> [<scenetail>] [<scenetail2=scenetail>]
        [a|the|some] [<strong>] [<strong2=strong>] <weathernoun> [scene|weather|look|effect]
        <weatheradj> <amount>
        <shot> in|during|on [a|an|the] [<strong>] <weatheradj> <scenetail>
        <shot> in [the] [<strong>] <weathernoun>
        full of <weathernoun>
        in [the] [<strong>] <weathernoun>
        """,
        _reweather,
    )


def _relight(c: Captures) -> Relight:
    return Relight(c.one("scene", Scene), _strength(c))


def _several(c: Captures) -> tuple[Item, ...]:
    """ "a rainy autumn evening": season, then light, then what falls through both."""
    strength = _strength(c)
    season, scene = c.maybe("season", Season), c.maybe("scene", Scene)
    weather = c.maybe("weatheradj", Weather)
    if scene is Scene.DAY:
        scene = None  # "a sunny day" speaks of the sun
    if season is Season.WINTER and weather is Weather.SNOW:
        season, strength = (None, strength) if scene else (season, 1.3 * strength)
        weather = weather if scene else None
    items: list[Item] = []
    items += [Reseason(season, strength)] if season else []
    items += [Relight(scene, strength)] if scene else []
    items += [Reweather(weather, strength)] if weather else []
    return tuple(items)


def _add_combinations(g: Grammar) -> None:
    g.rule("scenewishes", "<scenewish>", lambda c: (c.one("scenewish", object),))
    g.rule(
        "scenewishes",
        "<first=scenewish> with|and [a|some] [<strong>] <weathernoun>",
        lambda c: (c.one("first", object), _reweather(c)),
    )
    # "Evening fog": the light, then what hangs in it.
    g.rule(
        "scenewishes",
        "[a|an|the|some] [<strong>] <scene> <weathernoun>",
        lambda c: (Relight(c.one("scene", Scene), 1.0), _reweather(c)),
    )
    g.rule(
        "scenewishes",
        """
        [in|on|during] [a|an|the] [<strong>] <weatheradj> [<season>] <scene> [<scenetail>] \
            [<tail2=scenetail>]
        [in] [a|an|the] [<strong>] <weatheradj> <season> [<scenetail>] [<tail2=scenetail>]
        [in] [a|an|the] [<strong>] <season> <scene> [<scenetail>] [<tail2=scenetail>]
        """,
        _several,
    )


def _reweather(c: Captures) -> Reweather:
    weather = c.maybe("weatheradj", Weather) or c.one("weathernoun", Weather)
    return Reweather(weather, _strength(c))


def _strength(c: Captures) -> float:
    product = 1.0
    for value in [*c.every("strong", float), *c.every("strong2", float)]:
        product *= value
    if amount := c.maybe("amount", Degree):
        product *= amount.factor if amount.share is None else amount.share
    return min(2.0, max(0.3, product))


def _add_scene_subjects(g: Grammar) -> None:
    g.rule(
        "scenesubject",
        """
        <wholearea>
        [the] time of [the] day [in|of <picture>]
        [the] time [in|of <picture>]
        [the] [overall] light|lighting|illumination|season|weather|day [conditions] [in|of \
            <picture>]
        [the] [overall] <scenerynoun> [of|in <picture>]
        [the] <scene>
        [the] <season>
        [<det>] <scene> <picturenoun>
        [<det>] <season> <picturenoun>
        [<det>] <weatheradj> <picturenoun>
        """,
        lambda _c: True,
    )
    link = (
        "(to [be]|into|in to|to look like|look like|look|appear|feel like|feel|seem|as|as if|like"
        "|in|at|during|under|with)"
    )
    g.rule(
        "clause",
        f"""
        change|turn|alter|convert|transform|switch|shift|set|transition|adjust|adapt|render \
            |make|move|modify|put|place|stage|light|bathe|drench|soak|flood \
                <scenesubject> {link} <scenewishes>
        change|go|turn|switch|shift|move from <scene> (to|into) <scenewishes>
        change|turn|convert|transform|switch|shift|transition|set (to|into) <scenewishes>
        make|turn|render <scenesubject> <scenewishes>
        make <scenesubject> look|feel|appear|seem <scenewishes>
        make <scenesubject> look|feel|appear|seem (like|as if|as though|as) [<itwas>] \
            [in|at|during] <scenewishes>
        give <scenesubject> [a|an|the|that|some] <scenewishes>
        give me|us <scenewishes>
        i|we need|want <scenewishes> of|from <wholearea>
        i|we would like <scenewishes> of|from <wholearea>
        relight <scenesubject> [(to|as|for|with|in|like|as if it were|as if it was)] <scenewishes>
        relight [(to|as|for|with|like|as if it were|as if it was)] <scenewishes>
        what (if|would it look like if) it was|were|is <scenewishes>
        show <scenesubject> (in|at|during|as) <scenewishes>
        apply|add|use|simulate|create [a|an|the] <scenewishes> [to <picture>]
        """,
        lambda c: c.one("scenewishes", tuple),
    )
    g.rule("clause", "change|turn|set|make <unfound> to|into <scenewish>", _unfound_scene)


def _unfound_scene(c: Captures) -> tuple[Item, ...]:
    unfound = c.one("unfound", Unfound)
    wish = c.one("scenewish", object)
    assert isinstance(wish, Relight | Reseason | Reweather)
    item = join(unfound, wish)
    assert isinstance(item, Unmet)
    return (item,)


def _add_weather_clauses(g: Grammar) -> None:
    g.rule(
        "clause",
        """
        add|apply|put|create|simulate|insert [<strong>] <weathernoun> [effect] [<amount>] \
            [<throughout>]
        add|apply|create a|an|the|some [<strong>] [layer of] <weathernoun> [effect] [<amount>] \
            [<throughout>]
        add a [<strong>] <weatheradj> effect|atmosphere|mood [<throughout>]
        fill|cover|blanket|coat|dust|wrap|shroud <wholearea> with|in [(a|the) [layer|blanket|veil] \
            [of]] [<strong>] <weathernoun>
        make|let <it> [<degree>] <weatherverb> [<amount>] [<throughout>]
        make|let there be [<strong>] <weathernoun>
        bring in|on [the|some] [<strong>] <weathernoun>
        wrap|veil|hide|shroud|bury|cover|drown|engulf <wholearea> in|with [a] [<strong>] \
            <weathernoun>
        have <it> <weatherverb> [<amount>]
        i|we want|need [a|some] [<strong>] <weathernoun> [<throughout>]
        what (if|would it look like if) it was|were|is <weatheradj>
        make <scenesubject> [<degree>] <weatheradj>
        """,
        _weather_clause,
    )
    g.choice("weatherverb", {"snow": Weather.SNOW, "rain": Weather.RAIN})


def _weather_clause(c: Captures) -> tuple[Item, ...]:
    weather = (
        c.maybe("weathernoun", Weather)
        or c.maybe("weatheradj", Weather)
        or c.one("weatherverb", Weather)
    )
    strength = _strength(c)
    if degree := c.maybe("degree", Degree):
        strength *= (degree or ORDINARY).factor
    return (Reweather(weather, min(2.0, strength)),)
