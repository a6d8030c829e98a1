"""The window's frame: where every part stands. It knows no session, no run and no file.

It is painted at once as bare surfaces, and `build` puts the parts in afterwards: importing and
making them takes several times as long as Qt needs to show a window. In the middle, top to bottom:
message bar, stage (or the empty state), variant strip, info strip. Left the history, right the
instruction and comparison, below the status bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.tab_order import go_to, next_stop, stops_in
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.resources import resource_path

if TYPE_CHECKING:
    from kontext_studio.gui.actions import Actions
    from kontext_studio.gui.canvas.area_option_bar import AreaOptionBar
    from kontext_studio.gui.canvas.context_bar import ContextBar
    from kontext_studio.gui.canvas.image_stage import ImageStage
    from kontext_studio.gui.canvas.info_strip import InfoStrip
    from kontext_studio.gui.canvas.variant_strip import VariantStrip
    from kontext_studio.gui.history.history_dock import HistoryDock
    from kontext_studio.gui.right_panel import RightPanel
    from kontext_studio.gui.shell.empty_state import EmptyState
    from kontext_studio.gui.shell.message_bar import MessageBar
    from kontext_studio.gui.shell.status_bar import StatusBar
    from kontext_studio.gui.tool_bar import ToolBar

COLLAPSE_BELOW_PX = 1320
"""Narrower windows start with the history folded to its rail (UX W3)."""
LAYOUT_VERSION = 1
AREA_TOOLS = ("brush", "eraser", "lasso", "area_box")
MENU_BAR_PX = 32


class MainWindow(QMainWindow):
    """`close_asked` is emitted instead of closing: somebody has to put the session away first.

    `painted` is emitted once, after the first paint. The parts are there after `build`.
    """

    close_asked = Signal()
    painted = Signal()

    actions_by_id: Actions
    tool_bar: ToolBar
    message_bar: MessageBar
    area_bar: AreaOptionBar
    stage: ImageStage
    empty: EmptyState
    variants: VariantStrip
    info: InfoStrip
    context_bar: ContextBar
    history: HistoryDock
    history_dock: QDockWidget
    right: RightPanel
    right_dock: QDockWidget
    status: StatusBar

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Kontext Studio")
        self.setMinimumSize(theme.size("window.min"))
        self.resize(theme.size("window.default"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._theme = theme
        self._is_built = False
        self._was_painted = False
        self._middle: QStackedWidget | None = None
        self._default_layout = QByteArray()

    def build(self) -> None:
        """Make all parts and put them in their places. Call it once."""
        from kontext_studio.gui.actions import Actions
        from kontext_studio.gui.canvas.area_option_bar import AreaOptionBar
        from kontext_studio.gui.canvas.context_bar import ContextBar
        from kontext_studio.gui.canvas.image_stage import ImageStage
        from kontext_studio.gui.canvas.info_strip import InfoStrip
        from kontext_studio.gui.canvas.variant_strip import VariantStrip
        from kontext_studio.gui.history.history_dock import HistoryDock
        from kontext_studio.gui.right_panel import RightPanel
        from kontext_studio.gui.shell.empty_state import EmptyState
        from kontext_studio.gui.shell.message_bar import MessageBar
        from kontext_studio.gui.shell.status_bar import StatusBar
        from kontext_studio.gui.tool_bar import ToolBar

        theme = self._theme
        self.setWindowIcon(QIcon(str(resource_path("app/kontext-studio-256.png"))))
        self.actions_by_id = Actions(self, theme)
        self.tool_bar = ToolBar(self.actions_by_id, theme, self)
        self.addToolBar(self.tool_bar)
        self.message_bar = MessageBar(theme, self)
        area_tools = [self.actions_by_id[name] for name in AREA_TOOLS]
        self.area_bar = AreaOptionBar(theme, area_tools, self)
        self.stage = ImageStage(theme, self)
        self.empty = EmptyState(theme, self)
        self.variants = VariantStrip(theme, self)
        self.info = InfoStrip(theme, self)
        self._build_middle()
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
        self._apply_default_sizes()
        self._default_layout = self.saveState(LAYOUT_VERSION)
        self.tool_bar.fit_to(self.width())
        self._is_built = True

    @property
    def middle(self) -> QWidget:
        """What holds the stage and the empty state: there whichever of them is shown."""
        assert self._middle is not None
        return self._middle

    # Values in.

    def show_picture_side(self, shown: bool) -> None:
        """The stage with its strips, or the empty state."""
        if self._middle is not None:
            self._middle.setCurrentWidget(self.stage if shown else self.empty)
        self.info.setVisible(shown)
        if not shown:
            self.variants.hide()

    def set_session_name(self, name: str) -> None:
        self.setWindowTitle(f"{name} — Kontext Studio" if name else "Kontext Studio")

    def set_theme(self, theme: Theme) -> None:
        """Dress the parts that paint by hand; the style sheet does the rest."""
        self._theme = theme
        self.actions_by_id.set_theme(theme)
        for part in (
            self.message_bar,
            self.area_bar,
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

    def _build_middle(self) -> None:
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.empty)
        self._middle.addWidget(self.stage)
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.message_bar)
        column.addWidget(self.area_bar)
        column.addWidget(self._middle, 1)
        column.addWidget(self.variants)
        column.addWidget(self.info)
        self.setCentralWidget(centre)

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
        widths = [self._theme.length("size.dock.left"), self._theme.length("size.dock.right")]
        self.resizeDocks(docks, widths, Qt.Orientation.Horizontal)

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Tool bar, history, canvas, context bar, variants, instruction, jobs, status (UX X2)."""
        parts = (
            self.tool_bar,
            self.history_dock,
            self.centralWidget(),
            self.right_dock,
            self.status,
        )
        # A dock that floats is a window with an order of its own.
        docked = (part for part in parts if part is not None and part.window() is self)
        stops = [stop for part in docked for stop in stops_in(part)]
        found = next_stop(stops, QApplication.focusWidget(), forward=next_one)
        if found is None:
            return False
        go_to(found, forward=next_one)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_built:
            super().paintEvent(event)
        else:
            self._paint_bare()
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def _paint_bare(self) -> None:
        """The surfaces where the parts will stand, so that nothing jumps when they come."""
        theme = self._theme
        with QPainter(self) as painter:
            width, height = self.width(), self.height()
            painter.fillRect(self.rect(), theme.colour("surface.window"))
            top = MENU_BAR_PX + theme.length("size.toolbar")
            middle = height - top - theme.length("size.statusbar")
            painter.fillRect(QRect(0, top, width, middle), theme.colour("canvas.surround"))
            panel = theme.colour("surface.panel")
            left, right = theme.length("size.dock.left"), theme.length("size.dock.right")
            painter.fillRect(QRect(0, MENU_BAR_PX, width, theme.length("size.toolbar")), panel)
            painter.fillRect(QRect(0, top, left, middle), panel)
            painter.fillRect(QRect(width - right, top, right, middle), panel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_built:
            self.tool_bar.fit_to(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.close_asked.emit()
