"""Cuts text into the byte pairs of CLIP's vocabulary, as far as counting them needs.

It knows CLIP's way of splitting words and merging bytes, not the numbers of the tokens.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_END = "</w>"
_ENDINGS = re.compile(r"'(?:s|t|re|ve|m|ll|d)")
_LETTERS, _DIGIT, _SPACE, _SIGNS = range(4)


@dataclass(frozen=True, slots=True)
class BytePairs:
    """The merges of a vocabulary and how early each was learnt."""

    ranks: Mapping[tuple[str, str], int]

    def piece_count(self, word: str) -> int:
        """How many pieces one word makes, as ``words_of`` returns it."""
        shown = [_BYTE_SIGNS[byte] for byte in word.encode("utf-8", "replace")]
        shown[-1] += _END
        while len(shown) > 1:
            pairs = list(pairwise(shown))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            shown = _merged(shown, best)
        return len(shown)


def read_merges(text: str) -> BytePairs:
    """The merges of a ``merges.txt``, one pair a line below a line with its version."""
    pairs = (tuple(line.split(" ")) for line in text.splitlines()[1:])
    return BytePairs({(pair[0], pair[1]): rank for rank, pair in enumerate(pairs)})


def words_of(text: str) -> list[str]:
    """Runs of letters, single digits and runs of other signs, in small letters."""
    words: list[str] = []
    normal = unicodedata.normalize("NFC", text).lower()
    at = 0
    while at < len(normal):
        kind = _kind(normal[at])
        ending = _ENDINGS.match(normal, at)
        end = at + 1
        if ending is not None:
            end = ending.end()
        elif kind in (_LETTERS, _SIGNS):
            while end < len(normal) and _kind(normal[end]) == kind:
                end += 1
        if kind != _SPACE:
            words.append(normal[at:end])
        at = end
    return words


@lru_cache(maxsize=4096)
def _kind(char: str) -> int:
    if char.isspace() and not "\x1c" <= char <= "\x1f":  # Unicode has no white space there
        return _SPACE
    return {"L": _LETTERS, "N": _DIGIT}.get(unicodedata.category(char)[0], _SIGNS)


def _merged(shown: list[str], pair: tuple[str, str]) -> list[str]:
    result: list[str] = []
    at = 0
    while at < len(shown):
        if tuple(shown[at : at + 2]) == pair:
            result.append(pair[0] + pair[1])
            at += 2
        else:
            result.append(shown[at])
            at += 1
    return result


def _byte_signs() -> tuple[str, ...]:
    """A visible character for each byte: itself where it has one, else one from 256 upwards."""
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return tuple(chr(b if b in visible else 256 + hidden.index(b)) for b in range(256))


_BYTE_SIGNS = _byte_signs()
