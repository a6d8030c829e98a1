"""Whether an instruction asks for other light, colours, weather or another style of the whole
picture, so that a change of its tone is what was wanted. Judges words; never looks at a picture.
"""

from __future__ import annotations

from functools import lru_cache

from kontext_studio.prompting.changed_sides import edited
from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.facets import SIDES, Side
from kontext_studio.prompting.phrases import things, words_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.words import looks, places, terms
from kontext_studio.prompting.words.verbs import Act

_OF_TONE = (Side.COLOUR, Side.LIGHT, Side.TIME, Side.WEATHER, Side.STYLE)
_WHOLE = places.WHOLE_PICTURE | {"", "day", "night"}
_QUALITIES = terms(
    """contrast saturation vibrance exposure brightness white_balance balance temperature tint tone
    tones tonality hue grade grading sepia shadows highlights mood atmosphere haze"""
)
_TONED = (
    terms(
        """warm warmer cool cooler cold colder bright brighter dark darker light lighter moody
        moodier saturated muted vivid vibrant contrasty faded washed_out golden_hour"""
    )
    | _QUALITIES
    | looks.TONE_CHANGES
)
# What may be spoken of without meaning a single thing.
_NO_THING = _WHOLE | _QUALITIES | looks.COLOUR_NOUNS | SIDES[Side.LIGHT] | SIDES[Side.TIME]


@lru_cache(maxsize=256)
def changes_tone(instruction: str) -> bool:
    """False where it does not say so, also where it is written in another language."""
    reading = Reading(instruction)
    if any(facet.side in _OF_TONE and facet.thing in _WHOLE for facet in edited(reading)):
        return True
    return bool(reading.restyles) or any(_tones(clause) for clause in reading.edits)


def _tones(clause: Clause) -> bool:
    named = {thing.lemma for thing in things(clause.target)}
    if clause.act is Act.ADD and not clause.state and _is_weather(clause, named):
        return True
    if not named <= _NO_THING:
        return False
    return bool((words_of(clause.target + clause.state) | {clause.base}) & _TONED)


def _is_weather(clause: Clause, named: set[str]) -> bool:
    """ "Add snow", not "add a cloud"."""
    return bool(named & places.WEATHER) and clause.target[0].word not in ("a", "an", "one")
