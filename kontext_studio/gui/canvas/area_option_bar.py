"""The bar between messages and canvas while an area is painted: tools, size, feather, verbs.

It shows what it is given and tells what the person wants. Where there is little room words give
way, never a control that has no other place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

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
_SLIDER_PX = 80
_BUSY_PX = 120
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
        self._level = 0
        self._tools = SegmentedBar("Area tools", self)
        self._tools.set_actions(tools, words=True)
        self._size_word, self._feather_word = self._word("Size"), self._word("Feather")
        self._slider = self._make_slider("areaSizeSlider", "Brush size, slider")
        self._size = self._number("areaSize", "Brush size in pixels", 1, MOST_SIZE_PX)
        self._size.setToolTip("Brush size  , smaller  . larger")
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
        self._row = QHBoxLayout(self)
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

    def _size_numbers(self, theme: Theme) -> None:
        wide, high = min(theme.text_scale, 1.25), min(theme.text_scale, 1.2)
        for number in (self._size, self._feather):
            number.setFixedSize(round(_NUMBER_PX * wide), round(_NUMBER_HIGH_PX * high))

    def set_purpose(self, purpose: BarPurpose) -> None:
        self._purpose = purpose
        keeping = purpose is BarPurpose.KEEPING
        self._leave.setText("Cancel" if keeping else "Done")
        self._leave.setAccessibleName("Leave it as it is" if keeping else "Done painting")
        self._keep.setVisible(keeping)
        self._sensitivity.setVisible(keeping)
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
            self._keep.setEnabled(not self._busy.is_shown)
            self._show(self._level)

    def set_has_area(self, has: bool) -> None:
        """Whether there is something to clear."""
        self._clear.setEnabled(has)
        self._clear.setToolTip("" if has else "Clear: nothing is painted")

    @property
    def feather_px(self) -> int:
        return self._feather.value()

    # -- inside -------------------------------------------------------------------------------

    def _lay_out(self, theme: Theme) -> None:
        row = self._row
        row.setContentsMargins(theme.space(4), 0, theme.space(3), 0)
        row.setSpacing(theme.space(2) * 2)
        row.addWidget(self._busy)
        row.addWidget(self._tools)
        left_parts: tuple[QWidget, ...] = (
            self._size_word,
            self._slider,
            self._size,
            self._feather_word,
            self._feather,
        )
        right_parts: tuple[QWidget, ...] = (
            self._less,
            self._sensitivity,
            self._more,
            self._invert,
            self._clear,
            self._keep,
            self._leave,
        )
        for part in left_parts:
            row.addWidget(part)
        row.addStretch(1)
        for part in right_parts:
            row.addWidget(part)
        self.setMinimumHeight(BAR_PX)

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
        slider.setFixedWidth(_SLIDER_PX)
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

    def _fit(self) -> None:
        """What gives way first: the slider, the tools' words, verbs that stand in the menu as well,
        the words beside the numbers, the key, the feather."""
        for level in range(7):
            self._show(level)
            self._row.invalidate()
            if self._row.sizeHint().width() <= self.width():
                break

    def _show(self, level: int) -> None:
        self._level = level
        keeping, idle = self._purpose is BarPurpose.KEEPING, not self._busy.is_shown
        self._busy.setVisible(not idle)
        self._tools.setVisible(idle)
        self._tools.show_words(level < 2)
        self._tools.updateGeometry()  # at once, not when its buttons have told it
        self._size.setVisible(idle)
        self._slider.setVisible(idle and level < 1)
        self._size_word.setVisible(idle and level < 4)
        self._feather_word.setVisible(idle and level < 4)
        self._feather.setVisible(idle and level < 6)
        # What stands at the right stays where it is: the slider may be held while one waits.
        self._less.setVisible(keeping and level < 4)
        self._more.setVisible(keeping and level < 4)
        self._invert.setVisible(level < 3)
        self._clear.setVisible(level < 3)
        self._leave.set_keys(*((_LEAVE_KEYS[self._purpose],) if level < 5 else ()))


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
