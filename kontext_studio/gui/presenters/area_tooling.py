"""The area tool in the window: its bar, its tool on the canvas, its commands, and who uses it.

It knows no session: whoever paints (the draft of a step, or what is kept of a result) gives a mask
and hears when it has changed and when it is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from kontext_studio.gui.canvas.area_mask import AreaMask
from kontext_studio.gui.canvas.area_option_bar import AreaOptionBar, BarPurpose
from kontext_studio.gui.canvas.area_plates import KEEPING, NEXT_RUN
from kontext_studio.gui.canvas.area_tool import AreaKind, AreaTool
from kontext_studio.gui.canvas.image_stage import ImageStage, StageMode
from kontext_studio.gui.theme.tokens import Theme

NAMING = {BarPurpose.DRAFT: NEXT_RUN, BarPurpose.KEEPING: KEEPING}


@dataclass(frozen=True, slots=True)
class Painted:
    """Somebody who paints. `acted` is told after each act, `left` once, when the tool is put
    away; `feathered` carries the new feather."""

    purpose: BarPurpose
    acted: Callable[[], None]
    left: Callable[[], None]
    feathered: Callable[[int], None]


class AreaTooling(QObject):
    """`changed` tells that the tool was taken up, put away, or that undo means something else."""

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, theme: Theme, stage: ImageStage, bar: AreaOptionBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._stage = stage
        self._bar = bar
        self._tool = AreaTool(theme, stage.canvas)
        self._painter: Painted | None = None
        self._tool.changed.connect(self._take_act)
        self._tool.size_changed.connect(bar.set_size)
        self._tool.done_wanted.connect(self.leave)
        self._tool.said.connect(self.said)
        bar.size_chosen.connect(self._tool.set_size)
        bar.feather_chosen.connect(self._take_feather)
        bar.invert_asked.connect(self._tool.invert)
        bar.clear_asked.connect(self._tool.clear)
        bar.left.connect(self.leave)
        stage.mode_changed.connect(self._enter_mode)

    def set_theme(self, theme: Theme) -> None:
        self._tool.set_theme(theme)

    @property
    def is_active(self) -> bool:
        return self._painter is not None

    @property
    def purpose(self) -> BarPurpose | None:
        return self._painter.purpose if self._painter is not None else None

    @property
    def kind(self) -> AreaKind:
        return self._tool.kind

    @property
    def mask(self) -> AreaMask | None:
        return self._tool.mask

    @property
    def can_undo(self) -> bool:
        return self.mask is not None and self.mask.can_undo

    @property
    def can_redo(self) -> bool:
        return self.mask is not None and self.mask.can_redo

    def take_up(self, painter: Painted, mask: AreaMask, kind: AreaKind, feather_px: int) -> None:
        """Paint this mask from now on; whoever painted before has ended."""
        if self._painter is not None and self._painter is not painter:
            self._put_away()
        self._painter = painter
        self._tool.set_kind(kind)
        self._tool.set_mask(mask, NAMING[painter.purpose])
        self._bar.set_purpose(painter.purpose)
        self._bar.set_feather(feather_px)
        self._bar.set_has_area(not mask.is_empty)
        self._bar.show()
        self._stage.canvas.set_tool(self._tool)
        self._stage.focus_view(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def show_mask_anew(self) -> None:
        """The mask was filled by its painter; this is an act like any other."""
        self._tool.show_mask_anew()

    def set_busy(self, words: str, share: float = 0.0) -> None:
        """What is being computed for the tool; empty words end it."""
        self._bar.set_busy(words, share)

    def choose(self, kind: AreaKind) -> None:
        self._tool.set_kind(kind)
        self.changed.emit()

    def leave(self) -> None:
        """Put the tool away; what was painted stays with its painter."""
        if self._painter is None:
            return
        had_focus = self._bar.isAncestorOf(self._bar.focusWidget() or self._bar)
        self._put_away()
        if had_focus or self._stage.canvas.hasFocus():
            self._stage.focus_view()
        self.changed.emit()

    def escape(self) -> bool:
        """Esc: drop the stroke in progress, else leave; False where no tool is in use (UX C9)."""
        if self._painter is None:
            return False
        if not self._tool.escape():
            self.leave()
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Whether a key of the canvas is the tool's before it is anybody else's."""
        return self._painter is not None and self._tool.key(event)

    def undo(self) -> None:
        self._tool.undo()

    def redo(self) -> None:
        self._tool.redo()

    def invert(self) -> None:
        self._tool.invert()

    def clear(self) -> None:
        self._tool.clear()

    def resize_brush(self, steps: int) -> None:
        self._tool.resize_by(steps)

    # -- inside -------------------------------------------------------------------------------

    def _put_away(self) -> None:
        painter, self._painter = self._painter, None
        self._tool.escape()
        self._stage.canvas.set_tool(None)
        self._tool.set_mask(None)
        self._bar.set_busy("")
        self._bar.hide()
        if painter is not None:
            painter.left()

    def _enter_mode(self, mode: StageMode) -> None:
        if mode is not StageMode.SINGLE:
            self.leave()

    def _take_act(self) -> None:
        if self._painter is not None and self.mask is not None:
            self._bar.set_has_area(not self.mask.is_empty)
            self._painter.acted()
            self.changed.emit()

    def _take_feather(self, feather_px: int) -> None:
        if self._painter is not None:
            self._painter.feathered(feather_px)
