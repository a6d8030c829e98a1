"""`edit`: one picture or session step in, a chain of edits out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import JSON_OPTION, RunFailed, print_json, run, say
from kontext_studio.cli.session_json import find_step, session_json
from kontext_studio.core.errors import BadInput, BadPicture, BadRequest, Charged
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobFault, JobState
from kontext_studio.core.models import ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.pictures import EXPORT_FORMATS, same_file


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was typed, apart from the pictures."""

    instructions: tuple[str, ...]
    images: tuple[Path, ...]
    session: Path | None
    start: str
    model: str
    route: str
    params: tuple[str, ...]
    variants: int
    seed: int | None
    out: Path | None


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
        plan = _Plan(
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


async def _edit(bench: Workbench, plan: _Plan, as_json: bool) -> None:
    # 1. Everything that can be refused without a session or a run.
    route = plan.route or bench.settings.default_route
    order = RunOrder("", (), plan.model, route, plan.variants, plan.seed)
    spec = bench.model_of(order)
    parameters = tuple(_parameter(words, spec.parameter) for words in plan.params)
    _check_out(plan)
    for text in plan.instructions:
        if not text.strip():
            raise BadRequest("Write what should change.", field="instruction")

    # 2. The pictures, read and decoded before a session is made.
    data = [(path, await _read(path)) for path in plan.images]
    await open_or_make(bench, plan.session)
    parents = await _starting_steps(bench, plan, data)

    # 3. One run after the other, each from the first picture of the one before.
    new: list[NodeId] = []
    with shown_progress(bench):
        for text in plan.instructions:
            job_id = await bench.submit(
                RunOrder(text, parents, plan.model, route, plan.variants, plan.seed, parameters)
            )
            view = await bench.wait_for(job_id)
            record = view.record
            if record.state is not JobState.STORED:
                context = session_json(bench, new)
                raise RunFailed(record.fault or _no_words(record.state), record.id, context)
            made = bench.nodes_of(job_id)
            new += [node.id for node in made]
            await bench.select(made[0].id)
            parents = (made[0].id,)
            if not as_json:
                _say_made(made)

    # 4. What was asked for on disk.
    written = await _write_out(bench, plan, new)
    if as_json:
        body = session_json(bench, new)
        if written:
            body["written"] = [str(path) for path in written]
        print_json(body)
    else:
        for path in written:
            say(f"Wrote {path}")
        say(f"Session: {bench.path}")


async def open_or_make(bench: Workbench, path: Path | None) -> None:
    """The named session file, made where it is not there; without a name an untitled one."""
    if path is None:
        await bench.new_session()
    else:
        await bench.open_session(path, create=_is_new(path))


def _is_new(path: Path) -> bool:
    if os.path.lexists(path):
        return False
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    return True


async def _read(path: Path) -> bytes:
    from kontext_studio.workbench import pictures

    data = await pictures.read_picture_file(path)
    await pictures.examine(data, path.name)
    return data


async def _starting_steps(
    bench: Workbench, plan: _Plan, data: list[tuple[Path, bytes]]
) -> tuple[NodeId, ...]:
    imported: list[NodeId] = []
    for path, content in data:
        node = await bench.import_picture(content, path.name)
        imported.append(node.id)
        for note in node.notes:
            say(f"{path.name}: {note}")
    if imported and not plan.start:
        await bench.select(imported[0])
        return tuple(imported)
    session = bench.session
    if plan.start:
        main = find_step(session, plan.start)
    elif session.head is not None:
        main = session.history[session.head]
    else:
        raise BadInput("This session holds no picture yet.", hint="Name a picture to start from.")
    return (main.id, *imported)


def _parameter(words: str, find: Callable[[str], ParamSpec | None]) -> tuple[str, ParamValue]:
    name, equals, text = words.partition("=")
    if not equals or not name:
        raise BadRequest(f"“{words}” is not name=value.", field="param")
    spec = find(name)
    if spec is None:
        return name, text  # the model says below what it has
    return name, spec.parse(text)


def _check_out(plan: _Plan) -> None:
    out = plan.out
    if out is None:
        return
    if out.suffix.lower() not in EXPORT_FORMATS:
        offered = ", ".join(sorted(EXPORT_FORMATS))
        raise BadPicture(f"“{out.name}” names no format to write.", hint=f"End it in {offered}.")
    if not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}.")
    if not os.access(out.absolute().parent, os.W_OK):
        raise BadInput(f"The folder {out.absolute().parent} cannot be written.")
    paths = _out_paths(out, plan.variants)
    if any(same_file(path, image) for path in paths for image in plan.images):
        raise BadInput(f"{out.name} is the picture to edit; it is never overwritten.")


def _out_paths(out: Path, count: int) -> list[Path]:
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(1, count + 1)]


async def _write_out(bench: Workbench, plan: _Plan, new: list[NodeId]) -> list[Path]:
    if plan.out is None:
        return []
    last = [bench.session.history[node] for node in new[-plan.variants :]]
    paths = _out_paths(plan.out, len(last))
    for node, path in zip(last, paths, strict=True):
        await bench.export(node, path, overwrite=True)
    return paths


def _say_made(made: tuple[Node, ...]) -> None:
    for node in made:
        text = node.request.instruction if node.request else ""
        size = f"{node.image.width} × {node.image.height}"
        say(f"{node.id}  {size}  {text}")
        for note in (*node.notes, *(node.result.notes if node.result else ())):
            say(f"    {note}")


def _no_words(state: JobState) -> JobFault:
    said = "It was cancelled." if state is JobState.CANCELLED else "The run has not ended."
    return JobFault("fault", said, charged=Charged.MAYBE)
