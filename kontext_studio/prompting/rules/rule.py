"""What a rule is, and the few ways in which fixes change a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import Token

Check = Callable[[Reading, LintContext], Iterable[Finding]]

_CLOSING = ".!?…"
_LOOSE = ",;: \t\n\u00a0"


@dataclass(frozen=True, slots=True)
class Rule:
    """``reads_wording`` rules keep silent on other languages, ``edit_only`` without a picture."""

    id: str
    name: str
    check: Check
    reads_wording: bool = True
    edit_only: bool = False


def span(tokens: Sequence[Token]) -> tuple[int, int]:
    return tokens[0].start, tokens[-1].end


def written(reading: Reading, tokens: Sequence[Token]) -> str:
    """The tokens as they stand in the text."""
    if not tokens:
        return ""
    start, end = span(tokens)
    return reading.text[start:end]


def cased(model: str, text: str) -> str:
    """``text`` with the capital letter of ``model``."""
    return text[:1].upper() + text[1:] if model[:1].isupper() else text


def ordered(reading: Reading, clause: Clause, phrase: str) -> TextEdit:
    """``phrase`` in place of the verb; "I want the mug turned" becomes an order as well."""
    assert clause.verb is not None
    text = f"{phrase} {written(reading, clause.target)}" if clause.is_passive else phrase
    return TextEdit(clause.opens, clause.verb.end, cased(reading.text[clause.opens :], text))


def appended(reading: Reading, clause: str) -> TextEdit:
    """Put a clause behind the last word, before a full stop; loose commas there give way."""
    text = reading.text
    end = len(text)
    while end and (text[end - 1] in _CLOSING or text[end - 1] in _LOOSE or text[end - 1].isspace()):
        end -= 1
    stop = end
    while stop < len(text) and text[stop] in _LOOSE and not text[stop].isspace():
        stop += 1
    return TextEdit(end, stop, clause)


def with_slot(title: str, edits: Iterable[TextEdit], slot: str) -> Fix:
    """A fix whose placeholder ``slot``, found in one of the edits, is to be typed over."""
    done = tuple(sorted(edits, key=lambda edit: edit.start))
    shift = 0
    for edit in done:
        at = edit.new_text.find(slot)
        if slot and at >= 0:
            start = edit.start + shift + at
            return Fix(title, done, (start, start + len(slot)))
        shift += len(edit.new_text) - (edit.end - edit.start)
    return Fix(title, done)


def without_slot(title: str, edits: Iterable[TextEdit]) -> Fix:
    return Fix(title, tuple(sorted(edits, key=lambda edit: edit.start)))


def removed(reading: Reading, start: int, end: int) -> TextEdit:
    """Take a piece out, with the blanks and the comma it leaves behind; a sentence stays one."""
    text = reading.text
    before = start
    while before and text[before - 1].isspace() and text[before - 1] != "\n":
        before -= 1
    after = end
    while after < len(text) and text[after].isspace() and text[after] != "\n":
        after += 1
    follows = text[after : after + 1]
    if before == 0 or text[before - 1] in _STOPS:
        while after < len(text) and (text[after] in ",;.!" or text[after].isspace()):
            after += 1
        follows = text[after : after + 1]
        capital = text[start : start + 1].isupper() and follows.islower()
        return TextEdit(start, after + capital, follows.upper() if capital else "")
    if text[before - 1] in ",;" and (not follows or follows in ",;.!?"):
        return TextEdit(before - 1, after, "")
    if not follows or follows in ",;.!?\n":
        return TextEdit(before, after, "")
    return TextEdit(start, after, "")


_STOPS = ".!?\n;:"
