"""What a text parameter may say, as the catalogue states it: its length, its form, its sides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.images import as_int


@dataclass(frozen=True, slots=True)
class TextRule:
    """`max_length` counts code points, 0 is no limit; `pattern` is a regular expression for the
    whole text, and `example` says what fits it; `forbidden` is a text that may not occur, and
    `why` the sentence about it; `longest_side` bounds the pixels of "1024x768", 0 does not;
    `widest_ratio` bounds "16:9", lying and standing."""

    max_length: int = 0
    pattern: str = ""
    example: str = ""
    forbidden: str = ""
    why: str = ""
    longest_side: int = 0
    grid: int = 1
    widest_ratio: float = 0.0

    def check(self, text: str, title: str, field: str) -> None:
        """Raise BadRequest at `field`; `title` is what the sentence calls the parameter."""
        if self.max_length and len(text) > self.max_length:
            raise BadRequest(
                f"{title} has {len(text):,} characters; {self.max_length:,} are allowed.",
                field=field,
            )
        if self.forbidden and self.forbidden in text:
            raise BadRequest(self.why, field=field, hint=f"Write it without {self.forbidden}.")
        if self.pattern and re.fullmatch(self.pattern, text, re.ASCII) is None:
            raise BadRequest(f"{title} is {self.example}, not “{text[:60]}”.", field=field)
        if self.widest_ratio and not self._is_within(_ratio(text)):
            raise BadRequest(f"{title} is {self.example}, not “{text[:60]}”.", field=field)
        sides = [int(side) for side in re.findall(r"\d+", text)] if "x" in text else []
        if self.longest_side and any(not self.grid <= side <= self.longest_side for side in sides):
            raise BadRequest(
                f"{title} has {self.grid} to {self.longest_side:,} pixels a side, not {text[:60]}.",
                field=field,
            )
        if any(side % self.grid for side in sides):
            raise BadRequest(
                f"{title} has sides that are multiples of {self.grid}, not {text[:60]}.",
                field=field,
            )

    def _is_within(self, ratio: float) -> bool:
        return 1 / self.widest_ratio - 1e-9 <= ratio <= self.widest_ratio + 1e-9

    @classmethod
    def from_json(cls, entry: Mapping[str, object]) -> TextRule:
        """From a parameter of the catalogue file. Raise TypeError or ValueError."""
        sides = entry.get("pixels_per_side")
        bounds = sides if isinstance(sides, dict) else {}
        longest, grid = bounds.get("max", 0), bounds.get("multiple_of", 1)
        most = entry.get("max_length", 0)
        return cls(
            max_length=as_int(most),
            pattern=str(entry.get("pattern", "")),
            example=str(entry.get("example", "")),
            forbidden=str(entry.get("forbidden", "")),
            why=str(entry.get("why", "")),
            longest_side=as_int(longest),
            grid=as_int(grid),
            widest_ratio=_ratio(str(entry.get("widest_ratio", ""))),
        )


def _ratio(text: str) -> float:
    """Of "16:9"; 0 where it is none."""
    wide, mark, high = text.partition(":")
    if not mark or not wide.isdigit() or not high.isdigit() or int(high) == 0:
        return 0.0
    return int(wide) / int(high)
