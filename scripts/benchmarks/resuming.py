"""Time from starting `kontext-studio resume` until the last of 20 open runs has been asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.benchmarks.measure import Measure
from tests.fakes.fal_service import KEY, FalService
from tests.fakes.open_runs import runs_at, session_with_runs, stamped
from tests.fakes.threaded_service import fal_service_running

OPEN_RUNS = 20
TURNS = 3
BOUND_S = 3.0


def measure() -> Iterator[Measure]:
    """The median of a few turns, each with a session and a service of its own."""
    took = sorted(_seconds() for _ in range(TURNS))
    yield Measure(f"{OPEN_RUNS} open runs asked for after a start", took[TURNS // 2], "s", BOUND_S)


def _seconds() -> float:
    stamps: list[float] = []
    with fal_service_running() as service, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {**os.environ, "KONTEXT_STUDIO_HOME": folder, "STUDIO_KEY": KEY}
        _program(environment, *_route(service))
        session = home / "s.kontext"
        session_with_runs(session, *runs_at(service, OPEN_RUNS))
        service.fault("stream", *[stamped(stamps, service._stream)] * OPEN_RUNS)
        begun = time.monotonic()
        _program(environment, "resume", str(session))
    assert len(stamps) == OPEN_RUNS, "some runs were never asked for"
    return max(stamps) - begun


def _route(service: FalService) -> tuple[str, ...]:
    hosts = [w for role in ("run", "queue", "rest") for w in ("--host", f"{role}={service.origin}")]
    return ("routes", "add", "own", "--provider", "fal", *hosts, "--key-env", "STUDIO_KEY")


def _program(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "kontext_studio", *words]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
