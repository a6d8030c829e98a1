"""Finds what an instruction does to lettering: which wording it adds or replaces, and where.

It reads clauses and quotes; whether that is said well is for the rules to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.phrases import Tokens, head
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, lettering, places, terms
from kontext_studio.prompting.words.verbs import SPEECH, Act


class Writing(Enum):
    ADDED = "added"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class TextChange:
    """``new`` is the quote with the new wording, ``old`` the quote it replaces, if they are named.

    ``carrier`` tells that a thing or a place with the text on it is named.
    """

    clause: Clause
    kind: Writing
    new: Token | None
    old: Token | None = None
    carrier: bool = False


_SWAPPING = (Act.CHANGE, Act.REPLACE, Act.MAKE, Act.SCOPE, Act.LET, Act.GIVE)
_KINDS = lettering.TEXT_KINDS | {"letter", "numeral", "digit"}
# Kinds of text that do not tell which one is meant; a label or a quote is a thing to find.
_NO_CARRIERS = terms(
    """text word letter caption title headline heading slogan number wording phrase tagline
    subtitle lettering message numeral sentence letters digits typography motto digit"""
)
_NOT_LETTERED = frozenset(["from", "to", "with", "by", "into", "of", "so", "as", "for", "in"])


def text_changes(reading: Reading) -> Iterator[TextChange]:
    for clause in reading.edits:
        if clause.act is Act.REMOVE or clause.base in ("blur", "hide", "sharpen", "crop"):
            continue
        change = _change(clause)
        if change is not None:
            yield change


def _change(clause: Clause) -> TextChange | None:
    quotes = [t for t in clause.tokens if t.kind is Kind.QUOTE]
    swaps = clause.act in _SWAPPING or clause.base in ("set", "edit", "update", "rename", "correct")
    says = any(t.word in SPEECH for t in clause.tokens)
    if not quotes:
        return None
    if clause.act is Act.WRITE:
        return TextChange(clause, Writing.ADDED, quotes[0], carrier=True)
    if clause.act in (Act.ADD, Act.PUT, Act.USE):
        return TextChange(clause, Writing.ADDED, quotes[-1], carrier=True)
    if not swaps:
        return TextChange(clause, Writing.ADDED, quotes[-1]) if says else None
    in_state = [t for t in quotes if t in clause.state]
    in_target = [t for t in quotes if t in clause.target]
    if not in_state and not (len(quotes) > 1):
        return None  # "change 'Exit'": the new wording is missing
    if clause.act is Act.GIVE or (not says and not in_target and not _is_lettering(clause)):
        # "replace the poster with a sign reading 'X'" brings a text of its own
        return TextChange(clause, Writing.ADDED, in_state[-1]) if says and in_state else None
    if says and not in_target and _new_thing(clause):
        return TextChange(clause, Writing.ADDED, in_state[-1])
    new = in_state[-1] if in_state else quotes[-1]
    old = next((t for t in quotes if t is not new), None)
    return TextChange(clause, Writing.REPLACED, new, old, _has_carrier(clause, quotes))


def _is_lettering(clause: Clause) -> bool:
    """What is changed is a text or carries one."""
    noun = head(clause.target)
    if noun is None:
        return True
    return any(
        t.lemma in _KINDS or t.lemma in lettering.CARRIERS for t in clause.target if t.is_word
    )


def _new_thing(clause: Clause) -> bool:
    """ "With a sign reading 'X'": the state names a thing before the wording."""
    first = clause.state[0] if clause.state else None
    return first is not None and first.word in ("a", "an", "new") and clause.act is not Act.MAKE


_NO_PLACE = lettering.LETTERING_LOOK | places.WHOLE_PICTURE


_LOCATING = grammar.PLACE_PREPOSITIONS | {"of"}


_SURE_CARRIERS = lettering.CARRIERS - _NO_CARRIERS


def _has_carrier(clause: Clause, quotes: list[Token]) -> bool:
    """A sign, a mug, "on the door", "in the lower left corner"."""
    words = [t for t in clause.target if t.is_word]
    noun = head(clause.target)
    if noun is not None and noun.is_word and noun.lemma not in _NO_CARRIERS:
        return True
    if any(t.possessive or t.lemma in _SURE_CARRIERS for t in words):
        return True
    rest = [t for t in clause.tokens if t.start > quotes[-1].start]
    for row in (list(clause.target), rest):
        for i, token in enumerate(row[:-1]):
            if token.word not in _LOCATING or token.word == "to":
                continue
            about = head(tuple(row[i + 1 :]))
            if about is None or about.lemma in _NO_PLACE:
                continue
            if any(t.lemma in lettering.LETTERING_LOOK for t in row[i + 1 : i + 6]):
                continue
            return True
    return False


def names_lettering(reading: Reading, changes: tuple[TextChange, ...]) -> bool:
    """Something is said about the font, kept or new."""
    edited = {t.start for change in changes for t in _heads(change.clause)}
    for token in reading.tokens:
        if not token.is_word or token.start in edited:
            continue
        if token.lemma in _LETTERING_SAID or token.word in _LETTERING_SAID:
            return True
    return False


def _heads(clause: Clause) -> Tokens:
    noun = head(clause.target)
    return (noun,) if noun is not None else ()


_LETTERING_SAID = frozenset(
    """font fonts typeface typefaces lettering handwriting handwritten script serif sans-serif sans
    bold italic uppercase lowercase letterform letterforms calligraphy cursive typography
    typographic capitals caps hand-lettered hand-painted brushwork stencil stencilled embroidery
    style font-style letters type""".split()
) | {"font style", "letter style", "text style"}
