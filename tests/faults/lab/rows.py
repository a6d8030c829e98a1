"""Which rows of `tests/faults/rows.toml` have a test that is named after them."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
ROWS_FILE = TESTS / "faults" / "rows.toml"
TO_COME_FILE = TESTS / "faults" / "rows_to_come.toml"
_NAME = re.compile(r"test_f_(?P<area>[a-z]+)_(?P<words>.+)")

Row = tuple[str, int]


@dataclass(frozen=True)
class Coverage:
    """`tests` by row; `to_come` are the reasons why a row has none yet."""

    rows: Mapping[Row, str]
    tests: Mapping[Row, list[str]]
    to_come: Mapping[Row, str]

    @property
    def forgotten(self) -> list[Row]:
        """Neither tested nor listed."""
        return [row for row in self.rows if row not in self.tests and row not in self.to_come]

    @property
    def stale(self) -> list[Row]:
        """Listed as to come, and tested or unknown."""
        return [row for row in self.to_come if row in self.tests or row not in self.rows]

    @property
    def unknown(self) -> list[Row]:
        """Named by a test, and no row at all."""
        return [row for row in self.tests if row not in self.rows]


def coverage(tests: Path = TESTS) -> Coverage:
    rows = {(area, int(n)): text for area, n, text in _entries(ROWS_FILE)}
    to_come = {(area, int(n)): text for area, n, text in _entries(TO_COME_FILE)}
    found: dict[Row, list[str]] = defaultdict(list)
    for file in sorted(tests.rglob("test_*.py")):
        for name in _test_names(file):
            for row in rows_in(name, rows):
                found[row].append(f"{file.relative_to(tests)}::{name}")
    return Coverage(rows, found, to_come)


def rows_in(name: str, rows: Mapping[Row, str]) -> list[Row]:
    """The rows in a test's name: the numbers after the area, joined by nothing, `and` or `to`,
    as long as they are rows. The first number always is one."""
    match = _NAME.match(name)
    if match is None:
        return []
    area, words = match["area"], match["words"].split("_")
    if not words[0].isdigit():
        return []
    numbers, before = [int(words[0])], ""
    for word in words[1:]:
        if word in ("and", "to") and not before:
            before = word
        elif word.isdigit() and (area, int(word)) in rows:
            first = numbers[-1] + 1 if before == "to" else int(word)
            numbers += range(first, int(word) + 1)
            before = ""
        else:
            break
    return [(area, number) for number in dict.fromkeys(numbers)]


def title(row: Row) -> str:
    return f"F-{row[0].upper()}-{row[1]}"


def _entries(file: Path) -> Iterator[tuple[str, str, str]]:
    for area, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
        yield from ((area, number, text) for number, text in entries.items())


def _test_names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
