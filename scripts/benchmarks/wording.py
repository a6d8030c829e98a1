"""A corpus of labelled instructions, and how well the wording checker's marks agree with it.

It counts a rule once for each instruction; it knows nothing of how the checker comes to a mark.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Severity
from kontext_studio.prompting.lint import lint

CARRIED = Path(__file__).parents[2] / "tests" / "data" / "wording.jsonl"
QUIET_RULES = frozenset(
    """add-where drift-depth filler hedge image-roles keep-framing keep-look repeat-edit style-keep
    style-traits text-font text-length text-model text-source""".split()
)
"""Hints and details; every other rule warns or holds a run back."""


class RowJson(TypedDict, total=False):
    text: str
    source: str
    expected: list[str]
    ambiguous: list[str]
    context: dict[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """One instruction, the rules that must mark it, and those on which readers differ."""

    text: str
    context: LintContext
    source: str
    expected: frozenset[str]
    ambiguous: frozenset[str]

    @property
    def is_clean(self) -> bool:
        """Good as it stands: nothing at all is to be said of it."""
        return not self.expected

    @classmethod
    def from_json(cls, data: RowJson) -> Row:
        return cls(
            text=data["text"],
            context=LintContext.from_json(data.get("context", {})),
            source=family(data["source"]),
            expected=frozenset(data["expected"]),
            ambiguous=frozenset(data.get("ambiguous", ())),
        )


@dataclass(slots=True)
class Tally:
    """How often one rule was right, wrong, and silent where it should have spoken."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: Tally) -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def labels(self) -> int:
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """1 where nothing was marked."""
        marks = self.right + self.wrong
        return self.right / marks if marks else 1.0

    @property
    def recall(self) -> float:
        """1 where nothing was to be marked."""
        return self.right / self.labels if self.labels else 1.0

    @property
    def f1(self) -> float:
        """Precision and recall in one figure."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def __str__(self) -> str:
        counts = f"{self.right} right, {self.wrong} wrong, {self.missed} missed"
        return f"precision {self.precision:.2f}, recall {self.recall:.2f}: {counts}"


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts for each rule and each source, and the clean instructions that got a warning."""

    by_rule: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_source: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    clean: list[bool] = field(default_factory=list)
    """For each clean instruction, whether it was warned about."""

    def over(self, rules: Iterable[str]) -> Tally:
        """The counts of several rules together."""
        together = Tally()
        for rule in rules:
            if rule in self.by_rule:
                together.add(self.by_rule[rule])
        return together

    @property
    def loud_rules(self) -> list[str]:
        return [rule for rule in self.by_rule if rule not in QUIET_RULES]

    @property
    def clean_warned_share(self) -> float:
        return sum(self.clean) / len(self.clean) if self.clean else 0.0


def load_rows(corpus: Path) -> list[Row]:
    """The rows of a file with one JSON object a line."""
    lines = corpus.read_text(encoding="utf-8").splitlines()
    return [Row.from_json(json.loads(line)) for line in lines if line.strip()]


def family(source: str) -> str:
    """The collection a row comes from, without its file or chapter."""
    head = re.split(r"[(,:]", source)[0].removeprefix("in the manner of ").split()
    name = itertools.takewhile(lambda word: not re.search(r"[\d/._]", word), head[1:])
    return " ".join([*head[:1], *name])


def score(rows: Iterable[Row]) -> Scores:
    """Lint every row and count."""
    scores = Scores()
    for row in rows:
        found = {finding.rule for finding in lint(row.text, row.context)} - row.ambiguous
        for rule in found | row.expected:
            tally = Tally(
                right=rule in found and rule in row.expected,
                wrong=rule not in row.expected,
                missed=rule not in found,
            )
            scores.by_rule[rule].add(tally)
            scores.by_source[row.source].add(tally)
        if row.is_clean:
            scores.clean.append(bool(found - QUIET_RULES))
    return scores


def severities_agree(rows: Iterable[Row]) -> bool:
    """Whether the checker weighs every rule as ``QUIET_RULES`` says."""
    loud = (Severity.ERROR, Severity.WARNING)
    return all(
        (finding.severity in loud) == (finding.rule not in QUIET_RULES)
        for row in rows
        for finding in lint(row.text, row.context)
    )


def words_of(rows: Iterable[Row]) -> set[str]:
    """Every word of these rows, in small letters."""
    return {word for row in rows for word in re.findall(r"[^\W\d_]+", row.text.lower())}
