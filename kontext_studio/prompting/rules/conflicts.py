"""Does a keep clause hold on to what the edit changes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kontext_studio.prompting.changed_sides import edited
from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Facet, Side, kept
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.people_edits import person_edit
from kontext_studio.prompting.phrases import Tokens, things
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, removed
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, people, places, scales, terms
from kontext_studio.prompting.words.verbs import Act

_OF_THE_PICTURE = frozenset(["", "image", "picture", "photo", "photograph", "scene"])
# A thing that was moved, turned or lit anew is the same thing.
_WITHIN_THE_WHOLE = (Side.PLACE, Side.ORIENTATION, Side.LIGHT, Side.FOCUS)
_ALIKE = (
    frozenset(["sea", "ocean", "water", "lake", "river", "wave", "surface"]),
    frozenset(["road", "street", "ground", "pavement", "asphalt", "path"]),
    frozenset(["sky", "weather"]),
)
_OF_A_PERSON = (Side.POSE, Side.CLOTHES, Side.HAIR, Side.AGE, Side.EXPRESSION)


def keep_conflict(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if not reading.keeps or not reading.edits:
        return
    changed = edited(reading)
    replaced = {_quote(reading, t) for c in reading.edits for t in _old_wording(c)}
    for clause in reading.keeps:
        if any(_quote(reading, t) in replaced for t in clause.tokens if t.kind is Kind.QUOTE):
            yield _conflict(reading, clause, "text")
            continue
        for facet in kept(clause):
            meant = _resolved(reading, facet, clause)
            if not any(_clashes(one, meant) for one in changed):
                continue
            if meant.side in (Side.WHOLE, Side.PRESENCE) and _is_another(reading, clause, meant):
                continue
            token = facet.token
            yield _conflict(reading, clause, token.word if token is not None else "this")
            break


def _is_another(reading: Reading, clause: Clause, stays: Facet) -> bool:
    """ "Paint the left door, keep the right door": of the same name, but told apart."""
    noun = stays.token
    if noun is None or noun not in clause.tokens:
        return False
    apart = _told_by(clause.tokens, clause.tokens.index(noun))
    for edit in reading.edits:
        at = next((i for i, t in enumerate(edit.target) if t.lemma == noun.lemma), None)
        if at is not None:
            other = _told_by(edit.target, at)
            many = edit.target[at].word != edit.target[at].lemma and noun.word == noun.lemma
            if not apart or not (other or many) or apart <= other:
                return False
    return bool(apart)


def _told_by(row: Tokens, at: int) -> frozenset[str]:
    """The words between the article and the noun."""
    found: set[str] = set()
    for token in reversed(row[:at]):
        if not token.is_word or token.word in grammar.DETERMINERS or token.word in _PLAIN_KEPT:
            break
        found.add(token.word)
    return frozenset(found)


_PLAIN_KEPT = (
    grammar.PREPOSITIONS
    | grammar.CONJUNCTIONS
    | terms(
        "keep keeping leave leaving preserve preserving same exact original old current existing"
    )
)


def _conflict(reading: Reading, clause: Clause, name: str) -> Finding:
    return Finding(
        "keep-conflict",
        Severity.WARNING,
        clause.start,
        clause.end,
        f"You change {_named(name)} and also keep it.",
        tuple(_settled(reading, clause)),
    )


def _old_wording(clause: Clause) -> Iterator[Token]:
    """The quotes that a clause replaces or removes."""
    if clause.act in (Act.REMOVE, Act.REPLACE, Act.CHANGE):
        yield from (t for t in clause.target if t.kind is Kind.QUOTE)


def _quote(reading: Reading, token: Token) -> str:
    return reading.text[token.start + 1 : token.end - 1].casefold()


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
    return replace(facet, thing=lemma, side=side)


def _clashes(change: Facet, stays: Facet) -> bool:
    if change.side is Side.TIME or stays.side is Side.TIME:
        if change.side is not stays.side:
            return False
        return change.thing != stays.thing or not stays.thing
    if change.side is Side.STATE:
        apart = stays.side is Side.STATE and scales.rule_out(change.detail, stays.detail)
        return apart and (
            change.thing == stays.thing or any({change.thing, stays.thing} <= one for one in _ALIKE)
        )
    if change.side is stays.side:
        other_size = change.detail and stays.detail and change.detail != stays.detail
        return not other_size and _same_thing(change, stays)
    if change.side is Side.PRESENCE:
        named = stays.token.lemma if stays.token is not None else stays.thing
        return bool(change.thing) and change.thing in (stays.thing, named)  # no side of it is left
    if stays.side is Side.WHOLE:
        inside = change.side in _WITHIN_THE_WHOLE
        return bool(stays.thing) and change.thing == stays.thing and not inside
    return change.side is Side.WHOLE and stays.side is Side.PRESENCE and _same_thing(change, stays)


def _same_thing(change: Facet, stays: Facet) -> bool:
    one, other = change.thing, stays.thing
    if one == other:
        return True
    if change.token is not None and stays.token is not None and not other:
        return change.token.lemma == stays.token.lemma  # "the palette of the panel", "same palette"
    if change.side in _OF_A_PERSON:
        return one == "" or other == "" or (people.is_person(one) and people.is_person(other))
    if change.side is Side.PLACE:
        return False
    if change.side is Side.STYLE and not one:
        return (
            other in places.FLAT_WORKS or other in places.WHOLE_PICTURE or other in _OF_THE_PICTURE
        )
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
