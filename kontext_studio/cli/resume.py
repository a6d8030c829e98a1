"""`resume` and `dismiss`: what was sent and has not come to a picture yet."""

from __future__ import annotations

import asyncio
import shlex
from functools import partial
from pathlib import Path

import typer

from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import (
    JSON_OPTION,
    Reported,
    charged_words_of,
    exit_code_of_run,
)
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import job_json, session_json
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadInput, Charged, OutcomeUnknown
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.progress import JobView

FILE = typer.Argument(..., metavar="SESSION", help="A .kontext file.")

_BECAME = {
    JobState.PREPARED: "not sent",
    JobState.SENDING: "being sent",
    JobState.SUBMITTED: "still at the service",
    JobState.REMOTE_DONE: "finished, not stored yet",
    JobState.STORED: "stored",
    JobState.FAILED: "failed",
    JobState.BLOCKED: "blocked",
    JobState.CANCELLED: "cancelled",
    JobState.UNKNOWN: "outcome unknown",
}


def register(app: typer.Typer) -> None:
    @app.command()
    def resume(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """Fetch what was sent and is not stored yet. Nothing is sent again.

        What was lost while sending is looked for, and what each run became is said.
        """

        async def work(bench: Workbench) -> None:
            # 1. What is open is known before the runs are taken up.
            await bench.open_session(file, read_only=True)
            taken_up = {view.record.id for view in bench.runs.views() if _is_open(view)}
            # 2. All of them at once, the oldest first.
            await bench.open_session(file)
            opened = bench.path
            with shown_progress(bench.announcer):
                await bench.runs.wait_all()
                # Those whose answer was lost: the service's own list may show them. And those that
                # were paid for, and that it did not have when it was asked.
                lost = {
                    view.record.id: view.record.state
                    for view in bench.runs.views()
                    if view.record.may_be_looked_for and not _is_settled(bench, view)
                }
                await asyncio.gather(*(bench.look_for(job) for job in lost))
            # 3. What they became.
            views = bench.runs.views()
            unknown = [view for view in views if _is_unsettled(bench, view)]
            states = {view.record.id: view.record.state for view in views}
            taken_up |= {job for job, before in lost.items() if states[job] is not before}
            fetched = [view for view in views if view.record.id in taken_up]
            if as_json:
                jobs = [
                    {**job_json(bench, view), "taken_up": view.record.id in taken_up}
                    for view in views
                ]
                print_json({**session_json(bench), "jobs": jobs})
            else:
                _say_all(bench, fetched, unknown)
                if bench.path != opened:  # it was moved or deleted meanwhile
                    write_line(f"Session: {bench.path}")
            code = max((exit_code_of_run(view) for view in fetched), default=0)
            if unknown:
                code = OutcomeUnknown.exit_code
            if code:
                raise Reported(code)

        run(work, as_json=as_json)

    @app.command()
    def dismiss(
        file: Path = FILE,
        runs: list[str] = typer.Argument(..., metavar="RUN...", help="Ids of runs, or “unknown”."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Settle runs that ended without a picture: they are kept, and not told of again."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file)
            settled = list(dict.fromkeys(job for words in runs for job in _named(bench, words)))
            for job in settled:
                await bench.act(partial(Session.dismiss, job=job))
            if as_json:
                print_json({"session": str(bench.path), "dismissed": settled})
            else:
                write_line(f"{_runs(len(settled))} dismissed.")

        run(work, as_json=as_json)


def _is_open(view: JobView) -> bool:
    return not view.record.ended and view.record.state is not JobState.PREPARED


def _is_unsettled(bench: Workbench, view: JobView) -> bool:
    """Whether nobody knows if the run was charged, and nobody has taken note of that."""
    return view.record.state is JobState.UNKNOWN and not _is_settled(bench, view)


def _is_settled(bench: Workbench, view: JobView) -> bool:
    return view.record.id in bench.session.dismissed


def _named(bench: Workbench, words: str) -> list[JobId]:
    """The run of this id, or all whose outcome is unknown. Raise BadInput."""
    if words == "unknown":
        return [view.record.id for view in bench.runs.views() if _is_unsettled(bench, view)]
    found = next((view for view in bench.runs.views() if view.record.id == words), None)
    if found is None:
        raise BadInput(
            f"There is no run “{words}” in this session.",
            hint="“kontext-studio resume --json” lists them.",
        )
    if not found.record.ended:
        raise BadInput(f"Run {words} has not ended.", hint="Only what has ended is dismissed.")
    return [found.record.id]


def _say_all(bench: Workbench, fetched: list[JobView], unknown: list[JobView]) -> None:
    if not fetched:
        write_line("Nothing is under way.")
    for view in (*fetched, *(one for one in unknown if one not in fetched)):
        _say_one(bench, view)
    # What money is gone for is told until somebody has taken note of it.
    for view in bench.runs.views():
        if _is_paid_for_nothing(bench, view) and view not in (*fetched, *unknown):
            _say_one(bench, view)
    if unknown:
        write_line(
            f"The outcome of {_runs(len(unknown))} is unknown: perhaps charged, never sent again."
        )
        ids = " ".join(view.record.id for view in unknown)
        write_line(f"To settle: kontext-studio dismiss {shlex.quote(str(bench.path))} {ids}")


def _say_one(bench: Workbench, view: JobView) -> None:
    record = view.record
    words = f"{_BECAME[record.state]}: {record.request.instruction}"
    if record.state is not JobState.STORED and (record.fault or view.trouble):
        reason = record.fault.message if record.fault else view.trouble
        if record.state is JobState.UNKNOWN and view.trouble not in ("", reason):
            reason = f"{reason} {view.trouble}"  # why it was not found
        words = f"{words} ({reason})"
        charged = charged_words_of(bench, view) if record.state is not JobState.PREPARED else ""
        words = f"{words} {charged}".rstrip()
    write_line(words)


def _is_paid_for_nothing(bench: Workbench, view: JobView) -> bool:
    fault = view.record.fault
    paid = fault is not None and fault.charged is not Charged.NO
    return view.record.ended and paid and not _is_settled(bench, view)


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
