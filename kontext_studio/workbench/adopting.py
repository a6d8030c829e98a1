"""Whether a run that the service lists is one of ours whose answer was lost: a pure decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from kontext_studio.core.jobs import JobRecord, JobState, RemoteHandle

NOT_FOUND = "The service lists no such run, or not yet. It was not sent again."
TWIN_IS_SENT = "The same edit is being sent at this moment: look again when it is known."
TOO_MANY_FOUND = "The service lists several such runs. None was taken over."


def adopted(
    record: JobRecord, found: Collection[RemoteHandle], jobs: Iterable[JobRecord]
) -> JobRecord | str:
    """The run as `submitted`, or why it stays unknown. `jobs` are all runs of the session: what
    another one has, or may be getting now, is not taken over."""
    others = [job for job in jobs if job.id != record.id]
    if any(job.state is JobState.SENDING and job.request == record.request for job in others):
        return TWIN_IS_SENT
    known = {job.remote.request_id for job in others if job.remote}
    mine = [remote for remote in found if remote.request_id not in known]
    if len(mine) != 1:
        return TOO_MANY_FOUND if mine else NOT_FOUND
    return replace(record.moved_to(JobState.SUBMITTED), remote=mine[0], fault=None)
