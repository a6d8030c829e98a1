"""The rules in words: why each holds, an example of each kind, and who says so.

Data of a resource; it neither loads nor asks the checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from kontext_studio.resources import read_json


@dataclass(frozen=True, slots=True)
class RuleGuide:
    """`bad` is empty where nothing at all is written; `sources` are names of documents."""

    id: str
    name: str
    severity: str
    why: str
    bad: str
    good: str
    sources: tuple[str, ...]

    def matches(self, words: str) -> bool:
        """Whether each of the words stands somewhere in it."""
        whole = " ".join((self.id, self.name, self.why, self.bad, self.good, *self.sources))
        whole = whole.casefold()
        return all(word in whole for word in words.casefold().split())


@cache
def rule_guides() -> tuple[RuleGuide, ...]:
    """Every rule, those that cost most when they are broken first."""
    rows = read_json("prompting/guide.json")
    if not isinstance(rows, list):
        raise ValueError("prompting/guide.json is not a list")
    return tuple(
        RuleGuide(
            id=row["id"],
            name=row["name"],
            severity=row["severity"],
            why=row["why"],
            bad=row["bad"],
            good=row["good"],
            sources=tuple(row["sources"]),
        )
        for row in rows
    )


def rule_name(rule: str) -> str:
    """What a rule is called; its id where it is not known."""
    return next((one.name for one in rule_guides() if one.id == rule), rule)
