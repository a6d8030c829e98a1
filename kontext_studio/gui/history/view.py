"""The history as a list: keys, selection, dragging and the busy ring.

Promises that only the person's own acts are announced: what `set_listing` does to the selection
stays silent, and the selected row keeps its place on the screen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.gui.history.delegate import HistoryDelegate
from kontext_studio.gui.history.drag import FileProvider, StepMime
from kontext_studio.gui.history.model import HistoryModel
from kontext_studio.gui.history.rows import HistoryRow, Listing, RowKind
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.history.typed_search import TypedSearch
from kontext_studio.gui.jobs.progress import JobProgress
from kontext_studio.gui.theme.tokens import Theme

_TICK_MS = 50
_TURN_S = 1.2
_LEAST_TARGET = 24
_SCROLL_STEP = 20


@dataclass(frozen=True, slots=True)
class MenuRequest:
    """A menu is wanted for a row, at a place on the screen."""

    row: HistoryRow
    at: QPoint


@dataclass(frozen=True, slots=True)
class FoldRequest:
    """Fold or unfold the row of these steps."""

    nodes: tuple[NodeId, ...]
    fold: bool


class HistoryView(QListView):
    """`step_selected` and `edit_requested` carry a node id, `job_selected` a job id;
    `label_written` a node id and the name that was typed in its row."""

    step_selected = Signal(str)
    job_selected = Signal(str)
    edit_requested = Signal(str)
    fold_requested = Signal(object)
    menu_requested = Signal(object)
    label_written = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyView")
        self.setAccessibleName("History")
        self._shelf = ThumbnailShelf(theme.size("history.thumb"), self)
        self._rows = HistoryModel(self)
        self._delegate = HistoryDelegate(theme, self._shelf, self)
        self._provider: FileProvider | None = None
        self._head: tuple[str, NodeId | None] | None = None
        self._silent = 0
        self._search = TypedSearch()
        self._reduced_motion = False
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(_SCROLL_STEP)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._turn_busy_rings)
        self._shelf.arrived.connect(self._repaint_picture)
        self._shelf.preview_arrived.connect(self._repaint_preview)
        self.selectionModel().currentChanged.connect(self._announce_selection)
        self.doubleClicked.connect(self._edit_from)
        self._delegate.label_written.connect(self.label_written)

    # What it is given.

    @property
    def shelf(self) -> ThumbnailShelf:
        return self._shelf

    @property
    def rows(self) -> HistoryModel:
        return self._rows

    def set_theme(self, theme: Theme) -> None:
        self._delegate.set_theme(theme)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def set_file_provider(self, provider: FileProvider | None) -> None:
        self._provider = provider

    def set_reduced_motion(self, on: bool) -> None:
        self._reduced_motion = on
        self._delegate.turn = None if on else 0.0
        self._wind_clock()
        self.viewport().update()

    def set_listing(self, listing: Listing) -> None:
        """Show these rows. The selection moves only if the current step did, or its row is gone."""
        with self._silently():
            anchor = self._anchor()
            self._delegate.set_lanes(listing.lanes)
            self._rows.set_listing(listing)
            self._restore(anchor)
            self._follow_head(listing)
        self._wind_clock()
        self.viewport().update()

    def set_progress(self, record: JobRecord, progress: JobProgress) -> None:
        self._rows.set_progress(record, progress)
        self._wind_clock()

    def select_node(self, node: NodeId) -> None:
        """Select the row of a step without announcing it."""
        with self._silently():
            self._select(self._rows.index_of_node(node))

    def select_job(self, job: JobId) -> None:
        with self._silently():
            self._select(self._rows.index_of_job(job))

    def write_label(self, node: NodeId) -> None:
        """Let the name of a step be typed in its row; Enter keeps it, Esc does not."""
        index = self._rows.index_of_node(node)
        if index.isValid():
            self.select_node(node)
            self.edit(index)

    @property
    def is_moving(self) -> bool:
        """Whether a busy ring turns."""
        return self._clock.isActive()

    def selected_row(self) -> HistoryRow | None:
        return self._rows.row_at(self.currentIndex())

    # Keeping the place.

    def _anchor(self) -> tuple[str, int] | None:
        """A row on the screen that should stay where it is: the selected one, else the top one."""
        for index in (self.currentIndex(), self.indexAt(QPoint(1, 1))):
            row = self._rows.row_at(index)
            top = self.visualRect(index).top() if row is not None else 0
            if row is not None and -self._delegate.geometry.height < top < self.viewport().height():
                return row.key, top
        return None

    def _restore(self, anchor: tuple[str, int] | None) -> None:
        self.executeDelayedItemsLayout()
        if anchor is None:
            return
        index = self._rows.index_of_key(anchor[0])
        if index.isValid():
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.visualRect(index).top() - anchor[1])

    def _follow_head(self, listing: Listing) -> None:
        current = next((row for row in listing.rows if row.current), None)
        head = (current.key, current.node) if current is not None else None
        moved, self._head = head != self._head, head
        if head is not None and (moved or not self.currentIndex().isValid()):
            self._select(self._rows.index_of_key(head[0]))
        elif self.currentIndex().isValid() and not self.selectionModel().hasSelection():
            self._select(self.currentIndex())

    def _select(self, index: QModelIndex) -> None:
        if index.isValid():
            self.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(index)

    @contextmanager
    def _silently(self) -> Iterator[None]:
        self._silent += 1
        try:
            yield
        finally:
            self._silent -= 1

    def _announce_selection(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self._rows.row_at(current)
        if self._silent or row is None:
            return
        if row.node is not None:
            self.step_selected.emit(row.node)
        elif row.job is not None:
            self.job_selected.emit(row.job)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The inspector below grows with what it has to say: the selected row stays in sight."""
        super().resizeEvent(event)
        place = self.visualRect(self.currentIndex())
        if place.isValid() and 0 <= place.top() < event.oldSize().height():
            self.scrollTo(self.currentIndex())

    # Keys.

    def event(self, event: QEvent) -> bool:
        # While a search is being typed its letters are not single-key commands.
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._search.goes_on()
            and _is_letter(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() is QAbstractItemView.State.EditingState:
            return  # Enter, which the field of a name hands on, has done its work there
        self._show_focus(True)
        row = self.selected_row()
        key = event.key()
        if row is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Left:
            self._fold_or_climb(row)
        elif key == Qt.Key.Key_Right:
            self._unfold_or_descend(row)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._edit_from(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        titles = [row.title for row in self._rows.rows]
        place = self._search.add(search, titles, self.currentIndex().row())
        if place is not None:
            self.setCurrentIndex(self._rows.index(place))

    def _fold_or_climb(self, row: HistoryRow) -> None:
        if row.can_fold and not row.folded and row.members:
            self.fold_requested.emit(FoldRequest(row.members, True))
        elif (parent := self._rows.index_of_key(row.parent_key)).isValid():
            self.setCurrentIndex(parent)

    def _unfold_or_descend(self, row: HistoryRow) -> None:
        if row.folded:
            self.fold_requested.emit(FoldRequest(row.members, False))
            return
        for place in range(self.currentIndex().row() + 1, self._rows.rowCount()):
            index = self._rows.index(place)
            below = self._rows.row_at(index)
            if below is not None and below.parent_key == row.key:
                self.setCurrentIndex(index)
                return

    def _edit_from(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index)
        if row is not None and row.node is not None:
            self.edit_requested.emit(row.node)

    # Pointer, menu, drag.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_focus(False)
        row = self._pill_at(event.position().toPoint())
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            self.fold_requested.emit(FoldRequest(row.members, not row.folded))
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._pill_at(event.position().toPoint()) is None:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over_pill = self._pill_at(event.position().toPoint()) is not None
        shape = Qt.CursorShape.PointingHandCursor if over_pill else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = self._rows.row_at(index)
        if row is None:
            return
        rect = self._delegate.geometry.thumb_rect(self.visualRect(index))
        at = self.viewport().mapToGlobal(rect.center()) if by_key else event.globalPos()
        self.menu_requested.emit(MenuRequest(row, at))

    def startDrag(self, supported: Qt.DropAction) -> None:
        row = self.selected_row()
        if row is None or row.node is None:
            return
        drag = QDrag(self)
        drag.setMimeData(StepMime(row.node, self._provider))
        picture = self._shelf.picture(row.sha) if row.sha is not None else None
        if picture is not None:
            drag.setPixmap(picture)
            drag.setHotSpot(QPoint(8, 8))
        drag.exec(Qt.DropAction.CopyAction)

    def _pill_at(self, place: QPoint) -> HistoryRow | None:
        index = self.indexAt(place)
        row = self._rows.row_at(index)
        if row is None or not row.members:
            return None
        pill = self._delegate.pill_rect(row, self.visualRect(index))
        if pill.isEmpty():
            return None
        target = QRect(QPoint(), pill.size().expandedTo(QSize(_LEAST_TARGET, _LEAST_TARGET)))
        target.moveCenter(pill.center())
        return row if target.contains(place) else None

    # Focus and motion.

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_focus(event.reason() is not Qt.FocusReason.MouseFocusReason)
        super().focusInEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wind_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _show_focus(self, on: bool) -> None:
        if self._delegate.shows_focus != on:
            self._delegate.shows_focus = on
            self.viewport().update()

    def _wind_clock(self) -> None:
        running = any(row.kind is RowKind.RUNNING for row in self._rows.rows)
        if running and self.isVisible() and not self._reduced_motion:
            if not self._clock.isActive():
                self._clock.start()
        else:
            self._clock.stop()

    def _turn_busy_rings(self) -> None:
        self._delegate.turn = (time.monotonic() / _TURN_S) % 1.0
        self._repaint(lambda row: row.kind is RowKind.RUNNING)

    def _repaint_picture(self, sha: str) -> None:
        self._repaint(lambda row: row.sha == sha)

    def _repaint_preview(self, job: str) -> None:
        self._repaint(lambda row: row.job == job)

    def _repaint(self, concerned: Callable[[HistoryRow], bool]) -> None:
        """Repaint the rows on the screen that are concerned."""
        top, bottom = self.indexAt(QPoint(1, 1)).row(), self.viewport().height()
        for place in range(max(0, top), self._rows.rowCount()):
            index = self._rows.index(place)
            rect = self.visualRect(index)
            if rect.top() > bottom:
                return
            row = self._rows.row_at(index)
            if row is not None and concerned(row):
                self.viewport().update(rect)


def _is_letter(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
    return plain and bool(event.text()) and event.text().isprintable()
