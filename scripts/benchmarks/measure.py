"""What a measurement gives back: a value, its unit and the bound it should stay under."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report."""

    name: str
    value: float
    unit: str
    bound: float
    note: str = ""

    def line(self) -> str:
        """The line as it is printed."""
        verdict = "holds" if self.value <= self.bound else "MISSED"
        figures = f"{self.value:8.2f} {self.unit:<3} of at most {self.bound:g}"
        return f"{verdict:<7}{figures}  {self.name}" + (f" ({self.note})" if self.note else "")
