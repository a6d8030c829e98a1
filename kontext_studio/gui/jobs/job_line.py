"""A run as one line of the jobs list: thumbnail, instruction, bar, state, cancel."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from kontext_studio.gui.jobs.job_rows import JobRow
from kontext_studio.gui.jobs.progress import Stage
from kontext_studio.gui.jobs.thin_bar import ThinBar
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.small_pictures import paint_busy, paint_icon, paint_picture
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

THUMB = QSize(60, 40)
_DIMMED = 0.5


class JobThumb(QWidget):
    """The input of a run, dimmed while it runs, or an icon in its place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture: QPixmap | None = None
        self._icon = ""
        self._busy = False
        self._turn: float | None = 0.0
        self.setFixedSize(THUMB)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_state(self, picture: QPixmap | None, icon_name: str, *, busy: bool) -> None:
        self._picture, self._icon, self._busy = picture, icon_name, busy
        self.update()

    def set_turn(self, turn: float | None) -> None:
        self._turn = turn
        if self._busy:
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            radius = self._theme.length("radius.thumb")
            frame = self.rect()
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.setBrush(self._theme.colour("surface.field"))
            painter.drawRoundedRect(frame.adjusted(0, 0, -1, -1), radius, radius)
            if self._picture is not None and not self._icon:
                painter.setOpacity(_DIMMED if self._busy else 1.0)
                paint_picture(painter, frame, self._picture, radius)
                painter.setOpacity(1.0)
            if self._busy:
                paint_busy(painter, frame.center(), self._theme, self._turn)
            elif self._icon:
                paint_icon(painter, QRect(frame), self._icon, self._theme)


class JobLine(QWidget):
    """Both signals carry the run's id: the cross was pressed, or the line itself was."""

    cancelled = Signal(str)
    opened = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: JobRow | None = None
        self.thumb = JobThumb(theme, self)
        self._title = ElidedLabel(self)
        set_kind(self._title, type="label")
        self.bar = ThinBar(theme, self)
        self._line = ElidedLabel(self)
        set_kind(self._line, type="meta", tone="tertiary")
        self._cancel = QToolButton(self)
        self._cancel.setObjectName("jobCancel")
        policy = self._cancel.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # all lines end at the same place
        self._cancel.setSizePolicy(policy)
        self._cancel.clicked.connect(self._ask_to_cancel)
        words = QVBoxLayout()
        words.setSpacing(theme.space(2))
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self.bar)
        words.addWidget(self._line)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.space(3), 0, theme.space(3))
        row.setSpacing(theme.space(4))
        row.addWidget(self.thumb)
        row.addLayout(words, 1)
        row.addWidget(self._cancel)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.thumb.set_theme(theme)
        self.bar.set_theme(theme)
        self._cancel.setIcon(icon(theme, "x", size_px=18))
        self._cancel.setIconSize(QSize(18, 18))

    def show_row(self, row: JobRow, picture: QPixmap | None) -> None:
        busy = row.stage in (Stage.RUNNING, Stage.CANCELLING)
        self.thumb.show_state(picture, row.icon, busy=busy)
        if row == self._row:
            return
        self._row = row
        self._title.set_whole_text(row.title)
        self._line.set_whole_text(row.line)
        self.bar.setVisible(row.has_bar)
        self.bar.set_value(row.progress)
        self._cancel.setVisible(row.can_cancel)
        self._cancel.setAccessibleName(f"{row.cancel_words} {row.title}")
        self._cancel.setAccessibleDescription(row.cancel_tip)
        lines = (row.cancel_words, row.cancel_tip)
        self._cancel.setToolTip("\n".join(line for line in lines if line))
        self.setAccessibleName(row.spoken)

    def set_turn(self, turn: float | None) -> None:
        self.thumb.set_turn(turn)
        self.bar.set_turn(turn)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        else:
            super().keyPressEvent(event)

    def _open(self) -> None:
        if self._row is not None:
            self.opened.emit(self._row.id)

    def _ask_to_cancel(self) -> None:
        if self._row is not None:
            self.cancelled.emit(self._row.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.hasFocus():
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(
                QPen(self._theme.colour("focus.ring"), self._theme.stroke("stroke.focus"))
            )
            radius = self._theme.length("radius.control")
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)
