"""The commands of comparing: what each one does, and when it can be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kontext_studio.core.history import Node, NodeId
from kontext_studio.gui.canvas.context_bar import HOLDS
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.presenters.looking import TILED

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio

MODES = {
    "view_single": StageMode.SINGLE,
    "view_wipe": StageMode.WIPE,
    "view_side": StageMode.SIDE_BY_SIDE,
    "view_grid": StageMode.GRID,
    "view_onion": StageMode.ONION,
}
_LIT = {**MODES, "flip": StageMode.FLIP}
_TO_COMPARE = ("swap_sides", "export_comparison", "export_comparison_files")


class CompareCommands(QObject):
    """`copy` takes the step whose instruction is wanted in the clipboard."""

    def __init__(self, studio: Studio, copy: Callable[[Node], None], parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._stage = studio.window.stage
        self._actions = actions = studio.window.actions_by_id
        looking, on = studio.looking, actions.on
        for name, mode in MODES.items():
            on(name, partial(looking.set_mode, mode))
        on("compare_parent", looking.toggle_wipe)
        on("swap_sides", looking.swap)
        on("flip", self._flip)
        on("heat_map", studio.differences.toggle)
        on("rotate_split", self._stage.wipe.rotate)
        on("show_before", self._see_before)
        on("link_views", lambda: self._link(linked=actions["link_views"].isChecked()))
        on("mirror_pointer", lambda: self._link(mirrored=actions["mirror_pointer"].isChecked()))
        for number in range(4):
            on(f"look_{number + 1}", partial(self._look_at, number))
        on("export_comparison", studio.exporting.export_sheet)
        on("export_comparison_files", studio.exporting.export_files)
        on("clear_picks", self._clear_picks)
        for name in ("view_single", "link_views", "mirror_pointer"):
            actions.check(name, True)
        actions["show_before"].setProperty(HOLDS, True)
        studio.window.context_bar.held.connect(lambda what: self._hold(what.name, what.down))
        panel = studio.window.right.compare
        panel.linked_changed.connect(lambda on: self._link(linked=on))
        panel.mirrored_changed.connect(lambda on: self._link(mirrored=on))
        panel.clear_requested.connect(self._clear)
        panel.swap_requested.connect(looking.swap)
        panel.copy_requested.connect(lambda key: self._with_key(copy, key))
        panel.rerun_requested.connect(lambda key: self._with_key(studio.running.rerun, key))
        studio.differences.changed.connect(self.offer)

    def offer(self) -> None:
        """What can be done with what is compared now."""
        studio, actions = self._studio, self._actions
        mode, differences = studio.looking.mode, studio.differences
        actions.enable(_TO_COMPARE, mode is not StageMode.SINGLE, "no comparison")
        actions.enable(("rotate_split",), mode is StageMode.WIPE, "no wipe")
        two = mode in (StageMode.WIPE, StageMode.ONION)
        actions.enable(("show_before",), two, "no wipe")
        actions.enable(("link_views", "mirror_pointer"), mode in TILED, "no grid")
        actions.enable(("heat_map",), not differences.why_not, differences.why_not)
        actions.check("heat_map", differences.is_on)
        for number in range(1, 5):
            there = number <= studio.looking.numbered
            actions.enable((f"look_{number}",), there, "no such pick or variant")

    def offer_views(self, node: Node | None) -> None:
        """Which views there is something for."""
        session = self._studio.bench.session if self._studio.bench.is_open else None
        self._actions.enable(("clear_picks",), bool(session and session.picks), "nothing is picked")
        has_parent = node is not None and node.parent is not None
        two = has_parent or bool(session and len(session.picks) >= 2)
        several = two or bool(node and session and len(session.history.variants(node.id)) > 1)
        of_two = [(name, two) for name in ("view_wipe", "view_side", "view_onion", "flip")]
        for name, possible in (*of_two, ("view_grid", several)):
            why = "make an edit, or pick two steps with C" if node else "open an image first"
            self._actions.enable((name,), possible, why)

    def show_mode(self, mode: StageMode) -> None:
        for name, one in _LIT.items():
            self._actions.check(name, one is mode)

    def leave(self) -> None:
        """Esc: leave the comparison, else clear the picks."""
        if self._studio.looking.mode is not StageMode.SINGLE:
            self._studio.looking.leave()
        elif self._studio.bench.session.picks:
            self._clear_picks()

    def _look_at(self, place: int) -> None:
        if (node := self._studio.looking.look_at(place)) is not None:
            if self._studio.looking.mode is not StageMode.SINGLE:
                self._studio.looking.set_mode(StageMode.SINGLE)
            self._studio.steps.select(node)

    def _flip(self) -> None:
        """Every press changes the picture; lit is the command for as long as it is the view."""
        self._studio.looking.flip()
        self._actions.check("flip", self._studio.looking.mode is StageMode.FLIP)

    def _see_before(self) -> None:
        """By the menu or the palette nothing can be held: it stays until it is asked for again."""
        wipe = self._stage.wipe
        wipe.show_only_before(not wipe.shows_before_alone)

    def _hold(self, name: str, held: bool) -> None:
        if name == "show_before":
            self._stage.wipe.show_only_before(held)

    def _link(self, *, linked: bool | None = None, mirrored: bool | None = None) -> None:
        """Whether tiles follow each other; the panel's switches and the menu say the same."""
        grid, actions = self._stage.grid, self._actions
        if linked is not None:
            grid.set_linked(linked)
            actions.check("link_views", linked)
        if mirrored is not None:
            grid.set_mirrors_pointer(mirrored)
            actions.check("mirror_pointer", mirrored)
        on = actions["link_views"].isChecked(), actions["mirror_pointer"].isChecked()
        self._studio.window.right.compare.show_linked(*on)

    def _with_key(self, act: Callable[[Node], object], key: str) -> None:
        if (node := self._studio.bench.session.history.get(NodeId(key))) is not None:
            act(node)

    def _clear(self) -> None:
        """The panel's Clear: nothing is picked, and nothing is compared."""
        if self._studio.bench.session.picks:
            self._clear_picks()
        self._studio.looking.leave()

    def _clear_picks(self) -> None:
        self._studio.tasks.start(self._studio.bench.act(lambda session: session.clear_picks()))
