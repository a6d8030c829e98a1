"""Earlier instructions to walk through with Ctrl+Up and Ctrl+Down; the unsent text comes back."""

from __future__ import annotations

from collections.abc import Iterable


class PromptHistory:
    def __init__(self) -> None:
        self._older: tuple[str, ...] = ()
        self._place = 0  # 0 is the unsent text, 1 the newest earlier instruction
        self._unsent = ""

    def set_texts(self, newest_first: Iterable[str]) -> None:
        """Repeated instructions count once, at their newest place. A walk goes on from where it
        is, so that the unsent text still comes back."""
        shown = self._older[self._place - 1] if self._place else None
        self._older = tuple(dict.fromkeys(text for text in newest_first if text.strip()))
        self._place = self._older.index(shown) + 1 if shown in self._older else 0

    def unsent(self, current: str) -> str:
        """What the person wrote: during a walk it is not what is shown."""
        return self._unsent if self._place else current

    def older(self, current: str) -> str | None:
        """The next older instruction, or None where there is none."""
        if self._place >= len(self._older):
            return None
        if self._place == 0:
            self._unsent = current
        self._place += 1
        return self._older[self._place - 1]

    def newer(self) -> str | None:
        if self._place == 0:
            return None
        self._place -= 1
        return self._older[self._place - 1] if self._place else self._unsent

    def typed(self) -> None:
        """What is in the editor is a new unsent text."""
        self._place = 0
