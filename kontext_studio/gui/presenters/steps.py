"""The history list: rows from the session and its runs, thumbnails, selection, marks on steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.history_dock import HistoryDock
from kontext_studio.gui.history.names import model_words
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts
from kontext_studio.gui.jobs.progress import JobProgress, progress_of
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged, Measured, ResultStored
from kontext_studio.workbench.bench import Workbench

TICK_MS = 500


class Steps(QObject):
    """Keeps the dock true. `ready` carries the node ids of a result nobody has looked at yet."""

    ready = Signal(object)
    watched_run_stored = Signal(object)

    def __init__(
        self, bench: Workbench, dock: HistoryDock, bridge: Bridge, tasks: Tasks, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._dock = dock
        self._tasks = tasks
        self._new: set[NodeId] = set()
        self._chosen: dict[JobId, NodeId] = {}
        self._states: dict[JobId, JobState] = {}
        self._watched: JobId | None = None
        self._models = model_words(bench.catalogue)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(self._tick)
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._soon.start)
        bridge.measured.connect(self._take_measure)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)
        dock.step_selected.connect(self.select)
        dock.job_selected.connect(self._watch)
        dock.thumbnail_wanted.connect(self._fetch_thumbnail)

    @property
    def current(self) -> Node | None:
        """The step that is edited: the one selected in the list."""
        if not self._bench.is_open:
            return None
        session = self._bench.session
        return session.history.get(session.head)

    @property
    def watched(self) -> JobId | None:
        """The run under way whose row is selected, if one is."""
        return self._watched

    def refresh(self) -> None:
        """Build the rows anew from what is true now."""
        if not self._bench.is_open:
            return
        bench = self._bench
        now = asyncio.get_event_loop().time()
        views = bench.runs.views()
        active = [view for view in views if view.active]
        self._states = {view.record.id: view.record.state for view in views}
        for node in bench.session.history:
            bench.measure(node.id)
        self._dock.show_history(
            HistoryInputs(
                session=bench.session,
                jobs={view.record.id: view.record for view in views},
                facts={node.id: self._facts(node.id) for node in bench.session.history},
                progress={view.record.id: progress_of(view, now) for view in active},
                chosen=self._chosen,
                models=self._models,
            )
        )
        if self._watched is not None:
            self._dock.view.select_job(self._watched)

    def select(self, node_id: str) -> None:
        """Make a step the current one."""
        node = NodeId(node_id)
        self._watched = None
        if self._bench.is_open and node in self._bench.session.history:
            variants = self._bench.session.history.variants(node)
            self._new.difference_update(one.id for one in variants)
            job = self._bench.session.history[node].job
            if job is not None:
                self._chosen[job] = node
            self._tasks.start(self._bench.select(node))
            self._soon.start()

    def go(self, where: Callable[[Node], NodeId | None]) -> None:
        """Select the step that `where` finds from the current one, if it finds one."""
        node = self.current
        target = where(node) if node is not None else None
        if target is not None:
            self.select(target)

    def parent_of(self, node: Node) -> NodeId | None:
        return node.parent

    def newest_child_of(self, node: Node) -> NodeId | None:
        shown = self._shown(self._bench.session.history.main_children(node.id))
        if not shown:
            return None
        run = [one for one in shown if one.job is not None and one.job == shown[-1].job]
        return run[0].id if run else shown[-1].id

    def sibling_of(self, node: Node, step: int) -> NodeId | None:
        """The shown step beside this one, None at the end of the row."""
        row = [one.id for one in self._shown(self._bench.session.history.siblings(node.id))]
        place = row.index(node.id) + step if node.id in row else -1
        return row[place] if 0 <= place < len(row) else None

    def root_of(self, node: Node) -> NodeId:
        return self._bench.session.history.root_of(node.id).id

    def file_for_drag(self, node: Node, folder: Path) -> Path:
        """Where a step's picture is put for another program that it is dragged to."""
        suffix = node.image.media_type.removeprefix("image/")
        return folder / f"step-{node.step}-{node.variant}.{suffix}"

    def _shown(self, nodes: tuple[Node, ...]) -> list[Node]:
        return [node for node in nodes if node.id not in self._bench.session.hidden]

    def _facts(self, node: NodeId) -> NodeFacts:
        measured = self._bench.measured(node)
        is_new = node in self._new
        if measured is None:
            return NodeFacts(is_new=is_new)
        return NodeFacts(changed_share=measured.changed, drift=measured.drift, is_new=is_new)

    def _forget(self) -> None:
        self._new.clear()
        self._chosen.clear()
        self._watched = None
        self._dock.view.shelf.forget()
        self._soon.start()

    def _take_measure(self, _fact: Measured) -> None:
        self._soon.start()

    def _take_job(self, what: JobChanged) -> None:
        view = what.view
        if self._states.get(view.record.id) is not view.record.state or not view.active:
            self._soon.start()
        else:
            self._dock.set_progress(view.record, self._progress(view.record.id))
        if view.active and not self._clock.isActive():
            self._clock.start()

    def _take_result(self, what: ResultStored) -> None:
        if self._watched == what.job:
            self._watched = None
            self.watched_run_stored.emit(what.nodes[0])
        else:
            self._new.update(what.nodes)
            self.ready.emit(what.nodes)
        self._soon.start()

    def _watch(self, job_id: str) -> None:
        self._watched = JobId(job_id)

    def _progress(self, job: JobId) -> JobProgress:
        return progress_of(self._bench.runs.view(job), asyncio.get_event_loop().time())

    def _tick(self) -> None:
        """Move the elapsed times on while something runs."""
        active = (
            [view for view in self._bench.runs.views() if view.active]
            if (self._bench.is_open)
            else []
        )
        if not active:
            self._clock.stop()
        for view in active:
            self._dock.set_progress(view.record, self._progress(view.record.id))

    def _fetch_thumbnail(self, sha: str) -> None:
        ref = self._ref(sha)
        if ref is not None:
            self._tasks.start(self._thumbnail(ref))

    async def _thumbnail(self, ref: ImageRef) -> None:
        try:
            data = await self._bench.thumbnail(ref)
            image = await asyncio.to_thread(QImage.fromData, data)
        except StudioError:
            image = QImage()  # a damaged picture has no thumbnail; opening it says what is wrong
        self._dock.set_thumbnail(ref.sha256, image)

    def _ref(self, sha: str) -> ImageRef | None:
        if not self._bench.is_open:
            return None
        refs = (node.image for node in self._bench.session.history)
        return next((ref for ref in refs if ref.sha256 == Sha256(sha)), None)
