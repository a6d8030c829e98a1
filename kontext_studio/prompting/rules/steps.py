"""Is it one step? Each further change in the same instruction costs some of what should stay."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, coordinated
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words.verbs import Act

_MANY = 3
_KEPT = 2


@dataclass(frozen=True, slots=True)
class _Operation:
    start: int
    end: int


def many_edits(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    operations = tuple(_operations(reading))
    if len(operations) < _MANY:
        return
    count = len(operations)
    fixes = [Fix(f"Split into {count} steps", command="split")]
    cuts = tuple(_cuts(reading, operations[_KEPT:]))
    quotes = [token for token in reading.tokens if token.kind is Kind.QUOTE]
    if not any(cut.start < quote.end and quote.start < cut.end for cut in cuts for quote in quotes):
        fixes.append(Fix("Keep the first two here", cuts))
    yield Finding(
        "many-edits",
        Severity.WARNING,
        operations[_KEPT].start,
        operations[-1].end,
        f"{count} edits in one prompt: split into steps?",
        tuple(fixes),
    )


def _operations(reading: Reading) -> Iterator[_Operation]:
    listed_starts = frozenset(
        after.start for token, after in pairwise(reading.tokens) if token.kind is Kind.BULLET
    )
    for clause in reading.clauses:
        if clause.role is Role.EDIT:
            parts = _elliptical(clause)
            yield _Operation(clause.start, parts[0].start if parts else clause.end)
            ends = [part.start for part in parts[1:]] + [clause.end]
            for part, end in zip(parts, ends[: len(parts)], strict=True):
                yield _Operation(part.start, end)
        elif clause.start in listed_starts and clause.role is Role.FRAGMENT:
            yield _Operation(clause.start, clause.end)


def _elliptical(clause: Clause) -> list[_Operation]:
    """ "Change the hat to a cap, the coat to a cape": further pairs without a verb of their own."""
    if clause.link is None or clause.act not in (Act.CHANGE, Act.REPLACE, Act.SCOPE):
        return []
    found: list[_Operation] = []
    for part in list(coordinated(clause.state))[1:]:
        if _pairs(part, clause.link.word):
            found.append(_Operation(part[0].start, part[-1].end))
    return found


def _pairs(part: Tokens, link: str) -> bool:
    return any(token.word == link and 0 < i < len(part) - 1 for i, token in enumerate(part))


def _cuts(reading: Reading, operations: tuple[_Operation, ...]) -> Iterator[TextEdit]:
    """Take operations out, each with the comma, conjunction or number that leads to it."""
    tokens = reading.tokens
    starts = [token.start for token in tokens]
    done = 0
    for operation in operations:
        first = bisect_left(starts, operation.start)
        last = bisect_left(starts, operation.end) - 1
        while first and (
            tokens[first - 1].kind in (Kind.COMMA, Kind.BULLET, Kind.STOP)
            or tokens[first - 1].word in ("and", "then", "plus", "also", "&", "but", "finally")
        ):
            first -= 1
        while last > first and (tokens[last].kind is Kind.COMMA or tokens[last].word == "and"):
            last -= 1
        start = max(tokens[first - 1].end if first else 0, done)
        if tokens[last].end > start:
            yield TextEdit(start, tokens[last].end, "")
            done = tokens[last].end


RULES = (Rule("many-edits", "Three or more edits at once", many_edits),)
