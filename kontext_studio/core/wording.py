"""What a person wants the wording checker to leave alone in one session; kept with the session,
never in an instruction."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from kontext_studio.core.history import NodeId

_MOST = 500
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Ignored:
    """A rule that keeps still: everywhere, or with `words` only at these words, in what is written
    on `step`."""

    rule: str
    words: str = ""
    step: NodeId | None = None

    @property
    def is_once(self) -> bool:
        return bool(self.words)

    def holds_for(self, rule: str, words: str, step: NodeId | None) -> bool:
        if rule != self.rule:
            return False
        return not self.is_once or self == once(rule, words, step)


@dataclass(frozen=True, slots=True)
class WordingChoices:
    """`ignored` in the order in which it was said."""

    ignored: tuple[Ignored, ...] = ()

    def ignoring(self, one: Ignored) -> WordingChoices:
        """The same with one more; the oldest go where there are very many."""
        if one in self.ignored:
            return self
        return WordingChoices((*self.ignored, one)[-_MOST:])

    def heeding(self, these: Iterable[Ignored]) -> WordingChoices:
        """The same without these."""
        gone = frozenset(these)
        return WordingChoices(tuple(one for one in self.ignored if one not in gone))

    def to_text(self) -> str:
        """What is stored; empty where there is nothing to store."""
        if not self.ignored:
            return ""
        rows = [[one.rule, one.words, one.step] for one in self.ignored]
        return json.dumps({"ignored": rows})

    @classmethod
    def from_text(cls, text: str) -> WordingChoices:
        """What was stored; what cannot be read is left out."""
        try:
            data = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            return cls()
        rows = data.get("ignored") if isinstance(data, dict) else None
        found = [_read(row) for row in rows] if isinstance(rows, list) else []
        return cls(tuple(one for one in found if one is not None)[-_MOST:])


def shortened(words: str) -> str:
    """How words are remembered: without what is beyond a sentence or two."""
    return " ".join(words.split())[:_LONGEST]


def once(rule: str, words: str, step: NodeId | None) -> Ignored:
    """The rule at these words, on this step. Blank words stand for the place itself."""
    return Ignored(rule, shortened(words) or "·", step)


def _read(row: object) -> Ignored | None:
    match row:
        case [str(rule), str(words), (None | str()) as step]:
            return Ignored(rule, words, NodeId(step) if step else None)
    return None
