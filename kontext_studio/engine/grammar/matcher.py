"""A small parser for rules written as text: every reading of a run of tokens, with backtracking.

A pattern is written like the grammar it is: `make|turn [the] <picture> (to|into) <value>`, where
bare words stand for themselves, `a|b c` is (a or b) then c, `(a|b c)` is a, or b and c, `[...]` is
optional, `<rule>` calls a rule and keeps its value (`<key=rule>` under another name).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kontext_studio.engine.grammar.tokens import Kind, Token

T = TypeVar("T")


class Captures:
    """The values that a production collected, by key, with the span of tokens it covers."""

    __slots__ = ("_values", "first", "last", "tokens")

    def __init__(
        self,
        values: tuple[tuple[str, object], ...],
        tokens: Sequence[Token],
        first: int,
        last: int,
    ) -> None:
        self._values = values
        self.tokens = tokens
        self.first = first
        self.last = last

    def one(self, key: str, kind: type[T]) -> T:
        """The value under `key`, which the pattern always sets."""
        value = self.maybe(key, kind)
        assert value is not None, key
        return value

    def maybe(self, key: str, kind: type[T]) -> T | None:
        """The value under `key`, or None where the optional part was not there."""
        for name, value in self._values:
            if name == key:
                assert isinstance(value, kind), (key, value)
                return value
        return None

    def every(self, key: str, kind: type[T]) -> list[T]:
        return [v for name, v in self._values if name == key and isinstance(v, kind)]

    @property
    def start(self) -> int:
        """Offset of the first character in the text."""
        return self.tokens[self.first].start

    @property
    def end(self) -> int:
        return self.tokens[max(self.first, self.last - 1)].end


Action = Callable[[Captures], object]
"""Makes the value of a production, or None where the words do not fit together."""

Reader = Callable[["Reading", int], Iterator[tuple[int, object]]]
"""A rule in code: yields each end position with its value, the preferred one first."""


# ---------------------------------------------------------------- patterns
@dataclass(frozen=True, slots=True)
class _Word:
    norm: str


@dataclass(frozen=True, slots=True)
class _Call:
    key: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Node, ...]


_Node = _Word | _Call | _Sequence | _Choice

_PIECES = re.compile(r"<[^>]+>|[\[\]()|]|[^\s\[\]()|<>]+")


def _compile(pattern: str) -> _Node:
    pieces = _PIECES.findall(pattern)
    node, at = _read_sequence(pieces, 0)
    assert at == len(pieces), f"unbalanced pattern: {pattern}"
    return node


def _read_sequence(pieces: list[str], at: int) -> tuple[_Node, int]:
    """Outside round brackets a bar joins its two neighbours: `a|b c` is a or b, then c."""
    parts: list[_Node] = []
    while at < len(pieces) and pieces[at] not in "])":
        node, at = _read_one(pieces, at)
        options = [node]
        while at < len(pieces) and pieces[at] == "|":
            node, at = _read_one(pieces, at + 1)
            options.append(node)
        parts.append(options[0] if len(options) == 1 else _Choice(tuple(options)))
    return (parts[0] if len(parts) == 1 else _Sequence(tuple(parts))), at


def _read_options(pieces: list[str], at: int) -> tuple[_Node, int]:
    """Inside round brackets a bar parts whole phrases: `(a|b c)` is a, or b and then c."""
    options: list[_Node] = []
    parts: list[_Node] = []
    while pieces[at] != ")":
        if pieces[at] == "|":
            options.append(_Sequence(tuple(parts)))
            parts = []
            at += 1
            continue
        node, at = _read_one(pieces, at)
        parts.append(node)
    options.append(_Sequence(tuple(parts)))
    return _Choice(tuple(options)), at


def _read_one(pieces: list[str], at: int) -> tuple[_Node, int]:
    piece = pieces[at]
    if piece == "(":
        node, end = _read_options(pieces, at + 1)
        assert pieces[end] == ")", pieces
        return node, end + 1
    if piece == "[":
        node, end = _read_sequence(pieces, at + 1)
        assert pieces[end] == "]", pieces
        return _Choice((node, _Sequence(()))), end + 1
    if piece.startswith("<"):
        key, _, rule = piece[1:-1].partition("=")
        return _Call(key, rule or key), at + 1
    return _Word(piece), at + 1


def _words_of(node: _Node) -> Iterator[str]:
    match node:
        case _Word(norm):
            yield norm
        case _Sequence(parts) | _Choice(parts):
            for part in parts:
                yield from _words_of(part)
        case _Call():
            pass


# ---------------------------------------------------------------- grammar
class Grammar:
    """Rules by name: productions written as patterns, or readers written in code.

    `is_poor` tells values that give way to any other value for the same words.
    """

    def __init__(self, is_poor: Callable[[object], bool] = lambda _value: False) -> None:
        self.is_poor = is_poor
        self._productions: dict[str, list[tuple[_Node, Action]]] = {}
        self._readers: dict[str, Reader] = {}
        self._extra_words: set[str] = set()

    def rule(self, name: str, patterns: str, action: Action) -> None:
        """Adds productions, one pattern a line, tried in the order of their writing."""
        lines = [line.strip() for line in patterns.strip().splitlines()]
        entry = self._productions.setdefault(name, [])
        entry.extend((_compile(line), action) for line in lines if line)

    def choice(self, name: str, values: Mapping[str, object]) -> None:
        """Adds one production per pattern, each with a fixed value."""
        for pattern, value in values.items():
            self.rule(name, pattern, lambda _c, value=value: value)  # type: ignore[misc]  # bound default

    def reader(self, name: str, read: Reader, words: Sequence[str] = ()) -> None:
        """Adds a rule in code; `words` are those it knows by itself."""
        self._readers[name] = read
        self._extra_words.update(words)

    def vocabulary(self) -> frozenset[str]:
        """Every word that some rule mentions."""
        nodes = (node for entry in self._productions.values() for node, _ in entry)
        return frozenset(w for node in nodes for w in _words_of(node)) | self._extra_words

    def check(self) -> None:
        """Every rule that is called exists."""
        known = self._productions.keys() | self._readers.keys()
        for name, entry in self._productions.items():
            for node, _ in entry:
                for call in _calls_of(node):
                    assert call in known, f"{name} calls {call}, which nobody wrote"

    def productions_of(self, name: str) -> Sequence[tuple[_Node, Action]]:
        return self._productions.get(name, ())

    def reader_of(self, name: str) -> Reader | None:
        return self._readers.get(name)


def _calls_of(node: _Node) -> Iterator[str]:
    match node:
        case _Call(_, rule):
            yield rule
        case _Sequence(parts) | _Choice(parts):
            for part in parts:
                yield from _calls_of(part)
        case _Word():
            pass


class Reading:
    """One text being read with one grammar; remembers what each rule found where."""

    def __init__(self, grammar: Grammar, tokens: Sequence[Token]) -> None:
        self.grammar = grammar
        self.tokens = tokens
        self.furthest = 0  # index of the token where the best attempt came to an end
        self._found: dict[tuple[str, int], tuple[tuple[int, object], ...]] = {}

    def matches(self, rule: str, at: int) -> tuple[tuple[int, object], ...]:
        """Each end that `rule` can reach from `at`, with its preferred value."""
        key = (rule, at)
        if key not in self._found:
            self._found[key] = ()  # a rule that calls itself at the same place finds nothing
            ends: dict[int, object] = {}
            for end, value in self._read(rule, at):
                if end not in ends or (
                    self.grammar.is_poor(ends[end]) and not self.grammar.is_poor(value)
                ):
                    ends[end] = value
            self._found[key] = tuple(ends.items())
        return self._found[key]

    def longest(self, rule: str, at: int) -> tuple[int, object] | None:
        return max(self.matches(rule, at), key=lambda match: match[0], default=None)

    def note_progress(self, at: int) -> None:
        self.furthest = max(self.furthest, at)

    def _read(self, rule: str, at: int) -> Iterator[tuple[int, object]]:
        if reader := self.grammar.reader_of(rule):
            yield from reader(self, at)
        for node, action in self.grammar.productions_of(rule):
            for end, values in self._walk(node, at, ()):
                value = action(Captures(values, self.tokens, at, end))
                if value is not None:
                    yield end, value

    def _walk(
        self, node: _Node, at: int, values: tuple[tuple[str, object], ...]
    ) -> Iterator[tuple[int, tuple[tuple[str, object], ...]]]:
        match node:
            case _Word(norm):
                if at < len(self.tokens):
                    token = self.tokens[at]
                    if token.norm == norm and token.kind is not Kind.QUOTED:
                        self.note_progress(at + 1)
                        yield at + 1, values
            case _Call(key, rule):
                for end, value in self.matches(rule, at):
                    yield end, (*values, (key, value))
            case _Choice(options):
                for option in options:
                    yield from self._walk(option, at, values)
            case _Sequence(parts):
                yield from self._walk_parts(parts, at, values)

    def _walk_parts(
        self, parts: tuple[_Node, ...], at: int, values: tuple[tuple[str, object], ...]
    ) -> Iterator[tuple[int, tuple[tuple[str, object], ...]]]:
        if not parts:
            yield at, values
            return
        for middle, found in self._walk(parts[0], at, values):
            yield from self._walk_parts(parts[1:], middle, found)
