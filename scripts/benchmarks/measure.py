"""What a measurement gives back: a value, its unit and, where there is one, the bound it keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report; without a bound it only tells."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    note: str = ""
    at_least: float | None = None

    @property
    def missed(self) -> bool:
        too_high = self.bound is not None and self.value > self.bound
        return too_high or (self.at_least is not None and self.value < self.at_least)

    def line(self) -> str:
        """The line as it is printed."""
        limit = "" if self.bound is None else f"of at most {self.bound:g}"
        if self.at_least is not None:
            limit = f"of at least {self.at_least:g}"
        verdict = "" if not limit else "MISSED" if self.missed else "holds"
        figures = f"{verdict:<7}{self.value:8.2f} {self.unit:<3} {limit:<15}"
        return f"{figures} {self.name}" + (f" ({self.note})" if self.note else "")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]
