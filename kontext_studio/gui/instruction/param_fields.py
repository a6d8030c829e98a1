"""One field for each kind of parameter; each knows its value, and what counts as unchanged."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from kontext_studio.core.models import ModelSpec, ParamKind, ParamRole, ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.value_words import choice_words
from kontext_studio.gui.theme.fields import inset_spin_box

_SPIN_WIDTH = 72
_HEIGHT = 32
_STEPS = 100
_WIDEST_INT = 2**31 - 1


def unchanged_value(model: ModelSpec, spec: ParamSpec) -> ParamValue:
    """What the form starts with: the service's default, but PNG wherever the service has it."""
    if spec.role is ParamRole.FORMAT:
        return model.lossless_format() or spec.default
    return spec.default


class _Field(QWidget):
    """`changed` after each change by the person."""

    changed = Signal()

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.start = start
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(8)

    def _named(self, widget: QWidget) -> None:
        widget.setObjectName(f"param_{self.spec.name}")
        widget.setAccessibleName(self.spec.label)
        widget.setToolTip(self.spec.help)


class NumberField(_Field):
    """A slider and a number where the range is known, the number alone where it is not."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        low, high = spec.minimum, spec.maximum
        self._spin = QDoubleSpinBox(self)
        self._spin.setDecimals(2 if high is not None and high <= 1 else 1)
        self._spin.setSingleStep(0.05 if high is not None and high <= 1 else 0.5)
        self._spin.setRange(low if low is not None else 0.0, high if high is not None else 1000.0)
        self._spin.setFixedSize(round(_SPIN_WIDTH * min(scale, 1.5)), round(_HEIGHT * scale))
        inset_spin_box(self._spin)
        self._named(self._spin)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _STEPS)
        self._slider.setAccessibleName(f"{spec.label}, slider")
        self._slider.setVisible(low is not None and high is not None)
        self.row.addWidget(self._slider, 1)
        self.row.addWidget(self._spin, 0, Qt.AlignmentFlag.AlignRight)
        self._spin.valueChanged.connect(self._typed)
        self._slider.valueChanged.connect(self._slid)
        self.set_value(start)

    def value(self) -> ParamValue:
        return round(self._spin.value(), 4)

    def set_value(self, value: ParamValue) -> None:
        number = float(value) if isinstance(value, int | float) else self._spin.minimum()
        with QSignalBlocker(self._spin), QSignalBlocker(self._slider):
            self._spin.setValue(number)
            self._slider.setValue(self._place(number))
        if self.start is None:
            self.start = self.value()

    def _place(self, number: float) -> int:
        low, high = self._spin.minimum(), self._spin.maximum()
        return round((number - low) / (high - low) * _STEPS) if high > low else 0

    def _typed(self, number: float) -> None:
        with QSignalBlocker(self._slider):
            self._slider.setValue(self._place(number))
        self.changed.emit()

    def _slid(self, place: int) -> None:
        low, high = self._spin.minimum(), self._spin.maximum()
        step = 0.05 if high <= 1 else 0.1
        number = low + (high - low) * place / _STEPS
        with QSignalBlocker(self._spin):
            self._spin.setValue(round(number / step) * step)
        self.changed.emit()


class IntegerField(_Field):
    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._spin = QSpinBox(self)
        low, high = spec.minimum, spec.maximum
        self._spin.setRange(
            round(low) if low is not None else 0, round(high) if high is not None else _WIDEST_INT
        )
        inset_spin_box(self._spin)
        self._spin.setFixedHeight(round(_HEIGHT * scale))
        self._named(self._spin)
        self.row.addWidget(self._spin, 1)
        self._spin.valueChanged.connect(self._tell)
        self.set_value(start)

    def _tell(self) -> None:
        self.changed.emit()

    def value(self) -> ParamValue:
        return self._spin.value()

    def set_value(self, value: ParamValue) -> None:
        with QSignalBlocker(self._spin):
            self._spin.setValue(int(value) if isinstance(value, int | float) else 0)
        if self.start is None:
            self.start = self.value()


class ChoiceField(_Field):
    """A choice without a default begins with one that sends nothing."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._box = QComboBox(self)
        self._box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._named(self._box)
        if start is None:
            self._box.addItem("Same as input" if spec.label == "Size" else "Automatic", None)
        for choice in spec.choices:
            self._box.addItem(choice_words(choice), choice)
        self.row.addWidget(self._box, 1)
        self._box.activated.connect(self._tell)
        self.set_value(start)

    def _tell(self) -> None:
        self.changed.emit()

    def value(self) -> ParamValue:
        value = self._box.currentData()
        return str(value) if value is not None else None

    def set_value(self, value: ParamValue) -> None:
        self._box.setCurrentIndex(max(0, self._box.findData(value)))


class FlagField(_Field):
    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start if isinstance(start, bool) else False, scale, parent)
        self._check = QCheckBox(self)
        self._named(self._check)
        self.row.addWidget(self._check)
        self.row.addStretch(1)
        self._check.clicked.connect(self._tell)
        self.set_value(self.start)

    def _tell(self) -> None:
        self.changed.emit()

    def value(self) -> ParamValue:
        return self._check.isChecked()

    def set_value(self, value: ParamValue) -> None:
        self._check.setChecked(value is True)


class TextField(_Field):
    """An empty text sends nothing."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("Automatic")
        self._named(self._line)
        self.row.addWidget(self._line, 1)
        self._line.textEdited.connect(self._tell)
        self.set_value(start)

    def _tell(self) -> None:
        self.changed.emit()

    def value(self) -> ParamValue:
        return self._line.text().strip() or None

    def set_value(self, value: ParamValue) -> None:
        self._line.setText(str(value) if value is not None else "")


ParamField = NumberField | IntegerField | ChoiceField | FlagField | TextField
"""Each has `value()`, None where it sends nothing, and `set_value()`, which tells nobody."""


def field_for(
    spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget
) -> ParamField | None:
    """None for kinds that a form cannot offer; `scale` is that of the text."""
    if spec.choices:
        return ChoiceField(spec, start, scale, parent)
    kinds: dict[ParamKind, type[ParamField]] = {
        ParamKind.NUMBER: NumberField,
        ParamKind.INTEGER: IntegerField,
        ParamKind.FLAG: FlagField,
        ParamKind.TEXT: TextField,
    }
    kind = kinds.get(spec.kind)
    return kind(spec, start, scale, parent) if kind is not None else None
