"""What tests of the whole window do and look at: open, write, press, wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kontext_studio.core.jobs import JobState
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
Act = Callable[[Studio], Awaitable[None]]
Window = Callable[..., None]
P = TypeVar("P", bound=QObject)


def part(parent: QObject, kind: type[P], name: str) -> P:
    """The part of the window that goes by this object name."""
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


def focused() -> QWidget:
    """The widget that has the keyboard."""
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the keyboard"
    return found


async def until(condition: Callable[[], object], limit_s: float = 30) -> None:
    """Wait for what must come; the limit is only for what never does."""
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.01)


async def open_picture(studio: Studio, tmp_path: Path, name: str = "cup.png") -> None:
    (tmp_path / name).write_bytes(png(1, 240, 160))
    studio.files.open_paths([tmp_path / name])
    await until(lambda: studio.window.stage.canvas.pyramid is not None)
    await until(lambda: studio.steps.current is not None)


def good() -> ScriptedProvider:
    return ScriptedProvider(
        lambda request: whole_run([png(n + 2, 240, 160) for n in range(request.count)])
    )


def write(studio: Studio, text: str) -> None:
    studio.running.focus()
    QTest.keyClicks(studio.window.right.instruction.edit, text)


def press_run(studio: Studio) -> None:
    QTest.keyClick(studio.window.right.instruction.edit, Qt.Key.Key_Return, CTRL)


async def press_shortcut(
    studio: Studio, command: str, key: Qt.Key, modifiers: Qt.KeyboardModifier = ALT
) -> None:
    """A key of the window, as soon as what it does can be done."""
    await until(studio.window.actions_by_id[command].isEnabled)
    QTest.keyClick(studio.window, key, modifiers)


def views(studio: Studio) -> tuple[JobState, ...]:
    return tuple(view.record.state for view in studio.bench.runs.views())


def has_stored(studio: Studio, count: int) -> bool:
    return views(studio).count(JobState.STORED) == count


def is_on_step(studio: Studio, step: int) -> bool:
    node = studio.steps.current
    return node is not None and node.step == step


async def run_once(studio: Studio, words: str, *, select: bool = True) -> None:
    """Write, run, wait for the picture, and go to it."""
    before = views(studio).count(JobState.STORED)
    write(studio, words)
    press_run(studio)
    await until(lambda: has_stored(studio, before + 1))
    if select:
        newest = list(studio.bench.session.history)[-1]
        studio.steps.select(newest.id)
        await until(lambda: studio.steps.current is newest)
        await until(lambda: is_marked(studio, newest.step))


def is_marked(studio: Studio, step: int) -> bool:
    """Whether the list has come to show this step as the current one."""
    view = studio.window.history.view
    row = view.currentIndex().row()
    return row >= 0 and view.rows.rows[row].step == step


@asynccontextmanager
async def stretches_of_work() -> AsyncIterator[list[float]]:
    """How long Qt's thread worked at a stretch, in seconds, between two turns of the loop.

    Its own processor time is counted: on a busy machine the clock on the wall says nothing.
    """
    found: list[float] = []

    async def watch() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            found.append(now - last)
            last = now

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        watching.cancel()
