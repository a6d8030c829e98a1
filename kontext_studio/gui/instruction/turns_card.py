"""Instructions in line: each is shown, can be changed and taken out before it is run."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.instruction.price_words import sum_words
from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.turns_view import TurnsView

_PAUSE_MS = 400
_MOST_LINES = 4


class TurnEdit(QPlainTextEdit):
    """Some lines of text, as high as they need; `written` a moment after the last key."""

    written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._told = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.tell)
        self.textChanged.connect(self._fit)
        self.textChanged.connect(self._pause.start)

    def show_text(self, text: str) -> None:
        """Not while somebody writes here."""
        self._told = text
        if not self.hasFocus() and text != self.toPlainText():
            self.setPlainText(text)
            self._pause.stop()

    def tell(self) -> None:
        """Say now what is written, if that has changed."""
        self._pause.stop()
        text = self.toPlainText()
        if text != self._told and text.strip():
            self._told = text
            self.written.emit(text)

    def forget(self) -> None:
        """Nothing more is told: what stands here is in line no longer."""
        self._pause.stop()
        self._told = self.toPlainText()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        needed = max(1, int(self.document().size().height()))
        lines = min(_MOST_LINES, needed)
        around = self.height() - self.viewport().height() + 2 * self.document().documentMargin()
        height = round(lines * QFontMetricsF(self.font()).lineSpacing() + around)
        if height != self.minimumHeight():
            self.setFixedHeight(height)
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if needed > lines else policy.ScrollBarAlwaysOff
        )


class TurnsCard(QFrame):
    """`run_asked` carries whether those behind the next one follow; `edited` and `removed` the
    place of one that is left; `focus_left` tells that the part with
    the keyboard is gone."""

    run_asked = Signal(bool)
    stop_asked = Signal()
    discard_asked = Signal()
    edited = Signal(int, str)
    removed = Signal(int)
    focus_left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("turnsCard")
        self._theme = theme
        self._view: TurnsView | None = None
        set_kind(self, kind="message", tone="accent")
        self._title = Label(self)
        self._title.setWordWrap(True)
        set_kind(self._title, type="strong")
        self._state = Label(self)
        self._state.setWordWrap(True)
        set_kind(self._state, type="small", tone="secondary")
        self._note = Label(self)
        self._note.setObjectName("turnsNote")
        self._note.setWordWrap(True)
        set_kind(self._note, type="small", tone="secondary")
        self._note.hide()
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 4, 0, 4)
        self._rows.setSpacing(6)
        self._edits: list[TurnEdit] = []
        self._holders: list[QWidget] = []
        self._removes: list[QToolButton] = []
        self._next = self._button("turnsNext", lambda: self.run_asked.emit(False))
        self._all = self._button("turnsAll", lambda: self.run_asked.emit(True))
        self._stop = self._button("turnsStop", self.stop_asked.emit)
        self._stop.setText("Stop after this step")
        self._discard = self._button("turnsDiscard", self.discard_asked.emit)
        self._discard.setText("Discard")
        holder = QWidget(self)
        buttons = FlowLayout(holder, gap_px=8, row_gap_px=6)
        for button in (self._next, self._all, self._stop, self._discard):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._state)
        column.addWidget(self._note)
        column.addLayout(self._rows)
        column.addWidget(holder)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in self.findChildren(QToolButton):
            button.setIcon(icon(theme, "x", "default", 14))

    def show_view(self, view: TurnsView | None) -> None:
        """None hides the card."""
        focus = QApplication.focusWidget()
        held = focus is not None and self.isAncestorOf(focus)
        self._show(view)
        if held and focus is not None and not focus.hasFocus():
            self.focus_left.emit()  # Qt would give the keyboard to the first part of the window

    def _show(self, view: TurnsView | None) -> None:
        before, self._view = self._view, view
        self.setVisible(view is not None)
        if view is None:
            self._fill(0)
            self.set_note("")
            return
        queue = view.queue
        if before is None or len(queue.left) != len(before.queue.left):
            self._fit_rows(before.queue.left if before is not None else (), queue.left)
        for place, (edit, text) in enumerate(zip(self._edits, queue.left, strict=True)):
            edit.show_text(text)
            edit.setReadOnly(place == 0 and view.under_way)
            number = queue.done + place + 1
            edit.setAccessibleName(f"Step {number} of {queue.total}")
            self._removes[place].setDisabled(place == 0 and view.under_way)
        self._title.setText(_title(view))
        self.setAccessibleName(self._title.text())
        self._state.setText(_state(view))
        self._show_buttons(view)

    def set_note(self, words: str) -> None:
        """What was done to the steps besides cutting them apart."""
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def tell(self) -> None:
        """What is being typed here counts."""
        for edit in self._edits:
            edit.tell()

    def texts(self) -> tuple[str, ...]:
        """What stands in the rows, the next one first."""
        return tuple(edit.toPlainText() for edit in self._edits)

    def _show_buttons(self, view: TurnsView) -> None:
        queue, price = view.queue, view.price
        count = len(queue.left)
        each = price.amount if price is not None else None
        every = view.whole_price.amount if view.whole_price is not None else None
        self._next.setText(_with_price("Run the next", each))
        self._all.setText(_with_price(f"Run all {count}", every))
        self._next.setVisible(not view.under_way)
        self._all.setVisible(not view.under_way and count > 1)
        self._stop.setVisible(view.under_way and view.goes_on and count > 1)
        self._discard.setText("Discard the rest" if view.under_way else "Discard")
        self._discard.setVisible(not view.under_way or count > 1)

    def _fit_rows(self, before: tuple[str, ...], now: tuple[str, ...]) -> None:
        """A row stays with its instruction when others have gone: somebody may be writing there."""
        if (gone := _gone(before, now)) is None:
            self._fill(len(now))
            return
        for place in reversed(gone):
            self._drop_row(place)
        self._name_rows()

    def _fill(self, count: int) -> None:
        for place in reversed(range(len(self._edits))):
            self._drop_row(place)
        for _ in range(count):
            self._add_row()
        self._name_rows()

    def _drop_row(self, place: int) -> None:
        edit, holder = self._edits.pop(place), self._holders.pop(place)
        self._removes.pop(place)
        edit.forget()
        self._rows.removeWidget(holder)
        holder.hide()
        holder.deleteLater()

    def _name_rows(self) -> None:
        for place, (edit, remove) in enumerate(zip(self._edits, self._removes, strict=True)):
            edit.setObjectName(f"turn_{place}")
            remove.setObjectName(f"turnRemove_{place}")

    def _add_row(self) -> None:
        holder = QWidget(self)
        edit = TurnEdit(holder)
        # Where a row stands changes when those before it have been run.
        edit.written.connect(lambda text: self.edited.emit(self._edits.index(edit), text))
        remove = QToolButton(holder)
        remove.setAccessibleName("Take this step out")
        remove.setToolTip("Take this step out")
        remove.setIcon(icon(self._theme, "x", "default", 14))
        remove.setIconSize(QSize(14, 14))
        remove.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        remove.clicked.connect(lambda: self.removed.emit(self._removes.index(remove)))
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(edit, 1)
        row.addWidget(remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self._rows.addWidget(holder)
        self._edits.append(edit)
        self._holders.append(holder)
        self._removes.append(remove)

    def _button(self, name: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        set_kind(button, kind="outlined")
        button.clicked.connect(lambda: act())
        return button


def _gone(before: tuple[str, ...], now: tuple[str, ...]) -> list[int] | None:
    """The places of `before` that are not there any more; None where `now` is something else. The
    first of equal ones goes first, as it is run first."""
    gone: list[int] = []
    left = list(now)
    for place in reversed(range(len(before))):
        if left and left[-1] == before[place]:
            left.pop()
        else:
            gone.insert(0, place)
    return None if left else gone


def _with_price(words: str, dollars: float | None) -> str:
    """An unknown one is told once, above the buttons."""
    return words if dollars is None else f"{words} · {sum_words(dollars)}"


def _title(view: TurnsView) -> str:
    queue = view.queue
    if view.under_way:
        return f"Step {queue.done + 1} of {queue.total} is running"
    left = len(queue.left)
    what = "branches" if queue.branches else "steps"
    if queue.done:
        return f"{left} of {queue.total} {what} left"
    return f"{left} {what} in line" if left > 1 else "1 step in line"


def _state(view: TurnsView) -> str:
    if view.stopped:
        return f"{view.stopped} It is still in line."
    if view.under_way and view.goes_on:
        return "Each further one follows when the one before it is there."
    if view.under_way:
        return "The next one waits for you."
    on = f"step {view.step}" if view.step else "the original"
    what = f"Each edits {on}." if view.queue.branches else f"The next one edits {on}."
    price = " The price is not known." if view.price is None else ""
    return f"{what} Nothing is sent yet.{price}{_area(view)}"


def _area(view: TurnsView) -> str:
    """Which of several edit within the painted area."""
    numbers, left = view.queue.with_area, len(view.queue.left)
    if not numbers or left < 2:
        return ""
    if len(numbers) == left:
        return " Area on all of them."
    if len(numbers) == 1:
        return f" Area on step {numbers[0]} only."
    return f" Area on steps {', '.join(map(str, numbers))} only."
