"""How far the colours of a step are to be brought back to those of the step before."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QSpinBox, QWidget

from kontext_studio.gui.shell.floating_card import FloatingCard
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box
from kontext_studio.gui.theme.tokens import Theme

_WIDTH_PX = 420
_WHOLLY = 100


class ColourCard(FloatingCard):
    """`match_asked` carries the share, 0 to 1. At 0 % there is nothing to do."""

    match_asked = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "Match colours to the step before", parent, width_px=_WIDTH_PX)
        self.setObjectName("colourCard")
        words = Label(
            "Brings back what drifted in the parts that did not change. A step of its own; this "
            "one stays as it is.",
            self,
        )
        words.setWordWrap(True)
        set_kind(words, type="small", tone="secondary")
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("colourSlider")
        self._slider.setAccessibleName("How far, slider")
        self._slider.setRange(0, _WHOLLY)
        self._slider.setPageStep(10)
        self._number = QSpinBox(self)
        self._number.setObjectName("colourShare")
        self._number.setAccessibleName("How far, in percent")
        self._number.setRange(0, _WHOLLY)
        self._number.setSuffix(" %")
        self._number.setFixedWidth(round(84 * min(theme.text_scale, 1.7)))
        inset_spin_box(self._number)
        self._go = QPushButton("Match colours", self)
        self._go.setObjectName("colourMatch")
        set_kind(self._go, kind="primary")
        cancel = QPushButton("Cancel", self)
        set_kind(cancel, kind="outlined")
        cancel.clicked.connect(self.put_away)
        line, buttons = QHBoxLayout(), QHBoxLayout()
        line.setSpacing(theme.space(4))
        line.addWidget(self._slider, 1)
        line.addWidget(self._number)
        buttons.addStretch(1)
        buttons.setSpacing(theme.space(3))
        buttons.addWidget(cancel)
        buttons.addWidget(self._go)
        self.column.addWidget(words)
        self.column.addLayout(line)
        self.column.addLayout(buttons)
        self._slider.valueChanged.connect(self._show)
        self._number.valueChanged.connect(self._show)
        self._go.clicked.connect(self._ask)
        self._show(_WHOLLY)

    def ask(self) -> None:
        """As far as it was the last time."""
        self.come_up(self._slider)

    def _show(self, percent: int) -> None:
        for field in (self._slider, self._number):
            with QSignalBlocker(field):
                field.setValue(percent)
        self._go.setEnabled(percent > 0)

    def _ask(self) -> None:
        self.put_away()
        self.match_asked.emit(self._slider.value() / _WHOLLY)
