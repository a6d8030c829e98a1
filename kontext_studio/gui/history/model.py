"""The history rows as a flat item model that announces exactly what changed.

Promises no reset and no needless move: rows keep their persistent indexes, so selection and
scroll position survive every rebuild.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.gui.history.rails import Shape
from kontext_studio.gui.history.rows import HistoryRow, Listing, with_progress
from kontext_studio.gui.jobs.progress import JobProgress

_User = Qt.ItemDataRole.UserRole


class HistoryRole(IntEnum):
    """What a row tells beyond text: `ROW` is the whole value, the others are parts of it."""

    ROW = _User + 1
    KEY = _User + 2
    NODE = _User + 3
    JOB = _User + 4
    LANE = _User + 5
    TRUNK = _User + 6
    ELBOW = _User + 7
    FOLDED = _User + 8


Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Rows in display order; `set_listing` brings it to a new state in exact steps."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[HistoryRow] = []
        self._listing = Listing()

    @property
    def listing(self) -> Listing:
        return self._listing

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        return tuple(self._rows)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                # Marked up by us, so that Qt never takes an instruction for rich text.
                return f"<p>{html.escape(row.full_text)}</p>" if row.full_text else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case HistoryRole.ROW:
                return row
            case HistoryRole.KEY:
                return row.key
            case HistoryRole.NODE:
                return row.node
            case HistoryRole.JOB:
                return row.job
            case HistoryRole.LANE:
                return row.lane
            case HistoryRole.TRUNK:
                return row.is_trunk
            case HistoryRole.ELBOW:
                return any(rail.shape is Shape.HOOK for rail in row.rails)
            case HistoryRole.FOLDED:
                return row.folded
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        row = self.row_at(index)
        if row is not None and row.node is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsEditable
        return flags | Qt.ItemFlag.ItemNeverHasChildren if row is not None else flags

    def row_at(self, index: Index) -> HistoryRow | None:
        inside = index.isValid() and 0 <= index.row() < len(self._rows)
        return self._rows[index.row()] if inside else None

    def index_of_key(self, key: str | None) -> QModelIndex:
        return self._first(lambda row: row.key == key)

    def index_of_node(self, node: NodeId | None) -> QModelIndex:
        """The row that holds this step, also where it shows another variant."""
        return self._first(lambda row: node in row.members)

    def index_of_job(self, job: JobId) -> QModelIndex:
        return self._first(lambda row: row.job == job)

    def set_listing(self, listing: Listing) -> None:
        """Bring the model to these rows: removals, then moves and insertions, then changes."""
        self._listing = listing
        target = listing.rows
        self._remove_all_but({row.key for row in target})
        self._arrange(target)
        self._replace(target)

    def set_progress(self, record: JobRecord, progress: JobProgress) -> None:
        """New live facts of a run that is under way; the row changes in its place."""
        index = self.index_of_job(record.id)
        if not index.isValid() or self._rows[index.row()].node is not None:
            return
        row = with_progress(self._rows[index.row()], record, progress)
        if row != self._rows[index.row()]:
            self._rows[index.row()] = row
            self.dataChanged.emit(index, index)

    def renew(self, nodes: Collection[NodeId], words: Callable[[HistoryRow], HistoryRow]) -> None:
        """Rows that show these steps with other words; no row comes, goes or moves."""
        self._replace([words(row) if row.node in nodes else row for row in self._rows])

    def _first(self, wanted: Callable[[HistoryRow], bool]) -> QModelIndex:
        for place, row in enumerate(self._rows):
            if wanted(row):
                return self.index(place)
        return QModelIndex()

    def _remove_all_but(self, kept: set[str]) -> None:
        end = len(self._rows)
        while end > 0:
            if self._rows[end - 1].key in kept:
                end -= 1
                continue
            start = end - 1
            while start > 0 and self._rows[start - 1].key not in kept:
                start -= 1
            self.beginRemoveRows(QModelIndex(), start, end - 1)
            del self._rows[start:end]
            self.endRemoveRows()
            end = start

    def _arrange(self, target: Sequence[HistoryRow]) -> None:
        present = {row.key for row in self._rows}
        place = 0
        while place < len(target):
            if place < len(self._rows) and self._rows[place].key == target[place].key:
                place += 1
            elif target[place].key in present:
                place += self._pull_up(target, place)
            else:
                end = place
                while end < len(target) and target[end].key not in present:
                    end += 1
                self.beginInsertRows(QModelIndex(), place, end - 1)
                self._rows[place:place] = target[place:end]
                self.endInsertRows()
                place = end

    def _pull_up(self, target: Sequence[HistoryRow], place: int) -> int:
        """Move the longest fitting run of rows from further down to `place`; returns its length."""
        keys = [row.key for row in self._rows]
        start = keys.index(target[place].key, place)
        count = 0
        while (
            start + count < len(keys)
            and place + count < len(target)
            and keys[start + count] == target[place + count].key
        ):
            count += 1
        self.beginMoveRows(QModelIndex(), start, start + count - 1, QModelIndex(), place)
        moved = self._rows[start : start + count]
        del self._rows[start : start + count]
        self._rows[place:place] = moved
        self.endMoveRows()
        return count

    def _replace(self, target: Sequence[HistoryRow]) -> None:
        changed = [
            place
            for place, (row, old) in enumerate(zip(target, self._rows, strict=True))
            if row is not old and row != old
        ]
        self._rows[:] = target
        start = 0
        for number, place in enumerate(changed):
            # Neighbours are announced together.
            if number + 1 == len(changed) or changed[number + 1] != place + 1:
                self.dataChanged.emit(self.index(changed[start]), self.index(place))
                start = number + 1
