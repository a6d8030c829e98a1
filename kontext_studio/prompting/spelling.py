"""Finds words that no English dictionary has and says what was probably meant.

It judges words one at a time and refuses to know grammar, so a wrong word that exists stays unseen.
A word with no near neighbour is taken for a name or a term of art, not for a slip.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kontext_studio.prompting.dictionary import (
    COMMON,
    EVERYDAY,
    RARE,
    english,
)
from kontext_studio.prompting.slips import (
    letter_masks,
    letters_apart,
    one_slip_away,
    slip_cost,
)

_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LONGEST = 24
# A page of words that nobody knows is no instruction; each takes long to look for.
_LONG_TEXT, _MOST_UNKNOWN = 200, 60
_LITTLE = frozenset("a an and at for from her his in into its of on or the their to with".split())
# Next to one of these stands a name of a dish, a place or a style: "dulce de leche".
_FOREIGN_PARTICLES = frozenset(
    "alla alle au aux con da de del della des di du el la las le les los van von".split()
)
_SHORT_FORMS = frozenset(
    """aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't needn't
    shouldn't wasn't weren't won't wouldn't i'd i'll i'm i've he'd he'll he's she'd she'll she's
    it'd it'll it's let's that's there's they'd they'll they're they've we'd we'll we're we've
    what's where's who's how's here's you'd you'll you're you've o'clock y'all ma'am ol' rock'n'roll
    """.split()
)


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A likely typing error: which of the words it is, and what was meant, the likeliest first.

    ``suggestions`` is never empty and wears the capitals of ``word``.
    """

    index: int
    word: str
    suggestions: tuple[str, ...]


class Speller:
    """British and American English with the words of photo, style, craft and material.

    The dictionary is shared by all spellers of the process and read on first use; ``load`` reads
    it ahead, from any thread. ``personal`` are words that this user wants left alone.
    """

    def __init__(self, personal: Iterable[str] = ()) -> None:
        self._personal = {_folded(word) for word in personal}

    @property
    def is_loaded(self) -> bool:
        """Whether ``check`` can answer without reading a file first."""
        return english.cache_info().currsize > 0

    def load(self) -> None:
        """Read the dictionary now; returns at once when it is there."""
        english()
        _by_start()

    @property
    def personal(self) -> tuple[str, ...]:
        """The user's own words, sorted."""
        return tuple(sorted(self._personal))

    def learn(self, word: str) -> None:
        """Leave this word, its plural and its possessive alone from now on."""
        self._personal.add(_folded(word))

    def forget(self, word: str) -> None:
        """Judge this word again."""
        self._personal.discard(_folded(word))

    def knows(self, word: str) -> bool:
        """Whether the word is right as it stands, whatever its capitals."""
        folded = _folded(word)
        return self._is_personal(folded) or not _wrong_parts(folded)

    def suggestions(self, word: str, limit: int = 5) -> tuple[str, ...]:
        """Known words that were probably meant, the likeliest first; empty where none is near."""
        return tuple(_like(word, meant) for meant in _meant(_folded(word))[:limit])

    def check(
        self, words: Sequence[str], sentence_starts: Collection[int] = (0,)
    ) -> tuple[Misspelling, ...]:
        """Likely typing errors among the words of a text, in order.

        ``words`` are taken as they stand in the text, quoted wording left out by the caller.
        ``sentence_starts`` are the places where a capital means nothing; elsewhere a capitalised
        word is a name and stays unjudged, as does anything with a digit.
        """
        found: list[Misspelling] = []
        unknown = 0
        for index, word in enumerate(words):
            if not _is_judged(word, index in sentence_starts):
                continue
            folded = _folded(word)
            if len(words) > _LONG_TEXT and english().commonness(folded) is None:
                unknown += 1
                if unknown > _MOST_UNKNOWN:
                    break
            meant = _meant(folded)
            if not meant or self._is_personal(folded):
                continue
            if not _FOREIGN_PARTICLES.intersection(words[max(0, index - 1) : index + 2]):
                suggestions = tuple(_like(word, one) for one in meant[:5])
                found.append(Misspelling(index, word, suggestions))
        return tuple(found)

    def _is_personal(self, folded: str) -> bool:
        plain = folded.removesuffix("'s")
        return any(
            word in self._personal
            for word in (folded, plain, plain.removesuffix("s"), plain.removesuffix("es"))
        )


def _is_judged(word: str, starts_sentence: bool) -> bool:
    if word.isalpha() and word.islower() and len(word) <= _LONGEST:
        return True
    if any(char.isdigit() for char in word) or len(word) > 2 * _LONGEST:
        return False
    capitals = sum(char.isupper() for char in word)
    return capitals == 0 or (capitals == 1 and word[0].isupper() and starts_sentence)


@lru_cache(maxsize=4096)
def _meant(folded: str) -> tuple[str, ...]:
    """What was meant by a word, with its other parts kept; nothing where the word is right."""
    wrong = _wrong_parts(folded)
    if not wrong:
        return ()
    start, end, meant = wrong[0]
    return tuple(folded[:start] + one + folded[end:] for one in meant)


