"""The verbs of the step that is looked at: the bar over the canvas, and the menu on the right
button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.history.view import MenuRequest
from kontext_studio.gui.presenters.looking import TILED
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio

_BAR = ("compare_parent", "star", "rerun", "paint_area", "export")
_BAR_OF_PAIR = {
    StageMode.WIPE: ("swap_sides", "rotate_split", "", "heat_map", "show_before", "",
                     "export_comparison"),
    StageMode.ONION: ("swap_sides", "flip", "", "heat_map", "show_before", "",
                      "export_comparison"),
    StageMode.FLIP: ("swap_sides", "flip", "", "heat_map", "", "export_comparison"),
}  # fmt: skip
_MENU = ("edit_from_here", "", "star", "pick", "rename", "copy_instruction", "", "rerun",
         "rerun_same_seed", "apply_here", "", "keep_else", "area_of_change", "unprotected", "",
         "align", "match_colours", "bring_to_size", "rebase", "",
         "export", "delete")  # fmt: skip


class StepMenus(QObject):
    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._window = studio.window
        self._actions = studio.window.actions_by_id
        # Not the menu's own action, which goes with the first button that shows it.
        self._more = QAction("More", self)
        self._more.setMenu(self._menu())
        self._more.setObjectName("contextMore")
        self.set_theme(studio.theme)
        self.follow_mode(StageMode.SINGLE)
        stage = self._window.stage
        stage.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        stage.customContextMenuRequested.connect(lambda at: self._pop_up(stage.mapToGlobal(at)))
        self._window.history.menu_requested.connect(self._take_request)
        self._actions.on("context_bar", self.show_bar)
        self._actions.check("context_bar", True)
        studio.previews.changed.connect(self.show_bar)

    def set_theme(self, theme: Theme) -> None:
        self._more.setIcon(icon(theme, "ellipsis"))

    def follow_mode(self, mode: StageMode) -> None:
        """Other verbs for two pictures than for one."""
        row: list[QAction | None]
        if verbs := _BAR_OF_PAIR.get(mode, ()):
            row = [self._actions[name] if name else None for name in verbs]
        else:
            row = [*(self._actions[name] for name in _BAR), self._more]
        self._window.context_bar.set_actions(row)

    def show_bar(self) -> None:
        """The bar where it is wanted and has verbs, in its place."""
        studio = self._studio
        wanted = self._actions["context_bar"].isChecked()
        # Its verbs are for a step; a picture that is still being made is none.
        making = studio.previews.on_canvas is not None
        nothing = studio.steps.current is None or (
            making and studio.looking.mode is StageMode.SINGLE
        )
        hidden = studio.looking.mode in TILED or nothing or studio.area.is_active
        self._window.context_bar.set_wanted(wanted and not hidden)

    def _menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        for name in _MENU:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        return menu

    def _take_request(self, request: MenuRequest) -> None:
        self._pop_up(request.at)

    def _pop_up(self, at: QPoint) -> None:
        menu = self._menu()
        menu.setObjectName("stepMenu")
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
