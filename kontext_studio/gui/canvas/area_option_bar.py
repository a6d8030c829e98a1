"""The bar between messages and canvas while an area is painted: tools, size, feather, verbs.

It shows what it is given and tells what the person wants. Where there is little room it takes more
lines; no control and no word that names one is ever put away for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.area import MOST_FEATHER_PX, USUAL_FEATHER_PX
from kontext_studio.gui.canvas.area_tool import MOST_SIZE_PX, USUAL_SIZE_PX
from kontext_studio.gui.jobs.thin_bar import ThinBar
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import SegmentedBar

BAR_PX = 44
_SLIDER_STEPS = 100
_SLIDER_PX, _LEAST_SLIDER_PX = 80, 48
_BUSY_PX = 120
_LINES = 6
_LINE_GAP_PX, _PART_GAP_PX = 4, 8
_NUMBER_PX, _NUMBER_HIGH_PX = 84, 32
_LEAST_SENSITIVITY, _MOST_SENSITIVITY = 0.4, 2.5


class BarPurpose(StrEnum):
    """What the area is for, which decides what stands at the right end."""

    DRAFT = "the next run"
    KEEPING = "keep everything else"


_LEAVE_KEYS = {BarPurpose.DRAFT: "↵", BarPurpose.KEEPING: "Esc"}


class AreaOptionBar(QFrame):
    """`size_chosen` and `feather_chosen` carry pixels of the picture, `sensitivity_chosen` a factor
    around 1."""

    size_chosen = Signal(int)
    feather_chosen = Signal(int)
    sensitivity_chosen = Signal(float)
    invert_asked = Signal()
    clear_asked = Signal()
    keep_asked = Signal()
    left = Signal()

    def __init__(
        self, theme: Theme, tools: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("areaOptionBar")
        self.setAccessibleName("Area to change")
        set_kind(self, kind="option-bar")
        self._purpose = BarPurpose.DRAFT
        self._tools = SegmentedBar("Area tools", self)
        self._tools.set_actions(tools, words=True)
        self._size_word, self._feather_word = self._word("Size"), self._word("Feather")
        self._slider = self._make_slider("areaSizeSlider", "Brush size, slider")
        self._size = self._number("areaSize", "Brush size in pixels", 1, MOST_SIZE_PX)
        self.set_brush_keys(",", ".")
        self._feather = self._number("areaFeather", "Feather in pixels", 0, round(MOST_FEATHER_PX))
        self._feather.setToolTip("Over so many pixels the edge blends, inwards only")
        self._less, self._more = self._word("Less"), self._word("More")
        self._sensitivity = self._make_slider("areaSensitivity", "Less or more counts as changed")
        self._sensitivity.setToolTip("How small a difference counts as changed")
        self._invert = self._button("areaInvert", "Invert", self.invert_asked)
        self._clear = self._button("areaClear", "Clear", self.clear_asked)
        self._keep = self._button("areaKeep", "Keep everything else", self.keep_asked)
        self._leave = KeyHintButton(theme, "Done", "outlined", self)
        set_kind(self._leave, small="true")
        self._leave.setObjectName("areaDone")
        self._leave.clicked.connect(self.left)
        self._busy = _Busy(theme, self)
        self._arranged: tuple[tuple[QWidget, ...], ...] = ()
        self._gap = theme.space(3)
        self._size_numbers(theme)
        self._lay_out(theme)
        self._connect()
        self.set_size(USUAL_SIZE_PX)
        self.set_feather(round(USUAL_FEATHER_PX))
        self.set_sensitivity(1.0)
        self.set_purpose(BarPurpose.DRAFT)
        self.hide()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._leave.set_theme(theme)
        self._busy.set_theme(theme)
        self._size_numbers(theme)
        self._fit()

    def set_brush_keys(self, smaller: str, larger: str) -> None:
        """The keys that size the brush, as they are shown."""
        known = ((smaller, "smaller"), (larger, "larger"))
        said = (f"{key} {words}" for key, words in known if key)
        self._size.setToolTip("  ".join(("Brush size", *said)))

    def _size_numbers(self, theme: Theme) -> None:
        wide, high = min(theme.text_scale, 1.25), min(theme.text_scale, 1.2)
        for number in (self._size, self._feather):
            number.setFixedSize(round(_NUMBER_PX * wide), round(_NUMBER_HIGH_PX * high))

    def set_purpose(self, purpose: BarPurpose) -> None:
        self._purpose = purpose
        keeping = purpose is BarPurpose.KEEPING
        self._leave.setText("Cancel" if keeping else "Done")
        self._leave.set_keys(_LEAVE_KEYS[purpose])
        self._leave.setAccessibleName("Leave it as it is" if keeping else "Done painting")
        self._keep.setVisible(keeping)
        self._thresholds.setVisible(keeping)
        self._fit()

    def set_size(self, size_px: int) -> None:
        with QSignalBlocker(self._size), QSignalBlocker(self._slider):
            self._size.setValue(size_px)
            self._slider.setValue(_place_of(size_px))

    def set_feather(self, feather_px: int) -> None:
        with QSignalBlocker(self._feather):
            self._feather.setValue(feather_px)

    def set_sensitivity(self, factor: float) -> None:
        with QSignalBlocker(self._sensitivity):
            self._sensitivity.setValue(_place_of_factor(factor))

    def set_can_keep(self, can: bool, reason: str = "") -> None:
        self._keep.setEnabled(can)
        self._keep.setToolTip(reason)

    def set_busy(self, words: str, share: float = 0.0) -> None:
        """What is being computed, and how far it is, in place of the tools; empty ends it."""
        was_busy = self._busy.is_shown
        self._busy.say(words, share)
        if was_busy != self._busy.is_shown:
            idle = not self._busy.is_shown
            self._keep.setEnabled(idle)
            self._busy.setVisible(not idle)
            for part in (self._tools, self._sizes, self._feathers):
                part.setVisible(idle)

    def set_has_area(self, has: bool) -> None:
        """Whether there is something to clear."""
        self._clear.setEnabled(has)
        self._clear.setToolTip("" if has else "Clear: nothing is painted")

    @property
    def feather_px(self) -> int:
        return self._feather.value()

    # -- inside -------------------------------------------------------------------------------

    def _lay_out(self, theme: Theme) -> None:
        """What belongs together stays together, whichever line it stands on."""
        self._tool_slot = self._together(self._tools, self._busy)
        self._busy.hide()
        self._sizes = self._together(self._size_word, self._slider, self._size)
        self._feathers = self._together(self._feather_word, self._feather)
        self._thresholds = self._together(self._less, self._sensitivity, self._more)
        self._verbs = self._together(self._invert, self._clear)
        self._ends = self._together(self._keep, self._leave)
        for part in (self._feathers, self._verbs, self._ends):
            # A style sheet's least width would let the layout cut the words of a button.
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        for part in (self._sizes, self._feathers):
            # While it is busy everything stays where it is: the slider may be held meanwhile.
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(4), 6, theme.space(3), 5)
        column.setSpacing(_LINE_GAP_PX)
        self._rows = [QHBoxLayout() for _ in range(_LINES)]
        for row in self._rows:
            row.setSpacing(self._gap)
            column.addLayout(row)
        self._column = column
        self.setMinimumHeight(BAR_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _together(self, *parts: QWidget) -> QWidget:
        group = QWidget(self)
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_PART_GAP_PX)
        for part in parts:
            row.addWidget(part)
        return group

    def _connect(self) -> None:
        self._size.valueChanged.connect(self._take_size)
        self._slider.valueChanged.connect(lambda place: self._take_size(_size_at(place)))
        self._feather.valueChanged.connect(self.feather_chosen)
        self._sensitivity.valueChanged.connect(
            lambda place: self.sensitivity_chosen.emit(_factor_at(place))
        )

    def _take_size(self, size_px: int) -> None:
        self.set_size(size_px)
        self.size_chosen.emit(size_px)

    def _word(self, words: str) -> Label:
        label = Label(words, self)
        set_kind(label, type="small", tone="secondary")
        return label

    def _number(self, name: str, spoken: str, least: int, most: int) -> QSpinBox:
        number = QSpinBox(self)
        number.setObjectName(name)
        number.setAccessibleName(spoken)
        number.setRange(least, most)
        number.setSuffix(" px")
        number.setKeyboardTracking(False)
        inset_spin_box(number)
        return number

    def _make_slider(self, name: str, spoken: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setObjectName(name)
        slider.setAccessibleName(spoken)
        slider.setRange(0, _SLIDER_STEPS)
        slider.setMinimumWidth(_LEAST_SLIDER_PX)
        slider.setMaximumWidth(_SLIDER_PX)
        return slider

    def _button(self, name: str, words: str, asked: SignalInstance) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        set_kind(button, kind="outlined", small="true")
        button.clicked.connect(asked)
        return button

    # -- room ---------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(0)  # a bar that is too wide gives way itself, not the window
        return hint

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()  # a part has come to need another width
        return done

    def _fit(self) -> None:
        """As few lines as possible; the slider beside its number goes where that saves a line, the
        tools' words only where they fit on no line at all."""
        edges = self._column.contentsMargins()
        room = self.width() - edges.left() - edges.right()
        words = self._tools.words_px <= room
        tools_px = self._tools.words_px if words else self._tools.icons_px
        lines, without = (self._lines(room, tools_px, slider=one) for one in (True, False))
        has_slider = len(lines) <= len(without)
        self._tools.show_words(words)
        self._tool_slot.setMinimumWidth(tools_px)
        self._slider.setVisible(has_slider)
        self._arrange(lines if has_slider else without)

    def _lines(self, room: int, tools_px: int, *, slider: bool) -> tuple[tuple[QWidget, ...], ...]:
        """What stands on which line: where one is not enough, the tools stand on the first with the
        last button at its end, and the rest is set below as words are."""
        gap = self._gap
        widths = {
            self._sizes: _px(self._size_word, *((self._slider,) if slider else ()), self._size),
            self._feathers: _px(self._feather_word, self._feather),
        }
        end = _px(self._leave)
        if self._purpose is BarPurpose.KEEPING:
            widths[self._thresholds] = _px(self._less, self._sensitivity, self._more)
            end = _px(self._keep, self._leave)
        widths[self._verbs] = _px(self._invert, self._clear)
        if tools_px + sum(widths.values()) + end + gap * (len(widths) + 1) <= room:
            return ((self._tool_slot, *widths, self._ends),)
        lines = [[self._tool_slot]]
        left = 0
        for part, width in widths.items():
            if width > left:
                lines.append([])
                left = room
            lines[-1].append(part)
            left -= width + gap
        if tools_px + gap + end <= room:
            lines[0].append(self._ends)
        elif end <= left:
            lines[-1].append(self._ends)
        else:
            lines.append([self._ends])
        return tuple(map(tuple, lines))

    def _arrange(self, lines: tuple[tuple[QWidget, ...], ...]) -> None:
        if lines == self._arranged:
            return
        self._arranged = lines
        for row in self._rows:
            while row.takeAt(0) is not None:
                pass
        at_right = (self._thresholds, self._verbs) if len(lines) == 1 else ()
        for row, parts in zip(self._rows, lines, strict=False):
            stretched = False
            for part in parts:
                if not stretched and (part in at_right or part is self._ends):
                    row.addStretch(1)
                    stretched = True
                row.addWidget(part)
            if not stretched:
                row.addStretch(1)
        self.updateGeometry()


