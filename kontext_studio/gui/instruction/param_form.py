"""The form of a model's parameters, built from the catalogue's description of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamKind, ParamRole
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.param_fields import ParamField, field_for, unchanged_value
from kontext_studio.gui.instruction.seed_field import SeedField
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_ROW = 36
_LABEL_WIDTH = 112
_FORMAT_WIDTH = 80
_FIRST = ("Guidance",)


class ParamForm(QWidget):
    """`changed` after each change by the person. Values that equal the start are not part of it."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paramForm")
        self.setAccessibleName("Parameters")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._model: ModelSpec | None = None
        self._fields: dict[str, ParamField] = {}
        self._labels: dict[str, _RowLabel] = {}
        self._seed = SeedField(theme, self)
        self._seed.changed.connect(self._tell)
        self._seed.hide()
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_theme(self, theme: Theme) -> None:
        rescaled = theme.text_scale != self._theme.text_scale
        self._theme = theme
        self._seed.set_theme(theme)
        if rescaled and self._model is not None:
            model, values, seed = self._model, dict(self.values()), self.seed()
            self.set_model(None)
            self.set_model(model)
            self.set_values(values, seed)

    def set_model(self, model: ModelSpec | None, *, keep: bool = True) -> None:
        """The rows of another model; with `keep`, values that exist in both stay."""
        if model is not None and model == self._model:
            return
        before = dict(self.values()) if keep else {}
        self._model = model
        self._clear()
        if model is not None:
            self._build(model)
            self.set_values(before, self._seed.seed() if keep else None)

    def set_values(self, values: Mapping[str, ParamValue], seed: int | None) -> None:
        """Values the model does not have, or would refuse, are left out."""
        for name, field in self._fields.items():
            value = values.get(name, field.start)
            try:
                field.spec.check(value)
            except BadRequest:
                value = field.start
            field.set_value(value)
        has_seed = self._model is not None and self._model.with_role(ParamRole.SEED) is not None
        self._seed.set_seed(seed if has_seed else None)
        self._mark()

    def values(self) -> tuple[tuple[str, ParamValue], ...]:
        """What differs from the start, sorted by wire name."""
        return tuple(
            (name, field.value())
            for name, field in sorted(self._fields.items())
            if field.value() != field.start
        )

    def seed(self) -> int | None:
        return self._seed.seed()

    def changed_count(self) -> int:
        return len(self.values()) + (self.seed() is not None)

    def reset(self) -> None:
        self.set_values({}, None)
        self.changed.emit()

    def _clear(self) -> None:
        self._seed.hide()
        self._seed.setParent(self)
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows, self._fields, self._labels = [], {}, {}

    def _build(self, model: ModelSpec) -> None:
        for spec in model.settings:
            if spec.kind is ParamKind.JSON:
                continue
            start = unchanged_value(model, spec)
            field = field_for(spec, start, self._theme.text_scale, self)
            if field is not None:
                field.changed.connect(self._tell)
                self._fields[spec.name] = field
        first = [name for name, field in self._fields.items() if field.spec.label in _FIRST]
        sizes = [name for name, field in self._fields.items() if field.spec.label == "Size"]
        formats = [
            name for name, field in self._fields.items() if field.spec.role is ParamRole.FORMAT
        ]
        rest = [name for name in self._fields if name not in (*first, *sizes, *formats)]
        for name in first:
            self._add_row(self._fields[name].spec.label, [name])
        if model.with_role(ParamRole.SEED) is not None:
            self._add_seed()
        # The format stands beside the size, as both are about the file that comes back.
        beside = formats if len(sizes) == 1 else []
        for name in sizes:
            self._add_row(self._fields[name].spec.label, [name, *beside])
        for name in (*(formats if not beside else ()), *rest):
            self._add_row(self._fields[name].spec.label, [name])

    def _add_row(self, label: str, names: Iterable[str]) -> None:
        fields = [self._fields[name] for name in names]
        row, line, caption = self._new_row(label)
        for i, field in enumerate(fields):
            line.addWidget(field, 0 if i else 1)
            if i:
                field.setFixedWidth(round(_FORMAT_WIDTH * min(self._theme.text_scale, 1.5)))
            self._labels[field.spec.name] = caption
        row.show()

    def _add_seed(self) -> None:
        row, line, caption = self._new_row("Seed")
        line.addWidget(self._seed, 1)
        self._labels["seed"] = caption
        self._seed.show()
        row.show()

    def _new_row(self, label: str) -> tuple[QWidget, QHBoxLayout, _RowLabel]:
        row = QWidget(self)
        row.setMinimumHeight(_ROW)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        caption = _RowLabel(label, row, round(_LABEL_WIDTH * min(self._theme.text_scale, 1.25)))
        line.addWidget(caption)
        self._column.addWidget(row)
        self._rows.append(row)
        return row, line, caption

    def _tell(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        changed = {self._labels[name] for name, _ in self.values()}
        if self.seed() is not None and "seed" in self._labels:
            changed.add(self._labels["seed"])
        for caption in set(self._labels.values()):
            caption.set_changed(caption in changed)


class _RowLabel(QWidget):
    """The name of a row and, where its value is not the usual one, a dot."""

    def __init__(self, text: str, parent: QWidget, width_px: int) -> None:
        super().__init__(parent)
        self.setFixedWidth(width_px)
        words = Label(text, self)
        words.setWordWrap(width_px > _LABEL_WIDTH)
        set_kind(words, type="small", tone="secondary")
        self._dot = Label("•", self)
        set_kind(self._dot, type="small", tone="accent")
        self._dot.setAccessibleName("changed")
        self._dot.setVisible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(words)
        row.addWidget(self._dot)
        row.addStretch(1)

    def set_changed(self, changed: bool) -> None:
        self._dot.setVisible(changed)
