"""Tells whether a word that may open a clause is a verb of command, and of which kind.

Word lists come first, then what follows the word: nothing but a verb stands before "the".
"""

from __future__ import annotations

from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import grammar, known_words, lettering, lexicon, terms, verbs
from kontext_studio.prompting.words.verbs import Act


def verb_at(row: Tokens, i: int, *, first: bool) -> tuple[str, Act] | None:
    token = row[i]
    if not token.is_word or token.possessive:
        return None
    after = row[i + 1] if i + 1 < len(row) else None
    act = verbs.acts().get(token.word)
    if act is None:
        unlisted = after is not None and _may_be_verb(row, i, first=first)
        return (token.word, Act.ADJUST) if unlisted else None
    if after is None:
        # "add a lamp and enhance", "on the left is a car, delete"
        alone = first or act is Act.JUDGE or token.word in ("delete", "remove", "erase")
        return (token.word, act) if alone and token.word not in verbs.WEAK_FIRST else None
    if after.word in ("and", "or") and first and token.word not in verbs.WEAK_FIRST:
        return token.word, act  # "brighten and sharpen the photo"
    if (
        after.word in ("of", "is", "are", "was", "were", "and", "or")
        or after.word in grammar.MODALS
    ):
        return None
    if [t.word for t in row[i + 1 : i + 3]] == ["the", "same"] and _ends(row, i + 3):
        return None  # "keep the face and pose the same"
    if token.word in ("crop", "zoom") and after.word in ("to", "in", "out", "into", "tighter"):
        return token.word, act
    weak = verbs.WEAK_FIRST if first else verbs.WEAK
    if token.word in weak and not (
        _begins_object(row, i + 1) or _has_bare_object(row, i) or (first and _has_wording(row, i))
    ):
        return None
    return token.word, act


def _ends(row: Tokens, i: int) -> bool:
    return i >= len(row) or row[i].kind is Kind.COMMA or row[i].word in grammar.CONJUNCTIONS


_HAPPENING = terms("rise fall drift flow glow shine spill pour drip lead pass grow bloom burn")


_HAPPENS = verbs.ACTIONS | _HAPPENING


def _has_bare_object(row: Tokens, i: int) -> bool:
    """ "Plant tulips along the path": a plural, and a place that is known; a caption knows none."""
    after = row[i + 1 :]
    plural = after[0].is_word and after[0].word != after[0].lemma and not after[0].possessive
    if after[0].lemma in _HAPPENS:
        return False  # "steam rises from the cup"
    if not plural or len(after) < 3 or after[1].word not in grammar.PLACE_PREPOSITIONS:
        return False
    return after[2].word in ("the", "his", "her", "its", "their", "this", "that", "my")


_NEVER_OBJECT = grammar.BE | grammar.MODALS | grammar.PREPOSITIONS


def _has_wording(row: Tokens, i: int) -> bool:
    """ "Print Open Late on the door": capitals up to a place that is known."""
    if row[i].word not in lettering.INSCRIBING or not row[i + 1].capital:
        return False
    for k in range(i + 2, len(row) - 1):
        if row[k].word in grammar.PLACE_PREPOSITIONS:
            return row[k + 1].word in grammar.DETERMINERS
        if not (row[k].capital or row[k].kind is Kind.NUMBER):
            return False
    return False


def _may_be_verb(row: Tokens, i: int, *, first: bool) -> bool:
    """A verb of no kind we know, told by what follows: "chamfer the edges", "attire the goose"."""
    token, after = row[i], row[i + 1]
    word = token.word
    if word.endswith(("'s", "ly")) or word in _NO_VERB:
        return False
    opens_object = after.word in _AFTER_VERBS or after.kind in (Kind.SLOT, Kind.QUOTE)
    if after.word in ("up", "down", "out", "off", "away") and i + 2 < len(row):
        opens_object = row[i + 2].word in _AFTER_VERBS or row[i + 2].kind in (Kind.SLOT, Kind.QUOTE)
    if opens_object and lexicon.is_a(word, "verb", "verb_or_noun"):
        return first or lexicon.is_a(word, "verb") or word not in known_words()
    if not first or word in known_words() or word.endswith(("ing", "ed")) or word != token.lemma:
        return False
    if word.endswith(("ify", "ize", "ise")) or _is_prefixed(word) or opens_object:
        return True
    return (
        lexicon.is_a(word, "verb")
        and after.is_word
        and after.word not in _NEVER_OBJECT
        and not lexicon.is_a(after.word, "verb")
    )


def _is_prefixed(word: str) -> bool:
    return word.startswith(("re", "un", "de", "over")) and any(
        word.removeprefix(prefix) in verbs.acts() for prefix in ("re", "un", "de", "over")
    )


_NO_VERB = grammar.MODALS | grammar.PREPOSITIONS | grammar.ADVERBS | terms("could can may might")
_AFTER_VERBS = (
    grammar.ARTICLES
    | grammar.POSSESSIVES
    | frozenset(["this", "that", "these", "those", "all", "it", "some", "more", "another"])
)


_INDEFINITE = terms("everything everyone everybody something someone somebody anything")


def _begins_object(row: Tokens, i: int) -> bool:
    token = row[i]
    return (
        token.kind in (Kind.QUOTE, Kind.SLOT)
        or token.possessive
        or token.word in grammar.DETERMINERS
        or token.word in grammar.PRONOUNS
        or token.word in ("up", "down", "back", "away", "off", "out", *_INDEFINITE)
    )
