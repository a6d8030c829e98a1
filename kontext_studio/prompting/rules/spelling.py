"""Is it written in English, and are the words those that were meant?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule
from kontext_studio.prompting.spelling import Speller
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, known_words, verbs

_OFFERED = 3


def not_english(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if not reading.is_foreign:
        return
    language = reading.language or "another language"
    yield Finding(
        "not-english",
        Severity.WARNING,
        *_words_span(reading),
        f"Kontext is trained on English; this looks like {language}.",
        (Fix("Start from an English template", command="templates"),),
    )


def _words_span(reading: Reading) -> tuple[int, int]:
    words = [token for token in reading.tokens if token.is_word]
    return (words[0].start, words[-1].end) if words else (0, len(reading.text))


def spelling(reading: Reading, context: LintContext) -> Iterator[Finding]:
    words, places, starts = _words(reading)
    for wrong in _speller(context.personal_words).check(words, starts):
        if _is_ours(wrong.word.lower()):
            continue
        start, end = places[wrong.index]
        shown = reading.text[start:end]
        fixes = [
            Fix(f"Write “{word}”", (TextEdit(start, end, word),))
            for word in wrong.suggestions[:_OFFERED]
        ]
        yield Finding(
            "spelling",
            Severity.WARNING,
            start,
            end,
            f"“{shown}” is not a known word.",
            (*fixes, Fix("Add to the dictionary", command="learn-word")),
        )


def _is_ours(word: str) -> bool:
    """A word the checker itself reads is no typing error: "pls", "cartoonize"."""
    return (
        word in grammar.LEAD_INS
        or word in verbs.acts()
        or word in verbs.inflected()
        or word in known_words()
    )


@cache
def _speller(personal: frozenset[str]) -> Speller:
    return Speller(personal)


def _words(reading: Reading) -> tuple[list[str], list[tuple[int, int]], set[int]]:
    """Words outside quotes and brackets, where they stand, and which of them open a sentence."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    starts: set[int] = set()
    opens = True
    for token in reading.tokens:
        if token.kind in (Kind.STOP, Kind.BULLET):
            opens = True
        if not token.is_word:
            continue
        if opens:
            starts.add(len(words))
        opens = False
        whole = ((token.start, token.end),)
        for start, end in _parts(reading.text, token) if " " in token.word else whole:
            words.append(reading.straight[start:end])
            places.append((start, end))
    return words, places, starts


def _parts(text: str, token: Token) -> Iterator[tuple[int, int]]:
    """Expressions that became one token are words again."""
    at = token.start
    for piece in text[token.start : token.end].split():
        at = text.index(piece, at)
        yield at, at + len(piece)
        at += len(piece)


RULES = (
    Rule("not-english", "Not in English", not_english, reads_wording=False),
    Rule("spelling", "Likely typing error", spelling),
)
