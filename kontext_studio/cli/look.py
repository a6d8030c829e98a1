"""`history`, `show`, `export`, `check`: what is in a session file."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Reported, run
from kontext_studio.cli.session_json import find_step, node_json, session_json
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import BadInput, SessionDamaged
from kontext_studio.store.salvage import Report, Salvaged, check_file, salvage
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
                write_line(line)

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
                    write_line(f"{name:<12} {words}")

        run(work, as_json=as_json)

    @app.command()
    def export(
        file: Path = FILE,
        step: str = STEP,
        out: Path = typer.Option(..., "-o", "--out", help="File to write: .png, .jpg or .webp."),
        force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Write one step's picture to a file."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            node = find_step(bench.session, step)
            if not force:
                _demand_free(out)
            untouched = await bench.export(node, out, overwrite=force)
            if as_json:
                print_json({"written": str(out), "node": node.id, "stored_bytes": untouched})
            else:
                say(f"Wrote {out}")

        run(work, as_json=as_json)

    @app.command()
    def check(
        file: Path = FILE,
        repair: bool = typer.Option(
            False, "--repair", help="Save what can be saved; the damaged file is kept beside it."
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Read a session file whole and compare every picture with its hash."""

        async def work(_: Workbench) -> None:
            report = await asyncio.to_thread(check_file, file)
            saved = None
            if repair and report.damages:
                saved = await asyncio.to_thread(salvage, file)
            if as_json:
                print_json(_check_json(file, report, saved))
            else:
                _say_check(file, report, saved)
            if report.damages and saved is None:
                raise Reported(SessionDamaged.exit_code)

        run(work, as_json=as_json)


def _check_json(file: Path, report: Report, saved: Salvaged | None) -> dict[str, object]:
    body: dict[str, object] = {
        "session": str(file),
        "ok": not report.damages,
        "steps": report.steps,
        "damage": [{"step": one.step, "message": one.message} for one in report.damages],
        "can_be_saved": list(report.can_be_saved),
    }
    if saved is not None:
        body["repaired"] = {
            "kept": list(saved.steps_kept),
            "lost": list(saved.steps_lost),
            "damaged_file": str(saved.damaged),
        }
    return body


def _say_check(file: Path, report: Report, saved: Salvaged | None) -> None:
    for one in report.damages:
        say(f"{one.step}: {one.message}")
    if saved is not None:
        say(saved.words)
        for lost in saved.steps_lost:
            say(f"{lost}.")
    elif report.damages:
        whole = len(report.can_be_saved)
        say(f"{whole} of {report.steps} steps are whole and can be saved.")
        say(f"“kontext-studio check {file} --repair” does it and keeps the damaged file.")
    else:
        say("1 step, whole." if report.steps == 1 else f"{report.steps} steps, all whole.")


def _demand_free(out: Path) -> None:
    if os.path.lexists(out):
        raise BadInput(f"{out.name} is there already.", hint="Choose another name, or say --force.")


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
