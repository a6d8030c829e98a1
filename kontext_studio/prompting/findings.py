"""What the wording checker says: findings, and the fixes that go with them.

Plain values over Unicode code points of the text as given; they know nothing of widgets or rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypedDict


class Severity(Enum):
    """How much a finding weighs; only ``ERROR`` holds a run back, and only once."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"
    INFO = "info"

    @property
    def underlined(self) -> bool:
        return self in (Severity.ERROR, Severity.WARNING)

    @property
    def rank(self) -> int:
        """0 is the most severe."""
        return _RANK[self]


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2, Severity.INFO: 3}


class EditJson(TypedDict):
    start: int
    end: int
    new_text: str


class FixJson(TypedDict):
    title: str
    edits: list[EditJson]
    select: list[int] | None
    command: str | None


class FindingJson(TypedDict):
    rule: str
    severity: str
    start: int
    end: int
    message: str
    fixes: list[FixJson]


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace ``text[start:end]`` by ``new_text``."""

    start: int
    end: int
    new_text: str

    def to_json(self) -> EditJson:
        return {"start": self.start, "end": self.end, "new_text": self.new_text}


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend a finding.

    ``edits`` never overlap and stand in order. ``select`` is the part to type over, counted in the
    text after the edits. ``command`` names something the program does instead of changing text.
    """

    title: str
    edits: tuple[TextEdit, ...] = ()
    select: tuple[int, int] | None = None
    command: str | None = None

    def applied_to(self, text: str) -> str:
        """The text with all edits made."""
        parts: list[str] = []
        at = 0
        for edit in self.edits:
            parts += (text[at : edit.start], edit.new_text)
            at = edit.end
        parts.append(text[at:])
        return "".join(parts)

    def to_json(self) -> FixJson:
        return {
            "title": self.title,
            "edits": [edit.to_json() for edit in self.edits],
            "select": list(self.select) if self.select else None,
            "command": self.command,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A range of the text, the rule that marked it, one line that says why, and what mends it."""

    rule: str
    severity: Severity
    start: int
    end: int
    message: str
    fixes: Sequence[Fix] = field(default=())

    def to_json(self) -> FindingJson:
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "start": self.start,
            "end": self.end,
            "message": self.message,
            "fixes": [fix.to_json() for fix in self.fixes],
        }
