"""`go`, `rename`, `star`, `pick`, `delete`, `undo`, `redo`: acts on the tree of a session, none of
which takes a picture away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from kontext_studio.cli.look import FILE, STEP
from kontext_studio.cli.reporting import JSON_OPTION
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import find_step, session_json, shown_step, step_words
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.changes import Change
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.session import Session
from kontext_studio.workbench.bench import Workbench

STEPS = typer.Argument(..., metavar="STEP...", help="Step ids, numbers, head or root.")
OFF = typer.Option(False, "--off", help="Take it away again.")

Act = Callable[[Session, Node], Change | None]


def register(app: typer.Typer) -> None:
    @app.command()
    def go(file: Path = FILE, step: str = STEP, as_json: bool = JSON_OPTION) -> None:
        """Make a step the current one, which the next edit begins at."""
        _act(
            file,
            [step],
            lambda session, node: session.move_head(node.id),
            as_json,
            "Current",
            find=shown_step,
        )

    @app.command()
    def rename(
        file: Path = FILE,
        step: str = STEP,
        name: str = typer.Argument(..., help="What to call it; empty for its own words."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Give a step a name."""
        _act(file, [step], lambda session, node: session.label(node.id, name), as_json, "Renamed")

    @app.command()
    def star(
        file: Path = FILE,
        steps: list[str] = STEPS,
        off: bool = OFF,
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Put a star on steps."""
        words = "No star" if off else "Starred"
        _act(file, steps, lambda session, node: session.star(node.id, not off), as_json, words)

    @app.command()
    def pick(
        file: Path = FILE,
        steps: list[str] = STEPS,
        off: bool = OFF,
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Pick steps for the comparison: four at most, the oldest makes room."""
        words = "Not picked" if off else "Picked"
        _act(file, steps, lambda session, node: session.pick(node.id, not off), as_json, words)

    @app.command()
    def delete(
        file: Path = FILE,
        steps: list[str] = STEPS,
        off: bool = typer.Option(False, "--off", help="Bring them back, with what they hang on."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Put steps out of sight, each with all that came of it. Their pictures stay in the file;
        “--off” and “undo” bring them back."""

        def act(session: Session, node: Node) -> Change | None:
            if not off:
                return session.delete(node.id)
            return session.restore(session.history.branch(node.id))

        _act(file, steps, act, as_json, "Brought back" if off else "Deleted", counts=True)

    @app.command()
    def undo(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """Take the last act back. A result is put out of sight and kept."""
        _turn_back(file, as_json, again=False)

    @app.command()
    def redo(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """Do the last act again that was taken back."""
        _turn_back(file, as_json, again=True)


def _act(
    file: Path,
    steps: list[str],
    act: Act,
    as_json: bool,
    done: str,
    *,
    find: Callable[[Session, str], Node] = find_step,
    counts: bool = False,
) -> None:
    """With `counts` it is told how many steps went or came, as others hang on those named."""

    async def work(bench: Workbench) -> None:
        await bench.open_session(file)
        nodes = [find(bench.session, step) for step in dict.fromkeys(steps)]
        before = frozenset(bench.session.hidden)
        for node in nodes:  # all are there: none is done where one is not
            await bench.act(_planned(act, node))
        if as_json:
            body = session_json(bench)
            if counts:
                body["changed_steps"] = len(before ^ bench.session.hidden)
            print_json(body)
            return
        if counts:
            write_line(f"{done} {_moved_words(bench.session, nodes, before)}")
            return
        for node in nodes:
            name = f"{step_words(bench.session, node)}  {bench.session.title(node.id)}"
            write_line(f"{done}: {name}")

    run(work, as_json=as_json)


def _moved_words(session: Session, nodes: list[Node], before: frozenset[NodeId]) -> str:
    """ "3 steps: 2  Add a cat, and those made from it", "no step"."""
    gone, back = session.hidden - before, before - session.hidden
    moved = gone | back
    if not moved:
        return "no step: nothing changed"
    named = ", ".join(f"{step_words(session, node)}  {session.title(node.id)}" for node in nodes)
    if moved <= {node.id for node in nodes}:
        return f"{_count(len(moved))}: {named}"
    it = "it" if len(nodes) == 1 else "them"
    others = f"those made from {it}" if gone else f"those that belong to {it}"
    return f"{_count(len(moved))}: {named}, and {others}"


def _count(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"


def _planned(act: Act, node: Node) -> Callable[[Session], Change | None]:
    return lambda session: act(session, node)


def _turn_back(file: Path, as_json: bool, *, again: bool) -> None:
    async def work(bench: Workbench) -> None:
        await bench.open_session(file)
        words = bench.session.redo_text if again else bench.session.undo_text
        change = await (bench.redo() if again else bench.undo())
        if change is None:
            raise BadRequest(f"There is nothing to {'do again' if again else 'take back'}.")
        if as_json:
            print_json(session_json(bench))
        else:
            write_line(f"{'Done again' if again else 'Taken back'}: {words}")

    run(work, as_json=as_json)
