"""The Compare tab: which steps are compared, how, what was measured, what differs between them, and
where to go on from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.gui.comparison.compared import Compared, Comparison, DifferenceShown
from kontext_studio.gui.comparison.difference_part import DifferencePart
from kontext_studio.gui.comparison.pair_part import PairPart
from kontext_studio.gui.comparison.picked_row import PickedRow
from kontext_studio.gui.comparison.small_parts import emptied, labelled, line, words
from kontext_studio.gui.comparison.tables import DifferingTable, FiguresTable
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme

MOST = 4
_LARGE_TEXT = 1.5


class ComparePanel(QWidget):
    """Values in by setters; steps travel as keys."""

    remove_requested = Signal(str)
    star_requested = Signal(str)
    clear_requested = Signal()
    swap_requested = Signal()
    edit_requested = Signal(str)
    copy_requested = Signal(str)
    rerun_requested = Signal(str)
    reference_chosen = Signal(str)
    linked_changed = Signal(bool)
    mirrored_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comparePanel")
        self._theme = theme
        self._shown: Comparison | None = None
        self._count = words("", "small", "secondary")
        self._clear = KeyHintButton(theme, "Clear", "outlined", self)
        self._clear.set_keys("Esc")
        set_kind(self._clear, small="true")
        self._clear.clicked.connect(self.clear_requested)
        self._rows = QVBoxLayout()
        self._pair = PairPart(theme, self)
        self._pair.swap_asked.connect(self.swap_requested)
        self.difference = DifferencePart(theme, self)
        self._linked = Switch(theme, "Link zoom and position", self)
        self._linked.setObjectName("linkSwitch")
        self._mirrored = Switch(theme, "Mirror the pointer", self)
        self._mirrored.setObjectName("mirrorSwitch")
        for switch, signal in (
            (self._linked, self.linked_changed),
            (self._mirrored, self.mirrored_changed),
        ):
            switch.setChecked(True)
            switch.clicked.connect(signal)
        self._reference = QComboBox()
        self._reference.setObjectName("referenceBox")
        self._reference.setAccessibleName("Reference image")
        self._reference.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._size_reference()
        self._reference.activated.connect(self._choose_reference)
        self._figures = FiguresTable(theme, self)
        self._differing = DifferingTable(theme, self)
        self._words = words("", "small", "secondary", wraps=True)
        self._copy = KeyHintButton(theme, "Copy", "outlined", self)
        self._copy.setObjectName("copyCompared")
        self._copy.clicked.connect(lambda: self.copy_requested.emit(self._last()))
        self._rerun = KeyHintButton(theme, "Re-run", "outlined", self)
        self._rerun.setObjectName("rerunCompared")
        for button, name in ((self._copy, "copy"), (self._rerun, "rotate-ccw")):
            button.set_icon(name)
            set_kind(button, small="true")
        self._rerun.clicked.connect(lambda: self.rerun_requested.emit(self._last()))
        self._go_on = KeyHintButton(theme, "Edit from here", "primary", self)
        self._go_on.setObjectName("editFromButton")
        self._go_on.set_keys("↵")
        self._go_on.setMinimumHeight(theme.length("size.run.button"))
        self._go_on.clicked.connect(self._edit_from)
        self._sections: dict[str, QWidget] = {}
        self._build(theme)
        self.show_comparison(Comparison())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        parts = (self._clear, self._pair, self.difference, self._linked, self._mirrored)
        for part in (*parts, self._figures, self._differing, self._copy, self._rerun, self._go_on):
            part.set_theme(theme)
        self._size_reference()
        shown, self._shown = self._shown, None
        if shown is not None:
            self.show_comparison(shown)  # its rows hold icons

    # -- values in ----------------------------------------------------------------------------

    def show_comparison(self, shown: Comparison) -> None:
        """What is compared now; nothing is told of it."""
        if shown == self._shown:
            return
        before, self._shown = self._shown, shown
        steps = shown.steps
        if before is None or _listed(before) != _listed(shown):
            self._fill_rows(*_listed(shown))
        if shown.pair and len(steps) == 2:
            self._pair.show_pair(*steps)
        picked = any(step.badge for step in steps)
        count = f"Comparing {len(steps)} · up to {MOST}" if len(steps) > 1 else ""
        self._count.setText(count or "Pick steps with C to compare them")
        self._clear.setEnabled(picked or len(steps) > 1)
        self._sections["head"].setVisible(not shown.pair or picked)
        self._sections["pair"].setVisible(shown.pair)
        self._sections["view"].setVisible(shown.tiled)
        self._fill_references(shown)
        measured = f"Measured against {shown.against}" if shown.against else ""
        self._figures.show_figures(measured, [step for step in steps if step.figures])
        self._sections["figures"].setVisible(any(step.figures for step in steps))
        self._differing.show_settings(steps)
        # An original was made with no settings that could differ.
        self._sections["differing"].setVisible(sum(bool(step.instruction) for step in steps) > 1)
        last = steps[-1] if steps else None
        self._words.setText(last.instruction if last else "")
        told = shown.pair and last is not None and bool(last.instruction)
        self._sections["instruction"].setVisible(told)
        self._show_go_on(steps, shown.current)

    def show_difference(self, shown: DifferenceShown) -> None:
        self.difference.show_difference(shown)

    def show_measuring(self, share: float | None) -> None:
        """How far the figures have come (0 to 1); None where they are all there."""
        self._figures.show_progress(share)

    def show_linked(self, linked: bool, mirrored: bool) -> None:
        for switch, on in ((self._linked, linked), (self._mirrored, mirrored)):
            with QSignalBlocker(switch):
                switch.setChecked(on)

    # -- inside -------------------------------------------------------------------------------

    def _show_go_on(self, steps: tuple[Compared, ...], current: str) -> None:
        chosen = next((step for step in steps if step.key == current), None)
        name = chosen.step.lower() if chosen and chosen.step else "the original"
        self._go_on.setText(f"Edit from {name}" if chosen else "Edit from here")
        self._go_on.setEnabled(chosen is not None)

    def _fill_rows(self, steps: tuple[Compared, ...], current: str) -> None:
        emptied(self._rows)
        for step in steps:
            row = PickedRow(self._theme, step, current=step.key == current)
            row.star_asked.connect(self.star_requested)
            row.remove_asked.connect(self.remove_requested)
            self._rows.addWidget(row)

    def _size_reference(self) -> None:
        letters = 9 if self._theme.text_scale < _LARGE_TEXT else 7
        self._reference.setMinimumContentsLength(letters)

    def _fill_references(self, shown: Comparison) -> None:
        with QSignalBlocker(self._reference):
            self._reference.clear()
            for choice in shown.references:
                self._reference.addItem(choice.words, choice.key)
            self._reference.setCurrentIndex(max(0, self._reference.findData(shown.reference)))

    def _choose_reference(self, index: int) -> None:
        self.reference_chosen.emit(str(self._reference.itemData(index)))

    def _edit_from(self) -> None:
        if self._shown is not None:
            self.edit_requested.emit(self._shown.current)

    def _last(self) -> str:
        return self._shown.steps[-1].key if self._shown and self._shown.steps else ""

    def _build(self, theme: Theme) -> None:
        gap = theme.space(5)
        inner = QWidget()
        set_kind(inner, kind="scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(gap, theme.space(3), gap, gap)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.addWidget(self._count, 1)
        head.addWidget(self._clear)
        self._rows.setSpacing(theme.space(2))
        view = _column(theme)
        view.addWidget(_title("View"))
        view.addLayout(labelled("Link zoom and position", self._linked))
        view.addLayout(labelled("Mirror the pointer", self._mirrored))
        view.addLayout(labelled("Reference image", self._reference))
        told = _column(theme)
        told.addWidget(_title("Instruction"))
        told.addWidget(self._words)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(3))
        buttons.addWidget(self._copy)
        buttons.addWidget(self._rerun)
        buttons.addStretch(1)
        told.addLayout(buttons)
        for name, content in (
            ("head", _held(theme, head, ruled=False)),
            ("rows", _held(theme, self._rows, ruled=False)),
            ("pair", _held(theme, self._pair, ruled=False)),
            ("difference", _held(theme, self.difference)),
            ("view", _held(theme, view)),
            ("instruction", _held(theme, told)),
            ("figures", _held(theme, self._figures)),
            ("differing", _held(theme, self._differing)),
        ):
            self._sections[name] = content
            column.addWidget(content)
        column.addStretch(1)
        scroll = SteadyScrollArea(self)
        scroll.setWidget(inner)
        # For what is wider than the dock after all, such as a name without a blank.
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(gap, 0, gap, gap)
        foot.addWidget(self._go_on)
        whole.addLayout(foot)


def _listed(shown: Comparison) -> tuple[tuple[Compared, ...], str]:
    """The rows, and which of them stands out; a pair has none."""
    return (() if shown.pair else shown.steps), shown.current


def _column(theme: Theme) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(theme.space(3))
    return column


def _held(
    theme: Theme, content: QWidget | QVBoxLayout | QHBoxLayout, *, ruled: bool = True
) -> QWidget:
    """A section, with a line above it, that can be hidden as a whole."""
    section = QWidget()
    column = QVBoxLayout(section)
    column.setContentsMargins(0, theme.space(3) if ruled else 0, 0, theme.space(3))
    column.setSpacing(theme.space(3))
    if ruled:
        column.addWidget(line())
    if isinstance(content, QWidget):
        column.addWidget(content)
    else:
        column.addLayout(content)
    return section


def _title(text: str) -> Label:
    return words(text, "strong")