def _px(*parts: QWidget) -> int:
    """How wide parts that stand together have to be."""
    return sum(map(_least_px, parts)) + _PART_GAP_PX * (len(parts) - 1)


def _least_px(part: QWidget) -> int:
    part.ensurePolished()
    if isinstance(part, QSlider):
        return _LEAST_SLIDER_PX  # it asks for more than it needs
    return max(part.minimumWidth(), part.minimumSizeHint().width())


class _Busy(QWidget):
    """Words and a thin bar for work that takes a while."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("areaBusy")
        self._words = Label(self)
        set_kind(self._words, type="body")
        self._bar = ThinBar(theme, self)
        self._bar.setFixedWidth(_BUSY_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._words)
        row.addWidget(self._bar)
        self.is_shown = False

    def set_theme(self, theme: Theme) -> None:
        self._bar.set_theme(theme)

    def say(self, words: str, share: float) -> None:
        self.is_shown = bool(words)
        self._words.setText(words)
        self._bar.set_value(share)
        self.setAccessibleName(f"{words}, {round(share * 100)} percent" if words else "")


def _size_at(place: int) -> int:
    """Along the slider every step enlarges by the same share."""
    return max(1, round(math.pow(MOST_SIZE_PX, place / _SLIDER_STEPS)))


def _place_of(size_px: int) -> int:
    return round(math.log(max(1, size_px)) / math.log(MOST_SIZE_PX) * _SLIDER_STEPS)


def _factor_at(place: int) -> float:
    low, high = _LEAST_SENSITIVITY, _MOST_SENSITIVITY
    return round(low * math.pow(high / low, place / _SLIDER_STEPS), 3)


def _place_of_factor(factor: float) -> int:
    low, high = _LEAST_SENSITIVITY, _MOST_SENSITIVITY
    return round(math.log(factor / low) / math.log(high / low) * _SLIDER_STEPS)
