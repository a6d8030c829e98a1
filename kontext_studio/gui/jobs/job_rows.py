"""The rows of the jobs list as plain values, built from the runs' records and their live facts.

Promises the order running, waiting, failed, done today, and that no charge is claimed that nobody
stated; refuses to know widgets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kontext_studio.core.history import JobId, Node
from kontext_studio.core.images import Sha256
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.gui.history.names import cost_words, headline, took_words
from kontext_studio.gui.jobs.job_cards import JobCard, card_of
from kontext_studio.gui.jobs.progress import (
    NOTHING_KNOWN,
    JobProgress,
    Stage,
    bar_value,
    hangs_on_connection,
    is_slow,
    running_words,
    seconds_words,
    service_name,
    stage_of,
    waiting_words,
)

_ORDER = (
    (Stage.RUNNING, Stage.CANCELLING),
    (Stage.RETRYING, Stage.WAITING, Stage.OFFLINE),
    (Stage.PAUSED, Stage.FAILED, Stage.BLOCKED, Stage.UNKNOWN, Stage.CANCELLED),
    (Stage.DONE,),
)
_GROUP = {stage: group for group, stages in enumerate(_ORDER) for stage in stages}
_FAILED_GROUP, _DONE_GROUP = 2, 3
_MOST_DONE = 20
STOP_WAITING = "Stop waiting"
MAY_BE_CHARGED = "The service may go on with it, and may charge for it"


@dataclass(frozen=True, slots=True)
class JobInputs:
    """Everything the list is made from. `prices` are what a failed run may have cost; `elsewhere`
    is what a refused run of the embedded engine can be sent to instead, with its price
    ("Send to Kontext pro · $0.04"); nothing where nothing else is connected. `now` is seconds
    since 1970."""

    session: Session
    jobs: Mapping[JobId, JobRecord] = field(default_factory=dict)
    progress: Mapping[JobId, JobProgress] = field(default_factory=dict)
    prices: Mapping[JobId, Cost] = field(default_factory=dict)
    elsewhere: Mapping[JobId, str] = field(default_factory=dict)
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class JobRow:
    """One run. `line` is its state in words, `progress` the bar (0 to 1, None is unknown),
    `has_bar` whether there is one at all. Rows that need more than a line have a `card`."""

    id: JobId
    stage: Stage
    title: str
    full_text: str
    line: str
    sha: Sha256 | None = None
    icon: str = ""
    progress: float | None = None
    has_bar: bool = False
    can_cancel: bool = False
    cancel_words: str = "Cancel"
    cancel_tip: str = ""
    card: JobCard | None = None

    @property
    def spoken(self) -> str:
        said = self.card.title if self.card is not None else self.line
        return f"{self.title}, {said.replace(' · ', ', ').replace('…', '')}"


@dataclass(frozen=True, slots=True)
class JobListing:
    """The rows, and what the header says of them: "1 running · 1 waiting"."""

    rows: tuple[JobRow, ...] = ()
    summary: str = "No jobs"


def list_jobs(inputs: JobInputs) -> JobListing:
    """The runs to show: open ones that were not put away, and those done on this day."""
    pictures: dict[JobId, list[Node]] = {}
    for node in inputs.session.history:
        if node.job is not None:
            pictures.setdefault(node.job, []).append(node)
    shown: list[tuple[int, float, JobRow]] = []
    done: list[tuple[int, float, JobRow]] = []
    for record in inputs.jobs.values():
        if record.id in inputs.session.dismissed:
            continue
        row = job_row(inputs, record, pictures.get(record.id, []))
        if row.stage is not Stage.DONE:
            # The oldest run comes first, but the newest failure: it is what was just asked for.
            sign = -1.0 if _GROUP[row.stage] == _FAILED_GROUP else 1.0
            shown.append((_GROUP[row.stage], sign * record.step, row))
        elif _same_day(_ended(record, pictures.get(record.id, [])), inputs.now):
            done.append((_DONE_GROUP, -float(record.step), row))
    shown.sort(key=lambda one: one[:2])
    done.sort(key=lambda one: one[:2])
    rows = tuple(row for _, _, row in (*shown, *done[:_MOST_DONE]))
    return JobListing(rows, summary_of(rows))


def job_row(inputs: JobInputs, record: JobRecord, pictures: list[Node]) -> JobRow:
    """One run as it is now; `pictures` are its finished steps."""
    progress = inputs.progress.get(record.id, NOTHING_KNOWN)
    stage = stage_of(record, progress)
    sha = record.request.inputs[0].sha256 if record.request.inputs else None
    if stage is Stage.DONE and pictures:
        sha = pictures[0].image.sha256
    cost = inputs.prices.get(record.id)
    return JobRow(
        id=record.id,
        stage=stage,
        title=headline(record.request.instruction) or "No instruction",
        full_text=record.request.instruction,
        line=state_line(record, progress, pictures),
        sha=sha,
        icon="hourglass" if stage is Stage.WAITING else "",
        progress=bar_value(stage, progress),
        has_bar=stage is Stage.RUNNING,
        can_cancel=stage in (Stage.RUNNING, Stage.WAITING),
        cancel_words=STOP_WAITING if hangs_on_connection(record) else "Cancel",
        cancel_tip=MAY_BE_CHARGED if hangs_on_connection(record) else "",
        card=card_of(record, progress, cost, elsewhere=inputs.elsewhere.get(record.id, "")),
    )


def state_line(record: JobRecord, progress: JobProgress, pictures: list[Node]) -> str:
    """UX J3 to J6: one line of state."""
    stage = stage_of(record, progress)
    match stage:
        case Stage.RUNNING if is_slow(progress) and not progress.trouble:
            elapsed = seconds_words(progress.elapsed_s or 0.0)
            return f"Slower than usual, still working · {elapsed}"
        case Stage.RUNNING:
            words = running_words(progress)
            waits = hangs_on_connection(record) and progress.fraction is None
            doing = "Waiting for the answer" if waits else "In progress"
            variants = f"{record.request.count} variants" if record.request.count > 1 else ""
            return " · ".join(part for part in (doing, words, variants) if part)
        case Stage.WAITING if progress.position is not None:
            return f"Position {progress.position + 1} at {service_name(record.provider)}"
        case Stage.WAITING:
            words = waiting_words(record, progress)
            return f"Waiting · {words}" if words else "Waiting"
        case Stage.CANCELLING:
            return "No longer waiting…" if hangs_on_connection(record) else "Cancelling…"
        case Stage.DONE:
            return _done_line(pictures)
    return ""


def summary_of(rows: tuple[JobRow, ...]) -> str:
    """ "1 running · 1 retrying · 2 waiting · 1 failed · 1 unknown · 1 cancelled"."""
    names = ("running", "retrying", "waiting", "failed", "unknown", "cancelled")
    counts = dict.fromkeys(names, 0)
    for row in rows:
        if row.stage in (Stage.RUNNING, Stage.CANCELLING):
            counts["running"] += 1
        elif row.stage is Stage.RETRYING:
            counts["retrying"] += 1
        elif row.stage in (Stage.WAITING, Stage.OFFLINE):
            counts["waiting"] += 1
        elif row.stage is Stage.CANCELLED:
            counts["cancelled"] += 1
        elif row.stage is Stage.UNKNOWN:
            counts["unknown"] += 1
        elif row.stage is not Stage.DONE:
            counts["failed"] += 1
    words = [f"{count} {word}" for word, count in counts.items() if count]
    done = sum(row.stage is Stage.DONE for row in rows)
    if not words and done:
        return f"{done} done today"
    return " · ".join(words) or "No jobs"


def _done_line(pictures: list[Node]) -> str:
    result = next((node.result for node in pictures if node.result is not None), None)
    if result is None:
        return "Done"
    parts = ["Done"]
    if result.seconds is not None:
        parts.append(took_words(result.seconds))
    if len(pictures) > 1:
        parts.append(f"{len(pictures)} variants")
    if result.cost is not None:
        parts.append(cost_words(result.cost))
    return " · ".join(parts)


def _ended(record: JobRecord, pictures: list[Node]) -> float:
    return pictures[0].created if pictures else record.created


def _same_day(then: float, now: float) -> bool:
    return datetime.fromtimestamp(then).date() == datetime.fromtimestamp(now).date()
