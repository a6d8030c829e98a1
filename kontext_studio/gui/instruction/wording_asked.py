"""What the person wants done about a finding, besides changing the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding


@dataclass(frozen=True, slots=True)
class FixAsked:
    """A fix that the program carries out: `command` names it, `finding` was made in `text`."""

    command: str
    text: str
    finding: Finding

    @property
    def words(self) -> str:
        """What the finding is about."""
        return self.text[self.finding.start : self.finding.end]


class HowLong(StrEnum):
    """For how long a rule is to keep still."""

    ONCE = "once"  # at these words, on this step
    SESSION = "session"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class IgnoreAsked:
    rule: str
    words: str
    how_long: HowLong
