"""The two tables of the Compare tab: what was measured, and in which settings the steps differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kontext_studio.gui.comparison.compared import Compared
from kontext_studio.gui.comparison.small_parts import cell, clear_rows, line, words
from kontext_studio.gui.jobs.thin_bar import ThinBar
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.tokens import Theme

NOTHING = "—"
_COLUMN_PX = 50
_MOST_COLUMNS, _MOST_SIDE_BY_SIDE = 4.5, 2.5  # columns, times the size of the type
_TOP = Qt.AlignmentFlag.AlignTop


class FiguresTable(QWidget):
    """A column for each step; the numbers of a row have the same number of decimals and stand on
    the right, so that they can be read against each other; with large type they stand below each
    other. No winner is declared."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("figuresTable")
        self._scale = theme.text_scale
        self._title = words("", "strong", wraps=True)
        self._bar = ThinBar(theme, self)
        self._bar.setObjectName("measuringBar")
        self._bar.hide()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space(2))
        self._grid.setVerticalSpacing(theme.space(2))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(self._title)
        column.addWidget(self._bar)
        column.addLayout(self._grid)

    def set_theme(self, theme: Theme) -> None:
        self._scale = theme.text_scale
        self._bar.set_theme(theme)

    def show_progress(self, share: float | None) -> None:
        """How far measuring has come; None where it is done."""
        self._bar.setVisible(share is not None)
        self._bar.set_value(share or 0.0)
        self._bar.setAccessibleName(f"Measuring, {round((share or 0) * 100)} percent")

    def show_figures(self, title: str, steps: Sequence[Compared]) -> None:
        self._title.setText(title)
        grid = self._grid
        clear_rows(grid)
        labels = list(dict.fromkeys(label for step in steps for label, _ in step.figures))
        rows = [
            (label, [dict(step.figures).get(label, NOTHING) for step in steps]) for label in labels
        ]
        if len(steps) * self._scale > _MOST_COLUMNS:
            _fill_below(grid, steps, rows, right=True)
        else:
            self._fill_columns(steps, rows)
        self.setVisible(bool(labels))

    def _fill_columns(self, steps: Sequence[Compared], rows: list[tuple[str, list[str]]]) -> None:
        grid = self._grid
        for number, step in enumerate(steps, start=1):
            name = _head(step, right=True)
            name.setWordWrap(True)
            grid.addWidget(name, 0, number, Qt.AlignmentFlag.AlignBottom)
            grid.setColumnMinimumWidth(number, _COLUMN_PX)  # nothing moves when a number comes
        grid.setColumnStretch(0, 1)
        for row, (label, values) in enumerate(rows):
            grid.addWidget(line(), 2 * row + 1, 0, 1, len(steps) + 1)
            name = cell(label, "secondary")
            name.setWordWrap(False)
            grid.addWidget(name, 2 * row + 2, 0)
            for number, value in enumerate(values, start=1):
                grid.addWidget(cell(value, "primary", right=True), 2 * row + 2, number)


class DifferingTable(QWidget):
    """Only the settings that are not the same in all steps: two stand beside each other, more
    below each other, as a long word or number does not break."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("differingTable")
        self._scale = theme.text_scale
        self._same = words("All settings are the same.", "small", "secondary", wraps=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space(4))
        self._grid.setVerticalSpacing(theme.space(3))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(words("What differs", "strong"))
        column.addWidget(self._same)
        column.addLayout(self._grid)

    def set_theme(self, theme: Theme) -> None:
        self._scale = theme.text_scale

    def show_settings(self, steps: Sequence[Compared]) -> None:
        clear_rows(self._grid)
        labels = list(dict.fromkeys(label for step in steps for label, _ in step.settings))
        rows = []
        for label in labels:
            values = [dict(step.settings).get(label, NOTHING) for step in steps]
            if len(set(values)) > 1:
                rows.append((label, values))
        self._same.setVisible(not rows)
        if rows and len(steps) * self._scale > _MOST_SIDE_BY_SIDE:
            _fill_below(self._grid, steps, rows)
        elif rows:
            self._fill_beside(steps, rows)

    def _fill_beside(self, steps: Sequence[Compared], rows: list[tuple[str, list[str]]]) -> None:
        grid = self._grid
        for number, step in enumerate(steps, start=1):
            grid.addWidget(_head(step), 0, number)
            grid.setColumnStretch(number, 1)
        for row, (label, values) in enumerate(rows, start=1):
            grid.addWidget(cell(label, "secondary"), row, 0, _TOP)
            for number, value in enumerate(values, start=1):
                grid.addWidget(cell(value, "primary"), row, number, _TOP)


def _head(step: Compared, *, right: bool = False) -> Label:
    """A letter or "V1", as there is no room for more; the tool tip says which step it is."""
    name = cell(step.head, "tertiary", right=right)
    name.setToolTip(" · ".join(part for part in (step.step, step.title) if part))
    name.setAccessibleDescription(name.toolTip())
    return name


def _fill_below(
    grid: QGridLayout,
    steps: Sequence[Compared],
    rows: list[tuple[str, list[str]]],
    *,
    right: bool = False,
) -> None:
    """Each label has the steps below it, a line for each."""
    grid.setColumnStretch(1, 1)
    place = 0
    for label, values in rows:
        grid.addWidget(cell(label, "secondary"), place, 0, 1, 2)
        for step, value in zip(steps, values, strict=True):
            place += 1
            name = _head(step)
            name.setWordWrap(False)
            grid.addWidget(name, place, 0, _TOP)
            grid.addWidget(cell(value, "primary", right=right), place, 1, _TOP)
        place += 1
