"""The real program killed by SIGKILL at moments that nobody chose. CI takes 50; more with
`scripts/faults random 1000`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.lab.random_kills import Series, kill_at_random, series_of
from tests.faults.lab.verdict import Verdict

PIECES = series_of(13, 1)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.mark.parametrize(
    ("series", "numbers"),
    [pytest.param(*one, id=f"{one[0].market.name}-{one[0].front}-{one[1][0]}") for one in PIECES],
)
def test_f_loc_1_nothing_is_lost_or_paid_twice_when_the_program_is_killed_at_any_moment(
    tmp_path: Path, series: Series, numbers: list[int]
) -> None:
    total = sum(kill_at_random(series, tmp_path, numbers), Verdict())
    assert total.trials == len(numbers)
    assert not total.faults
    assert (total.lost, total.doubled, total.unreadable) == (0, 0, 0)
