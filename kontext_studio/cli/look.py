"""`history`, `show`, `export`, `check`, `resume`: what is in a session file."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import JSON_OPTION, Reported, print_json, run, say
from kontext_studio.cli.session_json import find_step, node_json, session_json
from kontext_studio.core.errors import SessionDamaged
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.bench import Workbench

FILE = typer.Argument(..., metavar="SESSION", help="A .kontext file.")
STEP = typer.Argument(..., metavar="STEP", help="Step id, number, head or root.")


def register(app: typer.Typer) -> None:
    @app.command()
    def history(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """List the steps of a session."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            if as_json:
                print_json(session_json(bench))
                return
            for line in _tree_lines(bench):
                print(line)  # noqa: T201  # the command's result

        run(work, as_json=as_json)

    @app.command()
    def show(file: Path = FILE, step: str = STEP, as_json: bool = JSON_OPTION) -> None:
        """Everything that is known of one step."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            body = node_json(find_step(bench.session, step))
            if as_json:
                print_json(body)
                return
            for name, value in body.items():
                if value not in (None, [], {}, ""):
                    words = (
                        json.dumps(value, ensure_ascii=False)
                        if isinstance(value, list | dict)
                        else value
                    )
                    print(f"{name:<12} {words}")  # noqa: T201  # the command's result

        run(work, as_json=as_json)

    @app.command()
    def export(
        file: Path = FILE,
        step: str = STEP,
        out: Path = typer.Option(..., "-o", "--out", help="File to write: .png, .jpg or .webp."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Write one step's picture to a file."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            node = find_step(bench.session, step)
            untouched = await bench.export(node, out, overwrite=True)
            if as_json:
                print_json({"written": str(out), "node": node.id, "stored_bytes": untouched})
            else:
                say(f"Wrote {out}")

        run(work, as_json=as_json)

    @app.command()
    def check(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """Read a session file whole and compare every picture with its hash."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            damages = await bench.desk.run(lambda opened: opened.check())
            steps = len(bench.session.history)
            if as_json:
                found = [{"step": one.step, "message": one.message} for one in damages]
                print_json(
                    {"session": str(file), "ok": not damages, "steps": steps, "damage": found}
                )
            else:
                for one in damages:
                    say(one.message)
                say(
                    f"{steps} steps, all whole."
                    if not damages
                    else f"{len(damages)} things damaged."
                )
            if damages:
                raise Reported(SessionDamaged.exit_code)

        run(work, as_json=as_json)

    @app.command()
    def resume(file: Path = FILE, as_json: bool = JSON_OPTION) -> None:
        """Fetch what was paid for and not yet stored."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file)
            with shown_progress(bench):
                await bench.runs.wait_all()
            views = bench.runs.views()
            if as_json:
                jobs = [
                    {
                        "id": view.record.id,
                        "state": view.record.state.value,
                        "instruction": view.record.request.instruction,
                        "message": view.record.fault.message if view.record.fault else None,
                        "charged": view.record.fault.charged.value if view.record.fault else None,
                    }
                    for view in views
                ]
                print_json({**session_json(bench), "jobs": jobs})
            else:
                stored = sum(view.record.state is JobState.STORED for view in views)
                say(f"{stored} of {len(views)} runs are stored.")
                for view in views:
                    if view.record.fault and view.record.state is not JobState.STORED:
                        say(f"{view.record.state.value}: {view.record.fault.message}")
            if any(view.record.state is JobState.UNKNOWN for view in views):
                raise Reported(7)

        run(work, as_json=as_json)


def _tree_lines(bench: Workbench) -> list[str]:
    session = bench.session
    lines = []
    for node in session.shown():
        depth = len(session.history.path(node.id)) - 1
        here = "▸" if node.id == session.head else " "
        star = "★" if node.id in session.stars else " "
        title = session.title(node.id) if node.parents else (node.title or "Original")
        size = f"{node.image.width} × {node.image.height}"
        variant = f" (variant {node.variant})" if len(session.history.variants(node.id)) > 1 else ""
        number = f"{node.step}.{node.variant}" if variant else str(node.step)
        lines.append(f"{here}{star} {number:>4} {'  ' * depth}{node.id}  {title}{variant}  {size}")
    return lines
