"""How a word list is written: blanks between words, an underscore inside an expression."""

from __future__ import annotations


def terms(block: str) -> frozenset[str]:
    """``terms("red navy golden_hour")`` is {"red", "navy", "golden hour"}."""
    return frozenset(term.replace("_", " ") for term in block.split())
