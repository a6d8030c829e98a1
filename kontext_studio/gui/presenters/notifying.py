"""A word on the desktop when a long run has ended while the person was elsewhere (UX J8)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.names import headline
from kontext_studio.gui.history.row_words import ghost_sentence
from kontext_studio.gui.jobs.progress import progress_of
from kontext_studio.workbench.announcements import JobChanged, ResultStored
from kontext_studio.workbench.bench import Workbench

AFTER_S = 15.0
_ITS_OWN = (JobState.STORED, JobState.CANCELLED)
"""Told with its picture, or known to who pressed Cancel."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is told: a short title and the words below it."""

    title: str
    body: str


class Notifying(QObject):
    """`show` puts a note on the desktop; `is_looked_at` tells whether the window has the person."""

    def __init__(
        self,
        bench: Workbench,
        bridge: Bridge,
        window: QWidget,
        *,
        after_s: float = AFTER_S,
        show: Callable[[Note], None] | None = None,
        is_looked_at: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._after_s = after_s
        self._show = show or self._show_on_desktop
        self._is_looked_at = is_looked_at or window.isActiveWindow
        self._started: dict[JobId, float] = {}
        self._tray: QSystemTrayIcon | None = None
        bridge.session_opened.connect(self._started.clear)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)

    def _take_job(self, what: JobChanged) -> None:
        record = what.view.record
        if what.view.started_s is not None and not record.ended:
            self._started[record.id] = what.view.started_s
        if record.ended and record.state not in _ITS_OWN:
            progress = progress_of(what.view, asyncio.get_event_loop().time())
            words = ghost_sentence(record.request.instruction, "", record, progress)
            self._tell(record.id, Note("A run has ended", words))

    def _take_result(self, what: ResultStored) -> None:
        node = self._bench.session.history[what.nodes[0]]
        words = headline(node.request.instruction) if node.request else node.title
        self._tell(what.job, Note(f"Step {node.step} is ready", words))

    def _tell(self, job: JobId, note: Note) -> None:
        started = self._started.pop(job, None)
        took = asyncio.get_event_loop().time() - started if started is not None else 0.0
        wanted = self._bench.settings.notify and started is not None and took >= self._after_s
        if wanted and not self._is_looked_at():
            QApplication.alert(self._window)
            self._show(note)

    def _show_on_desktop(self, note: Note) -> None:
        """Where the desktop has a place for it; the icon goes when it was answered."""
        if QGuiApplication.platformName() == "offscreen":
            return
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.messageClicked.connect(self._come_back)
            self._tray.activated.connect(self._come_back)
            self._tray.setToolTip("Kontext Studio")
            if isinstance(app := QApplication.instance(), QGuiApplication):
                app.applicationStateChanged.connect(self._hide_answered)
        self._tray.show()
        self._tray.showMessage(note.title, note.body, self._window.windowIcon())

    def _hide_answered(self, state: Qt.ApplicationState) -> None:
        if self._tray is not None and state == Qt.ApplicationState.ApplicationActive:
            self._tray.hide()

    def _come_back(self) -> None:
        if self._tray is not None:
            self._tray.hide()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
