"""The real program as a process: started in a home of its own, killed by SIGKILL, started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from kontext_studio.core.kill_points import VARIABLE, KillPoint
from tests.fakes.fal_service import png
from tests.flows.nursery import Process, start

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 60.0
_KEPT = (
    "PATH",
    "LANG",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_PATH",
    "COVERAGE_PROCESS_START",
)
HANDS = "tests.faults.lab.hands"


class Stuck(AssertionError):
    """The program did not do what the laboratory waits for."""


@dataclass(frozen=True)
class Site:
    """A machine of the program's own: its home, its temporary folder, one photograph."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def photo(self) -> Path:
        return self.folder / "photo.png"

    @property
    def mask(self) -> Path:
        """White in the left half of the photograph."""
        return self.folder / "mask.png"

    def make(self) -> Site:
        for path in (self.home, self.folder / "tmp"):
            path.mkdir(mode=0o700, parents=True)
        self.photo.write_bytes(png(48, 32, 120))
        mask = Image.new("L", (48, 32))
        mask.paste(255, (0, 0, 24, 32))
        mask.save(self.mask)
        return self

    def copy_to(self, folder: Path, environment: Mapping[str, str]) -> Site:
        """Another machine with the same settings."""
        other = Site(folder, environment).make()
        shutil.copytree(self.home, other.home, dirs_exist_ok=True)
        return other

    def session(self) -> Path | None:
        """The session file, where the program has made one; a named one before an untitled one."""
        found = [*self.folder.glob("*.kontext"), *self.home.glob("sessions/*.kontext")]
        return found[0] if found else None

    # The program.

    def ask(self, *words: str | Path) -> dict[str, Any]:
        """Run a command that has to end well; what it printed."""
        process = self.start("kontext_studio", *words)
        if died(process) or process.returncode:
            raise Stuck(f"{words[0]} ended {process.returncode}: {self.said()}")
        out = (self.folder / "out.txt").read_text()
        return json.loads(out) if "--json" in words else {}

    def said(self) -> str:
        """The last that the program complained of."""
        return (self.folder / "err.txt").read_text(errors="replace")[-2000:]

    def start(self, module: str, *words: str | Path, die_at: KillPoint | None = None) -> Process:
        """The program, or the driver that uses its window, to die at a point where one is named."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {
            "HOME": str(self.folder),
            "KONTEXT_STUDIO_HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.folder / "tmp"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            **self.environment,
        }
        if die_at is not None:
            environment[VARIABLE] = die_at.title
        # Files, because nobody reads while it runs and a full pipe would stop it.
        with (
            Path(os.devnull).open("rb") as nothing,
            (self.folder / "out.txt").open("wb") as out,
            (self.folder / "err.txt").open("wb") as err,
        ):
            streams = (nothing, out, err)
            return start(module, [*map(str, words)], streams, cwd=self.folder, env=environment)


def died(process: Process, limit_s: float = LIMIT_S) -> bool:
    """Wait for the end; True where it was SIGKILL that ended it."""
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Stuck(f"the program neither ended nor died within {limit_s:.0f} s") from None
    return process.returncode == -signal.SIGKILL


def until(condition: Callable[[], object], limit_s: float) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True
