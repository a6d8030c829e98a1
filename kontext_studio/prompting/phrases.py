"""Reads noun phrases: what a run of tokens is about, who owns it, where it ends.

It knows word lists and word order, nothing of rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, lexicon, looks, people, places, terms, verbs

Tokens = tuple[Token, ...]

# Words for a side of a thing: "the colour of the car" is about the car.
ATTRIBUTES = (
    looks.COLOUR_NOUNS
    | looks.STYLE_NOUNS
    | terms(
        """size shape material texture appearance height width length thickness position pose angle
    brightness contrast lighting sharpness age pattern surface finish surfaces weight expression
    orientation direction amount number opacity look"""
    )
)
_NOT_A_HEAD = (
    grammar.DETERMINERS
    | grammar.PREPOSITIONS
    | grammar.CONJUNCTIONS
    | grammar.SUBORDINATORS
    | grammar.NEGATIONS
    | grammar.BE
    | grammar.MODALS
    | (grammar.ADVERBS - {"second", "first", "third", "left", "right"})
)
# Words that follow the object of "make" and say what it becomes.
_PREDICATE_STARTS = (
    grammar.ADJECTIVES
    | grammar.COMPARATIVES
    | looks.COLOURS
    | looks.RELATIVE_COLOURS
    | looks.MATERIALS
    | looks.JUDGEMENTS
    | looks.STYLE_FAMILIES
    | people.BEAUTY
    | people.BUILD
    | verbs.ACTIONS
    | verbs.EXPRESSIONS_VERB
    | verbs.LOOK_VERBS
    | terms(
        """rain snow overcast rainy snowy daytime nighttime say read spell more less twice half much
    very even slightly somewhat rather completely fully a an into like as out facing"""
    )
)
_ALWAYS_ALONE = terms("it him me them he she they i you we us hers mine theirs")
_BEFORE_NOUN = grammar.ADJECTIVES | grammar.COMPARATIVES | looks.COLOURS | looks.MATERIALS


def is_name(token: Token) -> bool:
    """A noun, as far as word lists tell: quotations and placeholders are names too."""
    if token.kind in (Kind.SLOT, Kind.QUOTE):
        return True
    return token.is_word and _may_be_name(token.word, token.lemma)


@lru_cache(maxsize=4096)
def _may_be_name(word: str, lemma: str) -> bool:
    return (
        word not in _NOT_A_HEAD
        and word not in grammar.PRONOUNS
        and not (grammar.is_adjective(word) and not _may_be_noun(lemma))
    )


@lru_cache(maxsize=4096)
def _is_modifier(word: str) -> bool:
    return grammar.is_adjective(word) or looks.is_colour(word) or looks.is_material(word)


def _may_be_noun(lemma: str) -> bool:
    """Colours, styles and light are adjectives and nouns alike."""
    return (
        lemma in places.LIGHT
        or lemma in looks.STYLES
        or looks.is_colour(lemma)
        or looks.is_material(lemma)
        or people.is_person(lemma)
        or lemma in people.GARMENTS  # "her top"
        or places.is_place(lemma)  # "the square"
    )


_VERBAL = grammar.MODALS | grammar.BE | grammar.SUBORDINATORS | verbs.LOOK_VERBS


_NO_NOUN_BEGINS = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.CONJUNCTIONS


_DEGREES = looks.JUDGEMENTS | looks.RELATIVE_COLOURS


_DONE = verbs.ACTIONS | verbs.EXPRESSIONS_VERB


def stands_alone(tokens: Sequence[Token], i: int) -> bool:
    """A demonstrative or "her" at ``i`` that is no determiner: no noun follows it."""
    if i + 1 >= len(tokens) or tokens[i].word in _ALWAYS_ALONE:
        return True
    after = tokens[i + 1]
    if after.kind in (Kind.SLOT, Kind.NUMBER, Kind.COLOUR_CODE):
        return False
    if not after.is_word:
        return True
    if people.is_person(after.lemma) or after.lemma in places.IMAGES:
        return False
    if after.word in _NO_NOUN_BEGINS:
        return after.word not in (
            "one",
            "two",
            "three",
            "four",
            "five",
            "other",
            "same",
            "own",
            "few",
        )
    if after.word in _VERBAL:
        return True
    if after.word in grammar.ADVERBS or after.word in grammar.COMPARATIVES:
        return after.word not in ("left", "right", "back", "first", "second", "third") or (
            i + 2 >= len(tokens) or not is_name(tokens[i + 2])
        )
    if tokens[i].word in ("her", "this", "that") and after.word in _DONE:
        # "make her smile", but "her smile" and "her look" as things
        return i > 0 and tokens[i - 1].word in ("make", "let", "have", "making", "see")
    if after.word in verbs.participles():
        # "this painted blue", but "this painted wall"
        return not any(is_name(t) and not looks.is_colour(t.word) for t in tokens[i + 2 : i + 3])
    if after.word in _DEGREES or looks.is_colour(after.word) or grammar.is_adjective(after.word):
        return not any(is_name(t) and not looks.is_colour(t.word) for t in tokens[i + 2 : i + 4])
    return False


def core(tokens: Sequence[Token]) -> Tokens:
    """The phrase up to its first qualifier: "the man in the hat" gives "the man"."""
    return _core(tuple(tokens))


# Rules ask the same of the same phrase many times.
@lru_cache(maxsize=512)
def _core(tokens: Tokens) -> Tokens:
    for i, token in enumerate(tokens):
        if i > 1 and _measures(tokens, i):
            return tokens[:i]  # "the phone thirty degrees"
        if token.word == "of" or not token.is_word:
            continue
        if token.word in grammar.PREPOSITIONS and i > 0:
            if tokens[i - 1].word in grammar.ARTICLES and i + 1 < len(tokens):
                continue  # "a round one"
            return tokens[:i]
        if i > 1 and (token.word in _RELATIVE or _is_participle(token, tokens[i + 1 : i + 2])):
            return tokens[:i]
        if i > 1 and token.word in _OPENS_RELATIVE and _ends_noun(tokens[i - 1]):
            return tokens[:i]  # "the scarf the girl is wearing"
    return tokens


_UNITS = terms(
    """degree percent % cm mm m km centimetre centimeter millimetre metre meter inch foot pixel px
    point"""
)


def _measures(tokens: Tokens, i: int) -> bool:
    counts = tokens[i].kind is Kind.NUMBER or tokens[i].word in _COUNTS
    return counts and i + 1 < len(tokens) and tokens[i + 1].lemma in _UNITS


_OPENS_RELATIVE = terms("the he she they it i you")


def _ends_noun(token: Token) -> bool:
    return (
        token.is_word
        and not token.possessive
        and is_name(token)
        and token.word not in ("all", "both", "half", "and")
    )


_RELATIVE = terms("that which who whose")
_THINGS_IN_ING = terms(
    """evening morning drawing painting building ceiling clothing lighting railing setting wedding
    covering coating
    icing topping frosting seating bedding paving flooring crossing opening lettering rendering"""
)


def _is_participle(token: Token, after: Tokens) -> bool:
    """ "The man painting a fence", not "a child's drawing"."""
    if not token.word.endswith("ing") or token.word not in verbs.inflected():
        return False
    object_follows = bool(after) and (
        after[0].word in grammar.DETERMINERS or after[0].word in grammar.PRONOUNS
    )
    return object_follows or token.word not in _THINGS_IN_ING


def head(tokens: Sequence[Token]) -> Token | None:
    """The noun a phrase is about: "the hair colour of the woman" gives "colour"."""
    return _head(tuple(tokens))


@lru_cache(maxsize=512)
def _head(tokens: Tokens) -> Token | None:
    found: Token | None = None
    for token in core(tokens):
        if token.word == "of" and found is not None:
            break
        if token.kind is Kind.COMMA or token.word == "and":
            if found is not None:
                break
            continue
        if is_name(token) and not token.possessive:
            found = token
    return found if found is not None else _unlikely_head(core(tokens))


def _unlikely_head(tokens: Tokens) -> Token | None:
    """ "The flat", "the skirting", "a florist's": no noun by the lists, but nothing else is."""
    if len(tokens) != 2 or not tokens[1].is_word:
        return None
    before, last = tokens
    if before.word not in _POINTS_AT or last.word in _NO_THING or last.word in _NOT_A_HEAD:
        return None
    if last.possessive:
        return last
    pointed = before.word not in ("a", "an") and not looks.is_judgement(last.word)
    return last if pointed and grammar.is_adjective(last.word) else None


_POINTS_AT = grammar.POSSESSIVES | {"the", "this", "that", "a", "an"}
_NO_THING = grammar.COMPARATIVES | terms(
    "same other whole entire original previous current last main different final central next"
)


def owners(tokens: Sequence[Token]) -> Tokens:
    """Whose it is: "the woman's coat", "the coat of the woman"."""
    inside = core(tokens)
    found = [token for token in inside if token.possessive]
    for i, token in enumerate(inside):
        if token.word == "of":
            owner = head(inside[i + 1 :])
            if owner is not None:
                found.append(owner)
    return tuple(found)


def things(tokens: Sequence[Token]) -> Tokens:
    """What is edited, attributes looked through: "the colour of the car" gives "car"."""
    return _things(tuple(tokens))


@lru_cache(maxsize=512)
def _things(tokens: Tokens) -> Tokens:
    found: list[Token] = []
    for part in coordinated(tokens):
        noun = head(part)
        if noun is None:
            continue
        if noun.lemma in ATTRIBUTES:
            owned = owners(part)
            before = [t for t in core(part) if is_name(t) and t is not noun and not t.possessive]
            found += owned or before[-1:] or [noun]
        else:
            found.append(noun)
    return tuple(found)


def coordinated(tokens: Sequence[Token]) -> Iterator[Tokens]:
    """The members of "the cup, the fork and the knife"; one member where nothing is joined."""
    start = 0
    for i, token in enumerate(tokens):
        if token.kind is Kind.COMMA or token.word in ("and", "or", "&"):
            if i > start:
                yield tuple(tokens[start:i])
            start = i + 1
    if start < len(tokens):
        yield tuple(tokens[start:])


def split_predicate(tokens: Sequence[Token]) -> tuple[Tokens, Tokens]:
    """Cut "the old man look younger" into what is meant and what it becomes."""
    return _split_predicate(tuple(tokens))


_POINTING = grammar.PRONOUNS | grammar.DEMONSTRATIVES


@lru_cache(maxsize=512)
def _split_predicate(row: Tokens) -> tuple[Tokens, Tokens]:
    if not row:
        return (), ()
    if row[0].word in _ALWAYS_ALONE or (
        row[0].word in _POINTING and (stands_alone(row, 0) or _she_acts(row))
    ):
        return row[:1], row[1:]
    seen_noun = False
    for i, token in enumerate(row):
        word = token.word
        if token.kind is Kind.COMMA or word in ("and", "of"):
            seen_noun = False
        elif seen_noun and _acts(row, i):
            return row[:i], row[i:]
        elif seen_noun and _starts_predicate(token):
            if word in _SPOTS and i + 1 < len(row) and row[i + 1].word not in _AFTER_SPOTS:
                continue  # "the shop front more appealing"
            return row[:i], row[i:]
        elif word in grammar.PREPOSITIONS:
            seen_noun = False
        elif word in _SPOTS and i + 1 < len(row) and row[i + 1].word in verbs.ACTIONS:
            seen_noun = True  # "the woman in the middle sit"
        elif i and row[i - 1].word in _POINTING_AT and _is_noun_here(row, i):
            seen_noun = True  # "the flat feel like home"
        elif is_name(token) and not token.possessive:
            following = row[i + 1] if i + 1 < len(row) else None
            before_noun = (
                (word in _BEFORE_NOUN or _is_modifier(word))
                and not people.is_person(token.lemma)
                and following is not None
                and is_name(following)
            )
            seen_noun = not before_noun or (
                following is not None and looks.is_colour(following.word)
            )
    if len(row) > 1 and (row[-1].word in _PREDICATE_STARTS or grammar.is_comparative(row[-1].word)):
        return row[:-1], row[-1:]
    return row, ()


_POINTING_AT = _POINTS_AT - {"a", "an"}


def _is_noun_here(row: Tokens, i: int) -> bool:
    """An adjective behind "the" with no noun to come."""
    token, after = row[i], row[i + 1] if i + 1 < len(row) else None
    if after is None or not token.is_word or token.word in _NO_THING:
        return False
    alone = after.word in grammar.ARTICLES or after.word in verbs.LOOK_VERBS
    return alone and grammar.is_adjective(token.word)


def _she_acts(row: Tokens) -> bool:
    """ "(Make) her wear a jacket": behind "her" a verb with what belongs to it."""
    if row[0].word != "her" or len(row) < 3 or row[1].word not in verbs.ACTIONS:
        return False
    return row[2].word in grammar.ARTICLES or row[2].word in grammar.PREPOSITIONS


_AFTER_ACTION = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.PRONOUNS


def _acts(row: Tokens, i: int) -> bool:
    """ "The tailor fold his arms": a bare verb right behind someone who can do it."""
    token, doer = row[i], row[i - 1]
    if not token.is_word or not (people.is_person(doer.lemma) or people.is_animal(doer.lemma)):
        return False
    if token.lemma in places.IMAGES:
        return False  # "the hero image more colourful"
    if token.word not in verbs.acts() and not lexicon.is_a(token.word, "verb", "verb_or_noun"):
        return False
    after = row[i + 1] if i + 1 < len(row) else None
    return (
        after is None
        or token.word in ("go", "lose", "gain", "grow")
        or after.word in _AFTER_ACTION
        or after.word in grammar.ADVERBS
    )


# "Ten years younger", "two sizes bigger".
_COUNTS = terms("two three four five six seven eight nine ten twelve twenty thirty forty fifty")
_SPOTS = terms(
    """front rear back left right top bottom middle upper inner outer central side main final last
    nearest leftmost rightmost"""
)
_AFTER_SPOTS = grammar.PREPOSITIONS | {"and", ","}


def _starts_predicate(token: Token) -> bool:
    if not token.is_word:
        return token.kind in (Kind.QUOTE, Kind.SLOT, Kind.COLOUR_CODE, Kind.NUMBER)
    word = token.word
    last_part = word.rsplit("-", 1)[-1] if "-" in word else ""
    return (
        word in _PREDICATE_STARTS
        or word in _COUNTS
        or _is_modifier(word)
        or grammar.is_comparative(word)
        or word in grammar.ARTICLES
        or word in ("to", "from")
        or looks.is_judgement(word)
        or last_part in _PREDICATE_STARTS
        or last_part in people.BODY_PARTS
    )


def words_of(tokens: Sequence[Token]) -> frozenset[str]:
    """All words and singulars, for questions like "is a colour named here?"."""
    return _words_of(tuple(tokens))


@lru_cache(maxsize=512)
def _words_of(tokens: Tokens) -> frozenset[str]:
    found: set[str] = set()
    for token in tokens:
        if token.is_word:
            found.add(token.word)
            found.add(token.lemma)
            if "-" in token.word:
                found.update(token.word.split("-"))
    return frozenset(found)
