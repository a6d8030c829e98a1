"""Sessions of very many steps: they open at once and stay usable."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from kontext_studio.gui.presenters.steps import MEASURES_MS
from kontext_studio.gui.studio import Studio
from kontext_studio.workbench.announcements import Announcement, Measured
from tests.gui.driving import Window, good, press_shortcut, until
from tests.gui.large_sessions import write_session


@pytest.mark.parametrize(("steps", "limit_s"), [(1_000, 2.0), (10_000, 6.0)])
def test_f_ui_12_a_session_of_very_many_steps_opens_at_once(
    at_the_window: Window, tmp_path: Path, steps: int, limit_s: float
) -> None:
    write_session(tmp_path / "long.kontext", steps)
    heard: Counter[type[Announcement]] = Counter()

    async def act(studio: Studio) -> None:
        studio.bench.announcer.subscribe(lambda what: heard.update([type(what)]))
        rows, canvas = studio.window.history.view.rows, studio.window.stage.canvas
        began = time.process_time()
        await studio.bench.open_session(tmp_path / "long.kontext")
        await until(lambda: rows.rowCount() == steps + 1 and canvas.pyramid is not None)
        assert time.process_time() - began < limit_s
        assert "25 % changed" in rows.rows[-1].meta
        await press_shortcut(studio, "parent", Qt.Key.Key_Up)
        await until(lambda: studio.steps.current is not None and studio.steps.current.step < steps)
        assert heard[Measured] <= 2  # of the steps that are looked at, and of no other

    at_the_window(good(), act)


def test_f_ui_12_figures_that_come_in_one_by_one_are_shown_together(
    at_the_window: Window, tmp_path: Path
) -> None:
    steps = 60
    write_session(tmp_path / "long.kontext", steps, measured=False)
    heard: Counter[type[Announcement]] = Counter()
    shown: list[int] = []

    async def act(studio: Studio) -> None:
        rows = studio.window.history.view.rows
        studio.bench.announcer.subscribe(lambda what: heard.update([type(what)]))
        await studio.bench.open_session(tmp_path / "long.kontext")
        await until(lambda: rows.rowCount() == steps + 1)
        rows.dataChanged.connect(lambda *_: shown.append(1))
        began = time.monotonic()
        await until(partial(lambda: heard[Measured] >= steps), 30)
        await until(lambda: all("changed" in row.meta for row in rows.rows if row.step))
        # On a machine that measures them more slowly than they are shown each comes alone.
        slow = time.monotonic() - began > steps / 2 * MEASURES_MS / 1000
        assert slow or len(shown) < steps / 2

    at_the_window(good(), act)
