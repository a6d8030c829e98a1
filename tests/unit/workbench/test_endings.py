"""Which end a fault is, state by state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core import errors
from kontext_studio.core.errors import Charged, StudioError
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobRecord, JobState, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.workbench.endings import (
    after_fault,
    cut_off_while_sending,
    engine_is_gone,
    fault_of,
)

S = JobState
REMOTE = RemoteHandle("r", "s", "u", "c")


def _record(state: JobState) -> JobRecord:
    request = EditRequest("Make it warmer", (), "m", 1)
    remote = REMOTE if state is S.SUBMITTED else None
    return JobRecord(
        JobId("j"), state, request, (NodeId("n"),), 1, "fal", "fal.ai", 0.0, remote=remote
    )


@pytest.mark.parametrize(
    ("state", "error", "end"),
    [
        # Nothing was sent: the run waits for the person.
        (S.PREPARED, errors.Unreachable("x"), S.PREPARED),
        (S.PREPARED, errors.Unauthorized("x"), S.PREPARED),
        (S.PREPARED, errors.BadPicture("x"), S.FAILED),
        # An answer in hand says that it was not taken.
        (S.SENDING, errors.Unreachable("x"), S.PREPARED),
        (S.SENDING, errors.Unauthorized("x"), S.PREPARED),
        (S.SENDING, errors.OutOfCredit("x"), S.PREPARED),
        (S.SENDING, errors.RateLimited("x"), S.PREPARED),
        (S.SENDING, errors.BadAnswer("x"), S.PREPARED),
        (S.SENDING, errors.Refused("x"), S.FAILED),
        (S.SENDING, errors.NotFound("x"), S.FAILED),
        (S.SENDING, errors.ContentBlocked("x"), S.BLOCKED),
        # Nobody knows.
        (S.SENDING, errors.OutcomeUnknown("x"), S.UNKNOWN),
        (S.SENDING, errors.ConnectionLost("x"), S.UNKNOWN),
        (S.SENDING, errors.ServiceFailed("x", charged=Charged.MAYBE), S.UNKNOWN),
        (S.SENDING, StudioError("inner"), S.UNKNOWN),
        # The service has it: only an answer of the service ends it.
        (S.SUBMITTED, errors.ConnectionLost("x"), S.SUBMITTED),
        (S.SUBMITTED, errors.Unreachable("x"), S.SUBMITTED),
        (S.SUBMITTED, errors.BadAnswer("x"), S.SUBMITTED),
        (S.SUBMITTED, StudioError("inner"), S.SUBMITTED),
        (S.SUBMITTED, errors.Refused("x"), S.FAILED),
        (S.SUBMITTED, errors.ServiceFailed("x"), S.FAILED),
        (S.SUBMITTED, errors.NotFound("x"), S.FAILED),
        (S.SUBMITTED, errors.ContentBlocked("x"), S.BLOCKED),
        (S.REMOTE_DONE, errors.ConnectionLost("x"), S.REMOTE_DONE),
        (S.REMOTE_DONE, errors.DiskFull("x"), S.REMOTE_DONE),
        (S.SENDING, errors.DiskFull("x"), S.UNKNOWN),
        (S.SUBMITTED, errors.BadRequest("no such connection"), S.SUBMITTED),
        (S.SUBMITTED, errors.Unauthorized("x"), S.SUBMITTED),
        (S.REMOTE_DONE, errors.SessionLocked("x"), S.REMOTE_DONE),
        (S.REMOTE_DONE, errors.NoPicture("x"), S.FAILED),
        (S.REMOTE_DONE, errors.BadPicture("x"), S.REMOTE_DONE),
        (S.REMOTE_DONE, errors.OutOfMemory("x"), S.REMOTE_DONE),
        (S.REMOTE_DONE, errors.PictureTooLarge("x"), S.FAILED),
    ],
)
def test_a_fault_moves_a_run_to_the_state_that_is_true(
    state: JobState, error: StudioError, end: JobState
) -> None:
    record = after_fault(_record(state), error, cancelling=False)
    assert record.state is end
    assert record.fault is not None


def test_a_picture_that_stays_damaged_says_that_it_was_charged() -> None:
    record = after_fault(_record(S.REMOTE_DONE), errors.BadPicture("cut"), cancelling=False)
    assert record.fault is not None
    assert record.fault.charged is Charged.YES


def test_a_cancelled_run_that_the_service_dropped_ends_as_cancelled() -> None:
    record = after_fault(_record(S.SUBMITTED), errors.ServiceFailed("499"), cancelling=True)
    assert record.state is S.CANCELLED


def test_a_cancelled_run_whose_submit_got_no_answer_is_still_unknown() -> None:
    record = after_fault(_record(S.SENDING), errors.OutcomeUnknown("x"), cancelling=True)
    assert record.state is S.UNKNOWN


@pytest.mark.parametrize(
    "error",
    [
        errors.OutcomeUnknown("x"),
        errors.ServiceFailed("x"),
        errors.DiskFull("x"),
        StudioError("no memory"),
    ],
)
def test_a_run_whose_number_is_known_is_asked_for_whatever_went_wrong_since(
    error: StudioError,
) -> None:
    record = replace(_record(S.SENDING), remote=REMOTE)
    assert after_fault(record, error, cancelling=False).state is S.SUBMITTED
    assert cut_off_while_sending(record, free=False) == replace(record, state=S.SUBMITTED)


def test_what_was_being_sent_when_the_program_died_may_have_been_charged() -> None:
    record = cut_off_while_sending(_record(S.SENDING), free=False)
    assert record.state is S.UNKNOWN
    assert record.fault is not None
    assert record.fault.charged is Charged.MAYBE


def test_a_run_of_the_stopped_engine_failed_and_cost_nothing() -> None:
    record = engine_is_gone(_record(S.SUBMITTED))
    assert record.state is S.FAILED
    assert record.fault is not None
    assert record.fault.charged is Charged.NO


def test_a_refusal_keeps_its_fields_and_facts() -> None:
    problem = errors.FieldProblem("prompt", "unsupported_instruction", "m", {"unknown": ["marble"]})
    fault = fault_of(errors.Refused("no", problems=(problem,)))
    assert fault.problems == (
        {
            "field": "prompt",
            "kind": "unsupported_instruction",
            "message": "m",
            "context": {"unknown": ["marble"]},
        },
    )


def test_what_the_service_has_does_not_become_free_by_a_fault_on_the_way() -> None:
    lost = errors.Unauthorized("x")
    charges = {
        state: after_fault(_record(state), lost, cancelling=False).fault
        for state in (S.SUBMITTED, S.REMOTE_DONE)
    }
    assert {state: fault.charged for state, fault in charges.items() if fault} == {
        S.SUBMITTED: Charged.MAYBE,
        S.REMOTE_DONE: Charged.YES,
    }


def test_an_unknown_outcome_stays_unknown_whatever_happens_while_it_is_looked_for() -> None:
    record = _record(S.UNKNOWN)
    assert after_fault(record, errors.DiskFull("x"), cancelling=False) is record
