"""The program with a window: one Qt application, one event loop for Qt and asyncio, one window.

qasync is used here and nowhere else. What the first paint does not need is imported after it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6 import QtWidgets
from PySide6.QtCore import QTimer
from qasync import QEventLoop

from kontext_studio import __version__
from kontext_studio.gui.collecting import Collector, keep_for_good
from kontext_studio.gui.generators import closing_generators
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.theme.palette import palette_of
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio
    from kontext_studio.store.places import Places

T = TypeVar("T")
KEEP_AGAIN_MS = 10_000
SWITCH_S = 0.0005
"""How long a thread that computes in Python may keep the window waiting, each time that the window
has called into Qt and comes back; ten times that is the interpreter's own, and felt in typing."""


def main(words: list[str]) -> int:
    """Open the window, with a session or a picture where one is named; return the exit code."""
    app = make_application()
    theme = load_theme(ThemeName.DARK)
    app.setPalette(palette_of(theme))  # all that the bare window needs of the look
    window = MainWindow(theme)
    return run(app, _show(app, window, theme, words))


def make_application() -> QtWidgets.QApplication:
    """The Qt application with the program's name. Dress it with `apply_theme`."""
    app = QtWidgets.QApplication.instance() or QtWidgets.QApplication(sys.argv[:1])
    assert isinstance(app, QtWidgets.QApplication)
    app.setApplicationName("Kontext Studio")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("kontext-studio")
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    return app


def run(app: QtWidgets.QApplication, work: Coroutine[object, object, T]) -> T:
    """Run a coroutine on one loop for Qt and asyncio."""
    collector = Collector(app)
    sys.setswitchinterval(SWITCH_S)
    try:
        with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
            return runner.run(closing_generators(work))
    finally:
        collector.stop()


async def _show(
    app: QtWidgets.QApplication, window: MainWindow, theme: Theme, words: list[str]
) -> int:
    # 1. The bare window, painted before anything else is even imported.
    shown, closed = asyncio.Event(), asyncio.Event()
    window.painted.connect(shown.set)
    window.close_asked.connect(closed.set)
    window.show()
    await shown.wait()
    # 2. Everything else; the imports run in a thread, so that the window can be moved and closed.
    places = await asyncio.to_thread(_load)
    if closed.is_set():
        return 0
    window.close_asked.disconnect(closed.set)
    from kontext_studio.gui.inner_faults import telling_inner_faults
    from kontext_studio.gui.studio import Studio
    from kontext_studio.gui.theme.apply import apply_theme
    from kontext_studio.workbench.bench import Workbench

    apply_theme(app, theme)
    studio = Studio(Workbench(places, os.environ, waits_for_network=True), theme, window)
    _end_on_signals(studio)
    # 3. Until the person closes it.
    with telling_inner_faults(studio.faults.show):
        try:
            studio.show()
            await studio.begin(Path(words[0]) if words else None)
            keep_for_good()
            # Once more with the libraries that the first picture and the first run need.
            QTimer.singleShot(KEEP_AGAIN_MS, studio, keep_for_good)
            await studio.closed.wait()
        finally:
            await studio.end()
    return 0


def _load() -> Places:
    """Import what the window is built from, and start the log."""
    import kontext_studio.gui.right_panel
    import kontext_studio.gui.studio  # noqa: F401  # loaded here, used on Qt's thread
    from kontext_studio.gui.qt_messages import log_qt_messages
    from kontext_studio.store.places import Places
    from kontext_studio.workbench.logs import start_logging

    places = Places.from_environment(os.environ)
    start_logging(places.log_file)
    log_qt_messages()
    return places


def _end_on_signals(studio: Studio) -> None:
    """A logout or Ctrl+C closes without a question: everything is saved anyway."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            try:
                loop.add_signal_handler(number, studio.end_at_once)
            except (NotImplementedError, ValueError, RuntimeError):
                return  # this system's loop takes no signals: closing the window saves all the same
