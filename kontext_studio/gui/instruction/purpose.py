"""What the instruction panel is for at the moment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """A picture is there to be edited, or one is made from text; else there is nothing to do."""

    edits: bool = False
    makes: bool = False

    @property
    def is_any(self) -> bool:
        return self.edits or self.makes
