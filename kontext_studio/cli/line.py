"""`line`: the instructions that stand in line in a session: what they are, run, or forgotten."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from kontext_studio.cli.carrying_out import demand_inside, ended
from kontext_studio.cli.look import FILE
from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.question import confirmed
from kontext_studio.cli.reporting import JSON_OPTION, Reported, Unfinished, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import session_json, step_words
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import AlreadyRunning, StudioError
from kontext_studio.core.history import Node
from kontext_studio.core.result import Cost
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.money import money_words
from kontext_studio.workbench.prices import demand_within_limit
from kontext_studio.workbench.turns_view import TurnsView


def register(app: typer.Typer) -> None:
    @app.command()
    def line(
        file: Path = FILE,
        run_all: bool = typer.Option(False, "--run", help="Run all of them, one after the other."),
        discard: bool = typer.Option(False, "--discard", help="Forget them. Nothing is deleted."),
        yes: bool = typer.Option(False, "-y", "--yes", help="Pay the price without asking."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """What stands in line to be run, each on what comes of the one before: list it, run it,
        discard it."""

        async def work(bench: Workbench) -> None:
            if run_all and discard:
                raise Usage("“--run” does not go with “--discard”.")
            await bench.open_session(file, read_only=not (run_all or discard))
            await bench.turns.settle()
            new: list[Node] = []
            if discard:
                await bench.turns.discard()
            elif run_all and (view := bench.turns.view()) is not None:
                demand_known(bench)
                demand_agreed(bench, view.to_order, view.to_pay, yes=yes)
                new = await run_line(bench)
            _show(bench, new, as_json=as_json)

        run(work, as_json=as_json)


def demand_known(bench: Workbench) -> None:
    """Raise AlreadyRunning where nobody knows what became of the run of the next one."""
    view, job = bench.turns.view(), bench.turns.next_run
    if view is None or job is None or job.id in bench.session.dismissed:
        return
    if job.may_be_looked_for:
        file = shlex.quote(str(bench.path))
        raise AlreadyRunning(
            f"Turn {view.queue.done + 1} of {view.queue.total} was sent, and its outcome is "
            "unknown.",
            hint=f"“kontext-studio resume {file}” looks for it; after “kontext-studio dismiss "
            f"{file} {job.id}” it is run once more.",
        )


def demand_agreed(
    bench: Workbench, texts: Sequence[str], price: Cost | None, *, yes: bool, where: str = ""
) -> None:
    """Raise where these runs together would pass the limit, or where they cost something and
    nobody agreed to that."""
    # The first turns alone would be paid for nothing.
    limit = bench.settings.spend_limit_usd
    demand_within_limit(price, bench.spent(), limit, runs=len(texts))
    if price is not None and not price.amount:
        return
    count = "1 run" if len(texts) == 1 else f"{len(texts)} runs"
    cost = f"about {money_words(price.amount, price.currency)}" if price else "an unknown price"
    words = f"{count}{where}, {cost}."
    if yes:
        say(words)
        return
    if not sys.stdin.isatty():
        raise Usage(words, hint="Nothing was sent. “--yes” runs them.")
    for number, text in enumerate(texts, start=1):
        say(f"{number}. {text}")
    if not confirmed(f"{words} Run them?"):
        say("Nothing was sent.")
        raise Reported(0)


async def run_line(bench: Workbench) -> list[Node]:
    """Run all that stands in line and return what came of it. Raise Unfinished: what was made stays
    and what is left stays in line."""
    new: list[Node] = []
    try:
        with shown_progress(bench.announcer):
            while (job := await bench.turns.run(all_of_them=False)) is not None:
                made = await ended(bench, job)
                new.append(made[0])
                await bench.turns.settle()
                demand_inside(bench, made)
    except StudioError as fault:
        raise Unfinished(fault, _body(bench, new)) from fault
    except asyncio.CancelledError:
        say("What is left stands in line: the same command goes on with it.")
        raise
    return new


def _body(bench: Workbench, new: list[Node]) -> dict[str, object]:
    return {**session_json(bench, [one.id for one in new]), "line": _line_json(bench)}


def _line_json(bench: Workbench) -> dict[str, object] | None:
    view = bench.turns.view()
    if view is None:
        return None
    queue = view.queue
    return {
        "left": list(queue.left),
        "total": queue.total,
        "done": queue.done,
        "on": queue.on,
        "branches": queue.branches,
        "cost": view.to_pay.to_json() if view.to_pay else None,
        "stopped": view.stopped or None,
    }


def _show(bench: Workbench, new: list[Node], *, as_json: bool) -> None:
    if as_json:
        print_json(_body(bench, new))
        return
    say_made(bench, new)
    view = bench.turns.view()
    if view is None:
        write_line("Nothing stands in line.")
        return
    for words in _lines(bench, view):
        write_line(words)


def _lines(bench: Workbench, view: TurnsView) -> list[str]:
    queue = view.queue
    on = step_words(bench.session, bench.session.history[queue.on])
    each = "Each of them" if queue.branches else "The next one"
    lines = [f"{queue.done + place}. {text}" for place, text in enumerate(queue.left, start=1)]
    return [*lines, f"{each} edits step {on}.", *filter(None, [view.stopped])]


def say_made(bench: Workbench, made: Sequence[Node]) -> None:
    """A line for each step that came of a turn."""
    for one in made:
        words = one.request.instruction if one.request else ""
        write_line(f"{step_words(bench.session, one)}  {one.id}  {words}")
