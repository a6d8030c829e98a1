"""The history list: rows from the session and its runs, thumbnails, selection, marks on steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.display_profile import DisplayProfile
from kontext_studio.gui.history.history_dock import HistoryDock
from kontext_studio.gui.history.names import model_words
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts
from kontext_studio.gui.jobs.progress import JobProgress, progress_of
from kontext_studio.gui.presenters.refreshing import Refresher
from kontext_studio.gui.presenters.thumbnails import Thumbnails
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged, Measured, ResultStored
from kontext_studio.workbench.bench import Workbench

MEASURES_MS = 250
"""Figures that come in one after the other are shown together this often."""


class Steps(QObject):
    """Keeps the dock true. `ready` carries the node ids of a result nobody has looked at yet;
    `chosen` tells at once that the person has gone to another step, while that is still written.
    """

    ready = Signal(object)
    chosen = Signal()
    watched_run_stored = Signal(object)
    watched_changed = Signal()

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
        self._going_to: NodeId | None = None
        self._choices = 0
        self._models = model_words(bench.catalogue)
        self._measured: set[NodeId] = set()
        self._lost: frozenset[NodeId] = frozenset()
        self._refresher = Refresher(self.refresh, self._tick, self)
        self._thumbnails = Thumbnails(bench, tasks, dock.set_thumbnail)
        self._show_measures = QTimer(self)
        self._show_measures.setSingleShot(True)
        self._show_measures.setInterval(MEASURES_MS)
        self._show_measures.timeout.connect(self._patch_measures)
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._refresher.soon)
        bridge.measured.connect(self._take_measure)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)
        dock.step_selected.connect(self.select)
        dock.job_selected.connect(self._watch)
        dock.thumbnail_wanted.connect(self._thumbnails.fetch)

    @property
    def current(self) -> Node | None:
        """The step that is selected in the list, as it is written."""
        if not self._bench.is_open:
            return None
        session = self._bench.session
        return session.history.get(session.head)

    @property
    def edited(self) -> Node | None:
        """The step that was chosen last. What is typed, run or done in the moment until that is
        written is meant for it as well."""
        going_to = self._going_to if self._bench.is_open else None
        found = self._bench.session.history.get(going_to) if going_to is not None else None
        return found if found is not None else self.current

    def with_edited(self, act: Callable[[Node], object]) -> Callable[[], None]:
        """An act on the step that is edited when it is carried out; nothing where there is none."""

        def carry_out() -> None:
            if (node := self.edited) is not None:
                act(node)

        return carry_out

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
        self._tasks.start(self._write_choice(node, self._choose(node)))

    async def go_to(self, node: NodeId) -> None:
        """Make a step the current one; it is when this returns."""
        await self._write_choice(node, self._choose(node))

    def _choose(self, node: NodeId) -> int:
        """From now on this is the current step; the number tells later whether it still is."""
        self._choices += 1
        if self._bench.is_open and node in self._bench.session.history:
            self._going_to = node
            self.chosen.emit()
        return self._choices

    async def _write_choice(self, node: NodeId, choice: int) -> None:
        if self._watched is not None:
            self._watched = None
            self.watched_changed.emit()
        if not self._bench.is_open or node not in self._bench.session.history:
            return
        variants = self._bench.session.history.variants(node)
        self._new.difference_update(one.id for one in variants)
        job = self._bench.session.history[node].job
        if job is not None:
            self._chosen[job] = node
        try:
            await self._bench.select(node)
        finally:
            if choice == self._choices:
                self._going_to = None
                self.chosen.emit()  # where it could not be written, back to the step before
        self._refresher.soon()  # where it was the current step already, it has been seen now

    def set_display(self, profile: DisplayProfile) -> None:
        """The small pictures in the colours of the screen, as the large one."""
        self._thumbnails.set_display(profile.space)
        self._dock.view.shelf.ask_again()
        self._dock.view.viewport().update()

    def mark_lost(self, nodes: frozenset[NodeId]) -> None:
        """These steps have no picture any more."""
        self._lost = nodes
        self._dock.add_facts({one: self._facts(one) for one in nodes})

    def go(self, where: Callable[[Node], NodeId | None]) -> None:
        """Select the step that `where` finds from the current one, if it finds one."""
        node = self.edited
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

    def _shown(self, nodes: tuple[Node, ...]) -> list[Node]:
        return [node for node in nodes if node.id not in self._bench.session.hidden]

    def _facts(self, node: NodeId) -> NodeFacts:
        measured = self._bench.measured(node)
        is_new = node in self._new
        if measured is None:
            return NodeFacts(is_new=is_new, is_lost=node in self._lost)
        return NodeFacts(
            measured.changed,
            measured.drift,
            is_new,
            node in self._lost,
            measured.of_parent,
            measured.of_original,
        )

    def _forget(self) -> None:
        self._new.clear()
        self._chosen.clear()
        self._measured.clear()
        self._lost = frozenset()
        self._watched = self._going_to = None
        self._dock.view.shelf.forget()
        self._refresher.soon()

    def _take_measure(self, fact: Measured) -> None:
        self._measured.add(fact.node)
        if not self._show_measures.isActive():
            self._show_measures.start()

    def _patch_measures(self) -> None:
        """Only the rows whose figures came: a whole new list for each would stop the window."""
        measured, self._measured = self._measured, set()
        if self._bench.is_open:
            history = self._bench.session.history
            self._dock.add_facts({one: self._facts(one) for one in measured if one in history})

    def _take_job(self, what: JobChanged) -> None:
        view = what.view
        if self._states.get(view.record.id) is not view.record.state or not view.active:
            self._refresher.soon()
        else:
            self._dock.set_progress(view.record, self._progress(view.record.id))
        if view.active:
            self._refresher.keep_ticking(True)

    def _take_result(self, what: ResultStored) -> None:
        if self._watched == what.job:
            self._watched = None
            self.watched_run_stored.emit(what.nodes[0])
        elif self._bench.session.head not in what.nodes:  # else it is the first picture, and shown
            self._new.update(what.nodes)
            self.ready.emit(what.nodes)
        self._refresher.soon()

    def _watch(self, job_id: str) -> None:
        self._watched = JobId(job_id)
        self.watched_changed.emit()

    def _progress(self, job: JobId) -> JobProgress:
        return progress_of(self._bench.runs.view(job), asyncio.get_event_loop().time())

    def _tick(self) -> None:
        """Move the elapsed times on while something runs."""
        views = self._bench.runs.views() if self._bench.is_open else ()
        active = [view for view in views if view.active]
        self._refresher.keep_ticking(bool(active))
        for view in active:
            self._dock.set_progress(view.record, self._progress(view.record.id))
