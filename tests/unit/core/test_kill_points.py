"""The hooks of the fault laboratory: nothing without the variable, death at the point with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.kill_points import SINCE, VARIABLE, KillPoint, is_armed, reach

ROOT = Path(__file__).resolve().parents[3]
needs_sigkill = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


def reached(armed: str, *points: KillPoint) -> tuple[int, list[str]]:
    """How a process ends that comes to these points in turn, and those that it came past."""
    code = "from kontext_studio.core.kill_points import KillPoint, reach\n"
    for point in points:
        code += f"reach(KillPoint.{point.name}); print('{point.title}', flush=True)\n"
    environment = {**os.environ, VARIABLE: armed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.split()


def test_there_are_34_points_with_a_number_and_a_name_each() -> None:
    assert [point.number for point in KillPoint] == list(range(1, 35))
    assert len({point.title for point in KillPoint}) == len({point.words for point in KillPoint})


def test_without_the_variable_every_point_is_passed() -> None:
    assert VARIABLE not in os.environ
    assert not is_armed()
    reach(*KillPoint)


@needs_sigkill
def test_the_process_dies_by_sigkill_at_the_point_that_is_named_and_not_before() -> None:
    code, passed = reached("after-prepared", KillPoint.BEFORE_PREPARED, KillPoint.AFTER_PREPARED)
    assert (code, passed) == (-signal.SIGKILL, ["before-prepared"])


@needs_sigkill
def test_a_number_behind_the_name_says_which_time_counts() -> None:
    polls = [KillPoint.BETWEEN_POLLS] * 3
    assert reached("between-polls:3", *polls) == (-signal.SIGKILL, ["between-polls"] * 2)
    assert reached("between-polls:4", *polls) == (0, ["between-polls"] * 3)


@needs_sigkill
def test_a_point_in_shared_code_counts_only_after_the_one_that_leads_to_it() -> None:
    lead, times = SINCE[KillPoint.SECOND_SUBMIT]
    assert (lead, times) == (KillPoint.AFTER_SENDING, 2)
    submit = (KillPoint.AFTER_SENDING, KillPoint.SECOND_SUBMIT)
    code, passed = reached("second-submit", *submit, *submit)
    assert code == -signal.SIGKILL
    assert passed == ["after-sending", "second-submit", "after-sending"]


def test_a_name_that_is_no_point_ends_the_process_with_a_complaint() -> None:
    code, passed = reached("somewhere", KillPoint.AFTER_PREPARED)
    assert (code, passed) == (1, [])
