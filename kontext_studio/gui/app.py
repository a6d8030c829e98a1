"""The program with a window: one Qt application, one event loop for Qt and asyncio, one window.

qasync is used here and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from kontext_studio import __version__
from kontext_studio.gui.collecting import Collector
from kontext_studio.gui.generators import closing_generators
from kontext_studio.gui.qt_messages import log_qt_messages
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.logs import start_logging

log = logging.getLogger(__name__)

T = TypeVar("T")


def main(words: list[str]) -> int:
    """Open the window, with a session or a picture where one is named; return the exit code."""
    app = make_application()
    places = Places.from_environment(os.environ)
    start_logging(places.log_file)
    log_qt_messages()
    return run(app, _show(places, words))


def make_application() -> QApplication:
    """The Qt application with the program's name, look and fonts."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Kontext Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("kontext-studio")
    app.setQuitOnLastWindowClosed(False)
    apply_theme(app, load_theme(ThemeName.DARK))
    return app


def run(app: QApplication, work: Coroutine[object, object, T]) -> T:
    """Run a coroutine on one loop for Qt and asyncio."""
    collector = Collector(app)
    try:
        with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
            return runner.run(closing_generators(work))
    finally:
        collector.stop()


async def _show(places: Places, words: list[str]) -> int:
    asyncio.get_running_loop().set_exception_handler(_report)
    bench = Workbench(places, os.environ)
    studio = Studio(bench, load_theme(ThemeName.DARK))
    _end_on_signals(studio)
    studio.show()
    await studio.begin(Path(words[0]) if words else None)
    try:
        await studio.closed.wait()
    finally:
        await studio.end()
    return 0


def _end_on_signals(studio: Studio) -> None:
    """A logout or Ctrl+C closes without a question: everything is saved anyway."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, studio.closed.set)
            except (NotImplementedError, ValueError, RuntimeError):
                return  # this system's loop has none: Qt closes the window instead


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    exc = context.get("exception")
    words = context.get("message", "")
    if isinstance(exc, Exception):
        log.error("a task was lost: %s", words, exc_info=exc)
    else:
        log.error("a task was lost: %s", words)
