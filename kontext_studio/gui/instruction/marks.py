"""Findings pinned to a document: they move with the text until the next check replaces them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor, QTextDocument

from kontext_studio.gui.instruction.offsets import Utf16Map

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding


@dataclass(frozen=True, slots=True)
class Mark:
    finding: Finding
    cursor: QTextCursor

    @property
    def start(self) -> int:
        return self.cursor.selectionStart()

    @property
    def end(self) -> int:
        return self.cursor.selectionEnd()


class Marks:
    def __init__(self) -> None:
        self._marks: tuple[Mark, ...] = ()

    def pin(self, document: QTextDocument, text: str, findings: Iterable[Finding]) -> None:
        units = Utf16Map(text)
        marks: list[Mark] = []
        for finding in findings:
            cursor = QTextCursor(document)
            cursor.setPosition(units.to_units(finding.start))
            cursor.setPosition(units.to_units(finding.end), QTextCursor.MoveMode.KeepAnchor)
            marks.append(Mark(finding, cursor))
        self._marks = tuple(marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)

    def underlined(self, within: tuple[int, int] | None = None) -> list[tuple[int, int, str]]:
        """Ranges with the colour token of their line; at most one line under any word. Those that
        do not touch `within` are left out.

        The most severe finding keeps its whole range, others what is left of theirs.
        """
        taken: list[tuple[int, int]] = []
        shown: list[tuple[int, int, str]] = []
        marks = [mark for mark in self._marks if mark.finding.severity.underlined]
        if within is not None:
            marks = [one for one in marks if one.start <= within[1] and within[0] <= one.end]
        for mark in sorted(marks, key=lambda m: (m.finding.severity.rank, m.end - m.start)):
            token = "danger.line" if mark.finding.severity.rank == 0 else "warning.line"
            for start, end in _left_of(mark.start, mark.end, taken):
                shown.append((start, end, token))
                taken.append((start, end))
        return shown

    def at(self, position: int) -> list[int]:
        """Indexes of the findings whose range holds the caret, the narrowest first."""
        here = [
            (mark.end - mark.start, i)
            for i, mark in enumerate(self._marks)
            if mark.start <= position <= mark.end
        ]
        return [i for _, i in sorted(here)]


def _left_of(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = start
    for other_start, other_end in sorted(taken):
        if other_end <= at or other_start >= end:
            continue
        if other_start > at:
            yield at, other_start
        at = max(at, other_end)
    if at < end:
        yield at, end
