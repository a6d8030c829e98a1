"""Finds fixed expressions in a row of words, quickly: "if possible", "how it was"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Expressions:
    """A set of expressions, looked up by their first word; the longest comes first."""

    __slots__ = ("_by_first",)

    def __init__(self, expressions: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for expression in expressions:
            words = tuple(expression.split())
            self._by_first.setdefault(words[0], []).append(words)
        for group in self._by_first.values():
            group.sort(key=len, reverse=True)

    def without(self, words: frozenset[str]) -> Expressions:
        """The expressions that have none of these words."""
        rows = (row for group in self._by_first.values() for row in group)
        return Expressions(" ".join(row) for row in rows if words.isdisjoint(row))

    @property
    def firsts(self) -> frozenset[str]:
        """The words with which some expression begins."""
        return frozenset(self._by_first)

    def begins(self, word: str) -> bool:
        """Whether some expression begins with the word: a quick look before `at`."""
        return word in self._by_first

    def at(self, words: Sequence[str], i: int) -> tuple[str, ...]:
        """The expression that stands at ``i``; empty where none does."""
        for expression in self._by_first.get(words[i], ()):
            if tuple(words[i : i + len(expression)]) == expression:
                return expression
        return ()
