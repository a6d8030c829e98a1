"""The map of differences: on or off, how strongly it covers, what it leaves out, what it found."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.comparison.compared import DifferenceShown, Kept
from kontext_studio.gui.comparison.small_parts import words
from kontext_studio.gui.jobs.thin_bar import ThinBar
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme

LEAST_STRENGTH, MOST_STRENGTH = 10, 100
LEAST_DELTA_E, MOST_DELTA_E = 0.5, 20.0
_PER_DELTA_E = 2  # steps of the slider
_FIELD_PX = 84
_CAP_PX = 20
_LARGE = 1.3


class DifferencePart(QWidget):
    """Values in by `show_difference`; a change by hand is emitted and shown when it comes back."""

    switched = Signal(bool)
    strength_chosen = Signal(float)
    clear_below_chosen = Signal(float)
    stop_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("differencePart")
        self._theme = theme
        self._switch = Switch(theme, "Show heat map", self)
        self._switch.setObjectName("heatMapSwitch")
        self._switch.clicked.connect(self.switched)
        self._why_not = words("", "small", "tertiary", wraps=True)
        self._strength, self._strength_field = _slider("Strength"), QSpinBox()
        self._strength.setObjectName("strengthSlider")
        self._strength.setRange(LEAST_STRENGTH, MOST_STRENGTH)
        self._strength_field.setRange(LEAST_STRENGTH, MOST_STRENGTH)
        self._strength_field.setSuffix(" %")
        self._below, self._below_field = _slider("Ignore below"), _DeltaE()
        self._below.setObjectName("ignoreSlider")
        self._below.setRange(
            round(LEAST_DELTA_E * _PER_DELTA_E), round(MOST_DELTA_E * _PER_DELTA_E)
        )
        self._below_field.setRange(LEAST_DELTA_E, MOST_DELTA_E)
        self._strength.valueChanged.connect(lambda value: self.strength_chosen.emit(value / 100))
        self._strength_field.valueChanged.connect(
            lambda value: self.strength_chosen.emit(value / 100)
        )
        self._below.valueChanged.connect(
            lambda value: self.clear_below_chosen.emit(value / _PER_DELTA_E)
        )
        self._below_field.valueChanged.connect(self.clear_below_chosen)
        self._fields: tuple[tuple[Label, QSpinBox | QDoubleSpinBox], ...] = (
            (words("Strength", "body", "secondary"), self._strength_field),
            (words("Ignore below", "body", "secondary"), self._below_field),
        )
        self._grid = QGridLayout()
        self._bar = ThinBar(theme, self)
        self._stop = KeyHintButton(theme, "Stop", "outlined", self)
        self._stop.setObjectName("stopDifference")
        set_kind(self._stop, small="true")
        self._stop.clicked.connect(self.stop_asked)
        self._working = QWidget(self)
        self._changed, self._mean = _Figure("of pixels changed"), _Figure("mean ΔE 2000")
        self._found = QWidget(self)
        self._found.setObjectName("differenceFound")
        self._kept = _KeptCard(theme, self)
        self._build(theme)
        self.show_difference(DifferenceShown())

    def set_keys(self, *keys: str) -> None:
        """The keys that show the difference."""
        self._cap.setText(" ".join(keys))
        self._cap.setVisible(bool(keys))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (self._switch, self._bar, self._stop, self._kept):
            part.set_theme(theme)
        self._place_fields()

    def show_difference(self, shown: DifferenceShown) -> None:
        possible = not shown.why_not
        with QSignalBlocker(self._switch):
            self._switch.setChecked(shown.on and possible)
        self._switch.setEnabled(possible)
        self._why_not.setText(shown.why_not)
        self._why_not.setVisible(not possible)
        percent = round(shown.strength * 100)
        for field, value in ((self._strength, percent), (self._strength_field, percent)):
            with QSignalBlocker(field):
                field.setValue(value)
        with QSignalBlocker(self._below):
            self._below.setValue(round(shown.clear_below * _PER_DELTA_E))
        with QSignalBlocker(self._below_field):
            self._below_field.setValue(shown.clear_below)
        on = shown.on and possible
        for part in (self._strength, self._strength_field, self._below, self._below_field):
            part.setEnabled(on)
        self._working.setVisible(shown.progress is not None)
        self._bar.set_value(shown.progress or 0.0)
        self._bar.setAccessibleName(f"Comparing, {round((shown.progress or 0) * 100)} percent")
        known = bool(shown.changed) and on
        self._found.setVisible(known)
        below = f"{shown.clear_below:g}"
        caption = "of pixels changed" if below == "2" else f"of pixels from ΔE {below}"
        self._changed.show_figure(shown.changed, caption)
        self._mean.show_figure(shown.mean, "mean ΔE 2000")
        self._kept.show_kept(shown.kept if known else None)

    def _place_fields(self) -> None:
        """A name, its slider, its number in a row; with large type the name stands above."""
        large = self._theme.text_scale > _LARGE
        sliders = (self._strength, self._below)
        for row, (slider, (name, field)) in enumerate(zip(sliders, self._fields, strict=True)):
            field.setFixedWidth(round(_FIELD_PX * max(1.0, self._theme.text_scale * 0.8)))
            self._grid.addWidget(name, 2 * row, 0, 1, 3 if large else 1)
            below = 2 * row + (1 if large else 0)
            self._grid.addWidget(slider, below, 0 if large else 1, 1, 2 if large else 1)
            self._grid.addWidget(field, below, 2)

    def _build(self, theme: Theme) -> None:
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(2))
        self._grid.setColumnStretch(1, 1)
        for name, field in self._fields:
            field.setAccessibleName(name.text())
            field.setKeyboardTracking(False)
            inset_spin_box(field)
        self._place_fields()
        working = QHBoxLayout(self._working)
        working.setContentsMargins(0, 0, 0, 0)
        working.setSpacing(theme.space(3))
        working.addWidget(words("Comparing", "small", "secondary"))
        working.addWidget(self._bar, 1)
        working.addWidget(self._stop)
        found = QHBoxLayout(self._found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(theme.space(2))
        for figure in (self._changed, self._mean):
            found.addWidget(figure, 1)
        head = QHBoxLayout()
        head.addWidget(words("Show heat map", "body", "secondary"))
        self._cap = _key_cap("D")
        head.addWidget(self._cap)
        head.addStretch(1)
        head.addWidget(self._switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        column.addWidget(words("Difference", "strong"))
        column.addLayout(head)
        column.addWidget(self._why_not)
        column.addLayout(self._grid)
        column.addWidget(self._working)
        column.addWidget(self._found)
        column.addWidget(self._kept)


class _Figure(QFrame):
    """A large number over the words that say what it is."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        set_kind(self, kind="card")
        self._number = words("", "title")
        self._caption = words(caption, "meta", "secondary", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(11, 8, 11, 8)
        column.setSpacing(2)
        column.addWidget(self._number)
        column.addWidget(self._caption)

    def show_figure(self, number: str, caption: str) -> None:
        self._number.setText(number)
        self._caption.setText(caption)


class _KeptCard(QFrame):
    """Whether the pixels outside the area stayed as they were."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keptCard")
        set_kind(self, kind="message")
        self._theme = theme
        self._whole = True
        self._icon = Label()
        self._title, self._body = words("", "strong", wraps=True), words("", "small", "secondary")
        self._body.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 10, 12, 12)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._body, 1, 1)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        name, role = ("circle-check", "success") if self._whole else ("triangle-alert", "warning")
        picture = icon(theme, name, role, 16)
        self._icon.setPixmap(picture.pixmap(QSize(16, 16), self.devicePixelRatioF()))

    def show_kept(self, kept: Kept | None) -> None:
        self.setVisible(kept is not None)
        if kept is not None:
            self._whole = kept.whole
            set_kind(self, tone="success" if kept.whole else "warning")
            self._title.setText(kept.title)
            self._body.setText(kept.body)
            self.set_theme(self._theme)


class _DeltaE(QDoubleSpinBox):
    """A difference without decimals that say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(1)
        self.setSingleStep(0.5)
        self.setPrefix("ΔE ")

    def textFromValue(self, value: float) -> str:
        return f"{value:g}"


def _slider(name: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setAccessibleName(name)
    slider.setMinimumWidth(60)
    return slider


def _key_cap(key: str) -> Label:
    cap = words(key, "meta", "secondary")
    set_kind(cap, kind="keycap")
    cap.setAccessibleName(f"Key {key}")
    cap.setFixedHeight(_CAP_PX)
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return cap
