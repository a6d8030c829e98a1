"""Splits a compound instruction into single steps, and merges the steps of a path into one.

Pure functions on text: each step stands alone, names what it means, and carries the clauses that
keep something. It knows nothing of pictures, turns or queues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from kontext_studio.prompting.changed_sides import edited
from kontext_studio.prompting.clauses import Role
from kontext_studio.prompting.facets import Facet, Side
from kontext_studio.prompting.operations import Operation, keeps_by_verb, operations_of
from kontext_studio.prompting.people_edits import person_edit
from kontext_studio.prompting.phrases import head
from kontext_studio.prompting.reading import Reading, is_style
from kontext_studio.prompting.referents import dangling_pronouns, family_of
from kontext_studio.prompting.subject import subject_of
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.text_changes import text_changes
from kontext_studio.prompting.wishes import skip_lead_in
from kontext_studio.prompting.words import grammar, places
from kontext_studio.prompting.words.verbs import Act

_JOINTS = frozenset(["and", "then", "plus", "also", "&", "but", "finally", "next", "while", "or"])
_REST = "everything else"


class _Rank(IntEnum):
    """The order in which single steps lose least."""

    SETTING = 0
    SUBJECT = 1
    OBJECT = 2
    TEXT = 3
    STYLE = 4


@dataclass(frozen=True, slots=True)
class _Step:
    """``named`` are the things it speaks of, ``brought`` those that are there only after it."""

    text: str
    rank: _Rank
    named: frozenset[str]
    brought: frozenset[str]


_REORDERED = "The order was changed: setting first, then subject, objects, text and style."


@dataclass(frozen=True, slots=True)
class StepPlan:
    """``note`` is a line for the user where the steps stand in another order than was written."""

    texts: tuple[str, ...]
    note: str = ""


def split_steps(text: str) -> tuple[str, ...]:
    """The single instructions of ``plan_steps``."""
    return plan_steps(text).texts


def plan_steps(text: str) -> StepPlan:
    """The single instructions in the order setting, subject, objects, text, style.

    Each carries the keep clauses of the whole. An instruction with one operation, or one that
    cannot be cut, comes back as it is. What works on a thing that another step brings stays
    behind that step.
    """
    reading = Reading(text)
    operations = operations_of(reading)
    if len(operations) < 2:
        return StepPlan((text,) if text.strip() else ())
    kept = tuple(_keep_texts(reading))
    written = list(_waiting(_step(reading, operation, kept) for operation in operations))
    steps = sorted(written, key=lambda step: step.rank)
    return StepPlan(tuple(step.text for step in steps), "" if steps == written else _REORDERED)


def _waiting(steps: Iterable[_Step]) -> Iterator[_Step]:
    """ "Add a man, make the man kneel": nobody kneels before he is there."""
    done: list[_Step] = []
    for step in steps:
        after = [one.rank for one in done if one.brought & step.named]
        done.append(replace(step, rank=max([step.rank, *after])))
        yield done[-1]


def merge_steps(texts: Sequence[str]) -> str:
    """One instruction that does what the given ones did in turn.

    What a later step does over, an earlier one need not do; keep clauses stand once, at the end.
    """
    readings = [reading for reading in map(Reading, texts) if not reading.is_blank]
    if len(readings) < 2:
        return readings[0].text.strip() if readings else ""
    changed = [frozenset(_sides(reading)) for reading in readings]
    bodies: list[str] = []
    kept: list[str] = []
    for i, reading in enumerate(readings):
        kept += [clause for clause in _keep_texts(reading) if clause not in kept]
        later = frozenset[tuple[str, Side]]().union(*changed[i + 1 :])
        if changed[i] and changed[i] <= later:
            continue
        bodies += [_sentence(body) for body in _bodies(reading, readings[:i])]
    kept = _settled(kept, bodies)
    return " ".join([*dict.fromkeys(bodies), *(_sentence(clause) for clause in kept)])


def _sides(reading: Reading) -> Iterator[tuple[str, Side]]:
    """What can be done over: colours, materials, light ...; an added thing stays added."""
    for facet in edited(reading):
        scenic = facet.side in (
            Side.STYLE,
            Side.TIME,
            Side.LIGHT,
            Side.WEATHER,
            Side.FRAMING,
            Side.ANGLE,
        )
        lasts = facet.side in (Side.PRESENCE, Side.PLACE, Side.WHOLE)
        if lasts or not (facet.thing or scenic):
            yield (f"{facet.thing} {reading.text}", facet.side)  # never done over
        else:
            yield _key(facet)
    if any(clause.act in (Act.ADD, Act.REMOVE, Act.GIVE) for clause in reading.edits):
        yield (reading.text, Side.PRESENCE)


def _key(facet: Facet) -> tuple[str, Side]:
    return ("", Side.TIME) if facet.side is Side.TIME else (facet.thing, facet.side)


def _settled(kept: list[str], bodies: list[str]) -> list[str]:
    """Keep clauses that the steps together still allow; one that covers the others stands alone."""
    if any(_REST in clause for clause in kept):
        rest = next(clause for clause in kept if _REST in clause)
        framing = [clause for clause in kept if "framing" in clause and clause != rest]
        return [*framing, rest]
    from kontext_studio.prompting.lint import lint  # the rules stand on this module

    changes = " ".join(bodies)
    allowed = [
        clause
        for clause in kept
        if not any(f.rule == "keep-conflict" for f in lint(f"{changes} {_sentence(clause)}"))
    ]
    return allowed if len(allowed) == len(kept) else [*allowed, f"keep {_REST} the same"]


def _bodies(reading: Reading, before: Sequence[Reading]) -> Iterator[str]:
    operations = operations_of(reading)
    if not operations:
        yield reading.text.strip()
        return
    for operation in operations:
        yield _body(reading, operation, before)


def _step(reading: Reading, operation: Operation, kept: Sequence[str]) -> _Step:
    body = _body(reading, operation, ())
    alone = Reading(body)
    text = body
    for clause in kept:
        if _fits(alone, clause):
            text = f"{text}, {clause}"
    return _Step(text[:1].upper() + text[1:], _rank(alone), alone.words, _brought(alone))


def _brought(alone: Reading) -> frozenset[str]:
    found: set[str] = set()
    for clause in alone.edits:
        new = {Act.ADD: clause.target, Act.REPLACE: clause.state}.get(clause.act or Act.KEEP, ())
        noun = head(new)
        if noun is not None:
            found.add(noun.lemma)
    return frozenset(found)


def _fits(alone: Reading, clause: str) -> bool:
    """A step cannot keep what it changes."""
    from kontext_studio.prompting.lint import lint  # the rules stand on this module

    return not any(f.rule == "keep-conflict" for f in lint(f"{alone.text}, {clause}"))


_SCENE = places.STRICT_BACKDROPS | places.SCENE_WORDS | places.SEASONS | places.SKY


def _rank(alone: Reading) -> _Rank:
    if alone.restyles:
        return _Rank.STYLE
    if any(True for _ in text_changes(alone)):
        return _Rank.TEXT
    for clause in alone.edits:
        noun = head(clause.target)
        scenic = _SCENE
        if noun is not None and noun.lemma in scenic:
            return _Rank.SETTING
        if clause.act is Act.STYLE and is_style(clause.state):
            return _Rank.STYLE
        if person_edit(clause) is not None:
            return _Rank.SUBJECT
    if any(not facet.thing or facet.side is Side.TIME for facet in _light_of(alone)):
        return _Rank.SETTING
    return _Rank.OBJECT


def _light_of(alone: Reading) -> Iterator[Facet]:
    """Light, hour and weather make the setting, as the background does."""
    return (f for f in edited(alone) if f.side in (Side.TIME, Side.WEATHER, Side.LIGHT))


def _body(reading: Reading, operation: Operation, before: Sequence[Reading]) -> str:
    """The operation as a sentence of its own: verb first, pronouns named, loose ends cut."""
    tokens = [t for t in reading.tokens if operation.start <= t.start < operation.end]
    first = skip_lead_in(tuple(tokens), 0)
    tokens = tokens[first:] or tokens
    while tokens and (
        tokens[-1].kind in (Kind.COMMA, Kind.STOP, Kind.BULLET) or tokens[-1].word in _JOINTS
    ):
        tokens.pop()
    if not tokens:
        return reading.text[operation.start : operation.end].strip()
    text = _named(reading, tokens, before)
    if operation.verb is not None:
        text = f"{operation.verb} {text}"
    if operation.shared is not None:
        text = f"{text} {operation.shared}"
    return text


def _named(reading: Reading, tokens: Sequence[Token], before: Sequence[Reading]) -> str:
    """The text of ``tokens`` with pronouns that point outside it replaced by what they mean."""
    start, end = tokens[0].start, tokens[-1].end
    piece = reading.text[start:end]
    alone = Reading(piece)
    for token in reversed(tuple(dangling_pronouns(alone, in_keeps=True))):
        name = _antecedent(reading, token, start + token.start, before)
        if name is None:
            continue
        owning = token.word in ("his", "its", "their") or (
            token.word == "her" and _owns(alone, token)
        )
        piece = piece[: token.start] + name + ("'s" if owning else "") + piece[token.end :]
    return piece


def _owns(alone: Reading, token: Token) -> bool:
    after = next((t for t in alone.tokens if t.start >= token.end), None)
    return (
        after is not None
        and after.is_word
        and after.word not in grammar.PREPOSITIONS
        and after.word not in grammar.CONJUNCTIONS
        and after.word not in grammar.DETERMINERS
    )


def _antecedent(
    reading: Reading, token: Token, position: int, before: Sequence[Reading]
) -> str | None:
    """What was edited last before ``position``: "the dog's collar", or who, for "her"."""
    person = family_of(token) in ("he", "she")
    for source, limit in [(reading, position), *((r, len(r.text)) for r in reversed(before))]:
        for clause in reversed([c for c in source.edits if c.end <= limit]):
            name = subject_of(source.text[clause.start : clause.end], person=person)
            if name is not None:
                return name
    return None


def _keep_texts(reading: Reading) -> Iterator[str]:
    """The keep clauses, each as "keep ..."."""
    for clause in reading.clauses:
        kept = clause.role is Role.KEEP and keeps_by_verb(clause)
        if not kept and clause.role is not Role.AVOID:
            continue
        tokens = list(clause.tokens)
        while tokens and (tokens[0].word in _JOINTS or tokens[0].kind is Kind.COMMA):
            tokens.pop(0)
        while tokens and (tokens[-1].kind is Kind.COMMA or tokens[-1].word in _JOINTS):
            tokens.pop()
        if not tokens:
            continue
        text = _spared(_named(reading, tokens, ()))
        first, _, rest = text.partition(" ")
        base = _IMPERATIVE.get(first.lower())
        yield f"{base} {rest}" if base and rest else text[0].lower() + text[1:]


_SPARING = ("without changing ", "without touching ", "don't change ", "do not change ")


def _spared(text: str) -> str:
    """ "Without changing the sign" as "keep the sign the same"."""
    opening = next((one for one in _SPARING if text.lower().startswith(one)), None)
    return text if opening is None else f"keep {text[len(opening) :]} the same"


_IMPERATIVE = {
    form: base
    for base in ("keep", "maintain", "preserve", "retain", "leave")
    for form in (base, base.removesuffix("e") + "ing" if base != "leave" else "leaving")
}


def _sentence(text: str) -> str:
    body = text.strip().rstrip(",;: ")
    closed = body if body.endswith((".", "!", "?", "…")) else f"{body}."
    return closed[:1].upper() + closed[1:]
