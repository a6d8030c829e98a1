"""The checker as a whole on some hundred instructions in many voices: how often it is right."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kontext_studio.prompting.lint import lint

# Below these the checker has got worse; they stand a little under what it reaches.
LEAST_PRECISION = 0.95
LEAST_RECALL = 0.95
LEAST_OF_A_RULE = 0.7
MOST_FALSE_ALARMS = 0.03


def rows() -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Text, the warnings it should get, the warnings it may get."""
    for line in Path(__file__).with_name("variations.txt").read_text("utf-8").splitlines():
        text, bar, labels = line.rpartition("|")
        if bar and not line.startswith("#"):
            named = [label.strip() for label in labels.split(",") if label.strip()]
            wanted = frozenset(name for name in named if not name.startswith("?"))
            yield text.strip(), wanted, frozenset(name.lstrip("?") for name in named)


@cache
def judged() -> tuple[tuple[frozenset[str], frozenset[str], frozenset[str]], ...]:
    """Per row: wanted and found, found for nothing, missed."""
    result = []
    for text, wanted, allowed in rows():
        found = frozenset(f.rule for f in lint(text) if f.severity.underlined)
        result.append((found & wanted, found - allowed, wanted - found))
    return tuple(result)


def count(column: int, rule: str | None = None) -> int:
    return sum(len(row[column]) if rule is None else rule in row[column] for row in judged())


def test_what_is_marked_is_mostly_right():
    assert count(0) / (count(0) + count(1)) >= LEAST_PRECISION


def test_most_of_what_is_weak_is_marked():
    assert count(0) / (count(0) + count(2)) >= LEAST_RECALL


def test_a_clean_instruction_hardly_ever_gets_a_warning():
    clean = [wrong for right, wrong, missed in judged() if not right and not missed]
    assert len(clean) > 500
    assert sum(map(bool, clean)) / len(clean) <= MOST_FALSE_ALARMS


def test_no_rule_is_written_off():
    rules = {rule for _, wanted, _ in rows() for rule in wanted}
    weak = {
        rule: (right, wrong, missed)
        for rule in rules
        for right, wrong, missed in [(count(0, rule), count(1, rule), count(2, rule))]
        if right < LEAST_OF_A_RULE * (right + wrong) or right < LEAST_OF_A_RULE * (right + missed)
    }
    assert not weak
