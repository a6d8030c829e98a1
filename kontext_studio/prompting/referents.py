"""Finds pronouns that point outside the instruction: "make it blue" with nothing named before.

It reads one instruction; what the pronoun may have meant in an earlier turn is not its matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from kontext_studio.prompting.clauses import Role
from kontext_studio.prompting.phrases import Tokens, head, stands_alone
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import (
    grammar,
    lettering,
    lexicon,
    looks,
    people,
    places,
    terms,
    verbs,
)
from kontext_studio.prompting.words.verbs import Act

_FAMILY = {
    **dict.fromkeys(("him", "his", "he"), "he"),
    **dict.fromkeys(("her", "hers", "she"), "she"),
    **dict.fromkeys(("them", "their", "theirs", "they", "these", "those"), "they"),
    **dict.fromkeys(("it", "its", "this", "that"), "it"),
    **dict.fromkeys(("me", "my", "mine"), "me"),
}
_DEMONSTRATIVES = frozenset(["this", "that", "these", "those"])
OWNING = frozenset(["his", "its", "their", "my", "her"])
# Things that a "him" or "her" cannot point to.
_LIFELESS = (
    people.GARMENTS
    | people.ACCESSORIES
    | people.BODY_PARTS
    | people.HAIR
    | places.IMAGES
    | places.BACKDROPS
    | places.PLACES
    | places.TIMES
    | places.WEATHER
    | places.LIGHT
    | places.FRAMING
    | looks.COLOURS
    | looks.COLOUR_NOUNS
    | looks.MATERIALS
    | looks.STYLE_NOUNS
    | looks.STYLES
    | lettering.TEXT_KINDS
    | lettering.CARRIERS
)
_NO_REFERENT = (
    grammar.PRONOUNS
    | grammar.DETERMINERS
    | grammar.PREPOSITIONS
    | grammar.CONJUNCTIONS
    | grammar.ADVERBS
    | grammar.ADJECTIVES
    | grammar.COMPARATIVES
    | grammar.LEAD_INS
    | grammar.BE
    | grammar.MODALS
    | grammar.SUBORDINATORS
    | grammar.NEGATIONS
    | looks.JUDGEMENTS
    | looks.COLOURS
    | terms("want like need would could can wish let's i'd what if")
)


def dangling_pronouns(reading: Reading, *, in_keeps: bool = False) -> Iterator[Token]:
    """Each pronoun that has nothing to point to inside the instruction; keep clauses may be
    left out, for there "it" is what the picture shows."""
    kept = [] if in_keeps else [clause for clause in reading.clauses if clause.role is Role.KEEP]
    for i, token in enumerate(reading.tokens):
        family = family_of(token)
        if family is None or token.start in reading.asking or not _points_outside(reading, i):
            continue
        if any(clause.start <= token.start < clause.end for clause in kept):
            continue
        if not _has_referent(reading, token, family) and not _is_impersonal(reading, token):
            yield token


def family_of(token: Token) -> str | None:
    """ "he" for him and his, "it" for its and this; None for what is no such pronoun."""
    return _FAMILY.get(token.word) if token.is_word else None


def _points_outside(reading: Reading, i: int) -> bool:
    """A pronoun used as such, not as a determiner, a conjunction or a polite "give me"."""
    tokens, word = reading.tokens, reading.tokens[i].word
    before = tokens[i - 1] if i else None
    if word in _DEMONSTRATIVES:
        if not stands_alone(tokens, i):
            return False
        if word == "that" and before is not None:
            clause_word = before.word in ("so", "such", "sure", "ensure", "way", "like", "now")
            after = tokens[i + 1].word if i + 1 < len(tokens) else ""
            if after == "to" or after in verbs.participles():
                return True  # "I'd like that to be red"
            clause_word = clause_word or before.word in _WISHING
            relative = (
                before.is_word
                and before.word not in _NO_REFERENT
                and before.word not in verbs.acts()
            )
            return not (clause_word or relative or before.kind in (Kind.QUOTE, Kind.SLOT))
        return True
    if word == "me" and i + 1 < len(tokens) and tokens[i + 1].word == "back":
        return False
    if word == "me":
        asks = before is not None and before.word == "give"
        if asks and any(t.lemma in places.IMAGES for t in tokens[i + 1 : i + 4]):
            return False  # "give me a picture of ..."
        return before is None or before.word not in (
            "show",
            "help",
            "let",
            "for",
            "to",
            "tell",
        )
    if word == "my" and before is not None and before.word == "for":
        return False  # "for my website"
    if word == "my" and _is_a_work(tokens, i):
        return False  # "this frame of my short film"
    if word == "my":
        following = {token.lemma for token in tokens[i + 1 : i + 4]}
        return not following & places.IMAGES
    return True


_WORKS = terms(
    """film movie game comic book novel story website site blog channel shop store brand company
    portfolio project campaign album presentation client customer follower"""
)


def _is_a_work(tokens: Tokens, i: int) -> bool:
    """What a picture is made for is not what is edited."""
    return (
        i > 0 and tokens[i - 1].word == "of" and any(t.lemma in _WORKS for t in tokens[i : i + 4])
    )


def _has_referent(reading: Reading, token: Token, family: str) -> bool:
    if family == "me":
        return False
    beside = _beside(reading, token)
    for other in _possible_referents(reading):
        if other.start >= token.start:
            return False
        if other.kind in (Kind.SLOT, Kind.QUOTE):
            return True
        if other is beside or _is_side_of(reading, other, token):
            continue
        if _fits(other, family):
            return True
    return False


@lru_cache(maxsize=4)  # each pronoun of a reading asks
def _possible_referents(reading: Reading) -> Tokens:
    verbs_here = {clause.verb.start for clause in reading.clauses if clause.verb is not None}
    return tuple(
        token
        for clause in reading.clauses
        for token in clause.tokens
        if token.kind in (Kind.SLOT, Kind.QUOTE)
        or (
            token.is_word
            and token.word not in _NO_REFERENT
            and token.start not in verbs_here
            and token.start not in reading.asking
        )
    )


def _is_side_of(reading: Reading, other: Token, token: Token) -> bool:
    """The "colour" of "the colour of it" is not what "it" means; "rid the photo of its noise"."""
    i = reading.index_of(token)
    if token.word in OWNING and other.lemma in places.IMAGES:
        return False
    return i > 1 and reading.tokens[i - 1].word in ("of", "on") and reading.tokens[i - 2] is other


def _fits(noun: Token, family: str) -> bool:
    person = people.is_person(noun.lemma)
    match family:
        case "he":
            return noun.lemma not in people.FEMALE and _may_live(noun)
        case "she":
            return noun.lemma not in people.MALE and _may_live(noun)
        case "it":
            return not person or noun.lemma in _SMALL
        case "they":  # "in this image, make them taller"
            return noun.word != noun.lemma or noun.lemma not in places.IMAGES
    return True


_WISHING = terms("want wish need prefer hope think thinking see")
_SMALL = terms("baby infant newborn toddler child")
_NEW = terms("a an some another one two three four five several many more")


def _owns_body_part(reading: Reading, i: int) -> bool:
    """ "A feather in its beak": only what lives has one."""
    after = reading.tokens[i + 1 : i + 3]
    return any(t.lemma in people.BODY_PARTS or lexicon.is_a(t.lemma, "body") for t in after)


_PLACING = grammar.PREPOSITIONS - {"as", "like", "than"}


_OWNING_ONLY = OWNING - {"her"}


def _beside(reading: Reading, token: Token) -> Token | None:
    """The "feather" of "add a feather to it": what is put somewhere is not that place."""
    i = reading.index_of(token)
    if (
        not i
        or reading.tokens[i - 1].word not in _PLACING
        or (token.word in _OWNING_ONLY and not _owns_body_part(reading, i))
    ):
        return None
    for clause in reading.edits:
        if clause.start <= token.start < clause.end and clause.act in (Act.ADD, Act.PUT):
            new = clause.target[:1] and clause.target[0].word in _NEW
            if new and token not in clause.target[:1]:
                return head(clause.target)
        elif (
            clause.start <= token.start < clause.end and clause.state and token in clause.state[:1]
        ):
            return head(clause.target)
    return None


def _may_live(noun: Token) -> bool:
    alive = people.may_be_person(noun.lemma) or people.is_animal(noun.lemma) or noun.capital
    return alive and not _is_lifeless(noun.lemma)


_SCENIC = places.TIMES | places.SEASONS | places.WEATHER


def _is_lifeless(lemma: str) -> bool:
    return lemma in _LIFELESS or (
        not people.is_person(lemma)
        and not people.is_animal(lemma)
        and (places.is_place(lemma) or looks.is_material(lemma) or people.is_garment(lemma))
    )


_OPINIONS = terms("possible nice great good cool lovely better best fun ok okay alright")


def _is_impersonal(reading: Reading, token: Token) -> bool:
    """ "Make it rain", "turn it into winter": nothing is meant by "it"."""
    if token.word != "it":
        return False
    i = reading.index_of(token)
    said = reading.tokens[i + 1 : i + 5]
    if said and said[0].word in ("would", "looks", "seems"):
        return reading.tokens[0] == token and any(t.word == "if" for t in said)
    if said and said[0].word == "if":
        return True  # "I would like it if the sky were pink"
    if len(said) > 1 and said[0].word in ("is", "be") and said[1].word in _OPINIONS:
        return True  # "would it be possible to ..."
    if said and said[0].word in ("is", "was", "be"):
        return bool({word for t in said for word in (t.word, t.lemma)} & _SCENIC)
    for clause in reading.edits:
        if not clause.start <= token.start < clause.end:
            continue
        named = {word for t in clause.state[:6] for word in (t.word, t.lemma)}
        whole = len(clause.target) == 1 and clause.target[0] == token
        if clause.verb is None and token.start == clause.start and named & _SCENIC:
            return True  # "it is now midnight"
        if whole and named & _SCENIC:
            return True
    return False
