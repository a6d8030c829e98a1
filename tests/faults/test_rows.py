"""Every row of what goes wrong has a test that is named after it, or a reason why not yet."""

from __future__ import annotations

import pytest

from tests.faults.lab.rows import Row, coverage, rows_in, title

SIZES = {"net": 25, "api": 36, "cancel": 4, "loc": 41, "ui": 18, "sec": 26}
ROWS = {(area, n): "" for area, size in SIZES.items() for n in range(1, size + 1)}


def test_there_are_150_rows() -> None:
    assert set(coverage().rows) == set(ROWS)
    assert len(ROWS) == 150


def test_every_row_has_a_test_or_is_listed_with_its_reason() -> None:
    found = coverage()
    assert [title(row) for row in found.forgotten] == []
    assert [title(row) for row in found.unknown] == []
    assert all(found.to_come.values())


def test_a_row_that_has_a_test_is_not_listed_as_to_come() -> None:
    assert [title(row) for row in coverage().stale] == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("test_f_net_7_one_post", [("net", 7)]),
        ("test_f_net_1_and_2_nothing", [("net", 1), ("net", 2)]),
        ("test_f_sec_5_6_names", [("sec", 5), ("sec", 6)]),
        ("test_f_net_1_to_3_and_5_one", [("net", 1), ("net", 2), ("net", 3), ("net", 5)]),
        ("test_f_sec_10_200_answers", [("sec", 10)]),
        ("test_f_loc_99_no_row", [("loc", 99)]),
        ("test_f_stops", []),
        ("test_fonts", []),
    ],
)
def test_a_tests_name_says_which_rows_it_shows(name: str, rows: list[Row]) -> None:
    assert rows_in(name, ROWS) == rows
