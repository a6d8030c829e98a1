"""Is a style named, and is it said that the picture under it stays?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, words_of
from kontext_studio.prompting.reading import STYLING_VERBS, Reading, is_style
from kontext_studio.prompting.rules.keep_clauses import Item, keep_clause
from kontext_studio.prompting.rules.rule import Rule, appended, cased, span
from kontext_studio.prompting.text import Token
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
        if clause.base in STYLING_VERBS and clause.verb is not None:
            yield _by_verb(reading, clause, clause.verb)
            continue
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


def _by_verb(reading: Reading, clause: Clause, verb: Token) -> Finding:
    """ "Cartoonize the photo"."""
    shown = reading.text[verb.start : verb.end]
    style = _NAMED[0][1] if verb.word.startswith("sketch") else _NAMED[2][1]
    target = clause.target[-1].end if clause.target else verb.end
    named = reading.text[clause.target[0].start : target] if clause.target else "the picture"
    edit = TextEdit(verb.start, target, cased(shown, f"convert {named} to {style}"))
    return Finding(
        "style-generic",
        Severity.WARNING,
        verb.start,
        verb.end,
        f"“{shown}” is a family: name one style.",
        (Fix(style.split(" with ")[0].capitalize(), (edit,)),),
    )


def _style_words(clause: Clause) -> Tokens:
    if clause.act is Act.PUT:  # "a retro filter on the photo", "the photo in a retro style"
        return clause.state if is_style(clause.state) else clause.target
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


_PLAIN_STYLE_NOUNS = looks.STYLE_NOUNS - {"art", "artwork", "medium"}


def _styles(said: Tokens, family: str) -> Iterator[Fix]:
    begins = 1 if said[0].word in ("look", "seem", "feel", "appear", "like") else 0
    looks_like = begins == 1 and said[0].word != "like"
    if len(said) > begins and said[begins].word == "like":
        begins, looks_like = begins + 1, False
    part = said[begins:] or said
    start, end = span(part)
    is_noun = any(t.lemma in _PLAIN_STYLE_NOUNS for t in part)
    first = next((named for words, named in _NAMED if family in words), _PAINTING)
    for style in dict.fromkeys((first, _PAINTING, _NAMED[0][1])):
        text = f"like {style}" if looks_like else f"the look of {style}" if is_noun else style
        yield Fix(style.split(" with ")[0].capitalize(), (TextEdit(start, end, text),))


def style_traits(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        named = _named_style(reading, clause)
        if named is None or _has_traits(clause):
            continue
        start, end = named.start, named.end
        shown = reading.text[start:end]
        last = clause.end
        while reading.text[last - 1 : last] in (",", " "):
            last -= 1
        yield Finding(
            "style-traits",
            Severity.INFO,
            start,
            end,
            f"Add two traits of {shown}.",
            (Fix("Add two traits", (TextEdit(last, last, f", with {_traits_of(named.word)}"),)),),
        )


def _named_style(reading: Reading, clause: Clause) -> Token | None:
    """The style the whole picture, or a thing that is redrawn, is to take."""
    redrawn = clause.act is Act.STYLE and bool(clause.state)
    if clause not in reading.restyles and not redrawn:
        return None
    said = _style_words(clause)
    for i, token in enumerate(said):
        if looks.is_style(token.word) or looks.is_style(token.lemma):
            after = said[i + 1].lemma if i + 1 < len(said) else ""
            being = people.is_person(after) or people.is_animal(after) or after == "character"
            return None if being else token  # "a lego character" is a thing
    return None


def _has_traits(clause: Clause) -> bool:
    """Anything visible beside the name: "with ...", an adjective of line, paint or light."""
    said = next(
        (p for p in (clause.state, clause.target) if any(looks.is_style(t.word) for t in p)), ()
    )
    named = next((t for t in said if looks.is_style(t.word)), None)
    if named is not None and any(
        t.word in ("with", "using", "featuring") and t.start > named.start for t in clause.tokens
    ):
        return True
    return any(
        token.is_word
        and not looks.is_style(token.word)
        and not looks.is_style(token.lemma)
        and token.word not in _FILLERS
        and token.lemma not in _FILLERS
        and token.word not in looks.STYLE_FAMILIES
        and token.word not in _SCHOOL_WORDS
        and token.lemma not in looks.MEDIUM_WORDS
        and not token.capital
        for token in said
    )


def _traits_of(style: str) -> str:
    return next((traits for key, traits in _TRAITS if key in style), _ANY_TRAITS)


_SCHOOL_WORDS = terms(
    """japanese chinese french american dutch italian english russian german traditional
    medium century classic style-like work inspired studio movie film poster print book
    page century 1920s 1930s 1940s 1950s 1960s 1970s 1980s 1990s 2000s famous same original"""
)
_ANY_TRAITS = "clear outlines and a limited palette"
_TRAITS = (
    ("watercolo", "transparent washes and soft bleeding edges"),
    ("oil", "visible brushstrokes and thick paint"),
    ("pencil", "natural graphite lines and cross-hatching"),
    ("charcoal", "smudged shading and rough paper grain"),
    ("ink", "confident brush lines and empty paper"),
    ("bauhaus", "geometric shapes and primary colours"),
    ("pixel", "hard edges and a limited palette"),
    ("mosaic", "small glass tiles and visible joints"),
    ("stained", "lead lines and glowing panes"),
    ("ghibli", "soft painted skies and rounded shapes"),
    ("anime", "clean line work and flat cel shading"),
    ("manga", "black ink lines and screentone shading"),
    ("pixar", "rounded shapes and soft studio light"),
    ("cyberpunk", "neon edges and wet reflections"),
    ("steampunk", "brass fittings and sooty warm light"),
    ("gogh", "swirling brushstrokes and thick paint"),
    ("monet", "short dabs of paint and shimmering light"),
    ("klimt", "gold leaf spirals and flat patterns"),
    ("ukiyo", "flat colour areas and carved outlines"),
    ("claymation", "visible fingerprints and soft studio light"),
    ("noir", "hard side light and deep shadows"),
    ("pop", "halftone dots and bold outlines"),
    ("lego", "plastic bricks and visible studs"),
    ("deco", "flat gold shapes and strong symmetry"),
)


def style_keep(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.keeps_the_rest or reading.kept & _STAYS:
        return
    if any(people.is_person(word) for word in reading.kept):
        return
    for clause in reading.restyles:
        start, end = span(clause.tokens)
        items: tuple[Item, ...] = (("composition", Side.FRAMING), ("object placement", Side.PLACE))
        if _shows_person(reading):
            items = (*items, ("facial features", None), ("expression", Side.EXPRESSION))
        keep = keep_clause(reading, ", while maintaining the original ", items)
        yield Finding(
            "style-keep",
            Severity.HINT,
            start,
            end,
            "Say that the composition stays.",
            (Fix("Keep the composition", (appended(reading, keep),)),),
        )
        return


def _shows_person(reading: Reading) -> bool:
    return (
        any(people.is_person(word) for word in words_of(reading.tokens))
        or "portrait" in reading.words
    )


RULES = (
    Rule("style-traits", "Named style without traits", style_traits, edit_only=True),
    Rule("style-generic", "Style family instead of a style", style_generic, edit_only=True),
    Rule("style-keep", "Style change without a composition clause", style_keep, edit_only=True),
)
