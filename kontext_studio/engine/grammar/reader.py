"""Reads an instruction into a Plan, or refuses it with every word that it cannot follow.

Pure: no picture is looked at. Nothing is guessed; one clause that cannot be read refuses it all.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.grammar import refusing
from kontext_studio.engine.grammar.clauses import Clause, clauses_of
from kontext_studio.engine.grammar.complaint_rules import answered
from kontext_studio.engine.grammar.matcher import Reading
from kontext_studio.engine.grammar.meaning import Item, Pending, Temper, Unmet, settle, tempered
from kontext_studio.engine.grammar.rules import grammar
from kontext_studio.engine.grammar.tokens import Kind, tokenise
from kontext_studio.engine.keeping import conflicts, contradictions
from kontext_studio.engine.operations import (
    Adjust,
    AllBut,
    ColourThing,
    Keep,
    KeepThing,
    Operation,
    Plan,
    Recolour,
    Stylise,
    Tint,
)

LONGEST_INSTRUCTION = 4000  # characters


def read_instruction(instruction: str) -> Plan:
    """The plan for `instruction`. Raises EngineRefusal."""
    if len(instruction) > LONGEST_INSTRUCTION:
        raise EngineRefusal(refusing.too_long(len(instruction), LONGEST_INSTRUCTION))
    reading = Reading(grammar(), tokenise(instruction))
    if not reading.tokens:
        raise EngineRefusal(refusing.empty(instruction))
    if all(token.kind is Kind.SIGN for token in reading.tokens):
        raise EngineRefusal(refusing.wordless())
    try:
        clauses = clauses_of(reading)
    except RecursionError:  # lists of hundreds of parts nest as deeply
        raise EngineRefusal(refusing.too_many_parts()) from None
    found, unmet = _settled(clauses)
    items = answered(found)
    operations = tuple(item for item in items if isinstance(item, Operation))
    keeps = tuple(item for item in items if isinstance(item, Keep))
    plan = Plan(instruction, operations, keeps)
    refusals: list[Refusal] = []
    unread = [clause for clause in clauses if not clause.is_read]
    if unread:
        refusals.extend(refusing.unread(instruction, reading, clauses, operations))
    refusals.extend(refusing.unmet(instruction, gap) for gap in unmet)
    if not refusals and not operations:
        refusals.append(refusing.nothing_to_do(instruction, keeps))
    if not refusals:
        refusals.extend(conflicts(plan))
        refusals.extend(refusing.contradiction(a, b) for a, b in contradictions(operations))
    if refusals:
        raise EngineRefusal(*refusals)
    return plan


def _settled(clauses: list[Clause]) -> tuple[list[Item], list[Unmet]]:
    """The items of all clauses with "it" and "the rest" resolved; and those that cannot be met."""
    items: list[Item] = []
    unmet: list[Unmet] = []
    last: ColourThing | None = None
    kept: ColourThing | None = None
    for clause in clauses:
        for item in clause.items:
            settled: Item | None = item
            if isinstance(item, Temper):
                items, unable = _tempered(items, item.factor)
                unmet.extend(_placed(gap, clause) for gap in unable)
                continue
            if isinstance(item, Pending):
                settled = settle(item, last, kept)
            if isinstance(settled, Unmet):
                unmet.append(_placed(settled, clause))
                continue
            if settled is None:
                continue
            if isinstance(settled, KeepThing):
                kept = settled.thing
            last = _thing_of(settled) or last
            items.append(settled)
    return items, unmet


def _tempered(items: list[Item], factor: float) -> tuple[list[Item], list[Unmet]]:
    """The items with the last wish done by a share; or the gap that it leaves."""
    at = next((i for i in range(len(items) - 1, -1, -1) if not isinstance(items[i], Keep)), -1)
    milder = tempered(items[at], factor) if at >= 0 else None
    if milder is None:
        return items, [Unmet("no_degree", "", "", 0, 0)]
    return [*items[:at], milder, *items[at + 1 :]], []


def _placed(gap: Unmet, clause: Clause) -> Unmet:
    return gap if gap.end > gap.start else replace(gap, start=-1, end=-1)


def _thing_of(item: Item) -> ColourThing | None:
    match item:
        case Recolour(area):
            return area
        case Adjust() | Tint() | Stylise():
            if isinstance(item.area, ColourThing):
                return item.area
            if isinstance(item.area, AllBut):
                return item.area.thing
    return None
