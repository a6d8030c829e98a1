"""The panes of the window: which one has the keyboard, and full screen without them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from kontext_studio.gui.main_window import MainWindow


class Panes(QObject):
    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._layout_before: QByteArray | None = None

    def go(self, direction: int) -> None:
        """Give the keyboard to the next pane (+1) or the one before (-1)."""
        window = self._window
        panes = (window.tool_bar, window.history.view, window.stage, window.right, window.status)
        focus = QApplication.focusWidget()
        here = (pane is focus or (focus is not None and pane.isAncestorOf(focus)) for pane in panes)
        place = next((number for number, inside in enumerate(here) if inside), 0)
        pane = panes[(place + direction) % len(panes)]
        if pane is window.stage:
            window.stage.focus_view()
        elif pane is window.right:
            window.right.instruction.focus_editor()
        elif pane is window.history.view:
            pane.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif (first := _first_stop(pane)) is not None:
            first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_instruction(self) -> None:
        self._show_instruction()
        self._window.right.instruction.focus_editor()

    def focus_jobs(self) -> None:
        self._show_instruction()
        self._window.right.jobs.focus_first()

    def full_screen(self, on: bool) -> None:
        window = self._window
        if on:
            self._layout_before = window.layout_state()
        for dock in (window.history_dock, window.right_dock):
            dock.setVisible(not on)
        if on:
            window.showFullScreen()
        else:
            window.showNormal()
            if self._layout_before is not None:
                window.restore_layout(self._layout_before)

    def _show_instruction(self) -> None:
        self._window.right_dock.show()
        self._window.right.show_tab(0)


def _first_stop(pane: QWidget) -> QWidget | None:
    stops = (
        child
        for child in pane.findChildren(QWidget)
        if child.isVisible() and child.isEnabled() and child.focusPolicy() & Qt.FocusPolicy.TabFocus
    )
    return next(stops, None)
