"""Tells whether an instruction is written in another language than English, and in which.

Quoted wording does not count, and in doubt the text is English: names of dishes, styles, places
and fonts are foreign words in English text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache

from kontext_studio.prompting.dictionary import english, without_accents
from kontext_studio.prompting.text import quoted_runs, straightened
from kontext_studio.resources import read_text

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
# Each alternative starts where nothing like it stands before, so that no text takes long.
_NOT_WORDING = re.compile(
    r"(?<!\[)\[+[^\[\]\n]*\]|(?<!\{)\{+[^{}\n]*\}|(?<!<)<+[^<>\n]*>"
    r"|https?://\S+|(?<!\S)[^\s@]+@\S+"
)
_FEWEST_WORDS = 3
_FEWEST_HITS = 2
# Scripts without spaces between words: this many characters say as much as three words.
_FEWEST_SIGNS = 3

_PARTICLES = frozenset("da de del della der di dos du des el la las le les los van von".split())

# First and last code point of the blocks that tell a language, or that need a second look.
_SCRIPTS = (
    (0x0370, 0x03FF, "Greek"),
    (0x0400, 0x052F, "Cyrillic"),
    (0x0530, 0x058F, "Armenian"),
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x077F, "Arabic script"),
    (0x0900, 0x097F, "Hindi"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Punjabi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x0D80, 0x0DFF, "Sinhala"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Lao"),
    (0x1000, 0x109F, "Burmese"),
    (0x10A0, 0x10FF, "Georgian"),
    (0x1200, 0x137F, "Amharic"),
    (0x1780, 0x17FF, "Khmer"),
    (0x1F00, 0x1FFF, "Greek"),
    (0x3040, 0x30FF, "Japanese"),
    (0x3400, 0x4DBF, "Chinese"),
    (0x4E00, 0x9FFF, "Chinese"),
    (0xAC00, 0xD7A3, "Korean"),
    (0x20000, 0x323AF, "Chinese"),
)
_UNSPACED = frozenset(["Japanese", "Chinese", "Thai", "Lao", "Burmese", "Khmer"])
_SHORT_ENGLISH = frozenset(
    "a i to in on of at by it is as an or up my no so do be if we us he me go am ok vs".split()
)
# Words that only English has in this spelling; one of them weighs as much as a foreign little word.
_ENGLISH_ONLY = frozenset(
    """the with and from that this these those his her their its it into make turn change add
    remove replace keep put give let take swap convert transform erase delete render paint draw
    should would could please you your are was were which while without behind beside between
    above below under over through across around same but not like more less very every
    everything background of to by be is as at show use apply set move there where""".split()
)


def foreign_language(text: str) -> str | None:
    """The English name of the language, such as "German"; None for English and for doubt.

    Latin letters are judged from three words on. Another script needs less, since it cannot be
    English, but must make more than half of the letters.
    """
    wording = _unquoted(text)
    written = [match.group() for match in _WORD.finditer(wording)]
    words = [
        word.lower()
        for i, word in enumerate(written)
        if not _joins_names(written[i - 1 : i + 3], i)
    ]
    script = _foreign_script("".join(words))
    if script is not None:
        enough = sum(map(len, words)) if script in _UNSPACED else len(words)
        return script if enough >= (_FEWEST_SIGNS if script in _UNSPACED else 2) else None
    latin = [word for word in words if word[0] < "\u0250" or "\u1e00" <= word[0] < "\u1f00"]
    return _foreign_words(latin) if len(latin) >= _FEWEST_WORDS else None


def _joins_names(around: list[str], i: int) -> bool:
    """Whether the second of these words is a particle inside a name: "Oscar de la Renta"."""
    if i == 0 or around[1] not in _PARTICLES:
        return False
    after = [word for word in around[2:] if word not in _PARTICLES]
    before = around[0]
    return (before[0].isupper() or before in _PARTICLES) and bool(after) and after[0][0].isupper()


def _unquoted(text: str) -> str:
    straight = straightened(text)
    parts: list[str] = []
    at = 0
    for start, end in quoted_runs(straight):
        parts += (straight[at:start], " ")
        at = end
    return _NOT_WORDING.sub(" ", "".join((*parts, straight[at:])))


def _foreign_script(letters: str) -> str | None:
    counts = Counter(
        script
        for char in letters
        if ord(char) >= 0x370
        for first, last, script in _SCRIPTS
        if first <= ord(char) <= last
    )
    if 2 * counts.total() <= len(letters):
        return None
    script = "Japanese" if counts["Japanese"] else counts.most_common(1)[0][0]
    signs = set(letters)
    if script == "Cyrillic":
        if signs & set("іїєґ"):
            return "Belarusian" if "ў" in signs else "Ukrainian"
        if signs & set("ђћљњјџ"):
            return "Serbian"
        return "Russian" if signs & set("ыэё") or "ъ" not in signs else "Bulgarian"
    if script == "Arabic script":
        if signs & set("ٹڈڑںے"):
            return "Urdu"
        return "Persian" if signs & set("پچژگی") else "Arabic"
    return script


def _foreign_words(words: list[str]) -> str | None:
    """Weigh each word for and against each language; English words count against all."""
    against = [_english_weight(word) for word in words]
    strange = sum(len(word) > 3 and weight < 0 for word, weight in zip(words, against, strict=True))
    no_english = not any(
        len(word) > 1 and weight > 0.5 for word, weight in zip(words, against, strict=True)
    )
    fewest_hits = 1 if strange >= _FEWEST_HITS and no_english else _FEWEST_HITS
    said_against = sum(against)
    totals: dict[str, float] = {}
    hits: dict[str, set[str]] = {}
    for word, english_weight in zip(words, against, strict=True):
        for language in _languages_with(word):
            # One letter is as likely an initial, a size or a unit.
            weight = 0.4 if len(word) == 1 else 2.0 if english_weight <= 0 else 0.6
            totals[language] = totals.get(language, -said_against) + weight + english_weight
            if english_weight < 2 and len(word) > 1:
                hits.setdefault(language, set()).add(word)
    best, best_total = None, 0.0
    for language in _vocabularies():
        total = totals.get(language, 0.0)
        if total > best_total and len(hits.get(language, ())) >= fewest_hits:
            best, best_total = language, total
    return best if best_total > 0.3 * len(words) else None


def _languages_with(word: str) -> frozenset[str]:
    """The languages that have the word, or one of the parts an apostrophe joins: "l'image"."""
    found = _by_word().get(word, frozenset())
    for part in word.removesuffix("'s").split("'") if "'" in word else ():
        found |= _by_word().get(part, frozenset())
    return found


@lru_cache(maxsize=4096)
def _english_weight(word: str) -> float:
    """How much a word says that the text is English; below zero, that it is not."""
    if word in _ENGLISH_ONLY:
        return 2.0
    if len(word) < 3:
        return 0.7 if word in _SHORT_ENGLISH else 0.0
    commonness = english().commonness(without_accents(word.removesuffix("'s")))
    if commonness is None:
        return -0.3 if word.isascii() else -0.6
    return 1.0 if commonness >= 4 else 0.5 if commonness >= 2 else 0.0


@cache
def _vocabularies() -> Mapping[str, frozenset[str]]:
    vocabularies: dict[str, frozenset[str]] = {}
    for line in read_text("prompting/language-words.txt").splitlines():
        if not line.startswith("#"):
            language, _, words = line.partition(":")
            # Many people leave the accents out.
            plain = (without_accents(word) for word in words.split() if len(word) > 3)
            vocabularies[language] = frozenset((*words.split(), *plain))
    return vocabularies


@cache
def _by_word() -> Mapping[str, frozenset[str]]:
    languages: dict[str, set[str]] = {}
    for language, words in _vocabularies().items():
        for word in words:
            languages.setdefault(word, set()).add(language)
    # Few sets differ, so equal ones are shared.
    shared: dict[frozenset[str], frozenset[str]] = {}
    frozen = ((word, frozenset(found)) for word, found in languages.items())
    return {word: shared.setdefault(found, found) for word, found in frozen}
