"""The window's frame: where every part stands. It knows no session, no run and no file.

In the middle, top to bottom: message bar, stage (or the empty state), variant strip, info strip.
Left the history, right the instruction and comparison, below the status bar.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.actions import Actions
from kontext_studio.gui.canvas.context_bar import ContextBar
from kontext_studio.gui.canvas.image_stage import ImageStage
from kontext_studio.gui.canvas.info_strip import InfoStrip
from kontext_studio.gui.canvas.variant_strip import VariantStrip
from kontext_studio.gui.history.history_dock import HistoryDock
from kontext_studio.gui.right_panel import RightPanel
from kontext_studio.gui.shell.empty_state import EmptyState
from kontext_studio.gui.shell.message_bar import MessageBar
from kontext_studio.gui.shell.status_bar import StatusBar
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.tool_bar import ToolBar

COLLAPSE_BELOW_PX = 1320
"""Narrower windows start with the history folded to its rail (UX W3)."""
LAYOUT_VERSION = 1


class MainWindow(QMainWindow):
    """`close_asked` is emitted instead of closing: somebody has to put the session away first."""

    close_asked = Signal()
    resized = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Kontext Studio")
        self.setMinimumSize(theme.size("window.min"))
        self.resize(theme.size("window.default"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.actions_by_id = Actions(self, theme)
        self.tool_bar = ToolBar(self.actions_by_id, theme, self)
        self.addToolBar(self.tool_bar)

        self.message_bar = MessageBar(theme, self)
        self.stage = ImageStage(theme, self)
        self.empty = EmptyState(theme, self)
        self.variants = VariantStrip(theme, self)
        self.info = InfoStrip(theme, self)
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.empty)
        self._middle.addWidget(self.stage)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message_bar)
        column.addWidget(self._middle, 1)
        column.addWidget(self.variants)
        column.addWidget(self.info)
        self.setCentralWidget(centre)
        self.context_bar = ContextBar(theme, self.stage)

        self.history = HistoryDock(theme, self)
        self.history_dock = self._dock("History", "historyDockWidget", self.history)
        self.history.setMinimumWidth(theme.length("size.dock.left.min"))
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.history_dock)
        self.right = RightPanel(theme, self.actions_by_id, self)
        self.right.setMinimumWidth(theme.length("size.dock.right.min"))
        self.right_dock = self._dock("Instruction", "instructionDockWidget", self.right)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.right_dock)
        self.status = StatusBar(theme, self)
        self.setStatusBar(self.status)
        self._default_sizes = (theme.length("size.dock.left"), theme.length("size.dock.right"))
        self._apply_default_sizes()
        self._default_layout = self.saveState(LAYOUT_VERSION)
        self._set_tab_order()

    # Values in.

    def show_picture_side(self, shown: bool) -> None:
        """The stage with its strips, or the empty state."""
        self._middle.setCurrentWidget(self.stage if shown else self.empty)
        self.info.setVisible(shown)
        if not shown:
            self.variants.hide()

    def set_session_name(self, name: str) -> None:
        self.setWindowTitle(f"{name} — Kontext Studio" if name else "Kontext Studio")

    def set_theme(self, theme: Theme) -> None:
        """Dress the parts that paint by hand; the style sheet does the rest."""
        self.actions_by_id.set_theme(theme)
        for part in (
            self.message_bar,
            self.stage,
            self.empty,
            self.variants,
            self.info,
            self.context_bar,
            self.history,
            self.right,
            self.status,
        ):
            part.set_theme(theme)

    def layout_state(self) -> QByteArray:
        return self.saveState(LAYOUT_VERSION)

    def restore_layout(self, state: QByteArray) -> bool:
        return self.restoreState(state, LAYOUT_VERSION)

    def reset_layout(self) -> None:
        self.restoreState(self._default_layout, LAYOUT_VERSION)
        for dock in (self.history_dock, self.right_dock):
            dock.show()
        self._apply_default_sizes()

    # Inside.

    def _dock(self, title: str, name: str, content: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(content)
        bar = QWidget(dock)  # the content has a header of its own
        bar.setFixedHeight(0)
        dock.setTitleBarWidget(bar)
        return dock

    def _apply_default_sizes(self) -> None:
        docks = [self.history_dock, self.right_dock]
        self.resizeDocks(docks, list(self._default_sizes), Qt.Orientation.Horizontal)

    def _set_tab_order(self) -> None:
        """Tool bar, history, canvas, instruction, status bar (UX X2)."""
        left: tuple[QWidget, ...] = (self.tool_bar, self.history, self.stage, self.context_bar)
        for one, other in pairwise((*left, self.variants, self.right, self.status)):
            QWidget.setTabOrder(one, other)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tool_bar.fit_to(event.size().width())
        self.resized.emit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_asked.emit()
