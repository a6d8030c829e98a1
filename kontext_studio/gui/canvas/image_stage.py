"""The middle of the window: single picture, wipe, side by side or grid, all at one place."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.compare_grid import CompareGrid
from kontext_studio.gui.canvas.compare_tile import ComparedPicture
from kontext_studio.gui.canvas.readings import ViewReading
from kontext_studio.gui.canvas.viewport import ViewState
from kontext_studio.gui.canvas.wipe_view import Manner, WipeSide, WipeView
from kontext_studio.gui.theme.tokens import Theme


class StageMode(StrEnum):
    SINGLE = "single"
    WIPE = "wipe"
    SIDE_BY_SIDE = "side by side"
    GRID = "grid"
    ONION = "onion"
    FLIP = "flip"


MANNERS = {
    StageMode.WIPE: Manner.WIPE,
    StageMode.ONION: Manner.ONION,
    StageMode.FLIP: Manner.FLIP,
}
"""The modes that show two pictures in one place, and how."""


class ImageStage(QStackedWidget):
    """Switches between the views and carries zoom and position over.

    The pictures are given to each view (`canvas`, `wipe`, `grid`) by their setters; what concerns
    whichever view is shown goes through the stage.
    """

    view_changed = Signal(object)  # ViewReading of the shown view
    pointer_moved = Signal(object)  # PointerReading or None
    files_dropped = Signal(object)  # Dropped
    before_dropped = Signal(str)  # a step that is to be the one before
    drag_started = Signal()
    drag_ended = Signal()
    mode_changed = Signal(object)  # StageMode

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imageStage")
        self.canvas = CanvasView(theme, self)
        self.wipe = WipeView(theme, self)
        self.grid = CompareGrid(theme, self)
        self._mode = StageMode.SINGLE
        self._before_comparing: ViewState | None = None
        for view in self._views():
            self.addWidget(view)
            view.view_changed.connect(self._pass_view)
            view.pointer_moved.connect(self.pointer_moved)
            view.files_dropped.connect(self.files_dropped)
            view.drag_started.connect(self.drag_started)
            view.drag_ended.connect(self.drag_ended)
        self.wipe.step_dropped.connect(self.before_dropped)

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        for view in self._views():
            view.set_theme(theme)

    def set_surround(self, name: str) -> None:
        for view in self._views():
            view.set_surround(name)

    def set_wheel_pans(self, pans: bool) -> None:
        for view in self._views():
            view.set_wheel_pans(pans)

    def set_hand_tool(self, chosen: bool) -> None:
        self.canvas.set_hand_tool(chosen)

    def set_wipe(self, before: WipeSide | None, after: WipeSide | None) -> None:
        self.wipe.set_sides(before, after)

    def set_compared(self, pictures: Sequence[ComparedPicture]) -> None:
        self.grid.set_pictures(pictures)

    def set_mode(self, mode: StageMode, *, as_before: bool = False) -> None:
        """Show that view, looking where the last one looked, or, `as_before`, where the single
        picture was looked at before the comparison. Focus goes along if it was inside."""
        if mode is self._mode:
            return
        state = self.view_state()
        if self._mode is StageMode.SINGLE:
            self._before_comparing = state
        elif as_before and mode is StageMode.SINGLE:
            state = self._before_comparing or state
        focus = self.focusWidget()
        had_focus = focus is not None and focus.hasFocus()
        if focus is not None and had_focus:
            focus.clearFocus()  # else the stack hands it to the first tile, which chooses that one
        self._mode = mode
        self.grid.set_in_one_row(mode is StageMode.SIDE_BY_SIDE)
        if (manner := MANNERS.get(mode)) is not None:
            self.wipe.set_manner(manner)
        view = self._view()
        self.setCurrentWidget(view)
        view.lower()  # the stack raises what it shows, over anything that floats on the stage
        if state is not None:
            view.set_view_state(state)
        if had_focus:
            self.focus_view(Qt.FocusReason.ActiveWindowFocusReason)
        self.mode_changed.emit(mode)
        self._report()

    @property
    def mode(self) -> StageMode:
        return self._mode

    def focus_view(self, reason: Qt.FocusReason = Qt.FocusReason.ShortcutFocusReason) -> None:
        """Give the keyboard to the shown view; the default reason shows the focus ring (F6)."""
        view = self._view()
        if isinstance(view, CompareGrid):
            view.focus_chosen(reason)
        else:
            view.setFocus(reason)

    # -- zoom and position --------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        return self._view().zoom

    def view_state(self) -> ViewState | None:
        return self._view().view_state()

    def set_view_state(self, state: ViewState) -> None:
        self._view().set_view_state(state)

    def zoom_in(self) -> None:
        self._view().zoom_in()

    def zoom_out(self) -> None:
        self._view().zoom_out()

    def zoom_to(self, zoom: float) -> None:
        """1.0 is one picture pixel to one physical pixel."""
        self._view().zoom_to(zoom)

    def actual_size(self) -> None:
        self._view().zoom_to(1.0)

    def fit(self) -> None:
        self._view().fit()

    # -- inside -------------------------------------------------------------------------------

    def _views(self) -> tuple[CanvasView, WipeView, CompareGrid]:
        return self.canvas, self.wipe, self.grid

    def _view(self) -> CanvasView | WipeView | CompareGrid:
        match self._mode:
            case StageMode.SINGLE:
                return self.canvas
            case StageMode.SIDE_BY_SIDE | StageMode.GRID:
                return self.grid
            case _:
                return self.wipe

    def _pass_view(self, reading: object) -> None:
        # Views that are not shown may still be resized and fitted.
        if self.sender() is self._view():
            self.view_changed.emit(reading)

    def _report(self) -> None:
        state = self.view_state()
        if state is not None:
            self.view_changed.emit(ViewReading(state, self.zoom))
