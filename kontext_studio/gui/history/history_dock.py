"""The whole left side: header, list or empty state, and inspector.

It takes the inputs of the list as one value and keeps how they are looked at (folds, filters);
it refuses to change a session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import Sha256
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.session import Session
from kontext_studio.gui.history.empty_history import EmptyHistory
from kontext_studio.gui.history.inspector import Inspector
from kontext_studio.gui.history.inspector_facts import inspect_job, inspect_step
from kontext_studio.gui.history.inspector_scroll import InspectorScroll
from kontext_studio.gui.history.row_geometry import rail_width
from kontext_studio.gui.history.rows import (
    HistoryInputs,
    Listing,
    NodeFacts,
    list_history,
    with_facts,
)
from kontext_studio.gui.history.view import FoldRequest, HistoryView, MenuRequest
from kontext_studio.gui.history.visible import ViewState
from kontext_studio.gui.jobs.progress import NOTHING_KNOWN, JobProgress, stage_of
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

_ICON_PX = 18
_BUTTON_PX = 28
_HEADER_PX = 40
_INSPECTOR_MOST = 0.6
_WIDGET_MOST = 16777215  # QWIDGETSIZE_MAX, which PySide does not name


class HistoryDock(QWidget):
    """Ids travel as text: `step_selected`, `edit_requested` a node's, `job_selected` a run's.

    `menu_requested` carries a MenuRequest, `view_state_changed` a ViewState, `label_written` a
    node's id and the name that was typed in its row.
    """

    step_selected = Signal(str)
    job_selected = Signal(str)
    edit_requested = Signal(str)
    menu_requested = Signal(object)
    thumbnail_wanted = Signal(str)
    view_state_changed = Signal(object)
    instruction_copied = Signal(str)
    label_written = Signal(str, str)
    rebase_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyDock")
        self._theme = theme
        self._inputs = HistoryInputs(Session())
        self._state = ViewState()
        self._view = HistoryView(theme, self)
        self._inspector = Inspector(theme, self)
        self._below = InspectorScroll(self._inspector, self)
        self._empty = EmptyHistory(theme, self)
        self._nothing_found = Label(self)
        self._header = QWidget(self)
        self._count = ElidedLabel(self._header)
        self._has_steps = False
        self._collapsed = False
        self._head = QHBoxLayout(self._header)
        self._find = ToolButton(self._header, height_px=_BUTTON_PX)
        self._buttons: list[ToolButton] = []
        self._search = _SearchField(self)
        self._pages = QStackedWidget(self)
        self._build(theme)
        self._connect()
        self.setFocusProxy(self._view)
        self.set_theme(theme)
        self._show(Listing())

    # What it is given.

    @property
    def view(self) -> HistoryView:
        return self._view

    @property
    def inspector(self) -> Inspector:
        return self._inspector

    @property
    def view_state(self) -> ViewState:
        return self._state

    def set_header_actions(self, actions: Iterable[QAction]) -> None:
        """Buttons at the right of the header, in this order (starred only, fold all, root, map)."""
        for button in self._buttons:
            button.deleteLater()
        self._buttons = []
        for action in actions:
            button = ToolButton(self._header, height_px=_BUTTON_PX)
            set_kind(button, small="true")
            button.setDefaultAction(action)
            button.setIconSize(QSize(_ICON_PX, _ICON_PX))
            self._head.addWidget(button)
            self._buttons.append(button)
            button.setVisible(self._has_steps)

    def show_history(self, inputs: HistoryInputs) -> None:
        """Show this session, or its new state; call it after each change."""
        self._inputs = inputs
        self._show(list_history(inputs, self._state))

    def add_facts(self, facts: Mapping[NodeId, NodeFacts]) -> None:
        """Figures that came meanwhile, without building all rows again."""
        self._inputs = replace(self._inputs, facts={**self._inputs.facts, **facts})
        self._view.rows.renew(facts.keys(), lambda row: with_facts(row, self._inputs))
        self._inspect()

    def set_progress(self, record: JobRecord, progress: JobProgress) -> None:
        """New live facts of a run, without building all rows again."""
        before = self._inputs.progress.get(record.id, NOTHING_KNOWN)
        self._inputs = replace(
            self._inputs, progress={**self._inputs.progress, record.id: progress}
        )
        if stage_of(record, before) is stage_of(record, progress):
            self._view.set_progress(record, progress)
        else:  # the lines that lead to the row look different now
            self._show(list_history(self._inputs, self._state))

    def set_view_state(self, state: ViewState) -> None:
        """Fold and filter like this, as kept from the last time."""
        if state == self._state:
            return
        self._state = state
        self._search.set_shown_text(state.text)
        self._show(list_history(self._inputs, state))
        self.view_state_changed.emit(state)

    def set_starred_only(self, on: bool) -> None:
        self.set_view_state(replace(self._state, starred_only=on))

    def set_fold_all(self, on: bool) -> None:
        """Fold every branch beside the current path, or unfold everything."""
        rows = list_history(self._inputs).rows if on else ()
        closed = [node for row in rows if row.can_fold and not row.on_path for node in row.members]
        self.set_view_state(replace(self._state, folded=frozenset(closed)))

    def set_search_text(self, text: str) -> None:
        self.set_view_state(replace(self._state, text=text))

    def set_thumbnail(self, sha: Sha256, image: QImage) -> None:
        self._view.shelf.put(sha, image)

    def set_preview(self, job: JobId, image: QImage) -> None:
        self._view.shelf.put_preview(job, image)

    def set_collapsed(self, on: bool) -> None:
        """Show the rail alone (UX W3)."""
        self._collapsed = on
        for part in (self._header, self._inspector):
            part.setHidden(on)
        self._search.setHidden(on or not self._find.isChecked())
        rail = rail_width(self._theme, self._view.rows.listing.lanes)
        least = self._theme.length("size.dock.left.min")
        self.setMinimumWidth(rail if on else least)
        self.setMaximumWidth(rail if on else _WIDGET_MOST)
        if not on:
            self._inspect()

    def set_reduced_motion(self, on: bool) -> None:
        self._view.set_reduced_motion(on)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._find.setIcon(icon(theme, "search", size_px=_ICON_PX))
        self._view.set_theme(theme)
        self._inspector.set_theme(theme)
        self._empty.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._below.set_most(round(event.size().height() * _INSPECTOR_MOST))

    # Inside.

    def _build(self, theme: Theme) -> None:
        title = Label("History", self._header)
        set_kind(title, type="strong")
        set_kind(self._count, type="small", tone="tertiary")
        self._find.setObjectName("historyFind")
        self._find.setText("Search steps")
        self._find.setToolTip("Search steps")
        self._find.setCheckable(True)
        set_kind(self._find, small="true")
        self._find.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._header.setFixedHeight(_HEADER_PX)
        head = self._head
        pad = theme.space(5)
        head.setContentsMargins(pad, 0, theme.space(3), 0)
        head.setSpacing(0)
        head.addWidget(title)
        head.addSpacing(theme.space(3))
        head.addWidget(self._count, 1)
        head.addWidget(self._find)
        set_kind(self._nothing_found, type="small", tone="secondary")
        self._nothing_found.setText("No step matches.")
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing_found.setContentsMargins(pad, theme.space(6), pad, 0)
        for page in (self._view, self._empty, self._nothing_found):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        field = QHBoxLayout()
        field.setContentsMargins(pad, 0, pad, 0)
        field.addWidget(self._search)
        column.addLayout(field)
        column.addWidget(self._pages, 1)
        column.addWidget(self._below)
        self._search.hide()

    def _connect(self) -> None:
        view = self._view
        view.step_selected.connect(self.step_selected)
        view.job_selected.connect(self.job_selected)
        view.edit_requested.connect(self.edit_requested)
        view.menu_requested.connect(self.menu_requested)
        view.label_written.connect(self.label_written)
        view.fold_requested.connect(self._fold)
        view.shelf.wanted.connect(self.thumbnail_wanted)
        view.selectionModel().currentChanged.connect(self._inspect)
        self._inspector.menu_requested.connect(self._ask_for_menu)
        self._inspector.copied.connect(self.instruction_copied)
        self._inspector.step_asked.connect(self.step_selected)
        self._inspector.rebase_asked.connect(self.rebase_asked)
        self._find.toggled.connect(self._open_search)
        self._search.textChanged.connect(self.set_search_text)
        self._search.left.connect(self._leave_search)

    def _show(self, listing: Listing) -> None:
        self._view.set_listing(listing)
        if self._collapsed:
            self.set_collapsed(True)  # the rail may need another lane
        total = listing.steps + listing.open
        self._has_steps = bool(total)
        if not total:
            page: QWidget = self._empty
        else:
            page = self._view if listing.rows else self._nothing_found
        self._pages.setCurrentWidget(page)
        self._count.set_whole_text(*_count_words(listing, filtered=self._state.filters))
        self._count.setVisible(bool(total))
        for button in (self._find, *self._buttons):
            button.setVisible(bool(total))
        if not total:
            self._search.hide()
        self._inspect()

    def _inspect(self) -> None:
        row = self._view.selected_row()
        record = self._inputs.jobs.get(row.job) if row is not None and row.job else None
        if row is not None and row.node is not None:
            self._inspector.show_facts(inspect_step(self._inputs, row.node))
        elif record is not None:
            self._inspector.show_facts(inspect_job(self._inputs, record))
        else:
            self._inspector.show_facts(None)

    def _fold(self, request: FoldRequest) -> None:
        nodes = frozenset(request.nodes)
        folded = self._state.folded | nodes if request.fold else self._state.folded - nodes
        self.set_view_state(replace(self._state, folded=folded))

    def _ask_for_menu(self, at: QPoint) -> None:
        if (row := self._view.selected_row()) is not None:
            self.menu_requested.emit(MenuRequest(row, at))

    def _open_search(self, on: bool) -> None:
        self._search.setVisible(on)
        if on:
            self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._search.clear()

    def _leave_search(self, keep: bool) -> None:
        if not keep:
            self._find.setChecked(False)
        self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)


class _SearchField(QLineEdit):
    """Esc leaves and clears; Enter and Down go on to the list. `left` says if the text stays."""

    left = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("historySearch")
        self.setAccessibleName("Search steps")
        self.setPlaceholderText("Search instructions")
        self.setClearButtonEnabled(False)

    def set_shown_text(self, text: str) -> None:
        if text != self.text():
            self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.left.emit(False)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left.emit(True)
        else:
            super().keyPressEvent(event)


def _count_words(listing: Listing, *, filtered: bool) -> tuple[str, ...]:
    """How many there are, and shorter ways to say it."""
    steps = "1 step" if listing.steps == 1 else f"{listing.steps} steps"
    if filtered:
        return f"{len(listing.rows)} of {steps}", f"{len(listing.rows)}"
    short = (steps, str(listing.steps))
    return (f"{steps}, {listing.open} unfinished", *short) if listing.open else short
