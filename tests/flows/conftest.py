"""The program as a process, the way a person starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.resources import resource_path

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Run `kontext-studio` with these words in an empty folder; the home is the test's own.

    `stdin` is what it reads there; `first` is Python that the process runs before the program.
    """

    def run(
        *words: str | Path,
        cwd: Path = tmp_path,
        timeout_s: float = 90,
        stdin: str = "",
        first: str = "",
    ) -> Ended:
        start = f"{first}\nimport sys\nfrom kontext_studio.__main__ import main\nsys.exit(main())"
        module = ("-c", start) if first else ("-m", "kontext_studio")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, *module, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=environment,
            timeout=timeout_s,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A real photograph: a red cup and saucer on a wooden table."""
    folder = resource_path("samples")
    source = next(path for path in sorted(folder.iterdir()) if path.stem in ("coffee", "espresso"))
    copy = tmp_path / f"photo{source.suffix}"
    copy.write_bytes(source.read_bytes())
    return copy
