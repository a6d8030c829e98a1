"""The fields for choices, sizes, switches and texts, and which field a parameter gets."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QWidget

from kontext_studio.core.models import ModelSpec, ParamKind, ParamRole, ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.param_field import IntegerField, NumberField, ParamField
from kontext_studio.gui.instruction.value_words import choice_words

__all__ = ["ParamField", "field_for", "unchanged_value"]

_OWN_SIZE = "Own size…"
_OWN = "own size"
_FLAGS_ROLE = Qt.ItemDataRole.UserRole - 1
"""By which the model of a combo box keeps what can be done with an item."""


def unchanged_value(model: ModelSpec, spec: ParamSpec) -> ParamValue:
    """What the form starts with: the service's default, but PNG wherever the service has it."""
    if spec.role is ParamRole.FORMAT:
        return model.lossless_format() or spec.default
    return spec.default


class ChoiceField(ParamField):
    """A choice without a default begins with one that sends nothing."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._box = QComboBox(self)
        self._box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._named(self._box)
        if start is None:
            self._box.addItem("Automatic", None)
        for value, words in _choices(spec):
            self._box.addItem(words, value)
        self.row.addWidget(self._box, 1)
        self._box.activated.connect(self._tell)
        self.set_value(start)

    def name_nothing(self, words: str) -> None:
        """What sending nothing means here."""
        if self.start is None:
            self._box.setItemText(0, words)

    def allow_only(self, allowed: ParamValue, reason: str) -> None:
        """Of all values only this one can be chosen, and is; with an empty reason all can."""
        for place in range(self._box.count()):
            held = reason if self._box.itemData(place) != allowed else ""
            self._box.setItemData(place, held or None, Qt.ItemDataRole.ToolTipRole)
            usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            flags = Qt.ItemFlag.NoItemFlags if held else usual
            self._box.setItemData(place, flags.value, _FLAGS_ROLE)
        if reason:
            self.set_value(allowed)

    def value(self) -> ParamValue:
        value: ParamValue = self._box.currentData()
        return value

    def set_value(self, value: ParamValue) -> None:
        self._box.setCurrentIndex(max(0, self._box.findData(value)))


class SizeField(ChoiceField):
    """One of the named sizes, or width and height as they are typed: 1024x768."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        self._line = QLineEdit()
        super().__init__(spec, start, scale, parent)
        self._box.addItem(_OWN_SIZE, _OWN)
        self._line.setParent(self)
        self._line.setObjectName(f"param_{spec.name}_own")
        self._line.setAccessibleName(f"{spec.label}, width by height")
        self._line.setPlaceholderText("1024x768")
        self._line.setMaxLength(11)
        self.row.addWidget(self._line, 1)
        self._marked = [self._line]
        self._line.textEdited.connect(self._tell)
        self.set_value(start)

    def value(self) -> ParamValue:
        value = super().value()
        return self._line.text().strip() if value == _OWN else value

    def set_value(self, value: ParamValue) -> None:
        own = isinstance(value, str) and value not in self.spec.choices
        if own:
            self._line.setText(str(value))
        super().set_value(_OWN if own else value)
        self._line.setVisible(own)

    def problem(self) -> str:
        if self._box.currentData() == _OWN and not self._line.text().strip():
            return f"{self.spec.label} needs width and height, as 1024x768"
        return super().problem()

    def _tell(self) -> None:
        own = self._box.currentData() == _OWN
        if own and self._line.isHidden():
            self._line.show()
            self._line.setFocus(Qt.FocusReason.OtherFocusReason)
        self._line.setVisible(own)
        super()._tell()


class FlagField(ParamField):
    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._check = QCheckBox(self)
        self._named(self._check)
        self.row.addWidget(self._check)
        self.row.addStretch(1)
        self._check.clicked.connect(self._tell)
        self.set_value(self.start)

    def value(self) -> ParamValue:
        return self._check.isChecked()

    def set_value(self, value: ParamValue) -> None:
        self._check.setChecked(value is True)


class TextField(ParamField):
    """An empty text sends nothing."""

    def __init__(
        self, spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, start, scale, parent)
        self._line = QLineEdit(self)
        self._line.setPlaceholderText(_example(spec))
        self._named(self._line)
        self.row.addWidget(self._line, 1)
        self._line.textEdited.connect(self._tell)
        self.set_value(start)

    def value(self) -> ParamValue:
        return self._line.text().strip() or None

    def set_value(self, value: ParamValue) -> None:
        self._line.setText(str(value) if value is not None else "")
        self._line.setCursorPosition(0)


def field_for(spec: ParamSpec, start: ParamValue, scale: float, parent: QWidget) -> ParamField:
    """The field of a parameter; `scale` is that of the text."""
    if spec.sizes and spec.choices:
        return SizeField(spec, start, scale, parent)
    if spec.choices or (spec.kind is ParamKind.FLAG and start is None):
        return ChoiceField(spec, start, scale, parent)
    kinds: dict[ParamKind, type[ParamField]] = {
        ParamKind.NUMBER: NumberField,
        ParamKind.INTEGER: IntegerField,
        ParamKind.FLAG: FlagField,
    }
    return kinds.get(spec.kind, TextField)(spec, start, scale, parent)


def _choices(spec: ParamSpec) -> list[tuple[ParamValue, str]]:
    """A switch without a default has three states: on, off, and nothing sent."""
    if spec.kind is ParamKind.FLAG:
        return [(True, "On"), (False, "Off")]
    return [(choice, choice_words(choice)) for choice in spec.choices]


def _example(spec: ParamSpec) -> str:
    if spec.items:
        return "[{" + ", ".join(f'"{name}": …' for name in spec.items) + "}]"
    return "JSON" if spec.kind is ParamKind.JSON else "Automatic"
