"""`history`, `show`, `export`, `check`: what is in a session file."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import typer

from kontext_studio.cli.facts import facts_of, measured_facts
from kontext_studio.cli.out_file import demand_free, out_file
from kontext_studio.cli.reporting import JSON_OPTION, Reported
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import (
    find_step,
    measures_json,
    node_json,
    session_json,
    step_words,
)
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import SessionDamaged, StudioError
from kontext_studio.core.history import Node
from kontext_studio.store.salvage import Report, Salvaged, check_file, salvage
from kontext_studio.workbench.announcements import Measured
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
            if not bench.session.shown() and len(bench.session.history):
                say(
                    "All steps of this session are deleted. “kontext-studio delete SESSION STEP "
                    "--off” brings them back; “--json” lists them."
                )

        run(work, as_json=as_json)

    @app.command()
    def show(file: Path = FILE, step: str = STEP, as_json: bool = JSON_OPTION) -> None:
        """Everything that is known of one step."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            node = find_step(bench.session, step)
            measured = await _measured(bench, node)
            if as_json:
                print_json({**node_json(node), **measures_json(measured)})
                return
            facts = [*facts_of(bench.session, node), *measured_facts(measured)]
            width = max(len(name) for name, _ in facts)
            for name, words in facts:
                write_line(f"{name:<{width}} {words}")

        run(work, as_json=as_json)

    @app.command()
    def export(
        file: Path = FILE,
        step: str = STEP,
        out: str = typer.Option(..., "-o", "--out", help="File to write: .png, .jpg or .webp."),
        raw: bool = typer.Option(
            False, "--raw", help="The result as it came, where an area was protected."
        ),
        force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Write one step's picture to a file."""

        async def work(bench: Workbench) -> None:
            await bench.open_session(file, read_only=True)
            node = find_step(bench.session, step)
            path = out_file(out)
            demand_free(path, force=force)
            untouched = await bench.export(node, path, overwrite=force, raw=raw)
            if as_json:
                print_json({"written": str(path), "node": node.id, "stored_bytes": untouched})
            else:
                write_line(f"Wrote {path}")

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


async def _measured(bench: Workbench, node: Node) -> Measured | None:
    """The figures of a step; None where a picture that they need is lost."""
    try:
        return await bench.measured_whole(node.id)
    except StudioError:
        return None


def _check_json(file: Path, report: Report, saved: Salvaged | None) -> dict[str, object]:
    body: dict[str, object] = {
        "session": str(file),
        "ok": not report.damages,
        "steps": report.steps,
        "damage": [{"step": one.step, "message": one.message} for one in report.damages],
        "can_be_saved": list(report.can_be_saved),
        "known_losses": [{"step": one.step, "message": one.message} for one in report.losses],
    }
    if saved is not None:
        body["repaired"] = {
            "kept": list(saved.steps_kept),
            "lost": list(saved.steps_lost),
            "damaged_file": str(saved.damaged),
        }
    return body


def _say_check(file: Path, report: Report, saved: Salvaged | None) -> None:
    for one in (*report.damages, *report.losses):
        write_line(f"{one.step}: {one.message}")
    if saved is not None:
        write_line(saved.words)
        for lost in saved.steps_lost:
            write_line(f"{lost}.")
    elif report.damages:
        have = "step has its" if report.steps == 1 else "steps have their"
        kept = len(report.can_be_saved)
        write_line(f"{kept} of {report.steps} {have} picture and can be saved.")
        command = f"kontext-studio check {shlex.quote(str(file))} --repair"
        write_line(f"“{command}” does it and keeps the damaged file.")
    else:
        count = "1 step" if report.steps == 1 else f"{report.steps} steps"
        all_whole = "whole" if report.steps == 1 else "all whole"
        write_line(f"{count}, {'nothing is damaged' if report.losses else all_whole}.")


def _tree_lines(bench: Workbench) -> list[str]:
    session = bench.session
    lines = []
    for node in session.shown():
        depth = len(session.history.path(node.id)) - 1
        here = "▸" if node.id == session.head else " "
        star = "★" if node.id in session.stars else " "
        title = session.title(node.id)
        if node.request is None and not node.parents:
            title = node.title or title
        size = f"{node.image.width} × {node.image.height}"
        variant = f" (variant {node.variant})" if len(session.history.variants(node.id)) > 1 else ""
        number = step_words(session, node)
        lines.append(f"{here}{star} {number:>4} {'  ' * depth}{node.id}  {title}{variant}  {size}")
    return lines
