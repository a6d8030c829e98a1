"""Says what an instruction was about, so that the next one can name it."""

from __future__ import annotations

from collections.abc import Iterable

from kontext_studio.prompting.new_colour import new_colour, renamed
from kontext_studio.prompting.phrases import ATTRIBUTES, Tokens, core, head, owners
from kontext_studio.prompting.reading import Reading, is_whole_picture
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import grammar, looks, people, places
from kontext_studio.prompting.words.verbs import Act


def subject_of(text: str, *, person: bool = False) -> str | None:
    """The first thing an instruction edits, as it is afterwards: "the car", or "the blue car" once
    it was made blue; with ``person``, who it is about.

    None where it names nothing, or where the thing is gone afterwards.
    """
    reading = Reading(text)
    if reading.is_blank or reading.is_foreign:
        return None
    for clause in reading.edits:
        if clause.act is Act.REMOVE:
            continue
        made = clause.act is Act.REPLACE or (clause.act is Act.SCOPE and not person)
        colour = new_colour(text, clause)
        made = made and colour is None  # "with a green one" leaves the thing, and its name
        for phrase in (clause.state, clause.target) if made else (clause.target,):
            found = _person(reading, phrase) if person else _thing(reading, phrase)
            if found is not None:
                return found if colour is None else renamed(found, colour)
    return None


def last_subject(instructions: Iterable[str]) -> str | None:
    """What the newest instruction that names a thing was about; ``instructions`` the newest first.

    A thing that a newer one took away or replaced is not named any more.
    """
    gone: set[str] = set()
    for text in instructions:
        if (found := subject_of(text)) is not None and gone.isdisjoint(_heads(found)):
            return found
        for clause in Reading(text).edits:
            if clause.act in (Act.REMOVE, Act.REPLACE) and (noun := head(core(clause.target))):
                gone.add(noun.lemma)
    return None


def _heads(phrase: str) -> set[str]:
    return {token.lemma for token in Reading(phrase).tokens if token.kind is Kind.WORD}


def _thing(reading: Reading, phrase: Tokens) -> str | None:
    inside = core(phrase)
    noun = head(inside)
    if noun is None or noun.kind is not Kind.WORD or is_whole_picture(inside):
        return None
    if noun.lemma in _NOTHING_TO_NAME or any(t.word in grammar.PRONOUNS for t in inside):
        return None
    if noun.lemma in ATTRIBUTES:
        # "the colour of the car" is about the car, "the woman's hair colour" about her hair
        owned = owners(inside)
        of = next((i for i, token in enumerate(inside) if token.word == "of"), None)
        if of is not None:
            return _definite(reading, inside[of + 1 :])
        return (
            _definite(reading, tuple(t for t in inside if t.start <= owned[0].start))
            if owned
            else None
        )
    if not any(token.word in grammar.DETERMINERS for token in inside[:1]) and (
        looks.is_material(noun.lemma) or looks.is_colour(noun.lemma)
    ):
        return None  # "with pale oak" names a material, the thing is still the tabletop
    return _definite(reading, inside)


_NOTHING_TO_NAME = (
    places.LIGHT
    | places.TIMES
    | places.SEASONS
    | places.WEATHER
    | looks.STYLES
    | looks.STYLE_FAMILIES
    | looks.STYLE_NOUNS
)


def _person(reading: Reading, phrase: Tokens) -> str | None:
    for i, token in enumerate(phrase):
        if not people.is_person(token.lemma):
            continue
        start = i
        while start and phrase[start - 1].is_word and phrase[start - 1].word != "of":
            start -= 1
            if phrase[start].word in grammar.DETERMINERS:
                break
        end = i + 1
        if (
            not token.possessive
            and end < len(phrase)
            and phrase[end].word in ("with", "in", "on", "wearing")
        ):
            end = len(phrase)
        return _definite(reading, phrase[start:end])
    return None


def _definite(reading: Reading, phrase: Tokens) -> str | None:
    """As written, with "the" for "a", without a possessive ending."""
    words = [token for token in phrase if token.kind is not Kind.COMMA]
    if not words or any(token.kind is not Kind.WORD for token in words):
        return None
    last = words[-1]
    end = last.start + len(last.word) if last.possessive else last.end
    if words[0].word in grammar.DETERMINERS:
        return "the " + reading.text[words[0].end : end].lstrip() if len(words) > 1 else None
    return "the " + reading.text[words[0].start : end]
