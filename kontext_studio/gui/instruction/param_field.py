"""What all fields of the parameter form have in common, and those for numbers."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from kontext_studio.core.models import ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.param_words import problem_words, tip_words
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.fields import inset_spin_box, narrow_spin_box

SPIN_WIDTH = 72
FIELD_HEIGHT = 32
_STEPS = 100
_DECIMALS = 4
_WIDEST = 2**31 - 1


class ParamField(QWidget):
    """`changed` after each change by the person. A field lets anything be typed; `problem` says
    what the service would not take.

    Abstract for the type checker alone: the metaclass of Qt's classes is not that of ABC."""

    changed = Signal()

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.start = start
        self.scale = scale
        self._marked: list[QWidget] = []
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    @abstractmethod
    def value(self) -> ParamValue:
        """None where it sends nothing."""

    @abstractmethod
    def set_value(self, value: ParamValue) -> None:
        """Show a value; nobody is told."""

    def problem(self) -> str:
        return problem_words(self.spec, self.value())

    def mark(self, *, wrong: bool) -> None:
        """Whether what stands in it keeps a run from starting."""
        for widget in self._marked:
            set_kind(widget, tone="danger" if wrong else "")

    def go_by(self, label: str) -> None:
        """The name that stands beside it, where that is not the parameter's own."""
        if label != self.spec.label:
            for widget in self.findChildren(QWidget, f"param_{self.spec.name}"):
                widget.setAccessibleName(label)

    def _named(self, widget: QWidget) -> None:
        self._marked.append(widget)
        widget.setObjectName(f"param_{self.spec.name}")
        widget.setAccessibleName(self.spec.label)
        widget.setToolTip(tip_words(self.spec, self.start))

    def _tell(self) -> None:
        self.changed.emit()


class _Whole(QSpinBox):
    """Keys and buttons stay in the range; typing may leave it, so that the form can say so."""

    def __init__(self, low: float | None, high: float | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._low, self._high = low, high

    def stepBy(self, steps: int) -> None:
        self.setValue(round(_stepped(self.value(), steps * self.singleStep(), self)))

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return self._low, self._high


class _Decimal(QDoubleSpinBox):
    def __init__(self, low: float | None, high: float | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._low, self._high = low, high

    def stepBy(self, steps: int) -> None:
        self.setValue(_stepped(self.value(), steps * self.singleStep(), self))

    def textFromValue(self, value: float) -> str:
        """As few decimals as the number needs, at least one."""
        short = f"{value:.{_DECIMALS}f}".rstrip("0")
        places = max(1, len(short) - short.index(".") - 1)
        locale = self.locale()
        return locale.toString(value, "f", places).replace(locale.groupSeparator(), "")

    @property
    def limits(self) -> tuple[float | None, float | None]:
        return self._low, self._high


def _stepped(now: float, by: float, field: _Whole | _Decimal) -> float:
    low, high = field.limits
    if field.specialValueText() and now == field.minimum():
        return low if low is not None else 0.0  # from "Automatic" into the range
    to = round(now + by, _DECIMALS)
    if low is not None and by < 0:
        to = max(to, min(low, now))
    if high is not None and by > 0:
        to = min(to, max(high, now))
    return to


def _automatic(spin: QSpinBox | QDoubleSpinBox) -> None:
    """A number without a default begins as none: nothing is sent."""
    spin.setSpecialValueText("Automatic")


class NumberField(ParamField):
    """A slider and a number where the range is known, the number alone where it is not."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        low, high = spec.minimum, spec.maximum
        self._low, self._high = low or 0.0, high if high is not None else 0.0
        self._spin = _Decimal(low, high, self)
        self._spin.setDecimals(_DECIMALS)
        self._spin.setSingleStep(0.05 if high is not None and high <= 1 else 0.5)
        self._spin.setRange(-_WIDEST, _WIDEST)
        inset_spin_box(self._spin)
        self._named(self._spin)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName(f"{spec.label}, slider")
        slides = low is not None and high is not None and start is not None
        self._slider.setVisible(slides)
        self.row.addWidget(self._slider, 1)
        if slides:
            self._spin.setFixedSize(
                round(SPIN_WIDTH * min(scale, 1.5)), round(FIELD_HEIGHT * scale)
            )
            self.row.addWidget(self._spin, 0, Qt.AlignmentFlag.AlignRight)
        else:
            self._spin.setFixedHeight(round(FIELD_HEIGHT * scale))
            narrow_spin_box(self._spin)
            self.row.addWidget(self._spin, 1)
        if start is None:
            _automatic(self._spin)
        self._spin.valueChanged.connect(self._typed)
        self._slider.valueChanged.connect(self._slid)
        self.set_value(start)

    def value(self) -> ParamValue:
        number = self._spin.value()
        automatic = self.start is None and number == self._spin.minimum()
        return None if automatic else round(number, _DECIMALS)

    def set_value(self, value: ParamValue) -> None:
        number = float(value) if isinstance(value, int | float) else self._spin.minimum()
        with QSignalBlocker(self._spin), QSignalBlocker(self._slider):
            self._spin.setValue(number)
            self._slider.setValue(self._place(number))

    def _place(self, number: float) -> int:
        low, high = self._low, self._high
        place = round((number - low) / (high - low) * _STEPS) if high > low else 0
        return min(max(place, 0), _STEPS)  # whatever is typed; Qt takes 32 bits

    def _typed(self, number: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._place(number))
        self.changed.emit()

    def _slid(self, place: int) -> None:
        low, high = self._low, self._high
        step = 0.05 if high <= 1 else 0.1
        number = low + (high - low) * place / _STEPS
        with QSignalBlocker(self._spin):
            self._spin.setValue(round(number / step) * step)
        self.changed.emit()


class IntegerField(ParamField):
    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._spin = _Whole(spec.minimum, spec.maximum, self)
        self._spin.setRange(-_WIDEST, _WIDEST)
        inset_spin_box(self._spin)
        narrow_spin_box(self._spin)
        self._spin.setFixedHeight(round(FIELD_HEIGHT * scale))
        self._named(self._spin)
        if start is None:
            _automatic(self._spin)
        self.row.addWidget(self._spin, 1)
        self._spin.valueChanged.connect(self._tell)
        self.set_value(start)

    def value(self) -> ParamValue:
        number = self._spin.value()
        return None if self.start is None and number == self._spin.minimum() else number

    def set_value(self, value: ParamValue) -> None:
        with QSignalBlocker(self._spin):
            number = int(value) if isinstance(value, int | float) else self._spin.minimum()
            self._spin.setValue(number)