@lru_cache(maxsize=4096)
def _wrong_parts(folded: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    words = english()
    if folded in words.craft or folded in _SHORT_FORMS:
        return ()
    joined = folded.replace("-", "")
    hyphened = joined != folded
    if hyphened and words.knows(joined):
        return ()
    parts = []
    for part in _PART.finditer(folded):
        word = part.group()
        if hyphened and len(word) < 4:  # "slo-mo", "co-op", "hi-fi"
            continue
        for ending in ("'s", "s'"):
            word = word.removesuffix(ending) if word not in words.craft else word
        meant = _meant_by(word) if "'" not in word else ()
        if meant:
            parts.append((part.start(), part.start() + len(word), meant))
    return tuple(parts)


def _meant_by(word: str) -> tuple[str, ...]:
    """The likeliest words for one without signs; empty where the word is right or all its own."""
    words = english()
    if len(word) < 3 or len(word) > _LONGEST or not word.isascii():
        return ()
    listed = words.commonness(word)
    if listed is None:
        listed = words.makes(word)
    if listed == RARE:
        found = {(rank, meant) for rank, meant in _one_slip(word) if _outshines(word, meant)}
    elif listed is not None:
        return ()
    else:
        found = _one_slip(word)
        if not found and not words.is_compound(word):
            found = _two_slips(word)
        found |= _run_together(word)
    if not found:
        return ()
    best = min(found)[0]
    return tuple(dict.fromkeys(meant for rank, meant in sorted(found) if rank < best + 3.0))


def _one_slip(word: str) -> set[tuple[float, str]]:
    words = english()
    found: set[tuple[float, str]] = set()
    for meant in one_slip_away(word):
        commonness = words.commonness(meant)
        if commonness is not None and commonness > RARE and len(meant) > 2:
            cost = slip_cost(word, meant)
            if _is_likely(word, cost, commonness, one_slip=True):
                found.add((_rank(cost, commonness), meant))
    return found


def _two_slips(word: str) -> set[tuple[float, str]]:
    found: set[tuple[float, str]] = set()
    if len(word) < 5:
        return found
    letters, masks = _letters(word), letter_masks(word)
    by_start = _by_start()
    for length in range(len(word) - 2, len(word) + 3):
        # A letter more or less changes one letter of the set, another letter two.
        most = 4 - abs(length - len(word))
        for other, meant, commonness in by_start.get((word[0], length), ()):
            if (letters ^ other).bit_count() <= most and letters_apart(word, meant, masks) <= 3:
                cost = slip_cost(word, meant, 2.4)
                if cost <= 2.4 and _is_likely(word, cost, commonness, one_slip=False):
                    found.add((_rank(cost, commonness), meant))
    return found


def _run_together(word: str) -> set[tuple[float, str]]:
    """Two words without the space between them, one of them a little one: "thechair"."""
    words = english()
    found: set[tuple[float, str]] = set()
    for at in range(1, len(word)) if len(word) > 4 else ():
        head, tail = word[:at], word[at:]
        if head in _LITTLE or tail in _LITTLE:
            other = words.commonness(tail if head in _LITTLE else head)
            if other is not None and other >= COMMON:
                found.add((_rank(1.1, other), f"{head} {tail}"))
    return found


def _outshines(word: str, meant: str) -> bool:
    """Whether a word that few people know is likelier to be a slip for this one."""
    commonness = english().commonness(meant)
    return commonness is not None and commonness > COMMON and slip_cost(word, meant) < 1


def _is_likely(word: str, cost: float, commonness: int, *, one_slip: bool) -> bool:
    """Whether a slip of this cost is likelier than a word that the dictionary lacks."""
    if len(word) == 3:
        return cost < 1 and commonness >= COMMON
    if one_slip:
        return commonness >= 2 or cost < 0.85
    if len(word) == 5:
        return cost <= 1.6 and commonness >= EVERYDAY - 2
    return cost <= (1.7 if len(word) == 6 else 2.0 if len(word) < 9 else 2.4)


def _rank(cost: float, commonness: int) -> float:
    return cost * 5 - commonness


@cache
def _by_start() -> dict[tuple[str, int], list[tuple[int, str, int]]]:
    """Words somebody may have meant, by first letter and length, with the set of their letters."""
    table: dict[tuple[str, int], list[tuple[int, str, int]]] = {}
    for word, commonness in english().common_words():
        entry = (_letters(word), word, commonness)
        table.setdefault((word[0], len(word)), []).append(entry)
    return table


def _letters(word: str) -> int:
    mask = 0
    for char in word:
        mask |= 1 << (ord(char) - 97)
    return mask


def _like(word: str, meant: str) -> str:
    return meant[0].upper() + meant[1:] if word[:1].isupper() else meant


def _folded(word: str) -> str:
    return word.lower().replace("’", "'")
