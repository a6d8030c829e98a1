"""Cuts words into the pieces of a SentencePiece unigram model, read from the model's own file.

It does what encoding needs and no more: the model's normalisation, then the likeliest pieces.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

SPACE = "\u2581"
_UNKNOWN_PENALTY = 10.0
_NORMAL, _USER_DEFINED = 1, 4
# Half of a surrogate pair, which no encoder can be given.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class UnigramModel:
    """Pieces with their logarithmic likelihood, and the table that normalises text before."""

    scores: dict[str, float]
    longest: int
    unknown_score: float
    charsmap: Charsmap

    def piece_count(self, word: str) -> int:
        """How many pieces a normalised word makes; it begins with ``SPACE``.

        Words can be counted apart because no piece of the model reaches over a space.
        """
        scores, longest, unknown = self.scores, self.longest, self.unknown_score
        length = len(word)
        best = [0.0] + [float("-inf")] * length
        came_from = [0] * (length + 1)
        for end in range(1, length + 1):
            # A lone character is always possible, as an unknown piece if need be.
            for start in range(max(0, end - longest), end):
                score = scores.get(word[start:end])
                if score is None:
                    if start < end - 1:
                        continue
                    score = unknown
                total = best[start] + score
                if total > best[end]:
                    best[end] = total
                    came_from[end] = start
        count = 0
        unknown_after = False
        end = length
        while end:
            start = came_from[end]
            is_unknown = word[start:end] not in scores
            if not (is_unknown and unknown_after):  # a run of unknown characters is one piece
                count += 1
            unknown_after = is_unknown
            end = start
        return count


@dataclass(frozen=True, slots=True)
class Charsmap:
    """The longest-match replacements of a model, in the double-array trie they are shipped in."""

    units: array[int]
    replacements: bytes
    _known: dict[str, str] = field(default_factory=dict)

    def normalised(self, text: str) -> str:
        """The text as the model sees it, white space not yet joined."""
        if text.isascii():
            return "".join(map(self._of_character, text))
        data = _SURROGATE.sub("\ufffd", text).encode()
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            length, replacement = self._longest(data, at)
            if length == 0:
                length = _utf8_length(data[at])
                replacement = data[at : at + length]
            parts.append(replacement)
            at += length
        return b"".join(parts).decode("utf-8")

    def _of_character(self, char: str) -> str:
        known = self._known.get(char)
        if known is None:
            length, replacement = self._longest(char.encode(), 0)
            known = self._known[char] = replacement.decode() if length else char
        return known

    def _longest(self, data: bytes, at: int) -> tuple[int, bytes]:
        units = self.units
        node = _offset(units[0])
        length, value = 0, 0
        for i in range(at, len(data)):
            node ^= data[i]
            unit = units[node]
            if unit & 0x800000FF != data[i]:
                break
            node ^= _offset(unit)
            if unit >> 8 & 1:
                length, value = i + 1 - at, units[node] & 0x7FFFFFFF
        if not length:
            return 0, b""
        return length, self.replacements[value : self.replacements.index(0, value)]


def read_model(data: bytes) -> UnigramModel:
    """The model in the bytes of a ``.model`` file, a protocol buffer of which two parts matter."""
    scores: dict[str, float] = {}
    charsmap = b""
    lowest = 0.0
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            piece, score, kind = _piece(value)
            lowest = min(lowest, score) if kind == _NORMAL else lowest
            if kind in (_NORMAL, _USER_DEFINED):
                scores[piece] = score
        elif number == 3 and isinstance(value, bytes):
            charsmap = next((v for n, v in _fields(value) if n == 2 and isinstance(v, bytes)), b"")
    (trie_bytes,) = struct.unpack_from("<I", charsmap)
    units = array("I", struct.unpack_from(f"<{trie_bytes // 4}I", charsmap, 4))
    return UnigramModel(
        scores=scores,
        longest=max(map(len, scores)),
        unknown_score=lowest - _UNKNOWN_PENALTY,
        charsmap=Charsmap(units, charsmap[4 + trie_bytes :]),
    )


def _piece(data: bytes) -> tuple[str, float, int]:
    piece, score, kind = "", 0.0, _NORMAL
    for number, value in _fields(data):
        if isinstance(value, bytes):
            if number == 1:
                piece = value.decode("utf-8")
            elif number == 2:
                (score,) = struct.unpack("<f", value)
        elif number == 3:
            kind = value
    return piece, score, kind


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers and values of a message; fixed-width values come as their bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(data, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} is not part of a SentencePiece model")
        yield number, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _offset(unit: int) -> int:
    return (unit >> 10) << ((unit & 0x200) >> 6)


def _utf8_length(first: int) -> int:
    return 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
