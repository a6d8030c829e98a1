"""Time from starting Python to the first painted window, against the least program with a window.

Both programs run under qasync, by turns, in processes of their own, so that a busy machine slows
both. The clock stops when the first paint of a top-level window is finished.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

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
    """Our first window as a multiple of the least program's."""
    for program in (LEAST_PROGRAM, OUR_PROGRAM):
        seconds_to_first_paint(program)  # fills the file caches
    pairs = [
        (seconds_to_first_paint(LEAST_PROGRAM), seconds_to_first_paint(OUR_PROGRAM))
        for _ in range(TURNS)
    ]
    least, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    note = f"{ours * 1000:.0f} ms against {least * 1000:.0f} ms, medians of {TURNS}"
    yield Measure("first painted window against a QLabel", ours / least, "x", 1.6, note)


def seconds_to_first_paint(program: str) -> float:
    """One run in a process and a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "KONTEXT_STUDIO_HOME": home}
        started = time.perf_counter()
        ran = subprocess.run(
            [sys.executable, "-c", UNTIL_FIRST_PAINT + program],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        seconds = time.perf_counter() - started
    if ran.returncode != 77:
        raise RuntimeError(f"the program ended without a painted window:\n{ran.stderr}")
    return seconds
