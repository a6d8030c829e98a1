"""Whether the prompt editor keeps up with a person who writes: when marks come, and no held keys.

The real window is typed into letter by letter and pasted into; what the machine took for itself (a
thread that was ready and got no core) is not counted.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from kontext_studio.gui.app import make_application, run
from kontext_studio.gui.collecting import keep_for_good
from kontext_studio.gui.instruction.checker import Checker
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.gui.tour import until
from kontext_studio.resources import resource_path
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from scripts.benchmarks.measure import Measure, percentile
from scripts.benchmarks.ticking import Gaps, Ticker

SENTENCES = (
    "Make it nicer and change her coat to a colorful one, ",
    "then transform the old man into a pirate while the boats in the harbour stay as they are. ",
    "Add a butterlfy, replace the background with a beach at sunset and remove the sign, ",
    "put the title Harbour Lights at the top in white letters, and give the whole picture a warm",
    " film look with soft grain and deep shadows. ",
)
SIXTY = " ".join("".join(SENTENCES).split()[:60])
LONG = ("".join(SENTENCES) * 40)[:10_000]
BETWEEN_KEYS_S = 0.03
ROUNDS = 5
MARKS_MS = 350.0
FRAME_MS = 16.0


def measure() -> Iterator[Measure]:
    """Time from the last key to the marks, and the longest stretch in which a key would wait."""
    app = make_application()
    apply_theme(app, load_theme(ThemeName.DARK))
    with tempfile.TemporaryDirectory() as folder:
        hands = _Hands(Path(folder))
        run(app, hands.work())
    yield Measure(
        "marks after the last key of 60 words, median",
        percentile(hands.marks_ms, 0.5),
        "ms",
        MARKS_MS,
        f"longest of {ROUNDS} {max(hands.marks_ms):.0f} ms",
    )
    yield _longest("60 words written letter by letter: longest stretch", hands.typing, FRAME_MS)
    yield Measure("marks after 10,000 characters are pasted", hands.pasted_ms, "ms")
    yield _longest("10,000 characters pasted and written on: longest stretch", hands.pasting, None)


def _longest(name: str, gaps: Gaps, bound: float | None) -> Measure:
    return Measure(name, gaps.worst_of_ours_ms, "ms", bound, gaps.note())


class _Hands:
    """Writes as a person does."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "KONTEXT_STUDIO_HOME": str(folder / "home")}
        bench = Workbench(Places.from_environment(environment), environment)
        self._studio = Studio(bench, load_theme(ThemeName.DARK))
        self._ticker = Ticker()
        self._answered_s = 0.0
        self.marks_ms: list[float] = []
        self.pasted_ms = 0.0
        self.typing, self.pasting = Gaps(), Gaps()

    async def work(self) -> None:
        studio, ticker = self._studio, self._ticker
        studio.show()
        await studio.begin()
        studio.window.activateWindow()
        studio.files.open_paths([resource_path("samples/coffee.png")])
        await until("the picture", lambda: studio.steps.current is not None)
        checker = studio.window.findChild(Checker)
        assert isinstance(checker, Checker)
        checker.answered.connect(self._note)
        await self._write(SIXTY)  # the first check loads the vocabulary
        keep_for_good()  # as the program does when it has begun, and some seconds later
        ticker.start()
        for _ in range(ROUNDS):
            self.marks_ms.append(await self._write(SIXTY))
        self.typing = ticker.take()
        self.pasted_ms = await self._write(LONG, letter_by_letter=False)
        await self._write(LONG + " Make it nicer.", letter_by_letter=False)
        self.pasting = ticker.take()
        ticker.stop()
        self._editor().clear()
        studio.window.close()
        await asyncio.wait_for(studio.closed.wait(), 10)
        await studio.end()

    async def _write(self, text: str, *, letter_by_letter: bool = True) -> float:
        """Milliseconds from the last key until the marks are there."""
        editor = self._editor()
        editor.setFocus()
        QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        await asyncio.sleep(BETWEEN_KEYS_S)
        QTest.keyClick(editor, Qt.Key.Key_Delete)
        await asyncio.sleep(1.0)
        if letter_by_letter:
            for letter in text:
                QTest.keyClicks(editor, letter)
                await asyncio.sleep(BETWEEN_KEYS_S)
        else:
            editor.insertPlainText(text)
        last_s = time.monotonic()
        self._answered_s = 0.0
        await until("the marks", lambda: self._answered_s > last_s)
        await asyncio.sleep(0.2)
        return 1e3 * (self._answered_s - last_s)

    def _note(self, _answer: object) -> None:
        self._answered_s = time.monotonic()

    def _editor(self) -> QPlainTextEdit:
        editor = self._studio.window.findChild(QPlainTextEdit, "promptEdit")
        assert isinstance(editor, QPlainTextEdit)
        return editor
