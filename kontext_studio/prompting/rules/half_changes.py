"""Is a change whole: what is changed, and into what?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.findings import Finding, Severity, TextEdit
from kontext_studio.prompting.people_edits import person_edit
from kontext_studio.prompting.phrases import core, head, words_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.keep_clauses import Item, keep_clause
from kontext_studio.prompting.rules.keeping import person_is_kept
from kontext_studio.prompting.rules.rule import Rule, appended, cased, span, with_slot, written
from kontext_studio.prompting.rules.vagueness import judged_word
from kontext_studio.prompting.words import looks, places, terms
from kontext_studio.prompting.words.verbs import Act

_CHANGING = terms(
    """change replace swap recolor recolour adjust alter edit modify exchange substitute update
    amend revise vary"""
)
_REBUILDING = terms("transform convert morph")
_COMPLETED = _CHANGING | _REBUILDING


def incomplete_change(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for i, clause in enumerate(reading.edits):
        if clause.verb is None or not (clause.base in _COMPLETED or _exchanges(clause)):
            continue
        if not clause.target and clause.state:
            if not _suits_the_picture(clause):
                yield _no_target(reading, clause)
            continue
        if any(token.word == "back" for token in clause.tokens):
            continue  # "change it back" speaks of an earlier turn
        told = bool(clause.state) and not _is_open(clause)
        if told or not clause.target or _is_exchange(clause) or _brings(clause):
            continue
        if i + 1 < len(reading.clauses) and _explained_next(reading, clause):
            continue
        before = [t for t in clause.tokens if t.start < clause.verb.start]
        if any(token.word == "only" for token in (*before[-1:], *clause.tokens[:2])):
            continue  # "only replace the sky" narrows what was said before
        yield _no_state(reading, clause)


_OF_THE_PICTURE = (
    places.TIMES
    | places.SEASONS
    | places.WEATHER
    | places.LIGHT
    | looks.STYLES
    | looks.STYLE_FAMILIES
    | looks.STYLE_NOUNS
    | looks.TONE_CHANGES
    | looks.MEDIUM_WORDS
    | places.CAMERA_VIEWS
    | looks.FILE_FORMATS
)


def _suits_the_picture(clause: Clause) -> bool:
    """ "Change to daytime", "change to watercolour": the picture is meant."""
    named = words_of(clause.state)
    return clause.base not in ("replace", "swap", "exchange", "substitute") and bool(
        named & _OF_THE_PICTURE
    )


_OPEN = terms(
    """something anything someone somebody else different other another one thing person entirely
    completely totally"""
)
_SAYS_OPEN = terms("something else different other another")


def _is_open(clause: Clause) -> bool:
    """ "For something else", "to a different one": nothing is named."""
    words = {t.word for t in clause.state}
    return bool(words & _SAYS_OPEN) and words <= _OPEN | {"a", "an"}


def _is_exchange(clause: Clause) -> bool:
    """ "Swap the fox and the hen" is whole."""
    swaps = clause.base in ("swap", "exchange", "switch", "interchange")
    words = {token.word for token in clause.target}
    if words & {"places", "positions", "sides"} and words & {"between", "of"}:
        return True  # "change places between the cat and the dog"
    return swaps and bool(words & {"and", "two", "both"})


def _exchanges(clause: Clause) -> bool:
    """ "Switch out the lamp", "switch the flooring", not "switch off the lamp"."""
    if clause.base == "switch" and not clause.state:
        thing = head(clause.target)
        known = thing is not None and thing.lemma not in places.LAMPS | places.LIGHT
        return known and not any(t.word in ("on", "off") for t in clause.tokens)
    return clause.act is Act.REPLACE and _particle(clause) == "out"


def _particle(clause: Clause) -> str:
    """ "Out" in "swap out the lamp"."""
    after = (t for t in clause.tokens if clause.verb is not None and t.start >= clause.verb.end)
    return next((t.word for t in after), "")


def _brings(clause: Clause) -> bool:
    """ "Swap in a lamp", "edit out a bin"; "swap out the lamp" still lacks what comes instead."""
    complete = ("in",) if clause.act is Act.REPLACE else ("in", "out")
    return _particle(clause) in complete


def _explained_next(reading: Reading, clause: Clause) -> bool:
    """ "Change the room, adding plants": the new state follows as an aside."""
    after = next((c for c in reading.clauses if c.start >= clause.end), None)
    if after is not None and clause.base in _REBUILDING and after.state:
        return judged_word(after) is None  # "transform the cup and make it blue"
    return after is not None and after.role is Role.ASIDE and after.tokens[0].word.endswith("ing")


def _no_target(reading: Reading, clause: Clause) -> Finding:
    assert clause.verb is not None
    at = clause.verb.end
    return Finding(
        "incomplete-change",
        Severity.WARNING,
        clause.verb.start,
        clause.verb.end,
        f"{cased('X', clause.base)} what?",
        (with_slot("Name it…", [TextEdit(at, at, " the {object}")], "{object}"),),
    )


def _no_state(reading: Reading, clause: Clause) -> Finding:
    assert clause.verb is not None
    start, end = span(clause.target)
    last = max(end, clause.verb.end)  # "I want the sofa replaced"
    swaps = clause.act is Act.REPLACE
    slot = "{new object}" if swaps else "{new state}"
    if head(clause.target) is not None and _is_colour_change(clause):
        slot = "{colour}"
    name = written(reading, core(clause.target)) or written(reading, clause.target)
    if _is_open(clause):
        return _still_open(reading, clause, slot)
    edits = [TextEdit(last, last, f" with {slot}" if swaps else f" to {slot}")]
    if _needs_keeping(reading, clause, edits[0]):
        keep = keep_clause(reading, " while preserving the same ", _KEEP_PERSON)
        edits.append(appended(reading, keep))
        if edits[1].start == last:
            edits = [TextEdit(last, edits[1].end, edits[0].new_text + edits[1].new_text)]
    return Finding(
        "incomplete-change",
        Severity.WARNING,
        start,
        end,
        f"Change {name} into what?",
        (with_slot("Say into what…", edits, slot),),
    )


def _still_open(reading: Reading, clause: Clause, slot: str) -> Finding:
    """ "Something else" gives way to a slot; whoever is changed by it is kept."""
    start, end = span(clause.state)
    shown = reading.text[start:end]
    edits = [TextEdit(start, end, slot)]
    if _needs_keeping(reading, clause, edits[0]):
        keep = appended(reading, keep_clause(reading, " while preserving the same ", _KEEP_PERSON))
        joined = TextEdit(start, keep.end, slot + keep.new_text)
        edits = [*edits, keep] if keep.start > end else [joined]
    return Finding(
        "incomplete-change",
        Severity.WARNING,
        start,
        end,
        f"“{shown}” names nothing: into what?",
        (with_slot("Say into what…", edits, slot),),
    )


_KEEP_PERSON: tuple[Item, ...] = (
    ("facial features", None),
    ("hairstyle", Side.HAIR),
    ("expression", Side.EXPRESSION),
)


def _needs_keeping(reading: Reading, clause: Clause, edit: TextEdit) -> bool:
    """Once it is complete, the change would touch a person."""
    if person_is_kept(reading):
        return False
    at = edit.start - clause.start
    text = reading.text[clause.start : clause.end]
    rest = edit.end - clause.start
    after = Reading(text[:at] + edit.new_text + text[rest:])
    return any(person_edit(completed) for completed in after.edits)


def _is_colour_change(clause: Clause) -> bool:
    noun = head(clause.target)
    return clause.base in ("recolor", "recolour") or (
        noun is not None and noun.lemma in looks.COLOUR_NOUNS
    )


RULES = (Rule("incomplete-change", "Half a change: what, or into what?", incomplete_change),)
