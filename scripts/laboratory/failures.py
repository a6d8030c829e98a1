"""Every row of what goes wrong with the tests that show it."""

from __future__ import annotations

import sys

from tests.faults.lab.rows import coverage, title


def main() -> int:
    """Print every row with what shows it; 1 where one was forgotten or is listed wrongly."""
    found = coverage()
    for row, text in found.rows.items():
        tests = found.tests.get(row, [])
        mark = f"{len(tests):>3} tests" if tests else "  to come"
        print(f"{title(row):<12} {mark:<10} {text}")
        if reason := found.to_come.get(row):
            print(f"{'':<23} {reason}")
    complaints = (
        (found.forgotten, "has no test and is not listed in rows_to_come.toml"),
        (found.stale, "is listed in rows_to_come.toml, and tested or no row"),
        (found.unknown, "is named by a test and is no row"),
    )
    covered = sum(row in found.tests for row in found.rows)
    print(f"\n{covered} of {len(found.rows)} rows have a test, {len(found.to_come)} are to come.")
    wrong = 0
    for rows, words in complaints:
        for row in rows:
            wrong += 1
            print(f"{title(row)} {words}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
