"""Converts between code points, which the checker counts, and UTF-16 units, which Qt counts."""

from __future__ import annotations

from bisect import bisect_left

_LAST_OF_ONE_UNIT = "\uffff"


class Utf16Map:
    """Positions in one text, both ways. A text without astral characters costs nothing."""

    def __init__(self, text: str) -> None:
        self._length = len(text)
        # Code point positions of the characters that take two units.
        self._wide = (
            [] if text.isascii() else [i for i, char in enumerate(text) if char > _LAST_OF_ONE_UNIT]
        )
        self._wide_units = [position + i for i, position in enumerate(self._wide)]

    def to_units(self, position: int) -> int:
        return position + bisect_left(self._wide, position)

    def to_code_points(self, units: int) -> int:
        """Between the two halves of a pair counts as before it."""
        return min(self._length, units - bisect_left(self._wide_units, units))
