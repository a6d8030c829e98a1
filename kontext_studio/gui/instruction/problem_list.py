"""What could be said better: at most three rows, then "2 more"; Enter on a row applies its fix.

Below them links: to what else there is, to mending all at once, to what is ignored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.gui.instruction.problem_row import ProblemRow
from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding

_SHOWN = 3


class ProblemList(QWidget):
    """Indexes in the signals are those of the findings given to `set_findings`."""

    problem_chosen = Signal(int)
    fix_wanted = Signal(int, QPoint)
    menu_wanted = Signal(int, QPoint)
    fix_all_wanted = Signal()
    ignored_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemList")
        self.setAccessibleName("What could be said better")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._findings: tuple[Finding, ...] = ()
        self._indexes: list[int] = []
        self._shown: list[int] = []
        self._rows: list[ProblemRow] = []
        self._spare: list[ProblemRow] = []
        self._all_shown = False
        self._current: int | None = None
        self._text = ""
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._more = self._link("problemsMore", self.show_all)
        self._fix_all = self._link("fixAll", self.fix_all_wanted.emit)
        self._fix_all.setText("Fix all…")
        self._ignored_link = self._link("ignoredFindings", self.ignored_wanted.emit)
        self._links = QWidget(self)
        links = FlowLayout(self._links, gap_px=12, row_gap_px=0)
        for link in (self._more, self._fix_all, self._ignored_link):
            links.addWidget(link)
        self._box.addWidget(self._links)
        self.set_also(fixable=0, ignored=0)
        self.hide()

    def _link(self, name: str, act: Callable[[], object]) -> QPushButton:
        link = QPushButton(self)
        link.setObjectName(name)
        set_kind(link, kind="link")
        link.clicked.connect(lambda: act())
        return link

    def set_also(self, *, fixable: int, ignored: int) -> None:
        """How many findings could be mended at once, and how many are left out as the person
        asked."""
        self._fix_all.setVisible(fixable > 1)
        self._ignored_link.setText(f"{ignored} ignored")
        self._ignored_link.setVisible(ignored > 0)
        self._show_links()

    def _show_links(self) -> None:
        links = (self._more, self._fix_all, self._ignored_link)
        self._links.setVisible(not all(link.isHidden() for link in links))
        self._links.updateGeometry()
        self.setVisible(bool(self._rows or self._indexes) or not self._ignored_link.isHidden())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in (*self._rows, *self._spare):
            row.set_theme(theme)

    def set_findings(self, text: str, findings: tuple[Finding, ...]) -> None:
        """Rows for all but the infos, which are shown with the rest of a long list; `text` is what
        they were found in."""
        if findings == self._findings and text == self._text:
            return
        if len(findings) < len(self._findings):
            self._all_shown = False
        self._text, self._findings = text, findings
        ranked = sorted(
            range(len(findings)), key=lambda i: (findings[i].severity.rank, findings[i].start)
        )
        self._indexes = ranked
        self._current = None
        self._fill()

    def show_all(self) -> None:
        self._all_shown = True
        focus_row = _SHOWN if self._more.hasFocus() else None
        self._fill()
        if focus_row is not None and focus_row < len(self._rows):
            self._rows[focus_row].setFocus(Qt.FocusReason.TabFocusReason)

    def set_current(self, index: int | None) -> None:
        """Mark the row of the finding at the caret."""
        self._current = index
        if index in self._indexes and index not in self._shown:
            self._fill()
        for i, row in zip(self._shown, self._rows, strict=True):
            row.set_current(i == index)

    def rows(self) -> list[ProblemRow]:
        return list(self._rows)

    def _fill(self) -> None:
        self._shown = self._chosen_few()
        for row in self._rows[len(self._shown) :]:
            row.hide()
        # Rows are kept for the next answer: to make one takes some ms, and answers come at pauses.
        self._spare = self._rows[len(self._shown) :] + self._spare
        del self._rows[len(self._shown) :]
        for place, index in enumerate(self._shown):
            if place >= len(self._rows) and self._spare:
                self._rows.append(self._spare.pop(0))
            if place < len(self._rows):
                self._rows[place].show_finding(self._findings[index], self._text)
                self._rows[place].show()
            else:
                self._add_row(place, self._findings[index])
            self._rows[place].set_current(index == self._current)
        hidden = len(self._indexes) - len(self._shown)
        self._more.setText(f"{hidden} more")
        self._more.setVisible(hidden > 0)
        self._show_links()

    def _add_row(self, place: int, finding: Finding) -> None:
        row = ProblemRow(self._theme, finding, self._text, self)
        row.setObjectName(f"problem_{place}")
        row.chosen.connect(self._choose)
        row.fix_wanted.connect(self._want_fix)
        row.menu_wanted.connect(self._want_menu)
        self._box.insertWidget(place, row)
        row.show()
        self._rows.append(row)

    def _chosen_few(self) -> list[int]:
        """The first three that are no infos, or two and the one at the caret."""
        first = [i for i in self._indexes if self._findings[i].severity.rank < 3][:_SHOWN]
        if self._all_shown:
            return list(self._indexes)
        if not first:
            return []
        if self._current in self._indexes and self._current not in first:
            return [*first[: _SHOWN - 1], self._current]
        return first

    def _index_of(self, row: object) -> int | None:
        pairs = zip(self._shown, self._rows, strict=True)
        return next((i for i, one in pairs if one is row), None)

    def _choose(self) -> None:
        index = self._index_of(self.sender())
        if index is not None:
            self.problem_chosen.emit(index)

    def _want_fix(self, at: QPoint) -> None:
        index = self._index_of(self.sender())
        if index is not None:
            self.fix_wanted.emit(index, at)

    def _want_menu(self, at: QPoint) -> None:
        index = self._index_of(self.sender())
        if index is not None:
            self.menu_wanted.emit(index, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk the rows."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        place = next((i for i, row in enumerate(self._rows) if row.hasFocus()), None)
        if step is None or place is None:
            super().keyPressEvent(event)
            return
        place = min(len(self._rows) - 1, max(0, place + step))
        self._rows[place].setFocus(Qt.FocusReason.TabFocusReason)
