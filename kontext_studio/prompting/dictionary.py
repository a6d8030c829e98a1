"""The words of English and how common each is, with the words of photo, style and craft.

It promises look-ups of a microsecond in a few megabytes; what a wrong word was meant to be is not
its business.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from kontext_studio.resources import read_text, resource_path

RARE, COMMON, EVERYDAY = 0, 4, 8
_PREFIX = 3
_COMMON_ENTRY = re.compile(r" ([a-z]+)([3-9])")
_CRAFT = 5
# Endings that make a word of any noun, and those that only the craft words need: the dictionary
# lists the inflections of its own words.
_MAKERS = ("like", "less", "ish", "esque", "core", "wave", "punk", "wear", "scape", "proof", "free")
_INFLECTIONS = ("s", "es", "ed", "d", "ing", "er", "y")
_BEGINNINGS = tuple(
    """anti bio de extra hyper inter macro mega micro mid mini multi neo non over photo post pre re
    retro semi sub super ultra un under""".split()
)
_FOLDED = str.maketrans({"ø": "o", "œ": "oe", "æ": "ae", "ß": "ss", "ł": "l", "đ": "d", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Dictionary:
    """``rows`` holds " word3 word0 ..." by the first letters, the digit saying how common."""

    rows: Mapping[str, str]
    craft: Mapping[str, int]

    def commonness(self, word: str) -> int | None:
        """0 for a word few people know, 9 for "the"; None where the word is not listed."""
        special = self.craft.get(word)
        row = self.rows.get(word[:_PREFIX])
        at = row.find(f" {word}") if row else -1
        while row and at >= 0:
            digit = row[at + len(word) + 1]
            if digit.isdigit():
                return max(int(digit), special or 0)
            at = row.find(f" {word}", at + 1)
        return special

    def knows(self, word: str) -> bool:
        """Whether the word is listed, with or without its accents, or made by a rule of English."""
        return self.commonness(word) is not None or self.makes(word) is not None

    def makes(self, word: str) -> int | None:
        """How far to trust a word that is not listed as it stands, but follows from one that is."""
        plain = without_accents(word)
        listed = self.commonness(plain) if plain != word else None
        if listed is None and self._is_inflected_craft(plain):
            return _CRAFT
        if listed is None and (self._is_derived(plain) or self._is_plural(plain)):
            return RARE
        return listed

    def is_compound(self, word: str) -> bool:
        """Two everyday words written as one, as in "gemstoneware"."""
        return any(
            self._at_least(word[:at], 4 if at > 3 else 5)
            and self._at_least(word[at:], 4 if len(word) - at > 3 else 5)
            for at in range(3, len(word) - 2)
        )

    def common_words(self) -> Iterator[tuple[str, int]]:
        """Words that somebody may have meant, and how common they are."""
        for word, digit in _COMMON_ENTRY.findall("\n".join(self.rows.values())):
            yield word, int(digit)
        for word, commonness in self.craft.items():
            if word.isascii() and word.isalpha():
                yield word, commonness

    def _at_least(self, word: str, wanted: int) -> bool:
        commonness = self.commonness(word)
        return commonness is not None and commonness >= wanted

    def _is_inflected_craft(self, word: str) -> bool:
        for ending in _INFLECTIONS:
            stem = word.removesuffix(ending)
            if stem != word and any(
                stem in self.craft and not self._is_in_rows(stem)
                for stem in ((stem + "e",) if ending == "d" else (stem, stem + "e"))
            ):
                return True
        return False

    def _is_in_rows(self, word: str) -> bool:
        return f" {word}" in self.rows.get(word[:_PREFIX], "")

    def _is_plural(self, word: str) -> bool:
        stem = word.removesuffix("s")
        return stem != word and len(stem) > 4 and stem[-1] != "s" and self._at_least(stem, 1)

    def _is_derived(self, word: str) -> bool:
        for ending in _MAKERS:
            if word.endswith(ending) and self._at_least(word[: -len(ending)], 2):
                return True
        return any(
            word.startswith(beginning)
            and len(word) >= len(beginning) + 4
            and self._at_least(word[len(beginning) :], 3)
            for beginning in _BEGINNINGS
        )


def without_accents(word: str) -> str:
    """The word as an English keyboard writes it: "facade" for "façade"."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word.translate(_FOLDED))
    return "".join(char for char in parts if not unicodedata.combining(char))


@cache
def english() -> Dictionary:
    """The dictionary that is shipped, read once; safe to call from any thread."""
    packed = resource_path("prompting/english.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    rows = (line.partition(" ") for line in lines)
    return Dictionary({start: f" {row}" for start, _, row in rows}, _craft_words())


def _craft_words() -> dict[str, int]:
    craft: dict[str, int] = {}
    commonness = _CRAFT
    for line in read_text("prompting/craft-words.txt").splitlines():
        if line.startswith("#"):
            commonness = EVERYDAY if "everyday" in line else _CRAFT
            continue
        for word in line.split():
            for form in (word, without_accents(word)):
                craft[form] = max(commonness, craft.get(form, 0))
    return craft
