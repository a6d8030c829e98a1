"""The inspector under the history: what the selected step is, to read and to copy."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.history.clamped_text import ClampedText
from kontext_studio.gui.history.drift_meter import DriftMeter
from kontext_studio.gui.history.drift_words import DASH
from kontext_studio.gui.history.far_note import FarNote
from kontext_studio.gui.history.inspector_facts import Fact, InspectorFacts
from kontext_studio.gui.history.sparkline import Sparkline
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_DRIFT = "Drift: how far the colours lie from the original on average, as ΔE 2000"
_ICON_PX = 18
_LARGE_TEXT = 1.4


class Inspector(QFrame):
    """`menu_requested` carries the point on the screen under the button for more, `step_asked` the
    id of a step to go to."""

    menu_requested = Signal(QPoint)
    copied = Signal(str)
    step_asked = Signal(str)
    rebase_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        set_kind(self, kind="strip")
        self._theme = theme
        self._facts = InspectorFacts()
        self._title = ElidedLabel(self)
        set_kind(self._title, type="strong")
        self._copy = self._button("Copy instruction", "inspectorCopy")
        self._copy.clicked.connect(self._copy_instruction)
        self._more = self._button("More about this step", "inspectorMore")
        self._more.clicked.connect(self._ask_for_menu)
        self._text = ClampedText(theme, self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(2))
        self._cells: list[tuple[Label, ElidedLabel]] = []
        self._drift = QWidget(self)
        self._drift_value = Label(self._drift)
        self._meter = DriftMeter(theme, self)
        self._line = Sparkline(theme, self._drift)
        self._far = FarNote(theme, self)
        self._far.go_asked.connect(self._ask_for_step)
        self._far.rebase_asked.connect(self.rebase_asked)
        self._build(theme)
        self.set_theme(theme)
        self.show_facts(None)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._copy.setIcon(icon(theme, "copy", size_px=_ICON_PX))
        self._more.setIcon(icon(theme, "ellipsis", size_px=_ICON_PX))
        self._meter.set_theme(theme)
        self._far.set_theme(theme)
        self._text.set_theme(theme)
        self._place_cells()
        self._line.set_theme(theme)

    def show_facts(self, facts: InspectorFacts | None) -> None:
        """Show a step's facts; None hides the inspector."""
        self.setVisible(facts is not None)
        if facts is None or facts == self._facts:
            return
        same_text = facts.instruction == self._facts.instruction
        self._facts = facts
        self._title.set_whole_text(facts.title)
        if not same_text:
            self._text.set_whole_text(facts.instruction)
        self._copy.setVisible(bool(facts.instruction))
        self._show_cells(facts.facts)
        self._drift.setVisible(bool(facts.drift))
        self._drift_value.setText(facts.drift_words)
        self._line.set_values(facts.drift, facts.far)
        self._meter.show_lines(facts.meter)
        self._far.show_way(facts.near_words)
        self._drift.setToolTip(_DRIFT)
        self._drift_value.setAccessibleName(f"Drift from original {facts.drift_words}")

    def allow_rebase(self, on: bool, tip: str) -> None:
        """Whether a step that drifted far can be re-based now."""
        self._far.allow_rebase(on, tip)

    def facts(self) -> InspectorFacts:
        return self._facts

    def _build(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.space(1))
        head.addWidget(self._title, 1)
        head.addWidget(self._copy)
        head.addWidget(self._more)
        drift_head = QHBoxLayout()
        drift_head.setSpacing(theme.space(2))
        words = Label("Drift from original", self._drift)
        set_kind(words, type="small", tone="tertiary")
        set_kind(self._drift_value, type="label")
        drift_head.addWidget(words)
        drift_head.addStretch(1)
        drift_head.addWidget(self._drift_value)
        drift = QVBoxLayout(self._drift)
        drift.setContentsMargins(0, theme.space(3), 0, 0)
        drift.setSpacing(theme.space(1))
        drift.addLayout(drift_head)
        drift.addWidget(self._line)
        column = QVBoxLayout(self)
        pad = theme.space(5)
        column.setContentsMargins(pad, theme.space(3), pad - theme.space(3), theme.space(3))
        column.setSpacing(theme.space(2))
        column.addLayout(head)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, theme.space(3), 0)
        inner.setSpacing(theme.space(3))
        inner.addWidget(self._text)
        inner.addLayout(self._grid)
        inner.addWidget(self._meter)
        inner.addWidget(self._drift)
        inner.addWidget(self._far)
        column.addLayout(inner)

    def _button(self, name: str, object_name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(object_name)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        return button

    def _show_cells(self, facts: tuple[Fact, ...]) -> None:
        while len(self._cells) < len(facts):
            self._add_cell()
        for number, (label, value) in enumerate(self._cells):
            shown = number < len(facts)
            label.setVisible(shown)
            value.setVisible(shown)
            if shown:
                fact = facts[number]
                label.setText(fact.label)
                value.set_whole_text(fact.value)
                # Of two in a line the first gives way: a name is known by its beginning.
                second = number % self._pairs() == 1
                value.setMinimumWidth(value.sizeHint().width() if second else 0)
                value.setAccessibleName(f"{fact.label} {fact.value}")
                set_kind(value, tone="tertiary" if fact.value == DASH else "")

    def _add_cell(self) -> None:
        label, value = Label(self), ElidedLabel(self)
        value.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        set_kind(label, type="small", tone="tertiary")
        set_kind(value, type="label")
        # By mouse alone: six more stops for Tab would be a burden, and the menu copies everything.
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._cells.append((label, value))
        self._place_cells()

    def _place_cells(self) -> None:
        pairs = self._pairs()
        for number, (label, value) in enumerate(self._cells):
            row, column = number // pairs, 2 * (number % pairs)
            self._grid.addWidget(label, row, column)
            self._grid.addWidget(value, row, column + 1)
        for column, stretch in ((1, 4), (3, 3)):
            self._grid.setColumnStretch(column, stretch if column < 2 * pairs else 0)

    def _pairs(self) -> int:
        """Two facts in a line, or one where the text is large."""
        return 1 if self._theme.text_scale >= _LARGE_TEXT else 2

    def _copy_instruction(self) -> None:
        QGuiApplication.clipboard().setText(self._facts.instruction)
        self.copied.emit(self._facts.instruction)

    def _ask_for_step(self) -> None:
        if self._facts.near is not None:
            self.step_asked.emit(self._facts.near)

    def _ask_for_menu(self) -> None:
        self.menu_requested.emit(self._more.mapToGlobal(QPoint(0, self._more.height())))
