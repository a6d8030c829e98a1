"""The moves of a run: exactly those that are allowed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kontext_studio.core.jobs import ALLOWED, ENDS, JobRecord, JobState
from kontext_studio.core.request import EditRequest
from tests.unit.core.strategies import REF, job

MOVES = {
    "prepared": "sending failed blocked cancelled",
    "sending": "prepared submitted remote_done failed blocked cancelled unknown",
    "submitted": "remote_done failed blocked cancelled",
    "remote_done": "stored failed blocked",
    "stored": "",
    "failed": "submitted",
    "blocked": "",
    "cancelled": "remote_done",
    "unknown": "submitted remote_done failed",
}
RECORD = job("job-1", EditRequest("Make it warmer", (REF,), "model", 7))


@pytest.mark.parametrize(("old", "new"), list(product(JobState, JobState)))
def test_a_run_moves_as_the_table_says_and_in_no_other_way(old: JobState, new: JobState) -> None:
    record = replace(RECORD, state=old)
    if new.value in MOVES[old.value].split():
        moved = record.moved_to(new)
        assert moved == replace(record, state=new)
        assert record.state is old
    else:
        with pytest.raises(ValueError, match=f"cannot go from {old.value} to {new.value}"):
            record.moved_to(new)


def test_the_table_speaks_of_every_state() -> None:
    assert set(ALLOWED) == set(JobState)
    assert {state.value for state in JobState} == set(MOVES)


@pytest.mark.parametrize("state", JobState)
def test_a_run_has_ended_where_nothing_is_left_to_follow(state: JobState) -> None:
    going_on = {"prepared", "sending", "submitted", "remote_done"}
    assert replace(RECORD, state=state).ended == (state.value not in going_on)
    assert (state in ENDS) == (state.value not in going_on)


@pytest.mark.parametrize("state", JobState)
def test_from_every_state_a_run_can_come_to_an_end(state: JobState) -> None:
    reached, todo = {state}, [state]
    while todo:
        for following in ALLOWED[todo.pop()] - reached:
            reached.add(following)
            todo.append(following)
    assert reached & ENDS
    if state not in (JobState.FAILED, JobState.BLOCKED, JobState.STORED):
        assert JobState.STORED in reached


def test_a_picture_the_service_has_made_is_never_dropped_by_a_cancel() -> None:
    assert JobState.CANCELLED not in ALLOWED[JobState.REMOTE_DONE]
    assert JobState.REMOTE_DONE in ALLOWED[JobState.CANCELLED]


def test_a_run_of_a_file_from_before_the_addresses_were_kept_is_read() -> None:
    older = {name: value for name, value in RECORD.to_json().items() if name != "picture_urls"}
    assert JobRecord.from_json(older) == RECORD
