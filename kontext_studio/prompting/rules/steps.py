"""Is it one step? Each further change in the same instruction costs some of what should stay."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.operations import Operation, operations_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule
from kontext_studio.prompting.text import Kind

_MANY = 3
_KEPT = 2


def many_edits(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    operations = operations_of(reading)
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


def _cuts(reading: Reading, operations: tuple[Operation, ...]) -> Iterator[TextEdit]:
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
