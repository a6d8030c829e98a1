"""The Compare tab: which steps are compared, what differs between them, and where to go on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

_THUMB = QSize(54, 36)


@dataclass(frozen=True, slots=True)
class Compared:
    """One step of the comparison. `facts` are (label, value) pairs that the table lines up under
    `head`."""

    key: str
    badge: str
    head: str
    title: str
    step: str
    facts: tuple[tuple[str, str], ...]
    image: QImage | None = None


class ComparePanel(QWidget):
    """Values in by setters; steps travel as keys."""

    remove_requested = Signal(str)
    clear_requested = Signal()
    edit_requested = Signal(str)
    linked_changed = Signal(bool)
    mirrored_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparePanel")
        self._theme = theme
        self._key = ""
        self._rows = QVBoxLayout()
        self._table = QGridLayout()
        self._count = Label()
        set_kind(self._count, type="small", tone="secondary")
        self._clear = KeyHintButton(theme, "Clear", "outlined", self)
        self._clear.set_keys("Esc")
        set_kind(self._clear, small="true")
        self._clear.clicked.connect(self.clear_requested)
        self._linked = Switch(theme, "Link zoom and position", self)
        self._mirrored = Switch(theme, "Mirror the pointer", self)
        for switch, signal in (
            (self._linked, self.linked_changed),
            (self._mirrored, self.mirrored_changed),
        ):
            switch.setChecked(True)
            switch.toggled.connect(signal)
        self._go_on = KeyHintButton(theme, "Edit from here", "primary", self)
        self._go_on.setObjectName("editFromButton")
        self._go_on.setMinimumHeight(theme.length("size.run.button"))
        self._go_on.clicked.connect(lambda: self.edit_requested.emit(self._key))
        self._shown: tuple[tuple[Compared, ...], str] | None = None
        self._build(theme)
        self.show_compared((), "")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self._clear, self._linked, self._mirrored, self._go_on):
            part.set_theme(theme)

    def show_compared(self, steps: Sequence[Compared], current: str) -> None:
        """The steps in their order; `current` is the key of the one that would be edited."""
        shown = (tuple(steps), current)
        if shown == self._shown:
            return
        self._shown = shown
        _empty(self._rows)
        _empty(self._table)
        for step in steps:
            self._rows.addWidget(self._row(step, step.key == current))
        self._fill_table(steps)
        words = f"Comparing {len(steps)}" if len(steps) > 1 else "Pick steps with C to compare them"
        self._count.setText(words)
        self._clear.setEnabled(any(step.badge for step in steps))
        self._key = current
        chosen = next((step for step in steps if step.key == current), None)
        name = chosen.step.lower() if chosen and chosen.step else "the original"
        self._go_on.setText(f"Edit from {name}" if chosen else "Edit from here")
        self._go_on.setEnabled(chosen is not None)

    def _build(self, theme: Theme) -> None:
        gap = theme.space(5)
        head = QHBoxLayout()
        head.addWidget(self._count, 1)
        head.addWidget(self._clear)
        inner = QWidget()
        set_kind(inner, kind="scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(gap, theme.space(3), gap, gap)
        column.setSpacing(theme.space(3))
        column.addLayout(head)
        self._rows.setSpacing(theme.space(2))
        column.addLayout(self._rows)
        column.addWidget(_line())
        column.addWidget(_title("View"))
        column.addLayout(_switch_row("Link zoom and position", self._linked))
        column.addLayout(_switch_row("Mirror the pointer", self._mirrored))
        column.addWidget(_line())
        column.addWidget(_title("What differs"))
        self._table.setHorizontalSpacing(theme.space(4))
        self._table.setVerticalSpacing(theme.space(3))
        column.addLayout(self._table)
        column.addStretch(1)
        scroll = SteadyScrollArea(self)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(gap, 0, gap, gap)
        foot.addWidget(self._go_on)
        whole.addLayout(foot)

    def _row(self, step: Compared, current: bool) -> QWidget:
        row = QFrame()
        set_kind(row, kind="card" if current else "panel")
        line = QHBoxLayout(row)
        edge = 0 if current else 1  # a card has a line around it
        line.setContentsMargins(8 + edge, 4 + edge, 4 + edge, 4 + edge)
        line.setSpacing(8)
        if step.badge:
            badge = Label(step.badge)
            set_kind(badge, kind="badge", type="label")
            badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
            badge.setFixedSize(18, 18)
            line.addWidget(badge)
        thumb = Label()
        thumb.setFixedSize(_THUMB)
        thumb.setScaledContents(True)
        if step.image is not None:
            thumb.setPixmap(QPixmap.fromImage(step.image))
        line.addWidget(thumb)
        words = QVBoxLayout()
        words.setSpacing(0)
        name, where = Label(step.title), Label(step.step)
        for label in (name, where):
            label.setMinimumWidth(40)
        set_kind(name, type="label")
        set_kind(where, type="meta", tone="secondary")
        words.addStretch(1)
        words.addWidget(name)
        words.addWidget(where)
        words.addStretch(1)
        if not step.step:
            where.hide()
        line.addLayout(words, 1)
        if step.badge:
            away = ToolButton(row, height_px=28)
            away.setIcon(icon(self._theme, "x"))
            away.setAccessibleName(f"Take {step.title} out of the comparison")
            away.setToolTip("Take out of the comparison")
            away.clicked.connect(lambda _=False, key=step.key: self.remove_requested.emit(key))
            line.addWidget(away)
        return row

    def _fill_table(self, steps: Sequence[Compared]) -> None:
        labels = list(dict.fromkeys(label for step in steps for label, _ in step.facts))
        for number, step in enumerate(steps, start=1):
            self._table.addWidget(_small(step.head, "tertiary"), 0, number)
        row = 1
        for label in labels:
            values = [dict(step.facts).get(label, "—") for step in steps]
            if len(steps) > 1 and len(set(values)) == 1:
                continue
            top = Qt.AlignmentFlag.AlignTop
            self._table.addWidget(_small(label, "secondary"), row, 0, top)
            for number, value in enumerate(values, start=1):
                self._table.addWidget(_small(value, "primary"), row, number, top)
            row += 1


def _small(text: str, tone: str) -> Label:
    label = Label(text)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    set_kind(label, type="small", tone=tone)
    return label


def _title(text: str) -> Label:
    label = Label(text)
    set_kind(label, type="strong")
    return label


def _line() -> QFrame:
    line = QFrame()
    set_kind(line, kind="divider")
    line.setFixedHeight(1)
    return line


def _switch_row(text: str, switch: Switch) -> QHBoxLayout:
    row = QHBoxLayout()
    label = Label(text)
    set_kind(label, tone="secondary")
    row.addWidget(label, 1)
    row.addWidget(switch)
    return row


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
