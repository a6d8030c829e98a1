"""Which keep-unchanged chips an instruction overrules: what it changes itself, no chip can keep.

It reads edits; what a chip says and when is not its matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.changed_sides import edited
from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.keep_flags import KeepFlag
from kontext_studio.prompting.phrases import head, things, words_of
from kontext_studio.prompting.reading import Reading, is_whole_picture
from kontext_studio.prompting.text import tokenize
from kontext_studio.prompting.text_changes import text_changes
from kontext_studio.prompting.words import lettering, looks, places, terms
from kontext_studio.prompting.words.verbs import Act

_BY_SIDE = {
    Side.ANGLE: KeepFlag.CAMERA_ANGLE,
    Side.FRAMING: KeepFlag.FRAMING,
    Side.LIGHT: KeepFlag.LIGHTING,
    Side.STYLE: KeepFlag.STYLE,
    Side.TEXT: KeepFlag.TEXT,
}
_LIGHTING = terms("light relight illuminate brighten darken lighten dim")
_LIT = (
    places.TIMES
    | places.WEATHER
    | places.LIGHT
    | terms("dark darker bright brighter lighter dim dimmer warmer cooler backlit lit sunlit")
)
_REFRAMING = terms(
    """crop zoom reframe recompose rotate flip mirror extend expand widen uncrop outpaint recrop
    rescale"""
)
_FRAMED = terms("square portrait landscape close-up closeup wide_shot wider panoramic crop")
_VIEWS = places.CAMERA_VIEWS - {"view"} | terms("low-angle high-angle")
_SEEN_FROM = terms("above below behind front side top back overhead underneath")
_LETTERS = (lettering.TEXT_KINDS | lettering.LETTERING_LOOK | {"watermark"}) - looks.COLOUR_NOUNS
_NO_LETTERS = terms("style size letter number name score year date message quote bold label script")


def overruled(reading: Reading, subject: str | None) -> frozenset[KeepFlag]:
    """The chips that would keep what the instruction changes; ``subject`` names that chip's."""
    return frozenset(_overruled(reading, subject))


def _overruled(reading: Reading, subject: str | None) -> Iterator[KeepFlag]:
    yield from (_BY_SIDE[facet.side] for facet in edited(reading) if facet.side in _BY_SIDE)
    if reading.restyles:
        yield KeepFlag.STYLE
    if any(True for _ in text_changes(reading)):
        yield KeepFlag.TEXT
    named = {t.lemma for t in things(tokenize(subject or ""))}
    for clause in reading.edits:
        if _changes_light(clause):
            yield KeepFlag.LIGHTING
        if _reframes(clause):
            yield KeepFlag.FRAMING
        if _looks_from(clause):
            yield KeepFlag.CAMERA_ANGLE
        noun = head(clause.target)
        if noun is not None and noun.lemma in _LETTERS - _NO_LETTERS:
            yield KeepFlag.TEXT
        if clause.act is not Act.ADD and named & {t.lemma for t in things(clause.target)}:
            yield KeepFlag.SUBJECT


def _changes_light(clause: Clause) -> bool:
    noun = head(clause.target)
    if clause.base in _LIGHTING or (noun is not None and noun.lemma == "vignette"):
        return True  # a vignette darkens the corners
    if noun is not None and clause.act is Act.ADD:
        return noun.lemma in places.LIGHT | places.WEATHER
    if noun is not None and noun.lemma in places.LAMPS:
        return any(t.word in ("on", "off") for t in clause.tokens[1:])
    scene = is_whole_picture(clause.target) or any(
        places.is_place(thing.lemma) or thing.lemma in places.SKY for thing in things(clause.target)
    )
    return scene and bool(words_of(clause.state) & _LIT)


def _reframes(clause: Clause) -> bool:
    if not is_whole_picture(clause.target):
        return clause.base in ("crop", "zoom")
    return clause.base in _REFRAMING or bool(words_of(clause.state) & _FRAMED)


def _looks_from(clause: Clause) -> bool:
    """ "Show the car from above", "view from behind"."""
    words = [t.word for t in clause.tokens]
    shown = clause.base in ("show", "view", "see", "render", "shoot", "photograph")
    if shown and "from" in words:
        return bool(_SEEN_FROM & {*words[words.index("from") :]})
    return bool(words_of(clause.state) & _VIEWS) and is_whole_picture(clause.target)
