"""The progress of runs on a terminal; nothing where there is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kontext_studio.cli.terminal import plain
from kontext_studio.core.history import JobId
from kontext_studio.workbench.announcements import (
    Announcement,
    Announcer,
    JobChanged,
    PreviewArrived,
)
from kontext_studio.workbench.progress import JobView, Phase

if TYPE_CHECKING:
    from rich.progress import TaskID

_WORDS = {
    Phase.WAITING: "Waiting",
    Phase.STARTING: "Connecting",
    Phase.UPLOADING: "Uploading",
    Phase.SENDING: "Sending",
    Phase.QUEUED: "In the queue",
    Phase.RUNNING: "Running",
    Phase.DOWNLOADING: "Downloading",
    Phase.STORING: "Saving",
    Phase.RETRYING: "Waiting to try again",
    Phase.CANCELLING: "Cancelling",
}


@contextmanager
def shown_progress(announcer: Announcer) -> Iterator[None]:
    """Show what the runs are doing while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.description}", markup=False)  # “[red]” is text like any other
    columns = (SpinnerColumn(), words, BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[JobId, TaskID] = {}
        views: dict[JobId, JobView] = {}
        previews: Counter[JobId] = Counter()

        def hear(what: Announcement) -> None:
            match what:
                case PreviewArrived(job, _):
                    previews[job] += 1
                case JobChanged(view):
                    job = view.record.id
                    views[job] = view
                case _:
                    return
            if job in views:
                show(views[job])

        def show(view: JobView) -> None:
            job = view.record.id
            if job not in tasks:
                tasks[job] = bars.add_task("", total=None)
            bars.update(tasks[job], description=_line(view, previews[job]), visible=view.active)
            if view.fraction is not None:
                bars.update(tasks[job], total=1.0, completed=view.fraction)

        stop = announcer.subscribe(hear)
        try:
            yield
        finally:
            stop()


def _line(view: JobView, previews: int) -> str:
    text = view.record.request.instruction
    short = text if len(text) <= 48 else text[:47] + "…"
    word = _WORDS.get(view.phase, "")
    if view.phase is Phase.QUEUED and view.position is not None:
        word = f"Position {view.position + 1} in the queue"
    if view.phase is Phase.RUNNING and previews:
        word = f"Preview {previews}"
    said = view.trouble or view.message
    line = f"{word}: {short}" + (f" ({said})" if said else "")
    return " ".join(plain(line).split())
