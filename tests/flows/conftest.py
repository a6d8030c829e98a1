"""The program as a process, the way a person starts it, and a service it may be sent to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kontext_studio.resources import resource_path
from tests.fakes.fal_service import KEY, FalService
from tests.fakes.threaded_service import fal_service_running
from tests.flows.driving import (
    Ended,
    Program,
    Started,
    add_direct,
    command,
    environment,
    run_born,
)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Run `kontext-studio` with these words in an empty folder; the home is the test's own.

    `stdin` is what it reads there; `first` is Python that the process runs before the program, and
    which then loads everything anew.
    """

    def run(
        *words: str | Path,
        cwd: Path = tmp_path,
        timeout_s: float = 90,
        stdin: str = "",
        first: str = "",
    ) -> Ended:
        if not first:
            return run_born(words, cwd, timeout_s, stdin)
        done = subprocess.run(
            command(*words, first=first),
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=environment(),
            timeout=timeout_s,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Start the program and go on; what is left of it is killed in the end."""
    with ExitStack() as running:

        def start(*words: str | Path, first: str = "") -> subprocess.Popen[str]:
            process = subprocess.Popen(
                command(*words, first=first),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env=environment(),
            )
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield start


@pytest.fixture
def service() -> Iterator[FalService]:
    with fal_service_running() as running:
        yield running


@pytest.fixture
def own_route(program: Program, service: FalService, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection “own” leads to the service; its key is in STUDIO_KEY."""
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A real photograph: a red cup and saucer on a wooden table."""
    folder = resource_path("samples")
    source = next(path for path in sorted(folder.iterdir()) if path.stem in ("coffee", "espresso"))
    copy = tmp_path / f"photo{source.suffix}"
    copy.write_bytes(source.read_bytes())
    return copy
