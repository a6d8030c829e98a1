"""The progress of runs on a terminal; nothing where there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kontext_studio.cli.terminal import plain
from kontext_studio.workbench.announcements import Announcement, Announcer, JobChanged
from kontext_studio.workbench.progress import JobView, Phase

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
        tasks = {}

        def hear(what: Announcement) -> None:
            if not isinstance(what, JobChanged):
                return
            view = what.view
            if view.record.id not in tasks:
                tasks[view.record.id] = bars.add_task("", total=None)
            task = tasks[view.record.id]
            bars.update(task, description=_line(view), visible=view.active)
            if view.fraction is not None:
                bars.update(task, total=1.0, completed=view.fraction)

        stop = announcer.subscribe(hear)
        try:
            yield
        finally:
            stop()


def _line(view: JobView) -> str:
    text = view.record.request.instruction
    short = text if len(text) <= 48 else text[:47] + "…"
    word = _WORDS.get(view.phase, "")
    if view.phase is Phase.QUEUED and view.position is not None:
        word = f"Position {view.position + 1} in the queue"
    said = view.trouble or view.message
    line = f"{word}: {short}" + (f" ({said})" if said else "")
    return " ".join(plain(line).split())
