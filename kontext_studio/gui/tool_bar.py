"""The one tool bar: file and undo, tools, views, zoom, export, search. Values in, actions out."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QToolBar, QWidget

from kontext_studio.gui.actions import Actions
from kontext_studio.gui.canvas.viewport import ZOOM_STEPS
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import SegmentedBar, ToolButton

VIEWS = ("view_single", "view_wipe", "view_side", "view_grid")
WHILE_IN_USE = ("view_onion", "flip")
"""Views without a lasting place on the bar: they stand there, lit and named, while one is seen."""
TOOLS = ("hand", "brush", "eraser", "lasso")
_ZOOM_PX = 84
_AROUND_ZOOM_PX = 36
_WORDS_FROM_PX = 1240
"""Below this width of the window the view buttons drop their words (UX W3)."""


class ToolBar(QToolBar):
    """Fixed, 44 high. `zoom_chosen` carries the percent that was typed or chosen."""

    zoom_chosen = Signal(int)

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("toolBar")
        self.setMovable(False)
        self.setFloatable(False)
        self.toggleViewAction().setEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setFixedHeight(theme.length("size.toolbar"))
        self._group(actions, VIEWS)
        self._group(actions, (*TOOLS, "area_box"))
        self._views = SegmentedBar("Views")
        passing = [actions[name] for name in WHILE_IN_USE]
        self._views.set_actions([*(actions[name] for name in VIEWS), *passing], words=True)
        self._views.show_while_checked(passing)
        tools = SegmentedBar("Tools")
        tools.set_actions([actions[name] for name in TOOLS], words=False)
        self._zoom = self._zoom_box()

        left = [
            self._button(actions["open"]),
            self._button(actions["paste"]),
            _divider(),
            self._button(actions["undo"]),
            self._button(actions["redo"]),
            _divider(),
            tools,
        ]
        right = [
            self._zoom,
            self._button(actions["fit"]),
            _divider(),
            self._button(actions["export"], words=True),
            self._button(actions["palette"]),
        ]
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(theme.space(3), 0, theme.space(3), 0)
        row.setSpacing(0)
        row.addWidget(_side(left, theme, Qt.AlignmentFlag.AlignLeft), 1)
        row.addWidget(self._views, 0)
        row.addWidget(_side(right, theme, Qt.AlignmentFlag.AlignRight), 1)
        self.addWidget(whole)

    def show_zoom(self, percent: int | None) -> None:
        """The zoom in the box; None where nothing is shown."""
        self._zoom.setEnabled(percent is not None)
        with QSignalBlocker(self._zoom):
            self._zoom.setCurrentText(f"{percent if percent is not None else 100} %")

    def fit_to(self, window_width: int) -> None:
        """Drop the words of the views where the window is narrow."""
        self._views.show_words(window_width >= _WORDS_FROM_PX)

    def _zoom_box(self) -> QComboBox:
        box = _ZoomBox()
        box.setObjectName("zoomBox")
        box.setAccessibleName("Zoom")
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems([f"{round(step * 100)} %" for step in ZOOM_STEPS])
        box.setMaxVisibleItems(len(ZOOM_STEPS))
        edit = box.lineEdit()
        if edit is not None:
            edit.setAccessibleName("Zoom")
            edit.editingFinished.connect(self._choose)
        box.activated.connect(self._choose)
        return box

    def _choose(self) -> None:
        digits = self._zoom.currentText().strip().removesuffix("%").strip()
        try:
            percent = round(float(digits.replace(",", ".")))
        except (ValueError, OverflowError):
            return
        if percent > 0:
            self.zoom_chosen.emit(percent)

    def _button(self, action: QAction, *, words: bool = False) -> ToolButton:
        button = ToolButton()
        button.setDefaultAction(action)
        button.setIconSize(QSize(18, 18))
        if words:
            button.setIconSize(QSize(16, 16))
            button.show_words(True)
        return button

    def _group(self, actions: Actions, names: tuple[str, ...]) -> None:
        group = QActionGroup(self)
        for name in names:
            group.addAction(actions[name])


class _ZoomBox(QComboBox):
    """As wide as the largest zoom needs in the text size of now."""

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self.font()).horizontalAdvance(self.itemText(self.count() - 1))
        return QSize(max(_ZOOM_PX, words + _AROUND_ZOOM_PX), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _divider() -> QFrame:
    line = QFrame()
    set_kind(line, kind="divider-vertical")
    line.setFixedSize(1, 20)
    return line


def _side(widgets: list[QWidget], theme: Theme, align: Qt.AlignmentFlag) -> QWidget:
    side = QWidget()
    row = QHBoxLayout(side)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space(3))
    if align is Qt.AlignmentFlag.AlignRight:
        row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    if align is Qt.AlignmentFlag.AlignLeft:
        row.addStretch(1)
    return side
