"""`align`, `match-colours`, `to-size`, `unprotected`: steps that are computed here from a step and
the one before it. Each is a step of its own; nothing is changed in place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import typer

from kontext_studio.cli.look import FILE, STEP
from kontext_studio.cli.pixel_work import bar
from kontext_studio.cli.reporting import JSON_OPTION, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import find_step, session_json, step_words
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.derivation import Fit
from kontext_studio.core.history import Node, NodeId
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.deriving import Deriving
from kontext_studio.workbench.pixel_work import Progress

Making = Callable[[Deriving, NodeId, Progress], Awaitable[Node]]


def register(app: typer.Typer) -> None:
    @app.command()
    def align(file: Path = FILE, step: str = STEP, as_json: bool = JSON_OPTION) -> None:
        """Move and zoom a step back to where the step before has its content. Refused where the
        camera has changed."""
        _derive(file, step, "Aligning", as_json, lambda by, one, tell: by.align(one, progress=tell))

    @app.command("match-colours")
    def match_colours(
        file: Path = FILE,
        step: str = STEP,
        amount: float = typer.Option(100.0, "--amount", help="How far, in per cent, 1 to 100."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Give a step the colours that what did not change has in the step before."""
        if not 1.0 <= amount <= 100.0:
            raise Usage("“--amount” lies between 1 and 100 per cent.")
        strength = amount / 100.0
        _derive(
            file,
            step,
            "Matching colours",
            as_json,
            lambda by, one, tell: by.match_colours(one, strength=strength, progress=tell),
        )

    @app.command("to-size")
    def to_size(
        file: Path = FILE,
        step: str = STEP,
        fit: Fit | None = typer.Option(
            None,
            "--fit",
            help="One of another shape: cut it off, set it inside the step before, or stretch it; "
            "else as its content fits, and never stretched that was not stretched before.",
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Bring a step to the size of the step before."""
        _derive(
            file,
            step,
            "Bringing to size",
            as_json,
            lambda by, one, tell: by.bring_to_size(one, fit=fit, progress=tell),
        )

    @app.command()
    def unprotected(file: Path = FILE, step: str = STEP, as_json: bool = JSON_OPTION) -> None:
        """Use the result of a step as it came, where an area had been set for it."""
        _derive(file, step, "Reading", as_json, lambda by, one, _tell: by.use_unprotected(one))


def _derive(file: Path, step: str, title: str, as_json: bool, make: Making) -> None:
    async def work(bench: Workbench) -> None:
        await bench.open_session(file)
        node = find_step(bench.session, step)
        with ExitStack() as stack:
            made = await make(bench.deriving, node.id, bar(stack, title))
        tell_made(bench, made, as_json=as_json)

    run(work, as_json=as_json)


def tell_made(bench: Workbench, made: Node, *, as_json: bool) -> None:
    """What the new step is, and what was done."""
    if as_json:
        print_json(session_json(bench, [made.id]))
        return
    size = f"{made.image.width} × {made.image.height}"
    write_line(f"{step_words(bench.session, made)}  {made.id}  {size}  {made.title}")
    for note in made.notes:
        write_line(f"    {note}")
