import asyncio
import sys

import pytest

from kontext_studio.core.errors import Charged
from tests.faults.network_faults import NEVER_CONNECTED, Stage, all_rows, click

ROWS = all_rows()
# What another attempt would not mend is not tried again.
ONCE = ("certificate", "network proxy wants")
FREE = ("sign-in page", "redirect")


def test_there_are_25_ways_to_fail():
    assert len(ROWS) == 25
    assert len({name for name, *_ in ROWS}) == 25


@pytest.mark.parametrize(("name", "expected", "stage"), ROWS, ids=[name for name, *_ in ROWS])
def test_f_net_1_to_8_and_15_to_25_one_click_sends_one_post_or_none(
    tmp_path, name: str, expected: int, stage: Stage
):
    if name == "connect timeout" and not sys.platform.startswith("linux"):
        pytest.skip("a listener whose queue is full is silent on Linux alone")
    row = asyncio.run(asyncio.wait_for(click(name, expected, stage, tmp_path), 20))
    assert row.posts == expected
    connected = name not in NEVER_CONNECTED
    assert row.attempts == (1 if connected or name.startswith(ONCE) else 3)
    if not connected:
        assert (row.end, row.charged) == ("unreachable", Charged.NO)
    elif name.startswith(FREE):
        assert (row.end, row.charged) == ("bad_answer", Charged.NO)
    else:
        assert (row.end, row.charged) == ("outcome_unknown", Charged.MAYBE)
