"""Time from starting Python to the first painted window, against the least program with a window;
and, without a bound, to the built window and to the session of last time in it.

Both programs run under qasync, by turns, in processes of their own, so that a busy machine slows
both. The clock stops when the first paint of a top-level window is finished.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from kontext_studio.resources import resource_path
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from scripts.benchmarks.measure import Measure

TURNS = 9

# Put before either program: it swaps in an application that leaves at the first finished paint.
UNTIL_FIRST_PAINT = """
import os, sys
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent

class Application(QtWidgets.QApplication):
    depth = 0
    painted = False

    def notify(self, receiver, event):
        if event.type() == QEvent.Type.Paint and isinstance(receiver, QtWidgets.QWidget):
            Application.painted = Application.painted or receiver.isWindow()
        Application.depth += 1
        done = super().notify(receiver, event)
        Application.depth -= 1
        if Application.painted and Application.depth == 0:
            os._exit(77)
        return done

QtWidgets.QApplication = Application
"""
# The same for later moments: when all parts are shown, and when the size of the picture is. It
# looks every few milliseconds: a `notify` of Python stops the threads that the program then has.
UNTIL_RESTORED = """
import os, sys, time
from PySide6 import QtWidgets
from PySide6.QtCore import QTimer

class Application(QtWidgets.QApplication):
    built = 0.0

    def __init__(self, words):
        super().__init__(words)
        self.looks = QTimer(self, interval=5)
        self.looks.timeout.connect(self.look)
        self.looks.start()

    def look(self):
        if not self.built and self.shows("historyView"):
            self.built = time.monotonic()
        if self.built and self.shows("sizeInfo"):
            print(self.built, time.monotonic(), flush=True)
            os._exit(77)

    def shows(self, name):
        parts = [one.findChild(QtWidgets.QWidget, name) for one in self.topLevelWidgets()]
        return any(part is not None and part.isVisible() for part in parts)

QtWidgets.QApplication = Application
"""
LEAST_PROGRAM = """
import asyncio
from qasync import QEventLoop
application = Application(sys.argv[:1])

async def show():
    label = QtWidgets.QLabel("Kontext Studio")
    label.resize(1600, 1000)
    label.show()
    await asyncio.sleep(60)

with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
    runner.run(show())
"""
OUR_PROGRAM = """
from kontext_studio.__main__ import main
sys.argv[:] = ["kontext-studio"]
sys.exit(main())
"""


def measure() -> Iterator[Measure]:
    """Our first window as a multiple of the least program's, and the whole window in seconds."""
    with tempfile.TemporaryDirectory() as home:
        for program in (LEAST_PROGRAM, OUR_PROGRAM):
            seconds_to_first_paint(program, home)  # fills the file caches
        pairs = [
            (seconds_to_first_paint(LEAST_PROGRAM, home), seconds_to_first_paint(OUR_PROGRAM, home))
            for _ in range(TURNS)
        ]
    least, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    note = f"{ours * 1000:.0f} ms against {least * 1000:.0f} ms, medians of {TURNS}"
    yield Measure("first painted window against a QLabel", ours / least, "x", 1.6, note)
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(leave_a_session(home))
        moments = [seconds_to_restored(home) for _ in range(TURNS)]
    built, restored = (statistics.median(times) for times in zip(*moments, strict=True))
    yield Measure("whole window built", built, "s", None, f"from the start, median of {TURNS}")
    yield Measure("whole window usable, last picture shown", restored, "s", None, "likewise")


async def leave_a_session(home: str) -> None:
    """A session with a picture, as the last start of the program would have left it."""
    environment = {**os.environ, "KONTEXT_STUDIO_HOME": home}
    bench = Workbench(Places.from_environment(environment), environment)
    await bench.start()
    try:
        await bench.new_session()
        await bench.import_file(resource_path("samples/coffee.png"))
        await bench.remember_recent(bench.path)
    finally:
        await bench.shutdown()


def seconds_to_first_paint(program: str, home: str) -> float:
    """One run in a process of its own."""
    started = time.monotonic()
    _run(UNTIL_FIRST_PAINT + program, home)
    return time.monotonic() - started


def seconds_to_restored(home: str) -> tuple[float, float]:
    """Until the window is built, and until it shows the session of last time."""
    started = time.monotonic()
    built, restored = map(float, _run(UNTIL_RESTORED + OUR_PROGRAM, home).split())
    return built - started, restored - started


def _run(program: str, home: str) -> str:
    """What it printed. It ends itself at the moment that it was to reach."""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KONTEXT_STUDIO_HOME": home},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if ran.returncode != 77:
        raise RuntimeError(f"the program ended without a painted window:\n{ran.stderr}")
    return ran.stdout
