"""Is a style named, and is it said that the picture under it stays?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, words_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, appended, span
from kontext_studio.prompting.words import grammar, looks, people, terms
from kontext_studio.prompting.words.verbs import Act

_FILLERS = (
    grammar.DETERMINERS
    | grammar.PREPOSITIONS
    | grammar.ADVERBS
    | grammar.CONJUNCTIONS
    | looks.STYLE_NOUNS
    | looks.JUDGEMENTS
    | terms(
        """look like something kind of version picture image photo seem feel appear as piece work"""
    )
)
_NAMED = (
    (("sketch", "sketched"), "a pencil sketch with natural graphite lines and cross-hatching"),
    (
        ("drawing", "drawn", "hand-drawn"),
        "a charcoal drawing with smudged shading and rough paper grain",
    ),
    (
        ("cartoon", "cartoonish", "cartoony", "animated", "animation"),
        "a flat-colour 1990s cartoon with bold outlines",
    ),
    (("comic",), "an inked comic illustration with bold outlines and halftone dots"),
    (
        ("illustration", "illustrated", "graphic"),
        "a gouache illustration with flat shapes and dry brush edges",
    ),
    (
        ("3d", "render", "rendering"),
        "a claymation scene with visible fingerprints and soft studio light",
    ),
    (
        (
            "vintage",
            "retro",
            "old",
            "old-school",
            "old-fashioned",
            "antique",
            "classic",
            "classical",
            "filmic",
        ),
        "a faded 1970s colour print with soft grain",
    ),
    (("cinematic", "dark", "film"), "a film noir still with hard side light and deep shadows"),
    (
        ("modern", "contemporary", "abstract"),
        "a Bauhaus print with geometric shapes and primary colours",
    ),
    (
        ("futuristic", "fantasy", "surreal"),
        "a cyberpunk night scene with neon edges and wet reflections",
    ),
)
_PAINTING = "an oil painting with visible brushstrokes and thick paint"
_STAYS = terms(
    """composition layout object subject pose placement framing position arrangement face facial
    feature expression perspective proportions identity likeness scale structure shape outline
    angle camera person people content elements element scene features shapes"""
)


def style_generic(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.restyles:
        said = _style_words(clause)
        family = next((t for t in said if t.word in looks.STYLE_FAMILIES), None)
        if family is None or not _only_family(said):
            continue
        shown = reading.text[family.start : family.end]
        yield Finding(
            "style-generic",
            Severity.WARNING,
            family.start,
            family.end,
            f"“{shown}” is a family: name one style.",
            tuple(_styles(said, family.word)),
        )


def _style_words(clause: Clause) -> Tokens:
    return clause.target if clause.act is Act.ADD else clause.state


def _only_family(said: Tokens) -> bool:
    return all(
        token.is_word
        and (
            token.word in looks.STYLE_FAMILIES
            or token.lemma in looks.STYLE_FAMILIES
            or token.word in _FILLERS
            or token.lemma in _FILLERS
        )
        for token in said
    )


def _styles(said: Tokens, family: str) -> Iterator[Fix]:
    begins = 1 if said[0].word in ("look", "seem", "feel", "appear", "like") else 0
    looks_like = begins == 1 and said[0].word != "like"
    if len(said) > begins and said[begins].word == "like":
        begins, looks_like = begins + 1, False
    part = said[begins:] or said
    start, end = span(part)
    is_noun = any(t.lemma in looks.STYLE_NOUNS - {"art", "artwork", "medium"} for t in part)
    first = next((named for words, named in _NAMED if family in words), _PAINTING)
    for style in dict.fromkeys((first, _PAINTING, _NAMED[0][1])):
        text = f"like {style}" if looks_like else f"the look of {style}" if is_noun else style
        yield Fix(style.split(" with ")[0].capitalize(), (TextEdit(start, end, text),))


def style_keep(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.keeps_the_rest or reading.kept & _STAYS:
        return
    if any(people.is_person(word) for word in reading.kept):
        return
    for clause in reading.restyles:
        start, end = span(clause.tokens)
        keep = " while maintaining the original composition and object placement"
        if _shows_person(reading):
            keep += ", facial features, and expression"
        yield Finding(
            "style-keep",
            Severity.HINT,
            start,
            end,
            "Say that the composition stays.",
            (Fix("Keep the composition", (appended(reading, f",{keep}"),)),),
        )
        return


def _shows_person(reading: Reading) -> bool:
    return (
        any(people.is_person(word) for word in words_of(reading.tokens))
        or "portrait" in reading.words
    )


RULES = (
    Rule("style-generic", "Style family instead of a style", style_generic, edit_only=True),
    Rule("style-keep", "Style change without a composition clause", style_keep, edit_only=True),
)
