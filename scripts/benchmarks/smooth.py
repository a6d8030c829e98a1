"""Whether the window keeps up while the embedded engine edits a picture of 12 megapixels.

The real window is driven by keys, wheel and mouse; a 4 ms timer on its thread tells when it was
held up. No gap may exceed 100 ms; 16 ms, one frame, is the wish.

Run with ``--why`` to see what the threads were doing in the late stretches.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QPlainTextEdit, QWidget

from kontext_studio.gui.app import make_application, run
from kontext_studio.gui.presenters.looking import Looked
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.gui.tour import until
from kontext_studio.resources import resource_path
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from scripts.benchmarks.measure import Measure
from scripts.benchmarks.ticking import Gaps, Ticker, common

SIZE = (4000, 3000)
RECOLOUR = "Change the red cup and saucer to deep forest green"
OIL = "Turn it into an oil painting"
WATERCOLOUR = "Turn it into a watercolour"
SKETCH = "Turn it into a pencil sketch"
TYPED = "Change the wooden table to a darker brown while keeping the cup exactly as it is. "
IDLE_S = 3.0
BETWEEN_KEYS_S = 0.03
BETWEEN_MOVES_S = 0.008
BOUND_MS = 100.0
SETTLE_S = 1.5
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


def measure(*, why: bool = False) -> Iterator[Measure]:
    """The longest gap in each stretch, bounded, and its figures as multiples of the idle ones."""
    app = make_application()
    apply_theme(app, load_theme(ThemeName.DARK))
    with tempfile.TemporaryDirectory() as folder:
        hands = _Hands(app, Path(folder), Ticker(watch=why))
        stretches = run(app, hands.work())
    idle = stretches.pop("idle")
    yield Measure("window, idle: longest gap", idle.worst.ms, "ms", None, idle.note())
    for name, gaps in stretches.items():
        times = (
            f"; {gaps.worst.ms / idle.worst.ms:.1f} x and p99 {gaps.p99_ms / idle.p99_ms:.1f} x"
            " of idle"
        )
        ours = gaps.worst_of_ours_ms
        yield Measure(f"window, {name}: longest gap", ours, "ms", BOUND_MS, gaps.note() + times)
        if why:
            print("\n".join(common(gaps.seen)))


class _Hands:
    """Drives the window as a person does, and cuts the ticks into stretches."""

    def __init__(self, app: QApplication, folder: Path, ticker: Ticker) -> None:
        self._app = app
        self._folder = folder
        self._ticker = ticker
        self._stretches: dict[str, Gaps] = {}
        environment = {**os.environ, "KONTEXT_STUDIO_HOME": str(folder / "home")}
        bench = Workbench(Places.from_environment(environment), environment)
        self._studio = Studio(bench, load_theme(ThemeName.DARK))
        self._looked: Looked | None = None
        self._studio.looking.looked.connect(self._note_look)

    async def work(self) -> dict[str, Gaps]:
        studio, ticker = self._studio, self._ticker
        photo = await asyncio.to_thread(large_photo, self._folder)
        studio.show()
        await studio.begin()
        studio.window.activateWindow()
        studio.files.open_paths([photo])
        await until("the picture", lambda: self._looked is not None)
        await asyncio.sleep(SETTLE_S)
        ticker.start()
        await asyncio.sleep(IDLE_S)
        self._cut("idle")
        await self._run("recolouring", RECOLOUR, self._watch)
        await self._run("oil painting", OIL, self._watch)
        await self._run("typing during a run", WATERCOLOUR, self._type)
        await self._run("zooming and panning during a run", SKETCH, self._zoom_and_pan)
        ticker.stop()
        studio.window.close()
        await asyncio.wait_for(studio.closed.wait(), 10)
        await studio.end()
        return self._stretches

    async def _run(self, name: str, text: str, act: Callable[[], Awaitable[None]]) -> None:
        """From pressing Run until the result is shown; `act` goes on until the run has ended."""
        QTest.keyClick(self._view(), KEY.Key_Home, ALT)
        await asyncio.sleep(SETTLE_S)
        editor = self._editor()
        editor.setFocus()
        QTest.keyClick(editor, KEY.Key_A, CTRL)
        QTest.keyClicks(editor, text)
        await asyncio.sleep(SETTLE_S)
        rows = self._rows()
        self._ticker.take()
        QTest.keyClick(editor, KEY.Key_Return, CTRL)
        await until("the run's row", lambda: self._rows() > rows)
        await act()
        self._looked = None
        QTest.keyClick(self._view(), KEY.Key_Down, ALT)
        await until("the result", lambda: self._looked is not None)
        await asyncio.sleep(SETTLE_S)
        self._cut(name)

    def _is_running(self) -> bool:
        return any(view.active for view in self._studio.bench.runs.views())

    async def _watch(self) -> None:
        await self._studio.bench.runs.wait_all()

    async def _type(self) -> None:
        editor = self._editor()
        while self._is_running():
            QTest.keyClick(editor, KEY.Key_A, CTRL)
            for letter in TYPED:
                QTest.keyClicks(editor, letter)
                await asyncio.sleep(BETWEEN_KEYS_S)

    async def _zoom_and_pan(self) -> None:
        view = self._view()
        middle = view.rect().center()
        while self._is_running():
            for notch in (120,) * 25 + (-120,) * 25:
                self._wheel(view, middle, notch)
                await asyncio.sleep(BETWEEN_MOVES_S)
            QTest.keyClick(view, KEY.Key_2, CTRL)
            QTest.mousePress(view, Qt.MouseButton.LeftButton, NONE, middle)
            for step in range(50):
                QTest.mouseMove(view, middle + QPoint(4 * step, 3 * step))
                await asyncio.sleep(BETWEEN_MOVES_S)
            QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NONE, middle + QPoint(200, 150))
        QTest.keyClick(view, KEY.Key_0, CTRL)

    def _wheel(self, view: QWidget, at: QPoint, notch: int) -> None:
        event = QWheelEvent(
            QPointF(at),
            view.mapToGlobal(QPointF(at)),
            QPoint(),
            QPoint(0, notch),
            Qt.MouseButton.NoButton,
            CTRL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        self._app.sendEvent(view, event)

    def _cut(self, name: str) -> None:
        self._stretches[name] = self._ticker.take()

    def _note_look(self, looked: Looked) -> None:
        self._looked = looked if looked.nodes else None

    def _view(self) -> QWidget:
        return self._studio.window.stage.canvas

    def _rows(self) -> int:
        view = self._studio.window.findChild(QListView, "historyView")
        assert isinstance(view, QListView)
        return view.model().rowCount()

    def _editor(self) -> QPlainTextEdit:
        editor = self._studio.window.findChild(QPlainTextEdit, "promptEdit")
        assert isinstance(editor, QPlainTextEdit)
        return editor


def large_photo(folder: Path) -> Path:
    """A sample laid out like tiles and stored as a camera would: 12 megapixels of JPEG."""
    from PIL import Image

    tile = Image.open(resource_path("samples/coffee.png")).convert("RGB")
    picture = Image.new("RGB", SIZE)
    for top in range(0, SIZE[1], tile.height):
        for left in range(0, SIZE[0], tile.width):
            picture.paste(tile, (left, top))
    path = folder / "large.jpg"
    picture.save(path, quality=92)
    return path


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Whether the window keeps up while a job runs.")
    parser.add_argument("--why", action="store_true", help="say what held the window up")
    for one in measure(why=parser.parse_args().why):
        print(one.line(), flush=True)
    sys.stdout.flush()
