"""Finds the placeholders that are still to be typed over, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, verbs

_BLANKS = re.compile("_{3,}")
_CROSSES = frozenset(["XX", "XXX"])


def slots_of(text: str) -> tuple[tuple[int, int], ...]:
    """Ranges of "[word]", "{word}", "<word>", "____" and "XXX", outside quotes save for blanks."""
    return tuple(slots_in(Reading(text)))


def slots_in(reading: Reading) -> Iterator[tuple[int, int]]:
    """The same for a text that was read already."""
    for i, token in enumerate(reading.tokens):
        if token.kind is Kind.SLOT and _is_placeholder(reading, i, token):
            yield token.start, token.end
        elif token.kind is Kind.QUOTE:
            for blank in _BLANKS.finditer(reading.text, token.start, token.end):
                yield blank.span()


_BEFORE_CROSSES = grammar.DETERMINERS | grammar.PREPOSITIONS


def _is_placeholder(reading: Reading, i: int, token: Token) -> bool:
    if token.word not in _CROSSES:
        return True
    before = reading.tokens[i - 1].word if i else ""
    return before in _BEFORE_CROSSES or before in verbs.acts()
