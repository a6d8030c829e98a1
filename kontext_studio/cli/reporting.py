"""What a command prints, JSON on standard output and sentences on standard error; how it ends."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable

import typer

from kontext_studio.core.errors import StudioError
from kontext_studio.core.jobs import JobFault
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench

log = logging.getLogger(__name__)

JSON_OPTION = typer.Option(False, "--json", help="Print one JSON object.")


class Reported(Exception):
    """A failure that was printed already; only the exit code is left."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RunFailed(StudioError):
    """A run ended without a picture; carries what the session file says of it."""

    def __init__(self, fault: JobFault, job: str, context: dict[str, object]) -> None:
        super().__init__(fault.message, hint=fault.hint, detail=fault.detail, charged=fault.charged)
        self.kind = fault.kind
        self.exit_code = exit_code_of(fault.kind)
        self.job = job
        self.problems = fault.problems
        self.context = context


def exit_code_of(kind: str) -> int:
    """The exit code that belongs to the kind of a stored fault."""
    todo: list[type[StudioError]] = [StudioError]
    while todo:
        one = todo.pop()
        if one.kind == kind:
            return one.exit_code
        todo.extend(one.__subclasses__())
    return 1


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """A sentence for the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def report(error: StudioError, as_json: bool) -> int:
    """Print a fault in both ways and return its exit code."""
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
        context = error.context if isinstance(error, RunFailed) else {}
        print_json({**context, "error": body})
    say(error.message)
    if error.hint:
        say(error.hint)
    if isinstance(error, RunFailed):
        for line in _suggestions(error):
            say(line)
    return error.exit_code


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

    async def whole() -> None:
        bench = Workbench(Places.from_environment(os.environ), os.environ)
        await bench.start()
        try:
            await work(bench)
        finally:
            await bench.shutdown()

    logging.getLogger("kontext_studio").addHandler(logging.NullHandler())
    try:
        asyncio.run(whole())
    except Reported as end:
        raise typer.Exit(end.code) from None
    except StudioError as error:
        raise typer.Exit(report(error, as_json)) from None
    except KeyboardInterrupt:
        say("Stopped. What was sent is fetched with “kontext-studio resume”.")
        raise typer.Exit(130) from None
    except Exception as error:  # the outermost edge: an inner fault gets words too
        if os.environ.get("KONTEXT_STUDIO_DEBUG"):
            raise
        name = type(error).__name__
        inner = StudioError(
            "Something went wrong inside the app. The session is saved.", detail=name
        )
        inner.hint = f"It was a {name}. Set KONTEXT_STUDIO_DEBUG=1 to see where."
        raise typer.Exit(report(inner, as_json)) from None
