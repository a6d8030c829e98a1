"""`rebase`: the edits of a chain from its untouched original, free or run again."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import typer

from kontext_studio.cli.carrying_out import demand_inside, run_order
from kontext_studio.cli.look import FILE, STEP
from kontext_studio.cli.pixel_work import bar
from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import EXIT_STOPPED, JSON_OPTION, Reported, Unfinished, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import find_step, session_json, step_words
from kontext_studio.cli.terminal import ask, print_json, say, write_line
from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.money import money_words
from kontext_studio.workbench.prices import demand_within_limit
from kontext_studio.workbench.rebasing import PaidRebase


def register(app: typer.Typer) -> None:
    @app.command()
    def rebase(
        file: Path = FILE,
        step: str = STEP,
        paid: bool = typer.Option(
            False, "--paid", help="Run the instructions again from the original instead."
        ),
        merged: bool = typer.Option(
            False, "--merged", help="With --paid: all of them as one instruction, in one run."
        ),
        yes: bool = typer.Option(False, "-y", "--yes", help="Pay the price without asking."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """The edits that led to a step, on the original: free, what each changed is stacked on it
        and the rest stays to the last bit."""

        async def work(bench: Workbench) -> None:
            if merged and not paid:
                raise Usage("“--merged” goes with --paid.")
            await bench.open_session(file)
            node = find_step(bench.session, step)
            if paid:
                await _run_again(bench, node, merged=merged, yes=yes, as_json=as_json)
                return
            with ExitStack() as stack:
                progress = bar(stack, "Rebasing")
                made = await bench.rebasing.rebase(node.id, progress=progress)
            if as_json:
                print_json(session_json(bench, [made.id]))
                return
            size = f"{made.image.width} × {made.image.height}"
            write_line(f"{step_words(bench.session, made)}  {made.id}  {size}  {made.title}")
            for note in made.notes:
                write_line(f"    {note}")

        run(work, as_json=as_json)


async def _run_again(
    bench: Workbench, node: Node, *, merged: bool, yes: bool, as_json: bool
) -> None:
    """Tell the price, then run what was agreed to; what was made stays where a run ends badly."""
    plan = bench.rebasing.plan_paid(node.id, merged=merged)
    # The first turns alone would be paid for nothing.
    demand_within_limit(plan.price, bench.spent(), bench.settings.spend_limit_usd)
    _demand_agreed(plan, yes=yes)
    new: list[Node] = []
    on = plan.original
    try:
        with shown_progress(bench.announcer):
            for place in range(len(plan.drafts)):
                order = await bench.areas.fitted(plan.order(place, on))
                made = await run_order(bench, order)
                new.append(made[0])
                on = made[0].id
                demand_inside(bench, made)
    except StudioError as fault:
        raise Unfinished(fault, session_json(bench, [one.id for one in new])) from fault
    if as_json:
        print_json(session_json(bench, [one.id for one in new]))
        return
    for one in new:
        words = one.request.instruction if one.request else ""
        write_line(f"{step_words(bench.session, one)}  {one.id}  {words}")


def _demand_agreed(plan: PaidRebase, *, yes: bool) -> None:
    """Raise Usage where it costs something and nobody agreed to that."""
    count = "1 run" if len(plan.drafts) == 1 else f"{len(plan.drafts)} runs"
    price = plan.price
    if price is not None and not price.amount:
        return
    cost = f"about {money_words(price.amount, price.currency)}" if price else "an unknown price"
    words = f"{count} from the original, {cost}."
    if yes:
        say(words)
        return
    if not sys.stdin.isatty():
        raise Usage(words, hint="Nothing was sent. “--yes” runs them.")
    for number, text in enumerate(plan.instructions, start=1):
        say(f"{number}. {text}")
    if not confirmed(f"{words} Run them?"):
        say("Nothing was sent.")
        raise Reported(0)


def confirmed(question: str) -> bool:
    """Ask on the terminal. Ctrl+C, which waits for nothing here, and the end of the input are no
    answer: raise Reported."""
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            ask(f"{question} [y/N]: ")
            # Not input(): it drops what is raised in the streams it looks at first, also Ctrl+C.
            line = sys.stdin.buffer.readline()
            answer = line.strip().lower()
            if answer in (b"y", b"yes"):
                return True
            if line and answer in (b"", b"n", b"no"):
                return False
            if not line:
                raise KeyboardInterrupt
            say("Answer y or n.")
    except KeyboardInterrupt:
        say("\nNothing was sent.")
        raise Reported(EXIT_STOPPED) from None
    finally:
        signal.signal(signal.SIGINT, heard)
