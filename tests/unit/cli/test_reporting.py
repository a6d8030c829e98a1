"""The exit code of every end that a run can take."""

from __future__ import annotations

import pytest

from kontext_studio.cli.reporting import exit_code_of, exit_code_of_run
from kontext_studio.core.errors import Charged
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobFault, JobRecord, JobState, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.workbench.progress import JobView

REMOTE = RemoteHandle("run-1", "https://q/s", "https://q/r", "https://q/c")


def view(state: JobState, kind: str = "", *, remote: bool = False, trouble: str = "") -> JobView:
    request = EditRequest(instruction="Warmer", inputs=(), model="m", seed=1)
    fault = JobFault(kind, "Words.", charged=Charged.MAYBE) if kind else None
    handle = REMOTE if remote else None
    return JobView(
        JobRecord(JobId("j"), state, request, (), 1, "fal", "own", 0.0, remote=handle, fault=fault),
        trouble=trouble,
    )


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (view(JobState.STORED), 0),
        (view(JobState.CANCELLED), 0),
        (view(JobState.UNKNOWN, "outcome_unknown"), 7),
        (view(JobState.UNKNOWN, "fault"), 7),
        (view(JobState.UNKNOWN, "service_failed"), 7),
        (view(JobState.FAILED, "refused", remote=True), 4),
        (view(JobState.BLOCKED, "content_blocked"), 4),
        (view(JobState.FAILED, "bad_picture", remote=True), 4),
        (view(JobState.FAILED, "bad_picture"), 3),
        (view(JobState.SUBMITTED, "connection_lost", remote=True), 5),
        (view(JobState.PREPARED, "unreachable"), 5),
        (view(JobState.PREPARED, "unauthorized"), 4),
        (view(JobState.REMOTE_DONE, "disk_full", remote=True), 6),
        (view(JobState.REMOTE_DONE, remote=True, trouble="The disk is full."), 6),
        (view(JobState.SENDING, trouble="The disk is full."), 6),
        (view(JobState.FAILED, "fault"), 1),
        (view(JobState.FAILED, "never heard of"), 1),
    ],
)
def test_where_a_run_stands_is_one_exit_code(one: JobView, code: int) -> None:
    assert exit_code_of_run(one) == code


def test_a_kind_of_fault_is_found_wherever_it_stands_in_the_tree() -> None:
    assert [exit_code_of(kind) for kind in ("fault", "bad_request", "disk_full")] == [1, 3, 6]
