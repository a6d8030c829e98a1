"""Counts the single operations of an instruction: one verb, one target, one change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.phrases import Tokens, coordinated, head, split_predicate
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import grammar, verbs
from kontext_studio.prompting.words.verbs import Act


@dataclass(frozen=True, slots=True)
class Operation:
    """Where it stands; ``verb`` is the verb that an elliptical one leaves out ("the boots to
    sandals"), ``shared`` the object that it borrows from the next ("brighten and sharpen it")."""

    start: int
    end: int
    verb: str | None = None
    shared: str | None = None


def operations_of(reading: Reading) -> tuple[Operation, ...]:
    """In the order of the text. What follows an operation up to the next clause belongs to it."""
    return tuple(_operations(reading))


def _operations(reading: Reading) -> Iterator[Operation]:
    listed = frozenset(
        after.start for token, after in pairwise(reading.tokens) if token.kind is Kind.BULLET
    )
    clauses = reading.clauses
    told: set[tuple[str, ...]] = set()
    for i, clause in enumerate(clauses):
        if clause.role is Role.EDIT and clause.act is not Act.AVOID:
            words = tuple(token.word for token in clause.tokens)
            adapts = clause.base == "match" and bool(told)
            if words not in told and not adapts and not _elaborates(clause, clauses[:i]):
                yield from _of_clause(reading, clauses, i)
            told.add(words)
        elif clause.start in listed and clause.role is Role.FRAGMENT:
            yield Operation(clause.start, clause.end)
        elif clause.role is Role.FRAGMENT and (verb := _verb_left_out(reading, clauses, i)):
            yield Operation(clause.start, clause.end, verb)


_PAIRING = (Act.CHANGE, Act.REPLACE, Act.SCOPE)
_SHORT = 8


def _verb_left_out(reading: Reading, clauses: tuple[Clause, ...], i: int) -> str | None:
    """ "Change the car to red; the road to gravel": the verb of the clause before."""
    said = next((c for c in reversed(clauses[:i]) if c.role is not Role.FRAGMENT), None)
    if said is None or said.verb is None or said.link is None or said.act not in _PAIRING:
        return None
    between = clauses[clauses.index(said) + 1 : i + 1]
    if not all(len(c.tokens) < _SHORT and _pairs(c.tokens, said.link.word) for c in between):
        return None
    return _written(reading, said)


def _written(reading: Reading, clause: Clause) -> str | None:
    """The verb as an order: as it stands there, or "change" for "should be changed"."""
    if clause.verb is None:
        return None
    ordered = reading.text[clause.verb.start : clause.verb.end]
    return ordered if clause.is_order else clause.base


def _elaborates(clause: Clause, before: tuple[Clause, ...]) -> bool:
    """ "Add a cloud. The cloud should be flat below": more about what is new."""
    if clause.verb is not None or clause.target[:1] == () or clause.target[0].word != "the":
        return False
    thing = head(clause.target)
    new = {t.lemma for one in before if one.role is Role.EDIT for t in (one.state or one.target)}
    return thing is not None and thing.lemma in new


def _of_clause(reading: Reading, clauses: tuple[Clause, ...], i: int) -> Iterator[Operation]:
    clause = clauses[i]
    parts = elliptical(clause)
    end = clause.end
    for after in clauses[i + 1 :]:
        if not _belongs(after):
            break
        end = after.end
    if not parts:
        verb = "have" if clause.is_gapped else None
        yield Operation(clause.start, end, verb, _borrowed(reading, clauses, i))
        return
    yield Operation(clause.start, parts[0][0].start)
    verb = _written(reading, clause)
    ends = [part[0].start for part in parts[1:]] + [end]
    for part, stop in zip(parts, ends, strict=True):
        yield Operation(part[0].start, stop, verb)


def _belongs(after: Clause) -> bool:
    """ "..., in the evening light", "..., same font": it speaks of the operation before it."""
    if after.base == "match" and after.role is Role.EDIT:
        return True  # "... and match the reflections to the new sky"
    if after.role is Role.ASIDE:
        return after.verb is None
    return after.role is Role.KEEP and not keeps_by_verb(after)


def keeps_by_verb(clause: Clause) -> bool:
    """ "Keep ...", "while maintaining ...", "without changing ...", not "with the same font"."""
    if any(t.word in grammar.NEGATIONS for t in clause.tokens[:2]):
        return True
    return any(verbs.inflected().get(t.word, t.word) in _KEEPING for t in clause.tokens[:4])


_KEEPING = frozenset(["keep", "maintain", "preserve", "retain", "leave", "conserve", "ensure"])


def _borrowed(reading: Reading, clauses: tuple[Clause, ...], i: int) -> str | None:
    """ "Brighten and sharpen the photo": the first verb borrows the object of the second."""
    clause = clauses[i]
    if clause.target or clause.state or clause.verb is None or i + 1 >= len(clauses):
        return None
    after = clauses[i + 1]
    if after.role is not Role.EDIT or not after.target:
        return None
    return reading.text[after.target[0].start : after.target[-1].end]


def elliptical(clause: Clause) -> list[Tokens]:
    """ "Change the hat to a cap, the coat to a cape": further pairs without a verb of their own."""
    if clause.act is Act.MAKE and clause.link is None and clause.verb is not None:
        return [part for part in list(coordinated(clause.state))[1:] if _describes(part)]
    if clause.link is None or clause.act not in (Act.CHANGE, Act.REPLACE, Act.SCOPE):
        return []
    link = clause.link.word
    return [part for part in list(coordinated(clause.state))[1:] if _pairs(part, link)]


def _describes(part: Tokens) -> bool:
    """ "The sea purple": a known thing and its new look."""
    if part[0].word not in ("the", "his", "her", "its", "their"):
        return False
    thing, look = split_predicate(part)
    return bool(thing) and bool(look) and look[0].word not in grammar.PREPOSITIONS


def _pairs(part: Tokens, link: str) -> bool:
    return any(token.word == link and 0 < i < len(part) - 1 for i, token in enumerate(part))
