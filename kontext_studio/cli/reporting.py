"""How a command ends: its faults in words and as JSON, and the exit code that belongs to each."""

from __future__ import annotations

import asyncio
import logging
import os
import shlex
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import typer

from kontext_studio.cli.session_json import job_json, session_json
from kontext_studio.cli.terminal import end_output, print_json, say
from kontext_studio.core.errors import (
    BadInput,
    Charged,
    OutcomeUnknown,
    ProviderError,
    SessionError,
    StudioError,
)
from kontext_studio.core.jobs import JobFault, JobState
from kontext_studio.core.route import EMBEDDED
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.progress import JobView

log = logging.getLogger(__name__)

EXIT_STOPPED = 130

JSON_OPTION = typer.Option(False, "--json", help="Print one JSON object.")


_AT_SERVICE = frozenset({JobState.SENDING, JobState.SUBMITTED, JobState.REMOTE_DONE})


class Reported(Exception):
    """A failure that was printed already; only the exit code is left."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Usage(BadInput):
    """An option's value is none that it takes."""

    exit_code = 2
    kind = "usage"


class RunFailed(StudioError):
    """A run ended without a picture, in the session that lies at `session`."""

    def __init__(self, view: JobView, session: Path) -> None:
        fault = _fault_of(view)
        hints = [fault.hint] if fault.hint else []
        if view.record.state in _AT_SERVICE and view.record.provider != EMBEDDED:
            hints.append(f"“kontext-studio resume {shlex.quote(str(session))}” goes on with it.")
        hint = " ".join(hints)
        super().__init__(fault.message, hint=hint, detail=fault.detail, charged=fault.charged)
        self.kind = fault.kind
        self.exit_code = exit_code_of_run(view)
        self.job = view.record.id
        self.problems = fault.problems


class Unfinished(StudioError):
    """A command stopped half way; `context` is what its JSON says of what was done until then."""

    def __init__(self, fault: StudioError, context: Mapping[str, object]) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.context = context


def exit_code_of_run(view: JobView) -> int:
    """The exit code that belongs to where a run stands; 0 where nothing is wrong with it."""
    record = view.record
    if record.state in (JobState.STORED, JobState.CANCELLED):
        return 0
    if record.state is JobState.UNKNOWN:
        return OutcomeUnknown.exit_code
    code = exit_code_of(_fault_of(view).kind)
    if code == BadInput.exit_code and record.remote is not None:
        return ProviderError.exit_code  # the service's picture, not the person's
    return code


def is_refused_for_free(view: JobView) -> bool:
    """Whether a run has ended with a no that cost nothing."""
    fault = view.record.fault
    if not view.record.ended or fault is None or fault.charged is not Charged.NO:
        return False
    return exit_code_of_run(view) in (BadInput.exit_code, ProviderError.exit_code)


def exit_code_of(kind: str) -> int:
    """The exit code that belongs to the kind of a stored fault."""
    todo: list[type[StudioError]] = [StudioError]
    while todo:
        one = todo.pop()
        if one.kind == kind:
            return one.exit_code
        todo.extend(one.__subclasses__())
    return 1


def _fault_of(view: JobView) -> JobFault:
    """Why a run has not come to its picture, also where that could not be written down."""
    record = view.record
    if record.fault is not None:
        return record.fault
    sent = record.state is not JobState.PREPARED and record.provider != EMBEDDED
    charged = Charged.MAYBE if sent else Charged.NO
    if view.trouble:
        return JobFault(SessionError.kind, view.trouble, charged=charged)
    return JobFault(StudioError.kind, "The run has not ended.", charged=charged)


def report(error: StudioError, as_json: bool, context: Mapping[str, object] | None = None) -> int:
    """Print a fault in both ways and return its exit code."""
    if isinstance(error, Unfinished):
        return report(error.fault, as_json, error.context)
    if as_json:
        body: dict[str, object] = {
            "kind": error.kind,
            "message": error.message,
            "hint": error.hint,
            "charged": error.charged.value,
            "job": error.job if isinstance(error, RunFailed) else None,
        }
        if isinstance(error, RunFailed):
            body["problems"] = [dict(problem) for problem in error.problems]
        print_json({**(context or {}), "error": body})
    say(error.message)
    if error.hint:
        say(error.hint)
    if isinstance(error, RunFailed):
        for line in _suggestions(error):
            say(line)
    return error.exit_code


def report_inner(error: Exception, as_json: bool) -> int:
    """An inner fault: one sentence here, the whole story in the log."""
    log.error("inner fault of a command", exc_info=error)
    inner = StudioError(
        "Something went wrong inside the app. What was saved is saved.",
        hint=f"It was a {type(error).__name__}; the log says where: {_places().log_file}",
    )
    return report(inner, as_json)


def _suggestions(error: RunFailed) -> list[str]:
    lines = []
    for problem in error.problems:
        context = problem.get("context")
        can_do = context.get("can_do") if isinstance(context, dict) else None
        if isinstance(can_do, list) and can_do:
            lines.append("It can do: " + "; ".join(str(one) for one in can_do[:6]) + ".")
    return lines


def run(work: Callable[[Workbench], Awaitable[None]], *, as_json: bool) -> None:
    """Run a command's work on a workbench of its own and turn its end into an exit code."""
    stopped: dict[str, object] = {}

    async def whole() -> None:
        bench = Workbench(_places(), os.environ, disk_attempts=3)
        try:
            await bench.start()
            if bench.connections.notice:
                say(bench.connections.notice)
            await work(bench)
        except asyncio.CancelledError:  # Ctrl+C
            stopped.update(_where_it_stands(bench))
            raise
        finally:
            await bench.shutdown()

    try:
        asyncio.run(whole())
    except Reported as end:
        raise typer.Exit(end.code) from None
    except StudioError as error:
        raise typer.Exit(report(error, as_json)) from None
    except BrokenPipeError:  # whoever read the output has seen enough
        end_output()
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        _report_stopped(stopped, as_json)
        raise typer.Exit(EXIT_STOPPED) from None
    except Exception as error:  # noqa: BLE001  # the outermost edge: an inner fault gets words too
        raise typer.Exit(report_inner(error, as_json)) from None


def _places() -> Places:
    return Places.from_environment(os.environ)


def _where_it_stands(bench: Workbench) -> dict[str, object]:
    """What can be said of a session whose command is being stopped."""
    if not bench.is_open:
        return {}
    return {**session_json(bench), "jobs": [job_json(bench, view) for view in bench.runs.views()]}


def _report_stopped(known: Mapping[str, object], as_json: bool) -> None:
    jobs = known.get("jobs")
    at_service = [
        job["id"]
        for job in (jobs if isinstance(jobs, list) else [])
        if job["state"] in _AT_SERVICE and job["provider"] != EMBEDDED
    ]
    hint = ""
    if at_service:
        file = shlex.quote(str(known["session"]))
        hint = f"What was sent is fetched with “kontext-studio resume {file}”."
    if as_json:
        error = {
            "kind": "stopped",
            "message": "Stopped.",
            "hint": hint,
            "charged": (Charged.MAYBE if at_service else Charged.NO).value,
            "job": at_service[-1] if at_service else None,
        }
        print_json({**known, "error": error})
    say(f"Stopped. {hint}".strip())
