"""How likely one word is a slip of the fingers for another.

Costs are small for what happens often: letters swapped, doubled or left out, a neighbouring key,
a wrong vowel. It knows keyboards and letters, not words.
"""

from __future__ import annotations

from collections.abc import Iterator

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUNDS_ALIKE = frozenset(
    frozenset(pair) for pair in ("ck", "cs", "kq", "sz", "fv", "gj", "dt", "pb", "mn", "ij", "vw")
)


def _neighbours() -> frozenset[frozenset[str]]:
    pairs: set[frozenset[str]] = set()
    for y, row in enumerate(_ROWS):
        pairs |= {frozenset(row[x : x + 2]) for x in range(len(row) - 1)}
        if y + 1 < len(_ROWS):
            below = _ROWS[y + 1]
            for x, key in enumerate(row):
                pairs |= {frozenset(key + other) for other in below[max(0, x - 1) : x + 1]}
    return frozenset(pairs)


_NEIGHBOURS = _neighbours()


def one_slip_away(word: str) -> Iterator[str]:
    """Every string that one slip turns into ``word``."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in LETTERS:
            if tail and letter != tail[0]:
                yield head + letter + tail[1:]
            yield head + letter + tail


def letters_apart(typed: str, meant: str, masks: dict[str, int]) -> int:
    """Letters to put in, leave out or change; ``masks`` are ``letter_masks(typed)``.

    Myers' bit-parallel algorithm: the whole column of the table in one number.
    """
    full = (1 << len(typed)) - 1
    last = 1 << (len(typed) - 1)
    plus, minus, distance = full, 0, len(typed)
    for letter in meant:
        match = masks.get(letter, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        up = minus | ~(diagonal | plus) & full
        down = plus & diagonal
        distance += bool(up & last) - bool(down & last)
        up = (up << 1 | 1) & full
        plus = (down << 1 | ~(diagonal | up)) & full
        minus = up & diagonal
    return distance


def letter_masks(word: str) -> dict[str, int]:
    """Where each letter stands in the word, as bits."""
    masks: dict[str, int] = {}
    for at, letter in enumerate(word):
        masks[letter] = masks.get(letter, 0) | 1 << at
    return masks


def slip_cost(typed: str, meant: str, limit: float = 3.0) -> float:
    """0 for the same word, about 1 a slip; anything over ``limit`` says no more than that."""
    before: list[float] = []
    row = [0.0]
    for y in range(len(meant)):
        row.append(row[-1] + _left_out(meant, y))
    for x, key in enumerate(typed):
        older, before = before, row
        row = [before[0] + _put_in(typed, x)]
        for y, letter in enumerate(meant):
            cost = min(
                before[y] + _instead(key, letter),
                row[y] + _left_out(meant, y),
                before[y + 1] + _put_in(typed, x),
            )
            if x and y and key == meant[y - 1] and typed[x - 1] == letter and key != letter:
                cost = min(cost, older[y - 1] + 0.7)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    # The first letter is seldom wrong.
    return row[-1] + (0.4 if typed[:1] != meant[:1] else 0.0)


def _left_out(meant: str, at: int) -> float:
    doubled = at and meant[at] == meant[at - 1]
    return 0.6 if doubled else 0.8 if meant[at] in _VOWELS else 0.9


def _put_in(typed: str, at: int) -> float:
    key = typed[at]
    around = typed[max(0, at - 1) : at] + typed[at + 1 : at + 2]
    if key in around:
        return 0.6
    return 0.9 if any(frozenset(key + other) in _NEIGHBOURS for other in around) else 1.0


def _instead(key: str, letter: str) -> float:
    if key == letter:
        return 0.0
    pair = frozenset(key + letter)
    if key in _VOWELS and letter in _VOWELS:
        return 0.7
    return 0.8 if pair in _NEIGHBOURS or pair in _SOUNDS_ALIKE else 1.2
