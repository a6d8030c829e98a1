"""Gaps of a 4 ms Qt timer, and whose fault each gap is: the thread's own work, or waiting.

A gap in which the thread was busy is our code on the thread of the window. A gap in which it was
ready but got no core is the machine's. What is left is waiting for Python's lock or for a call.
"""

from __future__ import annotations

import faulthandler
import os
import re
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

from scripts.benchmarks.measure import percentile

TICK_MS = 4
STACK_LINE = re.compile(r'File "(.+)", line (\d+) in (.+)')
FRAME_MS = 16.0
LOOK_AT_MS = 30.0
"""From this lateness on the watching thread notes what every thread is doing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Milliseconds between two ticks; busy on the thread, and ready without a core, among them."""

    ms: float
    busy_ms: float
    no_core_ms: float


@dataclass(slots=True)
class Gaps:
    """What one stretch of time looked like."""

    all: list[Gap] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def p99_ms(self) -> float:
        return percentile([one.ms for one in self.all], 0.99)

    @property
    def worst(self) -> Gap:
        return max(self.all, key=lambda one: one.ms)

    @property
    def late_share(self) -> float:
        """Ticks later than one frame of a 60 Hz screen."""
        return sum(one.ms > FRAME_MS for one in self.all) / len(self.all)

    @property
    def worst_of_ours_ms(self) -> float:
        """The longest gap, less the time in which the machine gave this thread no core."""
        return max(one.ms - one.no_core_ms for one in self.all)

    @property
    def busiest_ms(self) -> float:
        """The most that this thread itself worked between two ticks."""
        return max(one.busy_ms for one in self.all)

    def note(self) -> str:
        worst = self.worst
        return (
            f"p99 {self.p99_ms:.1f} ms, {self.late_share:.1%} of {len(self.all)} ticks later than"
            f" 16 ms; longest {worst.ms:.0f} ms: {worst.busy_ms:.0f} busy,"
            f" {worst.no_core_ms:.0f} without a core; busiest {self.busiest_ms:.0f} ms"
        )


class Ticker(QObject):
    """Ticks on the thread of the window. `watch` starts a thread that looks at late stretches."""

    def __init__(self, *, watch: bool = False) -> None:
        super().__init__()
        self._gaps = Gaps()
        waited = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        # Held open and read in one call: each call lets go of Python's lock and waits for it again.
        self._waited = os.open(waited, os.O_RDONLY) if waited.exists() else None
        self._thread = threading.get_ident()
        self._ends = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True) if watch else None
        self._last = self._now()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self._last = self._now()
        self._gaps = Gaps()
        self._timer.start()
        if self._watcher is not None and not self._watcher.is_alive():
            self._watcher.start()

    def take(self) -> Gaps:
        """The gaps since the last call; the open one is counted to the next stretch."""
        taken, self._gaps = self._gaps, Gaps()
        return taken

    def stop(self) -> None:
        self._timer.stop()
        self._ends.set()
        if self._waited is not None:
            os.close(self._waited)
            self._waited = None

    def _now(self) -> tuple[float, float, float]:
        no_core = 0.0
        if self._waited is not None:
            no_core = int(os.pread(self._waited, 100, 0).split()[1]) / 1e6
        return time.perf_counter() * 1e3, time.thread_time() * 1e3, no_core

    def _tick(self) -> None:
        now = self._now()
        self._gaps.all.append(Gap(*(new - old for new, old in zip(now, self._last, strict=True))))
        self._last = now

    def _watch(self) -> None:
        with tempfile.TemporaryFile() as stacks:
            while not self._ends.wait(0.005):
                late = time.perf_counter() * 1e3 - self._last[0]
                if late > LOOK_AT_MS:
                    stacks.seek(0)
                    stacks.truncate()
                    # Text, because a frame object that is held keeps its painter from ending.
                    faulthandler.dump_traceback(stacks, all_threads=True)
                    stacks.seek(0)
                    self._note(stacks.read().decode())

    def _note(self, stacks: str) -> None:
        for stack in stacks.split("\n\n"):
            head, *lines = stack.splitlines()
            if "_watch" not in stack and "scripts/benchmarks" not in "".join(lines[:1]):
                who = "window" if f"{self._thread:x} " in head else "worker"
                self._gaps.seen[f"{who}: {_place(lines)}"] += 1


def _place(lines: list[str]) -> str:
    """The innermost line and the innermost of ours."""
    shown = [
        f"{Path(file).name}:{line} {function}"
        for file, line, function in STACK_LINE.findall("\n".join(lines))
        if "kontext_studio" in file or f'"{file}", line {line} ' in lines[0]
    ]
    return " < ".join(shown[:5])


def common(seen: Counter[str], most: int = 12) -> Sequence[str]:
    """What was seen most often while ticks were late, with the number of looks."""
    return [f"{count:5} x {place}" for place, count in seen.most_common(most)]
