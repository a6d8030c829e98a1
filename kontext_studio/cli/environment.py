"""`doctor`: what the program needs here, and what is missing."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import platform
import sys
import tempfile
from pathlib import Path

import typer

from kontext_studio import __version__
from kontext_studio.cli.reporting import JSON_OPTION, Reported
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import StudioError
from kontext_studio.resources import resource_path
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import EMBEDDED_ROUTE


def register(app: typer.Typer) -> None:
    @app.command()
    def doctor(as_json: bool = JSON_OPTION) -> None:
        """Look whether everything the program needs is there."""

        async def work(bench: Workbench) -> None:
            checks = [
                *await asyncio.to_thread(_local_checks, bench.places.home),
                await _engine_check(bench),
            ]
            good = all(passed for _, passed, _ in checks)
            if as_json:
                found = [
                    {"name": name, "passed": passed, "message": words}
                    for name, passed, words in checks
                ]
                print_json({"version": __version__, "ok": good, "checks": found})
            else:
                for name, passed, words in checks:
                    write_line(f"{'✓' if passed else '✗'} {name}: {words}")
            if not good:
                raise Reported(1)

        run(work, as_json=as_json)


def _local_checks(home: Path) -> list[tuple[str, bool, str]]:
    checks = [("Python", sys.version_info >= (3, 11), platform.python_version())]
    for package in (
        "PySide6-Essentials",
        "qasync",
        "httpx",
        "pillow",
        "numpy",
        "opencv-python-headless",
    ):
        checks.append(_package(package))
    for name in ("models.json", "tokens.json", "icons", "fonts"):
        try:
            checks.append((f"Resource {name}", True, str(resource_path(name).name)))
        except FileNotFoundError as exc:
            checks.append((f"Resource {name}", False, str(exc)))
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            checks.append(("Program folder", True, str(home)))
    except OSError as exc:
        checks.append(("Program folder", False, f"{home} cannot be written ({exc.strerror})"))
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    words = display or "none: the window needs one, the command line does not"
    checks.append(("Display", True, words))
    return checks


def _package(name: str) -> tuple[str, bool, str]:
    try:
        return name, True, importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        module = {"PySide6-Essentials": "PySide6", "opencv-python-headless": "cv2", "pillow": "PIL"}
        there = importlib.util.find_spec(module.get(name, name)) is not None
        return name, there, "there, version not known" if there else "missing"


async def _engine_check(bench: Workbench) -> tuple[str, bool, str]:
    try:
        await bench.reach.provider(EMBEDDED_ROUTE.name)
    except StudioError as fault:
        return "Embedded engine", False, fault.message
    return "Embedded engine", True, "starts and answers"
