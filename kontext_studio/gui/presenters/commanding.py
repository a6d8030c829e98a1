"""The commands of the window: what each one does, and when it can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.route import EMBEDDED
from kontext_studio.core.session import Session
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.commands import NEEDS_PARENT, NEEDS_REQUEST, NEEDS_STEP
from kontext_studio.gui.history.names import lowered
from kontext_studio.gui.jobs.progress import hangs_on_connection
from kontext_studio.gui.main_window import COLLAPSE_BELOW_PX
from kontext_studio.gui.presenters.area_commands import AREA_WRITES, AreaCommands
from kontext_studio.gui.presenters.asking import ask_to_close, show_about
from kontext_studio.gui.presenters.compare_commands import CompareCommands
from kontext_studio.gui.presenters.drift_commands import DRIFT_WRITES, DriftCommands
from kontext_studio.gui.presenters.help import Help
from kontext_studio.gui.presenters.jobs import UnderWay
from kontext_studio.gui.presenters.panes import Panes
from kontext_studio.gui.presenters.step_menus import StepMenus
from kontext_studio.gui.presenters.thumbnails import Thumbnails
from kontext_studio.gui.presenters.view_keys import ViewKeys
from kontext_studio.gui.presenters.wording import Wording
from kontext_studio.gui.right_panel import COMPARE, INSTRUCTION
from kontext_studio.gui.shell.palette import Palette
from kontext_studio.gui.shell.palette_search import instruction_entries, step_entries
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio

WRITES = ("rerun", "rerun_same_seed", "apply_here", "star", "pick", "rename", "delete",
          "name_session", *AREA_WRITES, *DRIFT_WRITES)  # fmt: skip
"""What cannot be done in a session that is open for looking only."""


class Commanding(QObject):
    """Connects the table of commands with the parts that carry them out."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._studio = studio
        self._window = studio.window
        self._actions = studio.window.actions_by_id
        self._help = Help(studio.window, self._actions, studio.tasks, lambda: studio.theme)
        self._panes = Panes(studio.window, self)
        self.palette = Palette(studio.theme, studio.window)
        self.palette.set_actions(self._actions.all())
        self.palette.set_steps(
            lambda: step_entries(studio.bench.session) if studio.bench.is_open else ()
        )
        self.palette.set_settings(
            lambda: studio.setting_up.entries() if studio.bench.is_open else ()
        )
        self._thumbnails = Thumbnails(studio.bench, studio.tasks, self.palette.set_thumbnail)
        self.palette.thumbnail_wanted.connect(self._thumbnails.fetch)
        self.palette.step_chosen.connect(studio.steps.select)
        self.palette.setting_chosen.connect(studio.setting_up.choose)
        self.wording = Wording(studio, self.palette, self._help)
        self._connect()
        self._comparing = CompareCommands(studio, self._copy_instruction, self)
        self._areas = AreaCommands(studio, self)
        self._drift = DriftCommands(studio, self)
        self._window.history.set_header_actions(
            [self._actions[name] for name in ("starred_only", "fold_all", "root")]
        )
        self._menus = StepMenus(studio, self)
        stage = self._window.stage
        self._view_keys = ViewKeys(
            studio.bench,
            studio.looking,
            self._window,
            (stage, stage.canvas, stage.wipe),
            lambda: studio.steps.edited,
            studio.edit_from,
            self._leave,
            studio.area.key,
            self._actions.keys,
            self,
        )
        self._window.history.label_written.connect(self._label)
        self._actions.check("hand", True)
        self._actions.check(f"theme_{studio.theme.name.value}", True)
        for name, dock in (
            ("toggle_history", self._window.history_dock),
            ("toggle_instruction", self._window.right_dock),
        ):
            self._actions.check(name, True)
            dock.visibilityChanged.connect(lambda on, name=name: self._actions.check(name, on))
        self._window.close_asked.connect(self._ask_to_close)
        self._window.stage.mode_changed.connect(self._enter_mode)
        self._window.status.jobs_pressed.connect(self._panes.focus_jobs)
        self._window.status.palette_pressed.connect(self.palette.open_palette)
        studio.jobs.under_way_changed.connect(self._offer_cancelling)
        self._offer_cancelling(UnderWay())
        studio.references.step_wanted.connect(
            lambda: self.palette.choose_step(studio.references.add, "Which step is a reference?")
        )
        studio.running.situation_changed.connect(self._offer_inputs)
        studio.area.changed.connect(self._follow_tool)
        self._collapse_if_narrow()
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        self.palette.set_theme(theme)
        self._menus.set_theme(theme)
        self._help.set_theme(theme)
        for name in ThemeName:
            self._actions.check(f"theme_{name.value}", name is theme.name)

    def refresh(self) -> None:
        """Say which commands can be carried out now, and why the others cannot."""
        studio, actions = self._studio, self._actions
        node = studio.steps.current
        actions.enable(NEEDS_STEP, node is not None, "open an image first")
        has_parent = node is not None and node.parent is not None
        reason = "this is an original" if node is not None else "open an image first"
        actions.enable(NEEDS_PARENT, has_parent, reason)
        actions.enable(NEEDS_REQUEST, node is not None and node.request is not None, reason)
        self._offer_inputs()
        session = studio.bench.session if studio.bench.is_open else None
        self._offer_undo(session)
        self._comparing.offer_views(node)
        self._areas.refresh(node)
        self._drift.refresh(node)
        self._hold_back_lost(node, session)
        because = studio.read_only_because
        actions.enable(("run", "run_new_seed"), not because, lowered(because))
        if because:
            actions.enable(WRITES, False, lowered(because))
        self._comparing.offer()
        starred = bool(session and node and node.id in session.stars)
        actions["star"].setText("Remove star" if starred else "Star")
        self._show_mode(studio.looking.mode)
        self._menus.show_bar()
        self._window.context_bar.place()  # its words may have changed

    def _offer_undo(self, session: Session | None) -> None:
        """While an area is painted it is about strokes, and never reaches the tree behind them."""
        area, actions = self._studio.area, self._actions
        undo, redo = (session.undo_text, session.redo_text) if session else ("", "")
        if area.is_active:
            undo = "stroke" if area.can_undo else ""
            redo = "stroke" if area.can_redo else ""
        actions["undo"].setText(f"Undo {undo}".rstrip())
        actions["redo"].setText(f"Redo {redo}".rstrip())
        actions.enable(("undo",), bool(undo), "nothing to undo")
        actions.enable(("redo",), bool(redo), "nothing to redo")

    def _follow_tool(self) -> None:
        self._menus.show_bar()
        studio = self._studio
        self._offer_undo(studio.bench.session if studio.bench.is_open else None)

    def _offer_inputs(self) -> None:
        """What depends on the model that is chosen, and on what is connected."""
        studio, actions = self._studio, self._actions
        nobody = "no connected service makes pictures from text"
        actions.enable(("new_picture",), studio.running.can_make, nobody)
        why = studio.references.reason()
        actions.enable(("reference_step", "reference_file"), not why, why)
        actions.enable(
            ("check_price",), studio.estimating.is_possible, "this connection tells none ahead"
        )

    def _hold_back_lost(self, node: Node | None, session: Session | None) -> None:
        """Without its picture a step cannot be exported, compared or edited on."""
        lost, actions = self._studio.lost, self._actions
        why = lost.reason((node,))
        self._window.right.instruction.set_blocked(
            self._studio.read_only_because or f"{why[:1].upper()}{why[1:]}"
        )
        if why:
            actions.enable(("export", "apply_here"), False, why)
        parent = session.history.get(node.parent) if session and node else None
        if above := lost.reason((parent,)):
            actions.enable(("rerun", "rerun_same_seed", "show_parent"), False, above)
        picks = [session.history[one] for one in session.picks] if session else []
        if either := lost.reason((parent, node)):
            actions.enable(("compare_parent",), False, either)
        if of_views := lost.reason(picks if len(picks) > 1 else (parent, node)):
            actions.enable(("view_wipe", "view_side"), False, of_views)

    def _offer_cancelling(self, what: UnderWay) -> None:
        self._actions.enable(("cancel_job",), bool(what.active), "nothing is running")
        self._actions.enable(("cancel_waiting",), bool(what.waiting), "no run is waiting")

    # What each command does.

    def _connect(self) -> None:
        studio, on = self._studio, self._actions.on
        files, running, steps = studio.files, studio.running, studio.steps
        stage, window, panes = self._window.stage, self._window, self._panes
        right, history = window.right, window.history
        on("open", files.choose_picture)
        on("paste", self._paste)
        on("new_session", files.new_session)
        on("open_session", files.choose_session)
        on("name_session", files.name_session)
        on("save_copy", files.save_copy)
        on("export", self._with(files.export))
        on("settings", studio.setting_up.open)
        on("quit", window.close)
        on("undo", self._undo)
        on("redo", self._redo)
        on("copy_instruction", self._with(self._copy_instruction))
        on("palette", self.palette.open_palette)
        on("fit", stage.fit)
        on("zoom_100", lambda: stage.zoom_to(1.0))
        on("zoom_200", lambda: stage.zoom_to(2.0))
        on("zoom_in", stage.zoom_in)
        on("zoom_out", stage.zoom_out)
        on("full_screen", lambda: panes.full_screen(self._actions["full_screen"].isChecked()))
        on("parent", lambda: steps.go(steps.parent_of))
        on("newest_child", lambda: steps.go(steps.newest_child_of))
        on("previous_sibling", lambda: steps.go(lambda node: steps.sibling_of(node, -1)))
        on("next_sibling", lambda: steps.go(lambda node: steps.sibling_of(node, +1)))
        on("root", lambda: steps.go(steps.root_of))
        on("edit_from_here", self._with(lambda node: studio.edit_from(node.id)))
        on("star", self._with(self._star))
        on("pick", self._with(self._pick))
        on("rename", self._with(self._rename))
        on("delete", self._with(studio.delete))
        on("fold_all", lambda: history.set_fold_all(self._actions["fold_all"].isChecked()))
        on(
            "starred_only",
            lambda: history.set_starred_only(self._actions["starred_only"].isChecked()),
        )
        on("focus_instruction", panes.focus_instruction)
        on("new_picture", studio.make_from_text)
        on("reference_step", studio.references.choose_step)
        on("reference_file", studio.references.choose_file)
        on("check_price", studio.estimating.ask)
        on("quick_fix", right.instruction.show_fixes)
        on("next_problem", right.instruction.next_problem)
        on("previous_problem", right.instruction.previous_problem)
        on("problem_menu", right.instruction.wording.open_menu_at_caret)
        on("fix_all", right.instruction.wording.show_all_fixes)
        on("template", self.wording.show_templates)
        on("clause", self.wording.show_snippets)
        on("split_steps", lambda: studio.turning.split(right.instruction.edit.toPlainText()))
        on("merge_steps", self.wording.show_merges)
        on("wording_settings", studio.setting_up.open_wording)
        on("instructions", self._choose_instruction)
        on("older_instruction", lambda: right.instruction.edit.walk_history(older=True))
        on("newer_instruction", lambda: right.instruction.edit.walk_history(older=False))
        on("run", running.run)
        on("run_new_seed", running.run_with_new_seed)
        on("rerun", self._with(running.rerun))
        on("rerun_same_seed", self._with(lambda node: running.rerun(node, same_seed=True)))
        on("apply_here", self._with(lambda node: running.apply_here(node, node)))
        on("cancel_job", studio.jobs.cancel_newest)
        on("cancel_waiting", studio.jobs.cancel_waiting)
        on("toggle_history", lambda: self._toggle(window.history_dock.setVisible, "toggle_history"))
        on(
            "toggle_instruction",
            lambda: self._toggle(window.right_dock.setVisible, "toggle_instruction"),
        )
        on("focus_jobs", panes.focus_jobs)
        on("next_pane", lambda: panes.go(+1))
        on("previous_pane", lambda: panes.go(-1))
        on("theme_dark", lambda: self._theme(ThemeName.DARK))
        on("theme_light", lambda: self._theme(ThemeName.LIGHT))
        on("reset_layout", window.reset_layout)
        on("help", self._help.show_guide)
        on("shortcuts", self._help.show_shortcuts)
        on("about", lambda: show_about(window))

    def _with(self, act: Callable[[Node], object]) -> Callable[[], None]:
        """An act on the step that has the eye: the chosen tile while a comparison has the
        keyboard, else the current step. Nothing happens where there is none."""

        def carry_out() -> None:
            if (node := self._subject()) is not None:
                act(node)

        return carry_out

    def _subject(self) -> Node | None:
        studio, grid = self._studio, self._window.stage.grid
        focus = QApplication.focusWidget()
        if focus is not None and grid.isAncestorOf(focus) and studio.bench.is_open:
            return studio.bench.session.history.get(studio.looking.subject)
        return studio.steps.edited

    def _act(self, plan: Callable[..., object]) -> None:
        self._studio.tasks.start(self._studio.bench.act(plan))  # type: ignore[arg-type]

    def _undo(self) -> None:
        """Text first, then strokes while an area is painted, then the tree."""
        edit = self._window.right.instruction.edit
        if edit.hasFocus() and edit.document().isUndoAvailable():
            edit.undo()
        elif self._studio.area.is_active:
            self._studio.area.undo()
        else:
            self._studio.tasks.start(self._studio.bench.undo())

    def _redo(self) -> None:
        edit = self._window.right.instruction.edit
        if edit.hasFocus() and edit.document().isRedoAvailable():
            edit.redo()
        elif self._studio.area.is_active:
            self._studio.area.redo()
        else:
            self._studio.tasks.start(self._studio.bench.redo())

    def _paste(self) -> None:
        edit = self._window.right.instruction.edit
        if edit.hasFocus():
            edit.paste()
        else:
            self._studio.files.paste()

    def _choose_instruction(self) -> None:
        """An earlier instruction into the editor, found by its words."""
        self.palette.choose_step(
            self._write_instruction_of,
            "Which instruction?",
            lambda: instruction_entries(self._studio.bench.session),
        )

    def _write_instruction_of(self, step: str) -> None:
        node = self._studio.bench.session.history.get(NodeId(step))
        if node is not None and node.request is not None:
            self._window.right.show_tab(INSTRUCTION)
            self._window.right.instruction.edit.write_over(node.request.instruction)

    def _copy_instruction(self, node: Node) -> None:
        if node.request is not None:
            _copy(node.request.instruction)

    def _star(self, node: Node) -> None:
        on = node.id not in self._studio.bench.session.stars
        self._act(lambda session: session.star(node.id, on))

    def _pick(self, node: Node) -> None:
        on = node.id not in self._studio.bench.session.picks
        self._act(lambda session: session.pick(node.id, on))

    def _rename(self, node: Node) -> None:
        """The name is typed in the list, where it stands."""
        self._window.history_dock.show()
        self._window.history.set_collapsed(False)
        self._window.history.view.write_label(node.id)

    def _label(self, node: str, text: str) -> None:
        self._act(lambda session: session.label(NodeId(node), text))

    def _toggle(self, show: Callable[[bool], None], name: str) -> None:
        show(self._actions[name].isChecked())

    def _theme(self, name: ThemeName) -> None:
        studio = self._studio
        now = studio.theme
        theme = load_theme(name, high_contrast=now.high_contrast, text_scale=now.text_scale)
        studio.change_theme(theme)
        settings = replace(studio.bench.settings, theme=name.value)
        studio.tasks.start(studio.bench.change_settings(settings))

    # Menus and dialogs.

    def _ask_to_close(self) -> None:
        """Close at once; only runs under way are worth a question."""
        studio = self._studio
        views = studio.bench.runs.views() if studio.bench.is_open else ()
        active = [view.record for view in views if view.active]
        if not active:
            studio.closed.set()
            return
        paid = any(record.provider != EMBEDDED for record in active)
        hanging = sum(map(hangs_on_connection, active))
        ask_to_close(self._window, len(active), paid=paid, hanging=hanging, close=studio.closed.set)

    # Following.

    def _show_mode(self, mode: StageMode) -> None:
        self._comparing.show_mode(mode)
        self._menus.show_bar()

    def _enter_mode(self, mode: StageMode) -> None:
        """The right side follows what is looked at, unless somebody is writing there."""
        self._show_mode(mode)
        self._menus.follow_mode(mode)
        edit = self._window.right.instruction.edit
        if edit.hasFocus() and edit.toPlainText().strip():
            return
        if mode is StageMode.SINGLE:
            self._window.right.show_tab(INSTRUCTION)
        else:
            self._window.right.show_tab(COMPARE)
            self._window.stage.focus_view()

    def _collapse_if_narrow(self) -> None:
        if self._window.width() < COLLAPSE_BELOW_PX:
            self._window.history.set_collapsed(True)

    def _leave(self) -> None:
        """Esc: leave the tool, then the comparison, then clear the picks (UX C9)."""
        if not self._studio.area.escape():
            self._comparing.leave()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
