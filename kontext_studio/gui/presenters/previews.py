"""Unfinished pictures of runs under way: decoded in a thread, the newest alone, shown where their
run is seen. They are kept nowhere, and take neither focus nor selection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorSpace, QImage

from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import JobId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.canvas.canvas_view import PREVIEW, CanvasView
from kontext_studio.gui.canvas.decode import load_pyramid
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.display_profile import DisplayProfile
from kontext_studio.gui.history.history_dock import HistoryDock
from kontext_studio.gui.jobs.job_list import JobList
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged, PreviewArrived, ResultStored
from kontext_studio.workbench.bench import Workbench

log = logging.getLogger(__name__)


class Previews(QObject):
    """`watched` says which run is looked at; `changed` that the canvas has another preview, or none
    any more."""

    changed = Signal()

    def __init__(
        self,
        bench: Workbench,
        canvas: CanvasView,
        dock: HistoryDock,
        jobs: JobList,
        bridge: Bridge,
        tasks: Tasks,
        watched: Callable[[], JobId | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._canvas = canvas
        self._dock = dock
        self._jobs = jobs
        self._tasks = tasks
        self._watched = watched
        self._kept: dict[JobId, Pyramid] = {}
        self._newest: dict[JobId, bytes] = {}
        self._decoding: set[JobId] = set()
        self._on_canvas: JobId | None = None
        self._display: QColorSpace | None = None
        bridge.preview_arrived.connect(self._take)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)
        bridge.session_opened.connect(self._forget)

    @property
    def on_canvas(self) -> JobId | None:
        """The run whose preview the canvas shows."""
        return self._on_canvas

    def set_display(self, profile: DisplayProfile) -> None:
        """Make previews for that screen from now on."""
        self._display = profile.space

    def follow_eye(self) -> None:
        """Another row is looked at: its run's preview is shown, or none."""
        job = self._watched()
        if job is not None and (pyramid := self._kept.get(job)) is not None:
            self._show(job, pyramid)
        elif self._on_canvas is not None:
            self._on_canvas = None
            self._canvas.end_preview()
            self.changed.emit()

    def _take(self, what: PreviewArrived) -> None:
        if not self._is_under_way(what.job):
            return
        self._newest[what.job] = what.data
        if what.job not in self._decoding:
            self._decoding.add(what.job)
            self._tasks.start(self._decode(what.job))

    async def _decode(self, job: JobId) -> None:
        """The newest that has come; what came before it meanwhile is never looked at."""
        try:
            while (data := self._newest.pop(job, None)) is not None:
                try:
                    pyramid, _ = await asyncio.to_thread(load_pyramid, data, None, self._display)
                except StudioError as fault:
                    log.info("a preview of run %s cannot be shown: %s", job, fault.message)
                    continue
                if self._is_under_way(job):
                    self._put(job, pyramid)
        finally:
            self._decoding.discard(job)

    def _put(self, job: JobId, pyramid: Pyramid) -> None:
        self._kept[job] = pyramid
        small = pyramid.levels[-1]
        self._dock.set_preview(job, small)
        self._jobs.set_preview(job, small)
        if self._watched() == job:
            self._show(job, pyramid)

    def _show(self, job: JobId, pyramid: Pyramid) -> None:
        self._on_canvas = job
        record = self._bench.desk.jobs[job]
        self._canvas.show_preview(pyramid, f"{PREVIEW} · Step {record.step}")
        self.changed.emit()

    def _is_under_way(self, job: JobId) -> bool:
        if not self._bench.is_open:
            return False
        record = self._bench.desk.jobs.get(job)
        return record is not None and not record.ended

    def _take_job(self, what: JobChanged) -> None:
        if what.view.record.ended and what.view.record.id in self._kept:
            self._end(what.view.record.id)

    def _take_result(self, what: ResultStored) -> None:
        self._end(what.job)

    def _end(self, job: JobId) -> None:
        self._newest.pop(job, None)
        if self._kept.pop(job, None) is None:
            return
        self._dock.set_preview(job, QImage())
        self._jobs.set_preview(job, QImage())
        if self._on_canvas != job:
            return
        self._on_canvas = None
        stored = any(node.job == job for node in self._bench.session.history)
        if not stored:  # else the picture takes its place on the canvas, without a gap between
            self._canvas.end_preview()
        self.changed.emit()

    def _forget(self) -> None:
        for job in tuple(self._kept):
            self._end(job)
        self._newest.clear()
        self._on_canvas = None
        self._canvas.end_preview()
