"""Is it said where an added thing goes?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, core, head, words_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, with_slot, written
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, terms

_ADDING = terms(
    """add insert include embed integrate introduce incorporate put place draw append paste
    superimpose spawn implant interpose inject bring"""
)
# The object belongs to the whole picture; it has no place of its own.
_NO_OBJECT = (
    places.WEATHER
    | places.LIGHT
    | places.TIMES
    | places.SEASONS
    | places.SCENE_WORDS
    | looks.COLOUR_NOUNS
    | looks.STYLE_NOUNS
    | looks.PROPERTIES
    | people.EXPRESSIONS
    | terms(
        """filter grain blur vignette border frame bokeh flare lens_flare overlay effect texture
        gradient depth motion movement background foreground detail smoke mist steam dust sunset
        sunrise mood atmosphere variety space margin padding noise bloom aberration saturation
        vibe warmth drama realism background backdrop color colour pattern glow sparkle shine
        ray sunray sunbeam reflection shading outline emphasis perspective style"""
    )
)
_PICTURE = terms(
    "image picture photo photograph scene frame shot composition pic it this mix whole"
)
_NO_SPOT = frozenset(["of", "with", "as", "like", "from", "for", "than", "up", "per", "via"])
_SPOTS = terms(
    """left right above below overhead nearby beside alongside here there foreground background
    centre center middle corner top bottom everywhere around behind underneath next_to"""
)


def add_where(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        if clause.base not in _ADDING or clause.verb is None:
            continue
        noun = _added(clause)
        if noun is None or _has_place(clause, noun) or _place_before(reading, clause):
            continue
        shown = written(reading, core(clause.target)) or noun.word
        at = clause.end
        while reading.text[at - 1 : at] in (",", " "):
            at -= 1
        yield Finding(
            "add-where",
            Severity.HINT,
            clause.verb.start,
            at,
            f"Where should {_with_the(shown)} go?",
            tuple(
                with_slot(title, [TextEdit(at, at, phrase)], slot)
                for title, phrase, slot in (
                    ("On the …", " on the {surface}", "{surface}"),
                    ("To the left of the …", " to the left of the {subject}", "{subject}"),
                    ("In the upper right corner", " in the upper right corner", ""),
                )
            ),
        )


_LEADS_TO_SPOT = grammar.PREPOSITIONS - _NO_SPOT


def _place_before(reading: Reading, clause: Clause) -> bool:
    """ "Beneath the banana, add a man"."""
    for other in reading.clauses:
        if other.role is Role.ASIDE and other.end <= clause.start:
            leads = other.tokens[0].word in _LEADS_TO_SPOT
            if leads and not _is_picture(other.tokens[1:]):
                return True
    return False


def _added(clause: Clause) -> Token | None:
    """The thing that is added, if it is one that stands somewhere."""
    if clause.base in ("put", "place", "bring") and not _is_new(clause.target):
        return None
    if any(t.kind is Kind.QUOTE for t in clause.target):
        return next(t for t in clause.target if t.kind is Kind.QUOTE)
    noun = head(clause.target)
    if noun is None or noun.kind is Kind.SLOT:
        return noun
    if noun.lemma in _NO_OBJECT or noun.word in _NO_OBJECT:
        return None
    if noun.lemma in grammar.PRONOUNS or (words_of(core(clause.target)) & {"filter", "effect"}):
        return None
    return noun


def _is_new(target: Tokens) -> bool:
    first = target[0] if target else None
    if first is None or not first.is_word:
        return first is not None
    known = ("the", "this", "that", "these", "those", "my", "his", "her", "its", "their", "both")
    return first.word not in known and first.word not in grammar.PRONOUNS and not first.possessive


def _has_place(clause: Clause, noun: Token) -> bool:
    row = clause.tokens
    for i, token in enumerate(row):
        if token is clause.verb or not token.is_word:
            continue
        if token.word in _SPOTS:
            return True
        if token.word not in grammar.PREPOSITIONS or token.word in _NO_SPOT:
            continue
        if i + 1 >= len(row):
            continue
        if token.word == "in" and clause.verb is not None and row[i - 1] is clause.verb:
            continue  # "put in a bicycle"
        if token.word == "to" and token.start < noun.start and token.start > row[0].start:
            continue
        if not _is_picture(row[i + 1 :]) and not _is_purpose(row, i):
            return True
    if any(t.possessive for t in clause.target):
        return True
    return _goes_along(clause)


def _is_picture(rest: Tokens) -> bool:
    """The next noun is the picture itself, or nothing that could be a place."""
    words: list[Token] = []
    for token in rest:
        if token.word in grammar.PREPOSITIONS or token.kind is Kind.COMMA:
            break
        words.append(token)
    noun = head(tuple(words))
    return (noun is None and not words) or (noun is not None and noun.lemma in _PICTURE)


def _is_purpose(row: Tokens, i: int) -> bool:
    """ "To add a vibe", "to make it cosy"."""
    after = row[i + 1]
    return (
        row[i].word == "to"
        and after.is_word
        and (after.word not in grammar.DETERMINERS and after.word in _PURPOSES)
    )


_PURPOSES = terms("add make give create improve enhance show fill complete match have be look help")


def _goes_along(clause: Clause) -> bool:
    """ "People walking the sidewalk": the action names the place."""
    row = clause.target + clause.state
    for i, token in enumerate(row[:-2]):
        if token.word.endswith("ing") and row[i + 1].word in grammar.ARTICLES:
            noun = head(row[i + 1 : i + 4])
            if noun is not None and places.is_place(noun.lemma):
                return True
    return False


def _with_the(shown: str) -> str:
    first, _, rest = shown.partition(" ")
    return f"the {rest}" if first.lower() in ("a", "an", "some") and rest else shown


RULES = (Rule("add-where", "Added thing without a place", add_where, edit_only=True),)
