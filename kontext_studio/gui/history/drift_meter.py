"""The drift meter of a step: sign, word and figures, against the step before and the original."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.gui.history.drift_words import DASH, ICONS, TONES, MeterLine
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_ICON_PX = 14
_MOST_LINES = 2


class DriftMeter(QWidget):
    """Hidden where there is nothing to measure. Each line is one sentence for screen readers and in
    its tool tip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("driftMeter")
        self._theme = theme
        self._lines: tuple[MeterLine, ...] = ()
        heading = Label("Outside what changed", self)
        set_kind(heading, type="small", tone="tertiary")
        heading.setToolTip("Drift: what nobody asked for, in the parts that were to stay")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.space(3), 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(heading)
        self._rows = [_Line(theme, self) for _ in range(_MOST_LINES)]
        for row in self._rows:
            column.addWidget(row)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in self._rows:
            row.set_theme(theme)

    def show_lines(self, lines: tuple[MeterLine, ...]) -> None:
        """At most two; none hides the meter."""
        if lines == self._lines:
            return
        self._lines = lines
        self.setVisible(bool(lines))
        for place, row in enumerate(self._rows):
            row.show_line(lines[place] if place < len(lines) else None)

    def lines(self) -> tuple[MeterLine, ...]:
        return self._lines


class _Line(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._line: MeterLine | None = None
        self._name = ElidedLabel(self)
        set_kind(self._name, type="label", tone="secondary")
        self._sign = Label(self)
        self._value = Label(self)
        set_kind(self._value, type="label")
        self._figures = Label(self)
        self._figures.setWordWrap(True)
        set_kind(self._figures, type="meta", tone="tertiary")
        self._value.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.space(2))
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._name, 0, 0)
        grid.addWidget(self._sign, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(self._value, 0, 2)
        grid.addWidget(self._figures, 1, 0, 1, 3)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_sign()

    def show_line(self, line: MeterLine | None) -> None:
        self._line = line
        self.setVisible(line is not None)
        if line is None:
            return
        self._name.set_whole_text(line.against)
        self._value.setText(line.value)
        set_kind(self._value, tone="tertiary" if line.value == DASH else "")
        self._figures.setText("\n".join(line.figures))
        # While nothing is known there is room for it, so that the list above does not jump.
        self._figures.setVisible(bool(line.figures) or line.level is None)
        self.setToolTip(line.sentence)
        self._value.setAccessibleName(line.sentence)
        self._show_sign()

    def _show_sign(self) -> None:
        level = self._line.level if self._line is not None else None
        name = ICONS.get(level) if level is not None else None
        self._sign.setVisible(name is not None)
        if level is not None and name is not None:
            made = icon(self._theme, name, TONES.get(level, "tertiary"), _ICON_PX)
            size = QSize(_ICON_PX, _ICON_PX)
            self._sign.setPixmap(made.pixmap(size, self.devicePixelRatioF()))
