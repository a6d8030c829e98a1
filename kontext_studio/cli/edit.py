"""`edit`: one picture or session step in, a chain of edits out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

import typer

from kontext_studio.cli.edit_plan import Original, Plan, demand_possible, is_new, starting_step
from kontext_studio.cli.out_file import out_file, out_paths
from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import (
    JSON_OPTION,
    RunFailed,
    Unfinished,
    is_refused_for_free,
)
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import session_json, step_words
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder


def register(app: typer.Typer) -> None:
    @app.command()
    def edit(
        words: list[str] = typer.Argument(
            ...,
            metavar="[IMAGE...] INSTRUCTION",
            help="Pictures, the main one first; then what to change.",
        ),
        then: list[str] = typer.Option([], "--then", help="A further edit of the result."),
        session: Path | None = typer.Option(
            None, "--session", help="Session file to work in; made if it is not there."
        ),
        start: str = typer.Option(
            "", "--from", help="Step to start from: id, number, head or root."
        ),
        model: str = typer.Option("", "--model", help="Model id; see “models”."),
        route: str = typer.Option("", "--route", help="Connection by name; see “routes list”."),
        param: list[str] = typer.Option([], "--param", help="A parameter as name=value."),
        variants: int = typer.Option(1, "--variants", help="Pictures a run."),
        seed: int | None = typer.Option(None, "--seed", help="Seed of each run; random without."),
        out: str | None = typer.Option(None, "-o", "--out", help="Write the last result here."),
        force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Edit a picture by instruction; each result is the input of the next."""

        async def work(bench: Workbench) -> None:
            plan = Plan(
                instructions=(words[-1], *then),
                images=tuple(Path(word) for word in words[:-1]),
                session=session,
                start=start,
                model=model,
                route=route,
                params=tuple(param),
                variants=variants,
                seed=seed,
                out=None if out is None else out_file(out),
                force=force,
            )
            await _edit(bench, plan, as_json)

        run(work, as_json=as_json)


async def _edit(bench: Workbench, plan: Plan, as_json: bool) -> None:
    # 1. Everything that can be refused before anything is written.
    originals, parameters = await demand_possible(bench, plan)

    # 2. The session, with the pictures in it.
    if plan.session is None:
        await bench.new_session()
    else:
        await bench.open_session(plan.session, create=is_new(plan.session))
    new: list[Node] = []
    written: list[Path] = []
    try:
        parents = await _starting_steps(bench, plan, originals)
        # 3. One run after the other, each from the first picture of the one before.
        made: tuple[Node, ...] = ()
        with shown_progress(bench.announcer):
            for text in plan.instructions:
                made = await _made(bench, plan.order(text, parents, parameters))
                new += made
                parents = (made[0].id,)
                if not as_json:
                    _say_made(made)
        # 4. What was asked for on disk.
        for node, path in zip(
            made, out_paths(plan.out, len(made)) if plan.out else (), strict=False
        ):
            await bench.export(node, path, overwrite=plan.force)
            written.append(path)
    except StudioError as fault:
        if not as_json:
            _say_where(bench, new, written)
        raise Unfinished(fault, _body(bench, new)) from fault
    if as_json:
        body = _body(bench, new)
        if written:
            body["written"] = [str(path) for path in written]
        print_json(body)
    else:
        _say_where(bench, new, written)


async def _made(bench: Workbench, order: RunOrder) -> tuple[Node, ...]:
    """The pictures of one run, the first of them the current step. Raise RunFailed."""
    job_id = await bench.submit(order)
    view = await bench.wait_for(job_id)
    if view.record.state is not JobState.STORED:
        if is_refused_for_free(view):  # it is told here and now, and nothing is left to settle
            await bench.act(lambda session: session.dismiss(job_id))
        raise RunFailed(view, bench)
    made = bench.nodes_of(job_id)
    await bench.select(made[0].id)
    return made


def _body(bench: Workbench, new: Iterable[Node]) -> dict[str, object]:
    return session_json(bench, [node.id for node in new])


async def _starting_steps(
    bench: Workbench, plan: Plan, originals: tuple[Original, ...]
) -> tuple[NodeId, ...]:
    main = starting_step(bench.session, plan.start) if plan.start or not originals else None
    imported: list[NodeId] = []
    for original in originals:
        node = await bench.import_picture(original.picture.data, original.path.name)
        imported.append(node.id)
        for note in node.notes:
            say(f"{original.path.name}: {note}")
    if main is not None:
        return (main.id, *imported)
    await bench.select(imported[0])
    return tuple(imported)


def _say_made(made: tuple[Node, ...]) -> None:
    for node in made:
        text = node.request.instruction if node.request else ""
        size = f"{node.image.width} × {node.image.height}"
        write_line(f"{node.id}  {size}  {text}")
        for note in (*node.notes, *(node.result.notes if node.result else ())):
            write_line(f"    {note}")


def _say_where(bench: Workbench, new: list[Node], written: list[Path]) -> None:
    """Where everything is that was made; a fault is told after it, elsewhere."""
    for path in written:
        write_line(f"Wrote {path}")
    if bench.path.exists():  # else it was deleted meanwhile, as was told
        write_line(f"Session: {bench.path}")
    if new and not written:
        first = next(node for node in new if node.step == new[-1].step)
        step = step_words(bench.session, first)
        file = shlex.quote(str(bench.path))
        write_line(f"The picture: kontext-studio export {file} {step} -o picture.png")
