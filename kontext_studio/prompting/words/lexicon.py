"""Thousands of English words by what they name: persons, animals, garments, places ...

The lists stand in ``resources/prompting/words/classes.txt`` and are read when first asked for.
It knows words, not how an instruction uses them; the lists beside this module come before these.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kontext_studio.resources import read_text

_FILE = "prompting/words/classes.txt"


def load() -> None:
    """Read the lists now, so that the first check need not."""
    _sections()


def is_a(word: str, *kinds: str) -> bool:
    """Whether ``word``, a lower-case singular, names one of ``kinds``."""
    return any(word in members(kind) for kind in kinds)


@cache
def members(kind: str) -> frozenset[str]:
    """All words of one kind; expressions with blanks between their words."""
    words = _sections()[kind].split()
    return frozenset(word.replace("_", " ") if "_" in word else word for word in words)


@cache
def _sections() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in read_text(_FILE).split("\n[")[1:]:
        kind, _, words = part.partition("]\n")
        found[kind] = words
    return found
