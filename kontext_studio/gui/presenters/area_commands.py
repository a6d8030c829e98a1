"""The commands of the area tool: what each one does, and when it can be done."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kontext_studio.core.history import Node
from kontext_studio.gui.canvas.area_tool import AreaKind

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio

KINDS = {
    "brush": AreaKind.BRUSH,
    "eraser": AreaKind.ERASER,
    "lasso": AreaKind.LASSO,
    "area_box": AreaKind.BOX,
}
ACTS = ("invert_area", "clear_area", "brush_smaller", "brush_larger")
"""What can be done only while an area is painted."""
AREA_WRITES = (*KINDS, "paint_area", "area_of_change", "keep_else", "unprotected")
"""What cannot be done in a session that is open for looking only."""


class AreaCommands(QObject):
    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._actions = studio.window.actions_by_id
        on = self._actions.on
        on("hand", self._take_hand)
        for name, kind in KINDS.items():
            on(name, partial(studio.painting.paint, kind))
        on("paint_area", studio.painting.toggle)
        on("area_of_change", studio.steps.with_edited(studio.finding.fill_area))
        on("keep_else", studio.steps.with_edited(studio.finding.find))
        on("unprotected", studio.steps.with_edited(studio.seam.use_unprotected))
        on("invert_area", studio.area.invert)
        on("clear_area", self._clear)
        on("brush_smaller", lambda: studio.area.resize_brush(-1))
        on("brush_larger", lambda: studio.area.resize_brush(+1))
        studio.area.changed.connect(self.show_tool)
        row = studio.window.right.instruction.area
        row.changed.connect(self.show_tool)
        row.shown.connect(lambda _area: self.show_tool())
        self.show_tool()

    def show_tool(self) -> None:
        """Which tool has the left button, and what can be done with it."""
        area, actions = self._studio.area, self._actions
        for name, kind in KINDS.items():
            actions.check(name, area.is_active and area.kind is kind)
        actions.check("hand", not area.is_active)
        actions.check("paint_area", self._studio.painting.is_active)
        actions.enable(ACTS, area.is_active, "no area is being painted")
        if not area.is_active:
            there = self._studio.window.right.instruction.area.area is not None
            actions.enable(("clear_area",), there, "there is no area")

    def refresh(self, node: Node | None) -> None:
        """After the general reasons: those that belong to areas."""
        if self._studio.window.right.instruction.makes:
            nothing = "a new picture has nothing to protect"
            self._actions.enable((*KINDS, "paint_area", "area_of_change"), False, nothing)
        if node is not None and node.parent is not None and node.raw is None:
            self._actions.enable(("unprotected",), False, "this step is the result as it came")

    def _clear(self) -> None:
        """What is painted now, else the area of the next run."""
        area = self._studio.area
        (area if area.is_active else self._studio.painting).clear()

    def _take_hand(self) -> None:
        self._studio.area.leave()
        self._actions.check("hand", True)
