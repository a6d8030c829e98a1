"""Letters typed quickly in the list are one search for the next row with a word that starts so."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication


class TypedSearch:
    def __init__(self) -> None:
        self._typed = ""
        self._typed_at = 0.0

    def goes_on(self) -> bool:
        """Whether the next letter belongs to the ones before."""
        pause_s = QGuiApplication.styleHints().keyboardInputInterval() / 1000
        return bool(self._typed) and time.monotonic() - self._typed_at < pause_s

    def add(self, letters: str, titles: Sequence[str], here: int) -> int | None:
        """The place of the row that is meant, looking from `here` on and round the end."""
        self._typed = self._typed + letters if self.goes_on() else letters
        self._typed_at = time.monotonic()
        wanted = self._typed.casefold().lstrip()
        # The first letter looks further, the next ones may stay where they are.
        start = here + (1 if len(self._typed) == 1 else 0)
        for offset in range(len(titles)):
            place = (start + offset) % len(titles)
            if f" {wanted}" in f" {titles[place].casefold()}":
                return place
        return None
