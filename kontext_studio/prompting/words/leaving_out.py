"""Reads as if some words stood in no list of the checker: to see what rests on single words.

For measuring alone: it changes the lists of the whole process while it lasts. The dictionary of
the spelling rule and the classes of ``lexicon`` were not tuned by hand and stay as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from kontext_studio.prompting.dictionary import COMMON, english
from kontext_studio.prompting.words.expressions import Expressions

SHORTEST = 3
"""The dictionary has no shorter words."""

_PACKAGE = "kontext_studio.prompting."
_UNTUNED = frozenset(
    _PACKAGE + name
    for name in ("byte_pairs", "dictionary", "spelling", "tokens", "unigram", "words.lexicon")
)
# Their tables are keyed by rules and kinds of signs, not by words of instructions.
_WITHOUT_LISTS = frozenset(_PACKAGE + name for name in ("guide", "language", "lint", "text"))


@contextmanager
def left_out(words: Collection[str]) -> Iterator[None]:
    """Inside it no list has these words, nor an expression with one of them.

    ``words`` are in small letters. Common words of English stay: they would stand in the lists
    whatever texts somebody had read before. What was built from the lists, at import or since,
    follows.
    """
    unwanted = frozenset(word for word in words if not _is_common(word))
    modules = [m for name, m in sys.modules.items() if name.startswith(_PACKAGE)]
    tuned = [module for module in modules if module.__name__ not in _UNTUNED]
    kept = [
        (module, name, value)
        for module in tuned
        if module.__name__ not in _WITHOUT_LISTS
        for name, value in vars(module).items()
        if not name.startswith("__")
    ]
    changed = [
        (module, name, value, narrowed)
        for module, name, value in kept
        if (narrowed := _narrowed(value, unwanted)) is not value
    ]
    try:
        for module, name, _, narrowed in changed:
            setattr(module, name, narrowed)
        _forget(tuned)
        yield
    finally:
        for module, name, value, _ in changed:
            setattr(module, name, value)
        _forget(tuned)


def _is_common(word: str) -> bool:
    commonness = english().commonness(word)
    return len(word) < SHORTEST or (commonness is not None and commonness >= COMMON)


def _forget(modules: Collection[ModuleType]) -> None:
    for module in modules:
        for value in vars(module).values():
            clear: Callable[[], None] | None = getattr(value, "cache_clear", None)
            if clear is not None and value.__module__ not in _UNTUNED:
                clear()


def _narrowed(value: object, unwanted: frozenset[str]) -> object:
    """The value without the words, or the very value where it is no list of words."""
    match value:
        case frozenset():
            left = frozenset(entry for entry in value if not _has(entry, unwanted))
            return left if len(left) < len(value) else value
        case Expressions():
            return value.without(unwanted)
        case Mapping():
            narrowed = {
                key: _narrowed(inner, unwanted)
                for key, inner in value.items()
                if not _has(key, unwanted)
            }
            same = len(narrowed) == len(value) and all(
                narrowed[key] is inner for key, inner in value.items()
            )
            return value if same else narrowed
        case tuple():
            inner = tuple(_narrowed(entry, unwanted) for entry in value)
            return value if all(map(_is, inner, value)) else inner
    return value


def _is(one: object, other: object) -> bool:
    return one is other


def _has(entry: object, unwanted: frozenset[str]) -> bool:
    return isinstance(entry, str) and (
        entry in unwanted or not unwanted.isdisjoint(entry.replace("-", " ").split())
    )
