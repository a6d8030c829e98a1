"""The whole window at work: the frame, the workbench, and the presenters that join them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from kontext_studio.core.changes import Hidden, PicksSet
from kontext_studio.core.errors import NewerSession, SessionLocked, StudioError
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.history.rebase_card import RebaseCard
from kontext_studio.gui.instruction import vocabulary
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.picture_cache import PictureCache
from kontext_studio.gui.presenters.area_finding import AreaFinding
from kontext_studio.gui.presenters.area_painting import AreaPainting
from kontext_studio.gui.presenters.area_seam import AreaSeam
from kontext_studio.gui.presenters.area_tooling import AreaTooling
from kontext_studio.gui.presenters.commanding import Commanding
from kontext_studio.gui.presenters.comparing import Comparing
from kontext_studio.gui.presenters.deriving_steps import DerivingSteps
from kontext_studio.gui.presenters.differences import Differences
from kontext_studio.gui.presenters.displaying import Displaying
from kontext_studio.gui.presenters.drifting import Drifting
from kontext_studio.gui.presenters.estimating import Estimating
from kontext_studio.gui.presenters.exporting import Exporting
from kontext_studio.gui.presenters.faults import (
    NOT_OPENED,
    SESSION_NOT_OPENED,
    Faults,
    Offer,
)
from kontext_studio.gui.presenters.files import Files
from kontext_studio.gui.presenters.info import Info
from kontext_studio.gui.presenters.jobs import Jobs
from kontext_studio.gui.presenters.keys import Keys
from kontext_studio.gui.presenters.looking import Looked, Looking
from kontext_studio.gui.presenters.lost_pictures import LostPictures
from kontext_studio.gui.presenters.notifying import Notifying
from kontext_studio.gui.presenters.previews import Previews
from kontext_studio.gui.presenters.rebasing import Rebasing
from kontext_studio.gui.presenters.references import References
from kontext_studio.gui.presenters.refreshing import Refresher
from kontext_studio.gui.presenters.running import Running
from kontext_studio.gui.presenters.samples import Samples
from kontext_studio.gui.presenters.services import services_of
from kontext_studio.gui.presenters.settings import SettingUp
from kontext_studio.gui.presenters.sizes import Sizes
from kontext_studio.gui.presenters.spoken import Spoken
from kontext_studio.gui.presenters.status import Status
from kontext_studio.gui.presenters.steps import Steps
from kontext_studio.gui.presenters.told_words import deleted_words, made_room_words
from kontext_studio.gui.presenters.treating import Treating
from kontext_studio.gui.presenters.turning import Turning
from kontext_studio.gui.shell.toast import Toast
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.apply import SYSTEM, apply_theme
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.announcements import Changed, SessionOpened
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.comparisons import Comparisons

SETTLE_S = 2.0
"""How long closing waits for what was begun, such as the writing of a draft."""
AT_ONCE_S = 0.2
RECOVERED, READ_ONLY = "recovered", "read-only"


class Studio(QObject):
    """One window over one workbench. `closed` is set when the person has closed the window."""

    def __init__(self, bench: Workbench, theme: Theme, window: MainWindow | None = None) -> None:
        super().__init__()
        window = window or MainWindow(theme)
        window.build()
        self.bench = bench
        self.theme = theme
        self.closed = asyncio.Event()
        self.window = window
        self.faults = Faults(window.message_bar, self)
        self._tasks = Tasks(self.faults.show)
        self._bridge = Bridge(bench.announcer, self)
        self._toast = Toast(theme, window.middle)
        self.read_only_because = ""
        self._deleted: Hidden | None = None
        self._settle_s = SETTLE_S
        bridge, tasks = self._bridge, self._tasks
        self.lost = LostPictures(bench, bridge, tasks, self.faults, self)
        self._cache = PictureCache(self.lost.read)
        right = window.right
        self.steps = Steps(bench, window.history, bridge, tasks, self)
        self.looking = Looking(bench, window.stage, self._cache, bridge, tasks, self)
        self.area = AreaTooling(theme, window.stage, window.area_bar, self)
        # Before `running`: what is painted is written into the draft before that is written.
        self.painting = AreaPainting(
            bench,
            self.area,
            right.instruction.area,
            bridge,
            self.looking,
            tasks,
            lambda: self.steps.edited,
            self,
        )
        self.finding = AreaFinding(
            bench,
            self.area,
            self.painting,
            window.area_bar,
            self.looking,
            self.faults,
            bridge,
            tasks,
            lambda: self.steps.edited,
            self,
        )
        self.seam = AreaSeam(
            bench, self.faults, bridge, tasks, lambda: self.steps.current, window, self
        )
        self.running = Running(
            bench, right.instruction, bridge, tasks, lambda: self.steps.edited, self
        )
        self.turning = Turning(
            bench, right.instruction, bridge, tasks, lambda: self.steps.edited, self
        )
        self._drifting = Drifting(bench, bridge, lambda: self.steps.current, self)
        self.deriving = DerivingSteps(
            bench, self.faults, bridge, tasks, lambda: self.steps.edited, self
        )
        card = RebaseCard(theme, window.stage)
        self.rebasing = Rebasing(bench, card, self.deriving, self.faults, bridge, tasks, self)
        self._sizes = Sizes(bench, right.instruction, self.running, bridge, self)
        self.jobs = Jobs(bench, right.jobs, bridge, tasks, self)
        self.previews = Previews(
            bench,
            window.stage.canvas,
            window.history,
            right.jobs,
            bridge,
            tasks,
            self._looked_at_run,
            self,
        )
        self._info = Info(window.info, window.stage.canvas, self.looking, self.previews, self)
        self._treating = Treating(bench, right.instruction, self.running, self)
        self.estimating = Estimating(bench, right.instruction, self.running, tasks, self)
        self.comparisons = Comparisons(bench.picture)
        self.comparing = Comparing(
            bench,
            self.comparisons,
            right.compare,
            window.variants,
            tasks,
            lambda: self.looking.subject,
            self,
        )
        self.differences = Differences(
            bench,
            self.comparisons,
            window.stage,
            self.looking,
            right.compare.difference,
            tasks,
            self.comparing.reference_of,
            self,
        )
        self.files = Files(bench, window, tasks, self.faults)
        self.exporting = Exporting(
            bench,
            self.comparisons,
            window.stage,
            self.files,
            self.comparing,
            self.differences,
            tasks,
            lambda: self.theme,
            self.looking.is_covered,
            self,
        )
        self.references = References(
            bench,
            right.instruction,
            self.files,
            bridge,
            tasks,
            lambda: self.steps.edited,
            self,
        )
        self.samples = Samples(bench, window.empty, self.files, self.steps, tasks, self)
        self.status = Status(bench, window.status, bridge, self)
        self.spoken = Spoken(bench, bridge, window)
        self._notifying = Notifying(bench, bridge, window)
        self.setting_up = SettingUp(bench, window, bridge, tasks, lambda: self.theme)
        self.keys = Keys(bench, window, bridge)
        self.displaying = Displaying(
            bench, window, bridge, self.faults, tasks, self.setting_up.open_canvas, self
        )
        self.commanding = Commanding(self)
        self._connect()
        window.show_picture_side(False)

    @property
    def tasks(self) -> Tasks:
        return self._tasks

    @property
    def bridge(self) -> Bridge:
        return self._bridge

    # Life.

    def show(self) -> None:
        """Show the window where and as large as it was, on a screen that is there."""
        settings = self._layout_file()
        geometry = settings.value("geometry")
        # Without a display there is no screen whose size would mean anything.
        if geometry is not None and QGuiApplication.platformName() != "offscreen":
            self.window.restoreGeometry(geometry)
        layout = settings.value("layout")
        if layout is not None:
            self.window.restore_layout(layout)
        self._keep_on_screen()
        self.window.show()
        self.window.setFocus()

    async def begin(self, path: Path | None = None) -> None:
        """After the first paint: settings, then the session of last time, or what was named."""
        await asyncio.sleep(0)
        try:
            await self.bench.start()
        except StudioError as fault:
            self.faults.show(fault)
        if self.bench.connections.notice:
            self.faults.say("connections", self.bench.connections.notice)
        self.setting_up.apply()
        self.keys.apply()
        self.displaying.follow_window()
        picture = path if path is not None and path.suffix.lower() != ".kontext" else None
        await self._open_first(None if picture else path)
        if picture is not None:
            self.files.open_paths([picture])
        QTimer.singleShot(0, self._warm_up)

    def end_at_once(self) -> None:
        """Close without a question and within a second: the system is about to end us."""
        self._settle_s = self.bench.grace_s = AT_ONCE_S
        self.closed.set()

    async def end(self) -> None:
        """Write what is typed, stop the tasks, put the session away."""
        self.running.save_draft()
        settings = self._layout_file()
        settings.setValue("geometry", self.window.saveGeometry())
        settings.setValue("layout", self.window.layout_state())
        self.window.hide()
        self.lost.stop()
        await self._tasks.settle(self._settle_s)
        await self._tasks.stop()
        await self.bench.shutdown()
        self._bridge.close()
        for refresher in self.findChildren(Refresher):
            refresher.stop()
        self.window.deleteLater()

    async def _open_first(self, path: Path | None) -> None:
        for candidate in (path, await asyncio.to_thread(self._last_session)):
            if candidate is not None and await self.files.open_session(candidate):
                return
        try:
            await self.bench.new_session()
        except StudioError as fault:
            self.faults.show(fault)

    def _last_session(self) -> Path | None:
        paths = (Path(one) for one in self.bench.settings.recent)
        return next((path for path in paths if path.exists()), None)

    def _warm_up(self) -> None:
        """Load what the first words and the first run need while nobody waits for it."""
        self._tasks.start(asyncio.to_thread(vocabulary.load), show_fault=lambda fault: None)
        if self.bench.is_open:
            self._tasks.start(self._warm(), show_fault=lambda fault: None)

    async def _warm(self) -> None:
        await self.bench.reach.warm(self.bench.route_name)

    # Wiring.

    def _connect(self) -> None:
        window, bridge = self.window, self._bridge
        stage, right = window.stage, window.right
        bridge.session_opened.connect(self._session_opened)
        bridge.session_named.connect(self._name_window)
        bridge.changed.connect(self._follow)
        bridge.fault.connect(self.faults.show_announced)
        self.steps.chosen.connect(self.running.refresh)
        self.steps.chosen.connect(self.finding.follow_step)
        self.steps.ready.connect(self._tell_ready)
        self.steps.watched_run_stored.connect(self.steps.select)
        self.steps.watched_changed.connect(self.previews.follow_eye)
        self.previews.changed.connect(self._show_side)
        self.running.situation_changed.connect(self._show_side)
        bridge.job_changed.connect(self._show_side)
        self.references.said.connect(self._toast.show_done)
        right.instruction.connect_asked.connect(self.setting_up.connect_service)
        self.lost.found.connect(self.steps.mark_lost)
        self.lost.found.connect(self._follow)
        self.lost.show_requested.connect(self.steps.select)
        self.looking.looked.connect(self._looked)
        self.looking.edit_requested.connect(self.edit_from)
        self.displaying.changed.connect(self.looking.set_display)
        self.displaying.changed.connect(self.previews.set_display)
        self.displaying.changed.connect(self.steps.set_display)
        self.comparing.variant_chosen.connect(self.steps.select)
        self.comparing.reference_changed.connect(self.differences.refresh)
        self.jobs.summary_changed.connect(window.status.set_jobs)
        self.jobs.show_requested.connect(self.steps.select)
        self.jobs.instruction_wanted.connect(self.fill_instruction)
        self.files.said.connect(self._toast.show_done)
        self.exporting.said.connect(self._toast.show_done)
        self.exporting.said.connect(self.spoken.say)
        self.files.said.connect(self.spoken.say)
        self.files.text_pasted.connect(self.running.add_text)
        self.files.imported.connect(lambda _node: self.running.focus())
        self.running.copy_wanted.connect(self.files.save_copy)
        self.running.set_waits_for(self.painting.pending)
        self.area.said.connect(self.spoken.say)
        self.finding.said.connect(self._toast.show_done)
        self.finding.said.connect(self.spoken.say)
        self.deriving.said.connect(self._toast.show_done)
        self.deriving.said.connect(self.spoken.say)
        self.deriving.changed.connect(self.commanding.refresh)
        self.rebasing.put_in_line.connect(self._show_turns)
        self.running.started.connect(lambda _job: self.status.clear_notice())
        self.status.step_wanted.connect(self.steps.select)
        window.history.edit_requested.connect(self.edit_from)
        window.history.instruction_copied.connect(self._copied)
        stage.files_dropped.connect(self.files.take)
        stage.pointer_moved.connect(window.info.set_pointer)
        stage.view_changed.connect(lambda reading: window.tool_bar.show_zoom(reading.percent))
        stage.canvas.delete_requested.connect(self._delete_covered)
        stage.grid.chosen_changed.connect(lambda _key: self.comparing.refresh())
        stage.drag_started.connect(window.context_bar.step_aside)
        stage.drag_ended.connect(window.context_bar.come_back)
        window.tool_bar.zoom_chosen.connect(lambda percent: stage.zoom_to(percent / 100))
        window.info.surround_chosen.connect(self._choose_surround)
        window.variants.compare_all_requested.connect(lambda: self.looking.set_mode(StageMode.GRID))
        window.variants.more_requested.connect(self._more_variants)
        right.compare.edit_requested.connect(self.edit_from)
        right.instruction.files_dropped.connect(lambda paths: self.files.open_paths(list(paths)))
        empty = window.empty
        empty.open_requested.connect(self.files.choose_picture)
        empty.paste_requested.connect(self.files.paste)
        empty.files_dropped.connect(lambda paths: self.files.open_paths(list(paths)))
        empty.image_dropped.connect(self._take_dropped_image)
        settings = self.setting_up
        settings.theme_wanted.connect(self.change_theme)
        right.jobs.connect_requested.connect(settings.connect_service)
        self.jobs.key_wanted.connect(lambda name: settings.open_connection(name, at_key=True))
        empty.connect_requested.connect(settings.connect_service)
        window.status.connection_pressed.connect(settings.open_connection)
        window.status.cost_pressed.connect(settings.open_limits)
        self._toast.answered.connect(self._take_back_delete)

    # Acts of the window as a whole.

    def edit_from(self, node: str) -> None:
        """Make a step the input and put the caret into the editor."""
        self.looking.set_mode(StageMode.SINGLE)
        self.steps.select(node)
        self.window.right.show_tab(0)
        self.running.focus()

    def fill_instruction(self, node: str, text: str) -> None:
        """Put an instruction into the editor, on the step it was meant for."""
        self._tasks.start(self._fill_instruction(NodeId(node), text))

    async def _fill_instruction(self, node: NodeId, text: str) -> None:
        if node:
            await self.steps.go_to(node)
            if (now := self.steps.edited) is None or now.id != node:
                return  # somebody has gone on: another step's draft is not touched
        self.window.right.show_tab(0)
        self.running.refresh()
        self.running.fill(text)

    def change_theme(self, theme: Theme) -> None:
        """Dress everything anew; runs, focus and what is shown stay."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        other_colours = theme.name is not self.theme.name
        self.theme = theme
        apply_theme(app, self.theme, follows_system=self.bench.settings.theme == SYSTEM)
        self.window.set_theme(self.theme)
        self.commanding.set_theme(self.theme)
        self.area.set_theme(self.theme)
        self.setting_up.set_theme(self.theme)
        if other_colours:
            self.window.stage.set_surround(theme.default_surround)
            self.window.info.set_surround(theme.default_surround)

    def delete(self, node: Node) -> None:
        self._tasks.start(self._delete(node.id))

    def _delete_covered(self) -> None:
        if (node := self.steps.edited) is not None:
            self.delete(node)

    async def _delete(self, node: NodeId) -> None:
        change = await self.bench.delete(node)
        if change is not None:
            self._deleted = change
            words = deleted_words(self.bench.session, change)
            self._toast.show_done(words, verb="Undo", answer_id="undo")

    def _take_back_delete(self, _id: str) -> None:
        """Undo on the toast means the deletion that it names, whatever was done since."""
        change, self._deleted = self._deleted, None
        if change is None:
            return
        done = self.bench.session.done
        if done and done[-1] == change:
            self._tasks.start(self.bench.undo())
        else:
            self._tasks.start(self.bench.act(lambda session: session.restore(change.nodes)))

    # What happens.

    def _session_opened(self, what: SessionOpened) -> None:
        if self._deleted is not None:  # Undo would mean steps of the session before
            self._deleted = None
            self._toast.leave()
        self.comparing.forget()
        self.differences.forget()
        self.comparisons.forget()
        self._name_window()
        self._tasks.start(self.bench.remember_recent(what.path))
        # Said of the session before, or of one that was to be opened in its place.
        for cause in (RECOVERED, READ_ONLY, SESSION_NOT_OPENED, NOT_OPENED):
            self.faults.clear(cause)
        if what.recovered:
            edits = "1 edit" if what.recovered == 1 else f"{what.recovered} edits"
            self.faults.say(RECOVERED, f"Recovered {edits}.", "What was paid for is fetched.")
        self.read_only_because = ""
        if what.read_only:
            copy = Offer("Save a copy", self.files.save_copy, stays=True)
            self.read_only_because = _why_read_only(self.files.looked_at)
            words = f"{self.read_only_because}. Save a copy to work on it."
            self.faults.say(READ_ONLY, "This session is open read-only.", words, copy)
        self._follow()

    def _name_window(self) -> None:
        bench = self.bench
        self.window.set_session_name(bench.path.name if bench.is_named else "Untitled")
        self._tasks.start(self.bench.remember_recent(bench.path))

    def _follow(self, what: object = None) -> None:
        if self._deleted is not None and isinstance(what, Changed) and what.by_undo:
            self._deleted = None
            self._toast.leave()
        if isinstance(what, Changed) and isinstance(what.change, PicksSet) and not what.by_undo:
            self._tell_room(what.change)
        has_picture = self.steps.current is not None
        self._show_side()
        self.window.right.set_compare_enabled(has_picture, "Open an image first")
        if not has_picture:
            self.window.right.show_tab(0)
            self.window.tool_bar.show_zoom(None)
        self.commanding.refresh()
        self.comparing.refresh()

    def _tell_room(self, change: PicksSet) -> None:
        if words := made_room_words(self.bench.session, change):
            self._toast.show_done(words)
            self.spoken.say(words)

    def _show_side(self) -> None:
        """The picture, also an unfinished one of a session that has no other; else the empty
        state. The jobs are there as soon as there is one."""
        has_picture = self.steps.current is not None
        self.window.show_picture_side(has_picture or self.previews.on_canvas is not None)
        self._toast.raise_()  # the side that is shown now is on top
        empty = self.window.empty
        empty.set_quiet(self.window.right.instruction.makes)
        empty.set_connections([one.name for one in services_of(self.bench)])
        runs = self.bench.runs.views() if self.bench.is_open else ()
        self.window.right.jobs.setVisible(has_picture or bool(runs))

    def _looked_at_run(self) -> JobId | None:
        """The run whose row is selected; in a session without a picture the newest one."""
        if self.steps.watched is not None or self.steps.current is not None:
            return self.steps.watched
        active = [view for view in self.bench.runs.views() if view.active]
        return active[-1].record.id if active else None

    def make_from_text(self) -> None:
        """The panel for a new picture instead of an edit."""
        self.window.right_dock.show()
        self.window.right.show_tab(0)
        self.running.make_from_text()

    def _looked(self, looked: Looked) -> None:
        self.comparing.show(looked)
        self.differences.show(looked)
        self.exporting.show(looked)
        self.commanding.refresh()

    def _tell_ready(self, nodes: tuple[NodeId, ...]) -> None:
        node = self.bench.session.history[nodes[0]]
        self.status.tell_ready(node)

    def _show_turns(self) -> None:
        """Where they can be changed, and run."""
        right = self.window.right
        self.window.right_dock.show()
        right.show_tab(0)
        right.instruction.reveal(right.instruction.turns, asked=True)

    def _more_variants(self) -> None:
        if (node := self.steps.edited) is not None:
            count = len(self.bench.session.history.variants(node.id))
            self.running.rerun(node, count=min(4, count))

    def _choose_surround(self, name: str) -> None:
        self.window.stage.set_surround(name)

    def _copied(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._toast.show_done("Copied the instruction")

    def _take_dropped_image(self, image: QImage) -> None:
        self.files.take_image(image, "Dropped picture")

    # Where the window stands.

    def _layout_file(self) -> QSettings:
        path = self.bench.places.state / "window.ini"
        return QSettings(str(path), QSettings.Format.IniFormat)

    def _keep_on_screen(self) -> None:
        """A window whose screen is gone comes back on one that is there."""
        frame = self.window.frameGeometry()
        screens = QGuiApplication.screens()
        if any(screen.availableGeometry().intersects(frame) for screen in screens):
            return
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            self.window.move(screen.availableGeometry().topLeft())


def _why_read_only(looked_at: StudioError | None) -> str:
    """In place of the words of Run, for a session that can only be looked at."""
    match looked_at:
        case SessionLocked():
            return "Open in another window"
        case NewerSession():
            return "Made by a newer version"
    return "The file cannot be written"
