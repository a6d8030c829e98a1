"""The jobs: a header that folds and one line or card for each run.

It shows a JobListing and says what was pressed; refuses to cancel or send anything itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.core.history import JobId
from kontext_studio.core.images import Sha256
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.jobs.job_card_view import CardPress, JobCardView
from kontext_studio.gui.jobs.job_cards import Verb
from kontext_studio.gui.jobs.job_line import THUMB, JobLine
from kontext_studio.gui.jobs.job_rows import JobListing, JobRow
from kontext_studio.gui.jobs.progress import Stage
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.section_button import SectionButton
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_TICK_MS = 50
_TURN_S = 1.2


class JobList(QWidget):
    """Most signals carry a job id, `suggestion_chosen` a Suggestion; `card_appeared` the card of a
    run that wants to be seen."""

    cancel_requested = Signal(str)
    dismiss_requested = Signal(str)
    retry_requested = Signal(str)
    check_requested = Signal(str)
    show_requested = Signal(str)
    put_back_requested = Signal(str)
    elsewhere_requested = Signal(str)
    suggestion_chosen = Signal(object)
    thumbnail_wanted = Signal(str)
    connect_requested = Signal()
    key_requested = Signal(str)
    cancel_waiting_requested = Signal()
    card_appeared = Signal(object)  # QWidget

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("jobList")
        self._theme = theme
        self._listing = JobListing()
        self._shelf = ThumbnailShelf(THUMB, self)
        self._entries: dict[JobId, _Entry] = {}
        self._turn: float | None = 0.0
        self._section = SectionButton(theme, "Jobs", self)
        self._summary = ElidedLabel(self)
        self._summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        set_kind(self._summary, type="small", tone="tertiary")
        self._cancel_waiting = QPushButton("Cancel all waiting", self)
        self._cancel_waiting.setObjectName("cancelWaiting")
        set_kind(self._cancel_waiting, kind="outlined", small="true")
        self._body = QWidget(self)
        self._column = QVBoxLayout(self._body)
        self._build(theme)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._tick)
        self._shelf.wanted.connect(self.thumbnail_wanted)
        self._shelf.arrived.connect(self._show_pictures)
        self._shelf.preview_arrived.connect(self._show_pictures)
        self._section.toggled.connect(self._body.setVisible)
        self._cancel_waiting.clicked.connect(self.cancel_waiting_requested)
        self.show_jobs(self._listing)

    def show_jobs(self, listing: JobListing) -> None:
        """Show these runs; what stays is kept, so that focus and open details survive."""
        self._listing = listing
        self._summary.set_whole_text(listing.summary)
        gone = set(self._entries) - {row.id for row in listing.rows}
        for job in gone:
            self._entries.pop(job).remove()
        for place, row in enumerate(listing.rows):
            self._place(place, row)
        waiting = [row for row in listing.rows if row.stage in (Stage.WAITING, Stage.OFFLINE)]
        self._cancel_waiting.setVisible(len(waiting) > 1)
        self._body.setVisible(self._section.isChecked() and bool(listing.rows))
        self._wind_clock()

    def reveal(self, job: JobId) -> None:
        """A run needs the person's eye just now."""
        if job in self._entries and self._section.isChecked():
            self.card_appeared.emit(self._entries[job].widget)

    def listing(self) -> JobListing:
        return self._listing

    @property
    def is_moving(self) -> bool:
        """Whether a busy ring turns."""
        return self._clock.isActive()

    def set_thumbnail(self, sha: Sha256, image: QImage) -> None:
        self._shelf.put(sha, image)

    def set_preview(self, job: JobId, image: QImage) -> None:
        self._shelf.put_preview(job, image)

    def set_open(self, on: bool) -> None:
        self._section.setChecked(on)

    def focus_first(self) -> None:
        """Put the focus on the first run, or on the header where there is none."""
        self._section.setChecked(True)
        first = next(iter(self._listing.rows), None)
        target: QWidget = self._section
        if first is not None:
            widget = self._entries[first.id].widget
            target = widget.first_stop() if isinstance(widget, JobCardView) else widget
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_reduced_motion(self, on: bool) -> None:
        self._turn = None if on else 0.0
        for entry in self._entries.values():
            entry.widget.set_turn(self._turn)
        self._wind_clock()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._section.set_theme(theme)
        for entry in self._entries.values():
            entry.widget.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._wind_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    def _build(self, theme: Theme) -> None:
        pad = theme.space(5)
        head = QHBoxLayout()
        head.setContentsMargins(pad - theme.space(3), 0, pad, 0)
        head.setSpacing(theme.space(3))
        head.addWidget(self._section)
        head.addWidget(self._summary, 1)
        head.addWidget(self._cancel_waiting)
        hairline = QFrame(self)
        set_kind(hairline, kind="divider")
        self._column.setContentsMargins(pad, 0, pad - theme.space(3), theme.space(3))
        self._column.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline)
        column.addLayout(head)
        column.addWidget(self._body)
        column.addStretch(1)

    def _place(self, place: int, row: JobRow) -> None:
        entry = self._entries.get(row.id)
        kind = JobLine if row.card is None else JobCardView
        if entry is not None and type(entry.widget) is not kind:
            entry.remove()
            entry = None
        if entry is None:
            entry = _Entry(self._make(row), self._hairline())
            entry.widget.set_turn(self._turn)
            self._entries[row.id] = entry
        for number, widget in ((2 * place, entry.line), (2 * place + 1, entry.widget)):
            if self._column.indexOf(widget) != number:
                self._column.insertWidget(number, widget)
        before = self._listing.rows[place - 1] if place else None
        # Lines stand close together; a card is set apart by a hairline.
        apart = before is not None and (before.card is not None or row.card is not None)
        entry.line.setVisible(apart)
        entry.widget.show()
        entry.widget.show_row(row, self._picture(row))

    def _make(self, row: JobRow) -> JobLine | JobCardView:
        if row.card is None:
            line = JobLine(self._theme, self._body)
            line.cancelled.connect(self.cancel_requested)
            line.opened.connect(self.show_requested)
            return line
        card = JobCardView(self._theme, self._body)
        card.verb_pressed.connect(self._carry_out)
        card.suggestion_pressed.connect(self.suggestion_chosen)
        return card

    def _carry_out(self, press: CardPress) -> None:
        match press.verb:
            case Verb.CHECK:
                self.check_requested.emit(press.job)
            case Verb.RETRY:
                self.retry_requested.emit(press.job)
            case Verb.STOP:
                self.cancel_requested.emit(press.job)
            case Verb.PUT_BACK:
                self.put_back_requested.emit(press.job)
            case Verb.ELSEWHERE:
                self.elsewhere_requested.emit(press.job)
            case Verb.CONNECT:
                self.connect_requested.emit()
            case Verb.SETTINGS:
                self.key_requested.emit(press.job)
            case Verb.DISMISS:
                self.dismiss_requested.emit(press.job)

    def _hairline(self) -> QFrame:
        line = QFrame(self._body)
        set_kind(line, kind="divider")
        return line

    def _picture(self, row: JobRow) -> QPixmap | None:
        if row.card is not None:
            return None
        preview = self._shelf.preview(row.id) if row.stage is Stage.RUNNING else None
        return preview or (self._shelf.picture(row.sha) if row.sha and not row.icon else None)

    def _show_pictures(self, _which: str) -> None:
        for row in self._listing.rows:
            if row.card is None:
                self._entries[row.id].widget.show_row(row, self._picture(row))

    def _wind_clock(self) -> None:
        busy = any(row.stage in (Stage.RUNNING, Stage.CANCELLING) for row in self._listing.rows)
        if busy and self.isVisible() and self._turn is not None:
            if not self._clock.isActive():
                self._clock.start()
        else:
            self._clock.stop()

    def _tick(self) -> None:
        self._turn = (time.monotonic() / _TURN_S) % 1.0
        for entry in self._entries.values():
            entry.widget.set_turn(self._turn)


@dataclass(slots=True)
class _Entry:
    """The widgets of one run: itself and the hairline above it."""

    widget: JobLine | JobCardView
    line: QFrame

    def remove(self) -> None:
        for widget in (self.widget, self.line):
            widget.hide()
            widget.deleteLater()
