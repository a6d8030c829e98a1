"""What a run is doing right now and how that is said: pure facts in, words and bar values out.

Promises never to say a number that nobody measured; refuses to know widgets and clocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.delivery import Way
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.services import service_info
from kontext_studio.workbench.progress import JobView, Phase

SLOW_AFTER_S = 30.0
"""From here on a run that is late says so (UX J6)."""

GUESS_STOPS_AT = 0.95
"""A bar that only measures time never claims to be finished."""

ATTEMPTS = 6
"""How often a run that is not accepted is sent (FAILURES 1.2, R3)."""


class Stage(StrEnum):
    """What a run looks like to the person, from its durable state and its live facts."""

    WAITING = "waiting"
    RETRYING = "retrying"
    OFFLINE = "offline"
    RUNNING = "running"
    CANCELLING = "cancelling"
    PAUSED = "paused"  # nobody works on it, and it has not ended: it waits for the person
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset(
    {Stage.WAITING, Stage.RETRYING, Stage.OFFLINE, Stage.RUNNING, Stage.CANCELLING}
)

_ENDS = {
    JobState.STORED: Stage.DONE,
    JobState.FAILED: Stage.FAILED,
    JobState.BLOCKED: Stage.BLOCKED,
    JobState.UNKNOWN: Stage.UNKNOWN,
    JobState.CANCELLED: Stage.CANCELLED,
}
_PHASES = {
    Phase.IDLE: Stage.PAUSED,
    Phase.WAITING: Stage.WAITING,
    Phase.QUEUED: Stage.WAITING,
    Phase.RETRYING: Stage.RETRYING,
    Phase.CANCELLING: Stage.CANCELLING,
}
_DOING = {
    Phase.STARTING: "getting ready",
    Phase.UPLOADING: "sending the picture",
    Phase.SENDING: "sending",
    Phase.DOWNLOADING: "fetching the picture",
    Phase.STORING: "saving",
}


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The live facts of one run; everything that is not known is left at its default: nobody
    works on it.

    `usual_s` is the median time of like runs; `fraction` (0 to 1) is set only where real steps are
    reported; `place` counts from 1 in this program's line, `position` from 0 at the service;
    `retry_in_s` is the countdown to the next attempt, `attempt` the number of the last one.
    """

    phase: Phase = Phase.IDLE
    elapsed_s: float | None = None
    usual_s: float | None = None
    fraction: float | None = None
    message: str = ""
    place: int | None = None
    position: int | None = None
    retry_in_s: float | None = None
    attempt: int = 0
    trouble: str = ""
    offline: bool = False
    held: bool = False


NOTHING_KNOWN = JobProgress()


def progress_of(view: JobView, now_s: float) -> JobProgress:
    """The facts at `now_s`, which is on the clock of `view.started_s`."""
    return JobProgress(
        phase=view.phase,
        elapsed_s=None if view.started_s is None else max(0.0, now_s - view.started_s),
        usual_s=view.expected_s,
        fraction=view.fraction,
        message=view.message,
        place=view.place,
        position=view.position,
        retry_in_s=None if view.retry_at_s is None else max(0.0, view.retry_at_s - now_s),
        attempt=view.attempt,
        trouble=view.trouble,
        offline=view.offline,
        held=view.held,
    )


def service_name(provider: str) -> str:
    """How a service is called in a sentence."""
    known = service_info(provider)
    return known.title if known is not None else provider.capitalize()


def stage_of(record: JobRecord, progress: JobProgress = NOTHING_KNOWN) -> Stage:
    """The stage of a run. A run that ended has ended, whatever its last live facts said."""
    if (end := _ENDS.get(record.state)) is not None:
        return end
    if progress.held:
        return Stage.WAITING
    stage = _PHASES.get(progress.phase, Stage.RUNNING)
    not_sent = record.state is JobState.PREPARED
    return Stage.OFFLINE if progress.offline and not_sent and stage is Stage.WAITING else stage


def hangs_on_connection(record: JobRecord) -> bool:
    """Whether a run was sent and its one connection is all there is of it: no number, no way back.
    Who stops waiting then does not know what becomes of it."""
    return record.state is JobState.SENDING and record.delivery.way is not Way.QUEUE


def bar_value(stage: Stage, progress: JobProgress) -> float | None:
    """How far the bar is, 0 to 1; None where nothing is known or nothing may move."""
    if stage is not Stage.RUNNING:
        return None
    if progress.fraction is not None:
        return min(1.0, max(0.0, progress.fraction))
    if progress.usual_s and progress.elapsed_s is not None:
        return min(GUESS_STOPS_AT, progress.elapsed_s / progress.usual_s)
    return None


def is_slow(progress: JobProgress) -> bool:
    elapsed = progress.elapsed_s or 0.0
    return elapsed >= SLOW_AFTER_S and elapsed > (progress.usual_s or 0.0)


def running_words(progress: JobProgress) -> str:
    """What stands after "Running": the share done, the time, or what is in the way."""
    if progress.trouble and progress.phase is Phase.STORING:
        return f"{progress.trouble.rstrip('.')}, still trying"
    if progress.trouble:
        return "connection lost, still trying"
    if (doing := _DOING.get(progress.phase)) is not None:
        return doing
    if is_slow(progress):
        return f"slower than usual, still working, {seconds_words(progress.elapsed_s or 0.0)}"
    if progress.fraction is not None:
        return f"{round(100 * min(1.0, max(0.0, progress.fraction)))} %"
    return time_words(progress)


def waiting_words(record: JobRecord, progress: JobProgress) -> str:
    """What stands after "Waiting": the place in the line, where somebody said it."""
    if progress.held:
        return "until its connection works"
    if progress.position is not None:
        return f"{ordinal(progress.position + 1)} in line at {service_name(record.provider)}"
    if progress.place is not None:
        return f"{ordinal(progress.place)} in line"
    if progress.phase is Phase.QUEUED:
        return f"at {service_name(record.provider)}"
    return ""


def time_words(progress: JobProgress) -> str:
    """The time so far, against the usual time where that is known: "5 s of about 9 s"."""
    if progress.elapsed_s is None:
        return ""
    elapsed = seconds_words(progress.elapsed_s)
    if not progress.usual_s:
        return elapsed
    usual = seconds_words(max(1.0, round(progress.usual_s)))
    if progress.elapsed_s <= progress.usual_s:
        return f"{elapsed} of about {usual}"
    return f"{elapsed}, usually about {usual}"


def seconds_words(seconds: float) -> str:
    """Whole seconds as a clock would show them: "5 s", "2 min 5 s"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s"


def countdown(seconds: float) -> str:
    """Minutes and seconds up to the next whole second, so that 0:00 means now."""
    whole = max(0, -int(-seconds // 1))
    return f"{whole // 60}:{whole % 60:02d}"


def ordinal(number: int) -> str:
    """1st, 2nd, 11th."""
    teens = number % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
