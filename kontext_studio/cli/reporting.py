"""How a command ends: its faults in words and as JSON, and the exit code that belongs to each."""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import typer

from kontext_studio.cli.terminal import print_json, say, why_output_broke
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
from kontext_studio.workbench import money
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.prices import price_of_job
from kontext_studio.workbench.progress import JobView

log = logging.getLogger(__name__)

EXIT_STOPPED = 130
EXIT_UNREAD = 141
"""As a shell tells of a program that writes to a pipe which nobody reads."""

JSON_OPTION = typer.Option(False, "--json", help="Print one JSON object.")

AT_SERVICE = frozenset({JobState.SENDING, JobState.SUBMITTED, JobState.REMOTE_DONE})


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
    """A run ended without a picture, in the session that is open."""

    def __init__(self, view: JobView, bench: Workbench) -> None:
        fault = fault_of(view)
        hint = " ".join(filter(None, [fault.hint, _where_it_waits(view, bench.path)]))
        super().__init__(fault.message, hint=hint, detail=fault.detail, charged=fault.charged)
        self.kind = fault.kind
        self.exit_code = exit_code_of_run(view)
        self.job = view.record.id
        self.problems = fault.problems
        self.charged_words = charged_words_of(bench, view)


class WithoutArea(SessionError):
    """A result could not be put inside the area that was set for it, and was kept as it came."""

    kind = "without_area"


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
    code = exit_code_of(fault_of(view).kind)
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


def charged_words_of(bench: Workbench, view: JobView) -> str:
    """A sentence on what a run without a picture cost; nothing where it says that itself."""
    fault = fault_of(view)
    record = replace(view.record, fault=fault)
    return money.charged_words_of(record, price_of_job(record, bench.catalogue), fault.message)


def _where_it_waits(view: JobView, session: Path) -> str:
    record = view.record
    if record.state not in AT_SERVICE or record.provider == EMBEDDED:
        return ""
    if session.exists():
        return f"“kontext-studio resume {shlex.quote(str(session))}” goes on with it."
    return f"The service has it as {record.remote.request_id}." if record.remote else ""


def fault_of(view: JobView) -> JobFault:
    """Why a run has not come to its picture, also where that could not be written down."""
    record = view.record
    if record.fault is not None:
        return record.fault
    sent = record.state is not JobState.PREPARED and record.provider != EMBEDDED
    charged = Charged.MAYBE if sent else Charged.NO
    if view.trouble:
        return JobFault(SessionError.kind, view.trouble, charged=charged)
    return JobFault(StudioError.kind, "The run has not ended.", charged=charged)


def report(
    error: StudioError,
    as_json: bool,
    context: Mapping[str, object] | None = None,
    *,
    said: Collection[str] = (),
) -> int:
    """Print a fault in both ways and return its exit code. What was `said` is not said again."""
    if isinstance(error, Unfinished):
        return report(error.fault, as_json, error.context, said=said)
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
    if not any(one.startswith(error.message) for one in said):
        say(error.message)
    charged = error.charged_words if isinstance(error, RunFailed) else ""
    if charged or error.hint:
        say(f"{charged} {error.hint}".strip())
    if isinstance(error, RunFailed):
        for line in _suggestions(error):
            say(line)
    return error.exit_code


def report_inner(error: Exception, as_json: bool) -> int:
    """An inner fault: one sentence here, the whole story in the log."""
    log.error("inner fault of a command", exc_info=error)
    inner = StudioError(
        "Something went wrong inside the app. What was saved is saved.",
        hint=f"It was a {type(error).__name__}; the log says where: {places().log_file}",
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


def report_output(code: int) -> int:
    """The exit code of a command that would end with `code`, where what it wrote did not arrive."""
    fault = why_output_broke()
    if fault is None:
        return code
    if isinstance(fault, BrokenPipeError):  # whoever read it has seen enough
        return code or EXIT_UNREAD
    rest = "" if code else " The rest was done."
    say(f"The output could not be written ({fault.strerror}).{rest}")
    return code or 1


def places() -> Places:
    return Places.from_environment(os.environ)
