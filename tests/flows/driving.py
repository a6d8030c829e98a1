"""What tests of the program as a process do and look at: connections, an edit under way, what is
left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar

from tests.fakes.fal_service import ENDPOINT, FalService
from tests.fakes.threaded_service import holds
from tests.flows.nursery import start

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 30.0


@dataclass(frozen=True)
class Ended:
    """A finished process. `json` reads its standard output."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


Program = Callable[..., Ended]
Started = Callable[..., subprocess.Popen[str]]

# ---------------------------------------------------------------- processes


def command(*words: str | Path, first: str = "") -> list[str]:
    """`kontext-studio` with these words; `first` is Python that the process runs before it."""
    start = f"{first}\nimport sys\nfrom kontext_studio.__main__ import main\nsys.exit(main())"
    module = ("-c", start) if first else ("-m", "kontext_studio")
    return [sys.executable, *module, *map(str, words)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def run_born(words: Sequence[str | Path], cwd: Path, timeout_s: float, stdin: str) -> Ended:
    """The program as a process that had its modules when it was born."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        streams = (given, out, err)
        process = start("kontext_studio", [*map(str, words)], streams, cwd=cwd, env=environment())
        try:
            code = process.wait(timeout_s)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return Ended(code, out.read().decode(), err.read().decode())


def begin_edit(
    started: Started, service: FalService, *words: str | Path, step: str = "stream"
) -> subprocess.Popen[str]:
    """Start an edit over the connection “own”; it stands at this step, which the service holds."""
    reached = threading.Event()
    service.fault(step, holds(reached))
    process = started("edit", *words, "--route", "own", "--model", ENDPOINT)
    # Not for a time: a busy machine takes long to start a program that is well.
    until(f"the {step}", lambda: reached.is_set() or process.poll() is not None, 3 * LIMIT_S)
    assert reached.is_set(), f"the service saw no {step}: {process.communicate()}"
    return process


def killed(process: subprocess.Popen[str]) -> None:
    """Without a chance to do anything: SIGKILL, or what comes closest to it on Windows."""
    process.kill()
    process.wait(LIMIT_S)


def until(what: str, condition: Callable[[], T], limit_s: float = LIMIT_S) -> T:
    """What the condition gives once it is true."""
    end = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {limit_s:.0f} s for {what}"
        threading.Event().wait(0.02)
    return found


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in file.read_text().split()]
        except OSError:
            continue  # the thread has ended meanwhile
    return found


# ---------------------------------------------------------------- connections


def hosts_at(origin: str) -> tuple[str, ...]:
    return tuple(
        word for role in ("run", "queue", "rest") for word in ("--host", f"{role}={origin}")
    )


def add_direct(program: Program, origin: str, *more: str) -> None:
    """The connection “own”, in place of any other: directly to this address."""
    words = ("--provider", "fal", *hosts_at(origin), "--replace")
    added = program("routes", "add", "own", *words, *more)
    assert added.code == 0, added.err


# ---------------------------------------------------------------- what is left behind


def assert_nowhere(secret: str, *folders: Path) -> None:
    """Not in any file of the program, whatever its format; both halves of a key count."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files, "there was nothing to look through"
    for path in files:
        data = path.read_bytes()
        for part in secret.split(":"):
            assert part.encode() not in data, path.name


def assert_unsaid(secret: str, *ended: Ended) -> None:
    for one in ended:
        for part in secret.split(":"):
            assert part not in one.out + one.err
