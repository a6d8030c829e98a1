"""Does a keep clause hold on to what the edit changes?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Facet, Side, edited, kept
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.people_edits import person_edit
from kontext_studio.prompting.phrases import things
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, removed
from kontext_studio.prompting.words import people, places
from kontext_studio.prompting.words.verbs import Act

_OF_THE_PICTURE = frozenset(["", "image", "picture", "photo", "photograph", "scene"])
_OF_A_PERSON = (Side.POSE, Side.CLOTHES, Side.HAIR, Side.AGE, Side.EXPRESSION)


def keep_conflict(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if not reading.keeps or not reading.edits:
        return
    changed = edited(reading)
    for clause in reading.keeps:
        for facet in kept(clause):
            meant = _resolved(reading, facet, clause)
            if not any(_clashes(one, meant) for one in changed):
                continue
            token = facet.token
            name = token.word if token is not None else "this"
            yield Finding(
                "keep-conflict",
                Severity.WARNING,
                clause.start,
                clause.end,
                f"You change {_named(name)} and also keep it.",
                tuple(_settled(reading, clause)),
            )
            break


def _named(word: str) -> str:
    return "something" if word in ("it", "them", "him", "her", "this") else f"the {word}"


def _resolved(reading: Reading, facet: Facet, clause: Clause) -> Facet:
    """ "Keep it in the same position": "it" is what was edited last."""
    if facet.thing not in ("it", "them", "him", "her"):
        return facet
    before = [c for c in reading.edits if c.end <= clause.start]
    named = things(before[-1].target) if before else ()
    lemma = named[0].lemma if named else ""
    side = facet.side
    if any(t.word in ("position", "place", "spot", "location") for t in clause.tokens):
        side = Side.PLACE
    return Facet(lemma, side, facet.token)


def _clashes(change: Facet, stays: Facet) -> bool:
    if change.side is Side.TIME or stays.side is Side.TIME:
        if change.side is not stays.side:
            return False
        return change.thing != stays.thing or not stays.thing
    if change.side is stays.side:
        return _same_thing(change, stays)
    if change.side is Side.PRESENCE:
        named = stays.token.lemma if stays.token is not None else stays.thing
        return bool(change.thing) and change.thing in (stays.thing, named)  # no side of it is left
    if stays.side is Side.WHOLE:
        return bool(stays.thing) and change.thing == stays.thing and change.side is not Side.PLACE
    return change.side is Side.WHOLE and stays.side is Side.PRESENCE and _same_thing(change, stays)


def _same_thing(change: Facet, stays: Facet) -> bool:
    one, other = change.thing, stays.thing
    if one == other:
        return True
    if change.side in _OF_A_PERSON:
        return one == "" or other == "" or (people.is_person(one) and people.is_person(other))
    if change.side is Side.PLACE:
        return False
    both = {one, other}
    return both <= _OF_THE_PICTURE or (
        "" in both and all(x in places.WHOLE_PICTURE for x in both - {""})
    )


def _settled(reading: Reading, clause: Clause) -> Iterator[Fix]:
    start, end = _reach(reading, clause)
    if not any(person_edit(edit) or edit.act is Act.SCOPE for edit in reading.edits):
        yield Fix("Leave the keep clause out", (removed(reading, start, end),))
    opening = reading.text[start:end].split(" ")[0].lower()
    keep = (
        "while keeping everything else the same"
        if opening
        in (
            "while",
            "keeping",
            "but",
            "and",
            "with",
        )
        else "keep everything else the same"
    )
    if reading.text[start : start + 1].isupper():
        keep = keep[0].upper() + keep[1:]
    yield Fix("Keep everything else", (TextEdit(start, end, keep),))


def _reach(reading: Reading, clause: Clause) -> tuple[int, int]:
    """The clause with the conjunction that leads to it."""
    start = clause.start
    before = [t for t in reading.tokens if t.end <= start]
    while before and before[-1].word in ("and", "but", "while", "yet"):
        start = before.pop().start
    return start, clause.end


RULES = (
    Rule("keep-conflict", "Keep clause contradicts the change", keep_conflict, edit_only=True),
)
