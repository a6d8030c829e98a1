"""`models` and `doctor`: what can be used here, and what is missing."""

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
from kontext_studio.core.models import ModelSpec
from kontext_studio.resources import resource_path
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import EMBEDDED_ROUTE, PROVIDERS

ANY_MODEL = "*"
"""The id in the catalogue for a server that takes whatever model it was started with."""


def register(app: typer.Typer) -> None:
    @app.command()
    def models(
        provider: str = typer.Option("", "--provider", help="Only this provider's."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """The models of the catalogue, with their parameters and prices."""

        async def work(bench: Workbench) -> None:
            shown = [one for one in bench.catalogue.models if provider in ("", one.provider)]
            if as_json:
                print_json({"models": [_model_json(one) for one in shown]})
                return
            # Without a provider's name only what there can be a connection to.
            listed = [one for one in shown if provider or one.provider in PROVIDERS]
            for one in listed:
                model_id = "any model" if one.id == ANY_MODEL else one.id
                price = "free" if one.price.usd == 0 else "price unknown"
                if one.price.usd:
                    price = f"${one.price.usd:g} per {one.price.unit}"
                write_line(f"{model_id:<42} {one.provider:<22} {price}")

        run(work, as_json=as_json)

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


def _model_json(model: ModelSpec) -> dict[str, object]:
    return {
        "id": model.id,
        "provider": model.provider,
        "title": model.title,
        "modes": sorted(mode.value for mode in model.modes),
        "usable": model.provider in PROVIDERS,
        "price": {"usd": model.price.usd, "unit": model.price.unit},
        "max_inputs": model.max_inputs,
        "max_count": model.max_count,
        "licence_note": model.licence_note or None,
        "parameters": [
            {
                "name": one.name,
                "label": one.label,
                "kind": one.kind.value,
                "default": one.default,
                "minimum": one.minimum,
                "maximum": one.maximum,
                "choices": list(one.choices),
                "help": one.help,
            }
            for one in model.settings
        ],
    }


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
