"""Cuts an instruction into clauses by reading them, and says which stretches cannot be read.

A clause ends where its own words end, so "black and white" and "the cup and saucer" stay whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kontext_studio.engine.grammar.matcher import Reading
from kontext_studio.engine.grammar.meaning import Item, Pending, Unmet
from kontext_studio.engine.grammar.tokens import Token
from kontext_studio.engine.operations import Operation

_CLAUSES = ("clause", "keepclause", "bareclause")
_LEADS = frozenset({",", ";", ".", "!", "?", ":", "and", "then", "but", "while", "whilst"})
_KEEP_LEADS = frozenset(
    "while whilst keeping preserving maintaining retaining leaving protecting without with but "
    "same except excluding apart aside other , and".split()
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of tokens and what it says; `items` is empty where it could not be read."""

    first: int
    last: int
    items: tuple[Item, ...] = ()
    is_read: bool = True


def clauses_of(reading: Reading) -> list[Clause]:
    """All clauses in order; those that cannot be read have `is_read` false."""
    whole = _read_to_end(reading, _after_joints(reading, 0), _Path(), {})
    if whole is not None:
        return whole
    return _read_what_can_be_read(reading)


@dataclass(frozen=True, slots=True)
class _Path:
    """What the reading so far allows next."""

    may_elide: bool = False


def _read_to_end(
    reading: Reading, at: int, path: _Path, tried: dict[tuple[int, bool], list[Clause] | None]
) -> list[Clause] | None:
    if at >= len(reading.tokens):
        return []
    key = (at, path.may_elide)
    if key in tried:
        return tried[key]
    tried[key] = None
    for clause in _clauses_at(reading, at, path.may_elide):
        for after in _ends_after(reading, clause.last):
            following = _Path(may_elide=_has_operation(clause) or path.may_elide)
            rest = _read_to_end(reading, after, following, tried)
            if rest is not None:
                tried[key] = [clause, *rest]
                return tried[key]
    return None


def _clauses_at(reading: Reading, at: int, may_elide: bool) -> list[Clause]:
    """Every clause that starts here, the longest first."""
    starts = {at, *(end for end, _ in reading.matches("ask", at))}
    for start in tuple(starts):
        starts.update(end for end, _ in reading.matches("ask", start))
    rules = (*_CLAUSES, "elided") if may_elide else _CLAUSES
    found = [
        Clause(at, end, tuple(items))
        for start in sorted(starts)
        for rule in rules
        for end, items in reading.matches(rule, start)
        if isinstance(items, tuple) and end > start
    ]
    # A reading without gaps goes before one that names something the engine cannot find.
    return sorted(found, key=lambda c: (any(isinstance(i, Unmet) for i in c.items), -c.last))


def _ends_after(reading: Reading, at: int) -> list[int]:
    """Where the next clause may start after one that ended at `at`."""
    ends = {at, *(end for end, _ in reading.matches("aside", at))}
    starts: list[int] = []
    for end in sorted(ends):
        after = _after_joints(reading, end)
        if after > end or after >= len(reading.tokens):
            starts.append(after)
        if end < len(reading.tokens) and reading.tokens[end].norm in _KEEP_LEADS:
            starts.append(end)
    return starts


def _after_joints(reading: Reading, at: int) -> int:
    while match := reading.longest("joint", at):
        if match[0] == at:
            break
        at = match[0]
    return at


def _has_operation(clause: Clause) -> bool:
    return any(isinstance(item, Operation | Pending | Unmet) for item in clause.items)


# ---------------------------------------------------------------- where reading fails
def _read_what_can_be_read(reading: Reading) -> list[Clause]:
    """Reads on after each stretch that cannot be read, so that every such stretch is named."""
    clauses: list[Clause] = []
    at = _after_joints(reading, 0)
    tokens = reading.tokens
    while at < len(tokens):
        run = _longest_run(reading, at, may_elide=bool(clauses))
        clauses.extend(run)
        at = _after_joints(reading, run[-1].last if run else at)
        if at >= len(tokens):
            break
        following = _next_readable(reading, at + 1)
        last = following
        while last > at + 1 and tokens[last - 1].norm in _LEADS:
            last -= 1
        clauses.append(Clause(at, last, is_read=False))
        at = _after_joints(reading, following)
    return clauses


def _longest_run(reading: Reading, at: int, may_elide: bool) -> list[Clause]:
    """The clauses that can be read one after the other from here, each the longest there is."""
    best: list[Clause] = []
    for clause in _clauses_at(reading, at, may_elide):
        after = _after_joints(reading, clause.last)
        ends_well = after > clause.last or after >= len(reading.tokens)
        if not ends_well and reading.tokens[clause.last].norm not in _KEEP_LEADS:
            continue
        run = [clause, *(_longest_run(reading, after, True) if after < len(reading.tokens) else [])]
        if not best or run[-1].last > best[-1].last:
            best = run
        if best[-1].last >= len(reading.tokens):
            break
    return best


def _next_readable(reading: Reading, at: int) -> int:
    """The next place after a joint where a clause can be read up to a joint or the end."""
    tokens: Sequence[Token] = reading.tokens
    for start in range(at, len(tokens)):
        if tokens[start - 1].norm not in _LEADS:
            continue
        for clause in _clauses_at(reading, start, may_elide=False):
            at_end = clause.last >= len(tokens)
            if at_end or tokens[clause.last].norm in _LEADS | _KEEP_LEADS:
                return start
    return len(tokens)
