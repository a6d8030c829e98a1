"""Builds resources/prompting/english.txt.gz, the words that the wording checker knows.

Usage: python scripts/dictionary.py SCOWL_FOLDER WORDNET_FOLDER FREQUENCIES

SCOWL_FOLDER has american-english-large, -huge and british-english-large, -huge as Debian's
packages wamerican-large, wamerican-huge, wbritish-large and wbritish-huge install them.
WORDNET_FOLDER has index.noun and its like, from wordnet-base. FREQUENCIES is
frequency_dictionary_en_82_765.txt of the package symspellpy. resources/prompting/SOURCES says
which versions were taken, and their licences.
"""

from __future__ import annotations

import gzip
import math
import sys
from itertools import groupby
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "resources" / "prompting" / "english.txt.gz"
# Proverbial abbreviations of two letters are not judged, and single letters say nothing.
SHORTEST = 3
PREFIX = 3  # as dictionary.py has it
# A word of the largest word lists alone may well be a slip; a name or a term of science is none.
RAREST, SELDOM, COMMONEST = 0, 1, 9


def main() -> None:
    """Join the sources and write one line for each three first letters."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    scowl, wordnet, frequencies = map(Path, sys.argv[1:])
    usual = _scowl(scowl, "large")
    known = dict.fromkeys(_scowl(scowl, "huge"), RAREST)
    known |= {word.lower(): SELDOM for word in usual | _wordnet(wordnet)}
    known |= {word: _commonness(count) for word, count in _counts(frequencies) if word in usual}
    words = sorted(word for word in known if len(word) >= SHORTEST and word.isalpha())
    lines = (
        prefix + "".join(f" {word}{known[word]}" for word in group)
        for prefix, group in groupby(words, key=lambda word: word[:PREFIX])
    )
    text = "\n".join(lines) + "\n"
    TARGET.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{len(words)} words, {TARGET.stat().st_size} bytes")


def _scowl(folder: Path, size: str) -> set[str]:
    return {
        word
        for country in ("american", "british")
        for word in (folder / f"{country}-english-{size}").read_text("utf-8").split()
        if "'" not in word
    }


def _wordnet(folder: Path) -> set[str]:
    return {
        line.split(" ", 1)[0]
        for part in ("noun", "verb", "adj", "adv")
        for line in (folder / f"index.{part}").read_text("ascii").splitlines()
        if line[:1].isalpha() and line[: line.index(" ")].isalpha()
    }


def _counts(file: Path) -> list[tuple[str, int]]:
    rows = (line.split() for line in file.read_text("utf-8-sig").splitlines())
    return [(row[0], int(row[1])) for row in rows]


def _commonness(count: int) -> int:
    """1 for words printed some thousand times in all of Google's books, 9 for the little words."""
    return max(SELDOM, min(COMMONEST, round((math.log10(count) - 3.5) * 1.4)))


if __name__ == "__main__":
    main()
