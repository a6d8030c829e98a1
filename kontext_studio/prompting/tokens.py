"""Counts how many tokens the text encoders of Kontext read in an instruction.

Markers that the encoders add count too. ``exact`` is False where only an estimate could be made.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from kontext_studio.prompting.byte_pairs import BytePairs, read_merges, words_of
from kontext_studio.prompting.unigram import SPACE, UnigramModel, read_model
from kontext_studio.resources import resource_path

T5_LIMIT = 512
CLIP_LIMIT = 77

_CHUNK = re.compile(r"[^ ]+")


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens; an inexact one is to be shown as "about"."""

    count: int
    exact: bool


def token_count(text: str) -> TokenCount:
    """Tokens of T5, which reads at most 512 of them and cuts the rest without notice."""
    return TokenCount(sum(_pieces(chunk) for chunk in text.split(" ") if chunk) + 1, exact=True)


def cut_position(text: str, limit: int = T5_LIMIT) -> int | None:
    """Where the first word begins that T5 does not read whole; None where it reads all."""
    room = limit - 1
    for chunk in _CHUNK.finditer(text):
        room -= _pieces(chunk.group())
        if room < 0:
            return chunk.start()
    return None


def clip_token_count(text: str) -> TokenCount:
    """Tokens of CLIP-L, which reads at most 77 of them and never the rest."""
    return TokenCount(sum(_byte_pairs(word) for word in words_of(text)) + 2, exact=True)


def load() -> None:
    """Read the vocabularies now, from any thread; else the first counts do it."""
    _t5()
    _clip()


@lru_cache(maxsize=8192)
def _pieces(chunk: str) -> int:
    model = _t5()
    normal = model.charsmap.normalised(chunk)
    return sum(model.piece_count(SPACE + word) for word in normal.split(" ") if word)


@cache
def _t5() -> UnigramModel:
    return read_model(resource_path("prompting/t5.model").read_bytes())


@lru_cache(maxsize=8192)
def _byte_pairs(word: str) -> int:
    return _clip().piece_count(word)


@cache
def _clip() -> BytePairs:
    packed = resource_path("prompting/clip-merges.txt.gz").read_bytes()
    return read_merges(gzip.decompress(packed).decode("utf-8"))
