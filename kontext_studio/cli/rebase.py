"""`rebase`: the edits of a chain from its untouched original, free or run again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import typer

from kontext_studio.cli.carrying_out import demand_inside
from kontext_studio.cli.deriving import tell_made
from kontext_studio.cli.line import demand_agreed, demand_known, run_line, say_made
from kontext_studio.cli.look import FILE, STEP
from kontext_studio.cli.pixel_work import bar
from kontext_studio.cli.reporting import JSON_OPTION, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import find_step, session_json, step_words
from kontext_studio.cli.terminal import print_json, say
from kontext_studio.core.history import Node
from kontext_studio.workbench.bench import Workbench


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
        again: bool = typer.Option(
            False, "--again", help="With --paid: from nothing, whatever was run of it before."
        ),
        yes: bool = typer.Option(False, "-y", "--yes", help="Pay the price without asking."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """The edits that led to a step, on the original: free, what each changed is stacked on it
        and the rest stays to the last bit."""

        async def work(bench: Workbench) -> None:
            if merged and not paid:
                raise Usage("“--merged” goes with --paid.")
            if again and not paid:
                raise Usage("“--again” goes with --paid.")
            await bench.open_session(file)
            node = find_step(bench.session, step)
            if paid:
                await _run_again(bench, node, merged=merged, again=again, yes=yes, as_json=as_json)
                return
            with ExitStack() as stack:
                progress = bar(stack, "Rebasing")
                made = await bench.rebasing.rebase(node.id, progress=progress)
            tell_made(bench, made, as_json=as_json)

        run(work, as_json=as_json)


async def _run_again(
    bench: Workbench, node: Node, *, merged: bool, again: bool, yes: bool, as_json: bool
) -> None:
    """Tell the price, then run what was agreed to. What was made stays where a run ends badly, and
    what is left stays in line, with which the same command goes on."""
    await bench.turns.settle()  # a result of the time before may just have come
    plan = bench.rebasing.plan_paid(node.id, merged=merged, again=again)
    before: tuple[Node, ...] = ()
    if plan.begun is not None:
        before = bench.session.history.path(plan.begun.queue.on)[1:]
        demand_known(bench)
        demand_inside(bench, before[-1:])
        if before:
            many = f"{len(before)} of {len(plan.drafts)} turns were"
            say(f"Going on: {'1 turn was' if len(before) == 1 else many} run before.")
        if plan.begun.under_way:
            say("What was sent is fetched first.")
    elif not again and (made := bench.rebasing.made_of(plan, node.id)):
        demand_inside(bench, made)
        _tell(bench, made, (), as_json=as_json)
        step = step_words(bench.session, made[-1])
        say(f"Step {step} is that already. Nothing was sent; “--again” runs it once more.")
        return
    texts = plan.begun.to_order if plan.begun is not None else plan.instructions
    where = " left" if plan.begun is not None else " from the original"
    demand_agreed(bench, texts, plan.price, yes=yes, where=where)
    await bench.rebasing.begin_paid(node.id, merged=merged, again=again)
    new = await run_line(bench)
    _tell(bench, (*before, *new), new, as_json=as_json)


def _tell(bench: Workbench, turns: Sequence[Node], new: Sequence[Node], *, as_json: bool) -> None:
    """What the turns became, those of earlier calls included."""
    if not as_json:
        say_made(bench, turns)
        return
    body = session_json(bench, [one.id for one in new])
    print_json({**body, "rebased": [one.id for one in turns]})
