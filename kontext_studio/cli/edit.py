"""`edit`: one picture or session step in, a chain of edits out."""

from __future__ import annotations

from pathlib import Path

import typer

from kontext_studio.cli.edit_plan import (
    Original,
    Plan,
    demand_possible,
    is_new,
    out_paths,
    starting_step,
)
from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import JSON_OPTION, RunFailed, run
from kontext_studio.cli.session_json import session_json
from kontext_studio.cli.terminal import print_json, say
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.bench import Workbench


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
        out: Path | None = typer.Option(None, "-o", "--out", help="Write the last result here."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Edit a picture by instruction; each result is the input of the next."""
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
            out=out,
        )
        if not plan.images and session is None:
            raise typer.BadParameter("name a picture to edit, or a session with --session")
        run(lambda bench: _edit(bench, plan, as_json), as_json=as_json)


async def _edit(bench: Workbench, plan: Plan, as_json: bool) -> None:
    # 1. Everything that can be refused before anything is written.
    originals, parameters = await demand_possible(bench, plan)

    # 2. The session, with the pictures in it.
    if plan.session is None:
        await bench.new_session()
    else:
        await bench.open_session(plan.session, create=is_new(plan.session))
    parents = await _starting_steps(bench, plan, originals)

    # 3. One run after the other, each from the first picture of the one before.
    new: list[NodeId] = []
    made: tuple[Node, ...] = ()
    with shown_progress(bench.announcer):
        for text in plan.instructions:
            job_id = await bench.submit(plan.order(text, parents, parameters))
            view = await bench.wait_for(job_id)
            if view.record.state is not JobState.STORED:
                raise RunFailed(view, session_json(bench, new))
            made = bench.nodes_of(job_id)
            new += [node.id for node in made]
            await bench.select(made[0].id)
            parents = (made[0].id,)
            if not as_json:
                _say_made(made)

    # 4. What was asked for on disk.
    written = await _write_out(bench, plan, made)
    if as_json:
        body = session_json(bench, new)
        if written:
            body["written"] = [str(path) for path in written]
        print_json(body)
    else:
        for path in written:
            say(f"Wrote {path}")
        say(f"Session: {bench.path}")


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


async def _write_out(bench: Workbench, plan: Plan, made: tuple[Node, ...]) -> list[Path]:
    if plan.out is None:
        return []
    paths = out_paths(plan.out, len(made))
    for node, path in zip(made, paths, strict=True):
        await bench.export(node, path, overwrite=True)
    return paths


def _say_made(made: tuple[Node, ...]) -> None:
    for node in made:
        text = node.request.instruction if node.request else ""
        size = f"{node.image.width} × {node.image.height}"
        say(f"{node.id}  {size}  {text}")
        for note in (*node.notes, *(node.result.notes if node.result else ())):
            say(f"    {note}")
