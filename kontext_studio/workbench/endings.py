"""Which end a fault is for a run: FAILURES 1.1 and the tables, as a pure function."""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.core.delivery import Way
from kontext_studio.core.errors import (
    BadInput,
    BadPicture,
    Charged,
    ConnectionLost,
    ContentBlocked,
    NoPicture,
    NotFound,
    OutcomeUnknown,
    PictureTooLarge,
    Refused,
    ServiceFailed,
    SessionError,
    StudioError,
)
from kontext_studio.core.jobs import ALLOWED, JobFault, JobRecord, JobState
from kontext_studio.core.route import EMBEDDED

_CERTAIN = (Charged.NO, Charged.MAYBE, Charged.YES)

MAYBE_SENT = "The connection broke while sending."
LEFT_WAITING = "The program ended before the answer came."
STOPPED_WAITING = "You stopped waiting for it."
LEFT_NO_RECORD = "The service was asked to keep no record of it, so it stands in no list."
CANNOT_BE_ASKED_FOR = "It was waited for on one connection, so the service cannot be asked for it."


def fault_of(error: StudioError) -> JobFault:
    """A fault as it is stored: words and redacted facts."""
    problems = tuple(
        {
            "field": problem.field,
            "kind": problem.kind,
            "message": problem.message,
            "context": problem.context or {},
        }
        for problem in (error.problems if isinstance(error, Refused) else ())
    )
    return JobFault(error.kind, error.message, error.hint, error.detail, error.charged, problems)


def after_fault(record: JobRecord, error: StudioError, *, cancelling: bool) -> JobRecord:
    """The record after `error` ended the work on it.

    A run that certainly was not taken goes back to `prepared` and waits for the person; a run that
    the service has is left where it is, because only the way to it is broken. Where the person had
    asked to cancel, whatever would wait or fail is cancelled.
    """
    end = _end(record, error)
    if end.state is JobState.UNKNOWN and record.provider == EMBEDDED:
        return engine_is_gone(record)
    over = end.state in (JobState.PREPARED, JobState.FAILED)
    if cancelling and over and JobState.CANCELLED in ALLOWED[record.state]:
        return replace(end, state=JobState.CANCELLED)
    return end


def _end(record: JobRecord, error: StudioError) -> JobRecord:
    ended = replace(record, fault=fault_of(error))
    match record.state:
        case JobState.PREPARED:
            gone = isinstance(error, BadInput | Refused)
            return ended.moved_to(JobState.FAILED) if gone else ended
        case JobState.SENDING:
            return _while_sending(ended, error)
        case JobState.SUBMITTED | JobState.REMOTE_DONE:
            if isinstance(error, ContentBlocked):
                return ended.moved_to(JobState.BLOCKED)
            # Only what the service says of this run ends it; else the way to it is broken.
            if isinstance(error, BadPicture):
                # Paid for. What arrived damaged may be fetched again as long as the service has it.
                ended = replace(ended, fault=replace(fault_of(error), charged=Charged.YES))
                final = isinstance(error, PictureTooLarge)
                return ended.moved_to(JobState.FAILED) if final else ended
            said = isinstance(error, Refused | ServiceFailed | NotFound | NoPicture)
            return ended.moved_to(JobState.FAILED) if said else _at_the_service(ended)
        case _:
            return record  # what is unknown stays so, whatever went wrong since


def _at_the_service(record: JobRecord) -> JobRecord:
    """The way to it is broken: what it costs does not change by that."""
    if record.fault is None or record.provider == EMBEDDED:
        return record
    done = record.state is JobState.REMOTE_DONE
    charged = Charged.YES if done else max(record.fault.charged, Charged.MAYBE, key=_CERTAIN.index)
    return replace(record, fault=replace(record.fault, charged=charged))


def _while_sending(ended: JobRecord, error: StudioError) -> JobRecord:
    if ended.remote is not None:
        # Taken, whatever went wrong since; where it is found is known.
        return _at_the_service(ended.moved_to(JobState.SUBMITTED))
    if isinstance(error, SessionError):  # an answer came and could not be written down
        return replace(ended, fault=replace(fault_of(error), charged=Charged.MAYBE)).moved_to(
            JobState.UNKNOWN
        )
    if isinstance(error, OutcomeUnknown | ConnectionLost):
        charged = max(error.charged, Charged.MAYBE, key=_CERTAIN.index)
        return replace(ended, fault=replace(fault_of(error), charged=charged)).moved_to(
            JobState.UNKNOWN
        )
    if isinstance(error, ServiceFailed) and error.charged is not Charged.NO:
        return ended.moved_to(JobState.UNKNOWN)
    if isinstance(error, ContentBlocked):
        return ended.moved_to(JobState.BLOCKED)
    if type(error) is StudioError:  # an inner fault between the commit and the answer
        return replace(ended, fault=replace(fault_of(error), charged=Charged.MAYBE)).moved_to(
            JobState.UNKNOWN
        )
    retryable = error.kind in ("unauthorized", "out_of_credit", "rate_limited", "unreachable")
    if retryable or error.kind == "bad_answer":
        return ended.moved_to(JobState.PREPARED)
    return ended.moved_to(JobState.FAILED)


def asks_the_person(record: JobRecord) -> bool:
    """Whether a run waits for a key or for credit, as all others over its connection would."""
    fault = record.fault
    waits = record.state is JobState.PREPARED
    return waits and fault is not None and fault.kind in ("unauthorized", "out_of_credit")


def cut_off_while_sending(record: JobRecord, *, free: bool) -> JobRecord:
    """What the last process was sending when it died: nobody knows whether it arrived, unless the
    answer was noted already. `free`: a server that charges nothing."""
    if record.remote is not None:
        return record.moved_to(JobState.SUBMITTED)
    waited = record.delivery.way is not Way.QUEUE
    return _unknown(record, LEFT_WAITING if waited else MAYBE_SENT, free=free)


def cut_off_by_the_person(record: JobRecord, *, free: bool) -> JobRecord:
    """A run that was waited for on one connection, and is not waited for any more."""
    return _unknown(record, STOPPED_WAITING, free=free)


def _unknown(record: JobRecord, words: str, *, free: bool) -> JobRecord:
    fault = JobFault(
        "outcome_unknown",
        f"{words} It may have {'begun' if free else 'been charged'}.",
        hint="It is not sent again by itself.",
        charged=Charged.NO if free else Charged.MAYBE,
    )
    return replace(record, fault=fault).moved_to(JobState.UNKNOWN)


def engine_is_gone(record: JobRecord) -> JobRecord:
    """The embedded engine forgets its queue when the program ends."""
    fault = JobFault(
        "not_found",
        "The embedded engine was stopped while it worked.",
        hint="Run it again: it makes the same picture, and costs nothing.",
    )
    return replace(record, fault=fault).moved_to(JobState.FAILED)
