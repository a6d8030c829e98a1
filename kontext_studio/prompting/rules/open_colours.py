"""Is a colour that is to change named, or only called another, darker, nicer?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, core, head, things
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, span, with_slot
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, places, terms
from kontext_studio.prompting.words.verbs import Act


def vague_colour(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        open_words = _open_colour(clause)
        if not open_words:
            continue
        start, end = span(open_words)
        shown = reading.text[start:end]
        first = open_words[0].word in ("a", "an")
        slot = "a {colour} tone" if clause.act is Act.GIVE else "{colour}"
        if clause.act is Act.GIVE and not first:
            slot = "{colour}"
        fixes = [with_slot("Name the colour…", [TextEdit(start, end, slot)], "{colour}")]
        if any(token.word == "darker" for token in open_words):
            deep = slot.replace("{colour}", "deep {colour}")
            fixes.append(with_slot("A deep …", [TextEdit(start, end, deep)], "{colour}"))
        yield Finding(
            "vague-colour",
            Severity.WARNING,
            start,
            end,
            f"Name the colour: “{shown}” is open.",
            tuple(fixes),
        )


_COLOURING = (Act.ADD, Act.CHANGE, Act.COLOUR, Act.MAKE, Act.GIVE, Act.USE, Act.REPLACE, Act.SCOPE)
_NOT_COLOURED = (
    places.WHOLE_PICTURE
    | places.LIGHT
    | places.LAMPS
    | places.SKY
    | places.BACKDROPS
    | places.INTERIORS
    | places.TIMES
    | places.WEATHER
    | terms("""shadow highlight contrast tone window screen face skin eye smile mood water""")
)
_PREFIXES = grammar.DETERMINERS | terms(
    "something much even slightly more a_bit bit little lot very far"
)


def _open_colour(clause: Clause) -> Tokens:
    """The words for a colour that name none; nothing where one is named or none is meant."""
    if clause.act not in _COLOURING or any(
        (looks.is_colour(token.lemma) and token.lemma != "blush")
        or token.kind in (Kind.COLOUR_CODE, Kind.SLOT, Kind.QUOTE)
        for token in clause.state
    ):
        return ()
    added = head(clause.target) if clause.act is Act.ADD else None
    if clause.act is Act.ADD and (added is None or added.lemma not in looks.COLOUR_NOUNS):
        return ()
    meant = {thing.lemma for thing in things(clause.target)}
    noun = head(clause.target)
    about_colour = noun is not None and noun.lemma in looks.COLOUR_NOUNS
    about_colour = about_colour or any(
        t.lemma in ("color", "colour", "hue", "shade") for t in clause.state
    )
    if meant & _NOT_COLOURED and not about_colour:
        return ()
    taken = clause.act in (Act.USE, Act.ADD)
    said = core(clause.target if taken else clause.state)
    named = next((t for t in said if t.lemma in looks.COLOUR_NOUNS), None)
    if named is not None:
        before = [t for t in said if t.start < named.start]
        if before and all(_is_open(t) for t in before):
            return tuple(t for t in said if t.start <= named.start)
        return ()
    relative = [t for t in said if t.is_word and t.word in looks.RELATIVE_TONES]
    others = [
        t
        for t in said
        if t not in relative and t.word not in _PREFIXES and t.word not in ("look", "to")
    ]
    if not relative or others or clause.act in (Act.GIVE, Act.REPLACE, Act.USE):
        return ()
    if clause.act is Act.MAKE and (not meant or any(t.kind is Kind.SLOT for t in clause.target)):
        return ()  # "make it darker": the picture, as far as is said
    if clause.act is Act.MAKE and relative[0].word in (
        "deeper",
        "cooler",
        "warmer",
        "richer",
        "bolder",
    ):
        return ()
    return tuple(t for t in said if t.word not in ("look", "to"))


_OPEN = terms("something kind of look neutral earthy natural seasonal autumnal suitable matching")


def _is_open(token: Token) -> bool:
    return (
        token.word in looks.RELATIVE_COLOURS
        or looks.is_judgement(token.word)
        or token.word in _PREFIXES
        or token.word in grammar.ADVERBS
        or token.word in looks.STYLE_FAMILIES
        or token.word in _OPEN
    )


RULES = (Rule("vague-colour", "Colour without a name", vague_colour),)
