"""An instruction, read once: its tokens, its clauses, and what they say, for all rules to see."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kontext_studio.prompting.clauses import Clause, Role, clauses_of
from kontext_studio.prompting.language import foreign_language
from kontext_studio.prompting.phrases import Tokens, head, things, words_of
from kontext_studio.prompting.text import Kind, Token, is_blank, straightened, tokenize
from kontext_studio.prompting.wishes import asking_length
from kontext_studio.prompting.words import grammar, looks, people, places, terms
from kontext_studio.prompting.words.verbs import Act

REST = frozenset(["everything else", "everything", "all else", "rest", "else", "anything"])


# Words that no text in another language has twice.
_ENGLISH_ALONE = frozenset("the with while keep from into should and of".split())
_EXCHANGES = frozenset(["instead of", "in place of"])  # "red car instead of blue"
_ASKS = frozenset(["shouldn't", "mustn't", "should", "must"]) | _EXCHANGES


@dataclass(frozen=True, eq=False)
class Reading:
    """``text`` as given. Not slotted: the parts are worked out when a rule first asks for them.

    Compared by identity, as its tokens are: two readings of one text share nothing.
    """

    text: str

    @cached_property
    def straight(self) -> str:
        return straightened(self.text)

    @cached_property
    def is_blank(self) -> bool:
        return is_blank(self.text)

    @cached_property
    def tokens(self) -> Tokens:
        return tokenize(self.text)

    @cached_property
    def _indices(self) -> dict[int, int]:
        return {token.start: i for i, token in enumerate(self.tokens)}

    def index_of(self, token: Token) -> int:
        """Which of the tokens this one is."""
        return self._indices[token.start]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return clauses_of(self.tokens)

    @cached_property
    def edits(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.role is Role.EDIT)

    @cached_property
    def keeps(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.role is Role.KEEP)

    @cached_property
    def kept(self) -> frozenset[str]:
        """What the keep clauses name, in singular and as written."""
        found: frozenset[str] = frozenset()
        for clause in self.keeps:
            found |= words_of(clause.tokens)
        return found

    @cached_property
    def keeps_the_rest(self) -> bool:
        """ "Everything else the same"."""
        return bool(self.kept & REST)

    @cached_property
    def words(self) -> frozenset[str]:
        return words_of(self.tokens)

    @cached_property
    def asks_for_change(self) -> bool:
        """Some clause asks for something; a description does not. Keeping counts as asking."""
        if self.is_question or any(t.word in _ASKS for t in self.tokens):
            return True
        return bool(self.edits or self.keeps) or any(
            clause.role is Role.AVOID and clause.tokens[0].word not in ("no", "not", "without")
            for clause in self.clauses
        )

    @cached_property
    def is_question(self) -> bool:
        """ "What would she look like bald?" asks for something to see."""
        if any(token.kind is Kind.STOP and "?" in token.word for token in self.tokens):
            return True
        first = next((token.word for token in self.tokens if token.is_word), "")
        return first in ("what", "how", "can", "could", "would", "will")

    @cached_property
    def language(self) -> str | None:
        """The other language it is written in, where one is recognised."""
        words = [token.word for token in self.tokens if token.is_word]
        english = sum(word in _ENGLISH_ALONE for word in words)
        if english > 1 and english * 8 >= len(words) and self.text.isascii():
            return None  # plain English, so the longer look is spared
        return foreign_language(self.text)

    @cached_property
    def is_foreign(self) -> bool:
        """Not English; in doubt it is English."""
        return self.language is not None

    @cached_property
    def restyles(self) -> tuple[Clause, ...]:
        """Clauses that give the whole picture another style or medium, tone changes left out."""
        return tuple(clause for clause in self.edits if _restyles(clause))

    @cached_property
    def asking(self) -> frozenset[int]:
        """Where the words stand that only ask: "could you please", "I'd like"."""
        found: set[int] = set()
        for clause in self.edits:
            if clause.verb is clause.tokens[0]:
                continue
            asks = asking_length(clause.tokens)
            if clause.target and not clause.is_order:  # "let's get it cleaned"
                asks = max(asks, sum(t.end <= clause.target[0].start for t in clause.tokens))
            found.update(token.start for token in clause.tokens[:asks])
        return frozenset(found)

    def named_before(self, position: int) -> Iterator[Token]:
        """Nouns, placeholders and quotations that stand before a position."""
        for token in self.tokens:
            if token.start >= position:
                return
            if token.kind in (Kind.SLOT, Kind.QUOTE) or (
                token.is_word
                and token.word not in grammar.PRONOUNS
                and token.word not in grammar.DETERMINERS
                and token.word not in grammar.PREPOSITIONS
                and token.word not in grammar.ADVERBS
            ):
                yield token


def is_whole_picture(tokens: Tokens) -> bool:
    """The picture as such: "the photo", "the image", "this", "it", or nothing at all."""
    if not tokens:
        return True
    if all(
        token.word in ("it", "this", "that", "everything", "the", "whole", "entire")
        for token in tokens
    ):
        return True
    found = things(tokens)
    if any(thing.lemma in places.WHOLE_PICTURE for thing in found):
        return True
    whole = any(token.word in ("whole", "entire") for token in tokens[:2])  # "the whole ad"
    return whole and any(thing.lemma in places.FLAT_WORKS for thing in found)


_STYLE_WORDS = looks.STYLES | looks.STYLE_FAMILIES | looks.MEDIUM_WORDS


def is_style(tokens: Tokens) -> bool:
    """A style, a medium or a family of styles."""
    named = words_of(tokens)
    return bool(named & _STYLE_WORDS) or "style" in named


_MORE_THAN_TONE = looks.STYLES | {"vintage", "style-"}


def is_tone_change(tokens: Tokens) -> bool:
    named = words_of(tokens)
    return bool(named & looks.TONE_CHANGES) and not named & _MORE_THAN_TONE


# Verbs that are a style family by themselves.
STYLING_VERBS = terms("cartoonize cartoonise cartoonify sketchify animate")
_STYLE_TARGETS = terms("style look aesthetic filter")
_STYLE_ACTS = (
    Act.CHANGE,
    Act.SCOPE,
    Act.STYLE,
    Act.MAKE,
    Act.GIVE,
    Act.COLOUR,
    Act.ADD,
    Act.PUT,
)


def _restyles(clause: Clause) -> bool:
    if clause.base in STYLING_VERBS:
        return (
            not clause.target
            or is_whole_picture(clause.target)
            or clause.target[0].word in ("this", "me", "him", "her", "us", "them")
        )
    if _covers(clause):
        return True
    if _is_being(clause.state):
        return False
    if clause.act not in _STYLE_ACTS or (clause.verb is None and clause.act is not Act.MAKE):
        return False
    noun = head(clause.target)
    is_look = noun is not None and noun.lemma in _STYLE_TARGETS
    if clause.act is Act.PUT and (noun is None or noun.lemma != "filter"):
        return False
    if clause.act in (Act.ADD, Act.PUT):
        # "apply a vintage look", "evoke the washes of watercolour"
        named = words_of(clause.target + clause.state)
        about = is_look or bool(named & looks.STYLES and not _is_object(clause))
        return (
            about and is_style(clause.target + clause.state) and not is_tone_change(clause.target)
        )
    state = clause.state
    if not state or is_tone_change(state):
        return False
    named = words_of(state)
    if state[0].word in ("more", "less") and not named & looks.STYLES and "dark" in named:
        return False  # brightness
    if is_look:
        return bool(named - looks.COLOUR_NOUNS)
    into = clause.link is not None and clause.link.word in (
        "like",
        "into",
        "as",
        "to",
        "with",
        "in",
    )
    styled = named & looks.STYLES or (
        named & looks.STYLE_FAMILIES and (_is_family(clause) or _is_medium(clause))
    )
    if "style" in named and into:
        styled = named
    if not styled or not (named & _STYLE_WORDS) - {"cool"}:
        return bool(styled) and "style" in named  # "make it more cool" is none
    if is_whole_picture(clause.target):
        return True
    # "make the street look like claymation": a place stands for the picture of it
    return _stands_for_picture(clause.target) and bool(named & looks.STYLES or _is_medium(clause))


def _stands_for_picture(target: Tokens) -> bool:
    return any(
        thing.lemma in places.BACKDROPS
        or thing.lemma in places.FLAT_WORKS
        or places.is_place(thing.lemma)
        for thing in things(target)
    )


_MEDIA = terms("drawing sketch cartoon comic illustration painting artwork")


def _is_medium(clause: Clause) -> bool:
    """ "Turn the street into a drawing": a thing that is drawn could not be a street."""
    noun = head(clause.state)
    turned = clause.act in (Act.SCOPE, Act.CHANGE, Act.STYLE, Act.MAKE) and clause.link is not None
    if clause.act is Act.MAKE and not turned:
        like = next((i for i, t in enumerate(clause.state[:3]) if t.word == "like"), None)
        turned, noun = like is not None, head(clause.state[(like or 0) + 1 :])
    return turned and noun is not None and noun.lemma in _MEDIA


def _is_being(state: Tokens) -> bool:
    """ "A lego character", "an anime girl": a thing in a style, not the style of the picture."""
    for token, after in itertools.pairwise(state):
        if looks.is_style(token.word) and not after.possessive:
            being = people.is_person(after.lemma) or people.is_animal(after.lemma)
            return being or after.lemma in ("character", "figure", "figurine", "minifigure")
    return False


_STYLE_HEADS = _STYLE_TARGETS | looks.STYLES
_NO_COVER = terms("remove erase crop rotate flip frame wrap fill mix blend match")


def _covers(clause: Clause) -> bool:
    """ "Bathe the picture in the washes of watercolour": any verb, the whole picture, a style."""
    if clause.act not in (Act.ADJUST, Act.PUT) or clause.base in _NO_COVER:
        return False
    for i, token in enumerate(clause.tokens):
        if i > 1 and token.word in ("in", "with", "into", "like", "as"):
            verb = clause.verb
            target = tuple(t for t in clause.tokens[:i] if verb is not None and t.start > verb.end)
            if not target or not is_whole_picture(target):
                return False
            if clause.act is Act.PUT:  # "in a cubist style", not "in a baroque frame"
                noun = head(clause.tokens[i + 1 :])
                return noun is not None and noun.lemma in _STYLE_HEADS
            return bool(words_of(clause.tokens[i + 1 :]) & looks.STYLES)
    return False


def _is_object(clause: Clause) -> bool:
    """ "Add an oil painting above the bed" hangs a picture; it restyles nothing."""
    return clause.base in (
        "add",
        "insert",
        "include",
        "hang",
        "place",
        "put",
        "show",
        "draw",
        "mount",
    )


def _is_family(clause: Clause) -> bool:
    """Adjectives of mood and age mean a style only for the picture itself."""
    return is_whole_picture(clause.target)
