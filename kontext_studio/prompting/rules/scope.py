"""Is the verb no larger than the change? "Transform" may redraw all of a thing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, core, head, is_name, things, words_of
from kontext_studio.prompting.reading import Reading, is_style, is_tone_change, is_whole_picture
from kontext_studio.prompting.rules.keep_clauses import Item, keep_clause
from kontext_studio.prompting.rules.rule import Rule, appended, ordered, written
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, terms
from kontext_studio.prompting.words.verbs import Act

_IN_OR_WITH = terms("redo revamp remodel rework makeover remake reinvent reimagine")
_STYLE_HEADS = (
    looks.STYLES
    | looks.STYLE_NOUNS
    | looks.TONE_CHANGES
    | looks.FILE_FORMATS
    | places.CAMERA_VIEWS
    | looks.MEDIUM_WORDS
    | terms(
        """painting drawing sketch cartoon comic illustration artwork art render rendering photo
    photograph print picture image portrait animation caricature 3d"""
    )
)
_OF_A_PERSON: tuple[Item, ...] = (
    ("facial features", None),
    ("hairstyle", Side.HAIR),
    ("pose", Side.POSE),
)
_STAND_INS = frozenset(["one", "version"])
_SEASONAL = places.TIMES | places.SEASONS | places.WEATHER


def scope_verb(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.keeps:
        return
    for clause in reading.edits:
        if clause.act is not Act.SCOPE or clause.verb is None:
            continue
        link = _link(clause)
        state = clause.state if clause.link is not None else _in_or_with(clause)
        if link is None or not clause.target or not state or not _rebuilds(clause, state):
            continue
        verb = reading.text[clause.verb.start : clause.verb.end]
        target = written(reading, core(clause.target))
        yield Finding(
            "scope-verb",
            Severity.WARNING,
            clause.verb.start,
            clause.verb.end,
            f"“{verb}” may redraw all of {target}.",
            tuple(_narrower(reading, clause, link, state)),
        )


def _link(clause: Clause) -> Token | None:
    if clause.link is not None:
        return clause.link if clause.base != "turn" or clause.link.word == "into" else None
    state = _in_or_with(clause)
    return next(
        (
            t
            for t in clause.tokens
            if state and t.end <= state[0].start and t.word in ("in", "with")
        ),
        None,
    )


def _in_or_with(clause: Clause) -> Tokens:
    """ "Redo the kitchen in oak"."""
    if clause.base not in _IN_OR_WITH:
        return ()
    at = next((i for i, t in enumerate(clause.target) if t.word in ("in", "with") and i), None)
    return clause.target[at + 1 :] if at is not None else ()


_COLOURED = looks.COLOURS | looks.RELATIVE_COLOURS | looks.COLOUR_NOUNS


_OPEN_STYLE_HEADS = _STYLE_HEADS - looks.STYLES


def _rebuilds(clause: Clause, state: Tokens) -> bool:
    noun = head(state)
    named = words_of(core(state))
    whole = is_whole_picture(clause.target)
    if noun is None or is_tone_change(core(state)):
        return False
    if whole and named & looks.STYLES:
        return False
    if noun.lemma in _STYLE_HEADS and (is_style(state) or noun.lemma in _OPEN_STYLE_HEADS):
        return False
    if noun.lemma in looks.STYLES or noun.lemma in people.EXPRESSIONS or noun.kind is Kind.SLOT:
        return noun.kind is Kind.SLOT and not whole
    if named & _SEASONAL and noun.lemma in _SEASONAL:
        return False
    words = [t for t in core(state) if t.is_word and t.word not in grammar.DETERMINERS]
    bare_colour = all(t.lemma in _COLOURED for t in words)
    return not (bare_colour and not named & looks.MATERIALS)


def _narrower(reading: Reading, clause: Clause, link: Token, state: Tokens) -> Iterator[Fix]:
    target = core(clause.target)
    meant = things(target)
    at = link.start
    spot = next((t for t in reversed(target) if t.end <= link.start), target[-1])
    to = TextEdit(link.start, link.end, "to")
    if (
        any(people.is_person(thing.lemma) for thing in meant)
        or target[0].word in people.PERSON_PRONOUNS
    ):
        costume = _costume(state)
        clothes = ordered(reading, clause, "change the clothes of")
        keep = appended(reading, keep_clause(reading, " while preserving the same ", _OF_A_PERSON))
        yield Fix("Change the clothes", tuple(_ordered(clothes, to, *costume, keep)))
        return
    if any(thing.lemma in places.INTERIORS for thing in meant):
        inside = ordered(reading, clause, "change the furniture and finishes of")
        keep = appended(reading, ", keep the exact camera angle, position, and framing")
        yield Fix("Change the furnishing", tuple(_ordered(inside, to, keep)))
        return
    if _is_material(state) and is_name(spot):  # "a metal one" is no thing of its own
        of = ordered(reading, clause, "change the material of")
        yield Fix("Change the material", tuple(_ordered(of, to, *_bare_material(state))))
        return
    replace = ordered(reading, clause, "replace")
    yield Fix("Use “Replace”", tuple(_ordered(replace, TextEdit(at, link.end, "with"))))


def _ordered(*edits: TextEdit) -> list[TextEdit]:
    return sorted(edits, key=lambda edit: edit.start)


def _costume(state: Tokens) -> list[TextEdit]:
    """ "A Viking" becomes "a Viking costume"."""
    noun = head(state)
    if noun is None or noun.lemma in people.GARMENTS:
        return []
    end = noun.end
    return [TextEdit(end, end, " costume")]


_SURFACES = looks.MATERIALS | looks.COLOURS | grammar.ADJECTIVES


def _is_material(state: Tokens) -> bool:
    """ "Marble", "a marble one"; with more words it is a thing that can replace another."""
    words = [t for t in core(state) if t.is_word and t.word not in grammar.DETERMINERS]
    if words and words[-1].word in _STAND_INS:
        words = words[:-1]
    elif len(words) > 1:
        return False
    known = _SURFACES
    return any(t.lemma in looks.MATERIALS for t in words) and all(t.lemma in known for t in words)


def _bare_material(state: Tokens) -> list[TextEdit]:
    """ "A metal one" becomes "metal"."""
    edits: list[TextEdit] = []
    if state[0].word in grammar.DETERMINERS and len(state) > 1:
        edits.append(TextEdit(state[0].start, state[1].start, ""))
    for before, token in pairwise(state):
        if token.word in _STAND_INS:
            edits.append(TextEdit(before.end, token.end, ""))
    return edits


RULES = (Rule("scope-verb", "Verb that rebuilds the whole thing", scope_verb, edit_only=True),)
