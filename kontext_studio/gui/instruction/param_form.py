"""The form of a model's parameters, built from the catalogue's description of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import ParamValue
from kontext_studio.core.treatment import SentParam
from kontext_studio.gui.history.names import lowered
from kontext_studio.gui.instruction.form_row import FormRow
from kontext_studio.gui.instruction.param_fields import (
    ChoiceField,
    ParamField,
    field_for,
    unchanged_value,
)
from kontext_studio.gui.instruction.param_words import (
    limits_words,
    reach_words,
    treatment_words,
    usual_words,
)
from kontext_studio.gui.instruction.seed_field import SeedField
from kontext_studio.gui.theme.tokens import Theme

_FORMAT_WIDTH = 80
_TOO_LARGE_FOR_TWO = 1.5
"""From this size of type on, no row has room for two fields."""
_FIRST = ("Guidance",)
LOSSLESS_ONLY = "With an area the format is PNG: it keeps every pixel outside"


class ParamForm(QWidget):
    """`changed` after each change by the person. Values that equal the start are not part of it."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paramForm")
        self.setAccessibleName("Parameters")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._theme = theme
        self._model: ModelSpec | None = None
        self._fields: dict[str, ParamField] = {}
        self._rows_of: dict[str, FormRow] = {}
        self._beside: set[str] = set()  # those whose row goes by another one's name
        self._seed = SeedField(theme, self)
        self._seed.changed.connect(self._tell)
        self._seed.hide()
        self._rows: list[FormRow] = []
        self._makes = False
        self._protects = False
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
            self.set_model(model, makes=self._makes)
            self.set_values(values, seed)

    def set_model(self, model: ModelSpec | None, *, keep: bool = True, makes: bool = False) -> None:
        """The rows of another model; with `keep`, values that exist in both stay. `makes`: for a
        picture from text."""
        if model is not None and model == self._model and makes == self._makes:
            return
        before = dict(self.values()) if keep else {}
        self._model, self._makes = model, makes
        self._clear()
        if model is not None:
            self._build(model)
            self.set_values(before, self._seed.seed() if keep else None)
            self.set_protects(self._protects)

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

    def problem(self) -> str:
        """Of the first field whose value the service would not take; empty where there is none."""
        return next((words for one in self._fields.values() if (words := one.problem())), "")

    def set_treatment(self, sent: Iterable[SentParam]) -> None:
        """Say below each field that was changed how its value really travels."""
        changed = {name for name, _ in self.values()}
        notes: dict[FormRow, list[str]] = {}
        for one in sent:
            words = treatment_words(one) if one.name in changed else ""
            if words and one.name in self._rows_of:
                row = self._rows_of[one.name]
                if one.name in self._beside:  # it stands beside the one that names the row
                    words = f"{self._fields[one.name].spec.label}: {lowered(words)}"
                notes.setdefault(row, []).append(words)
        for row in self._rows:
            row.set_note("\n".join(notes.get(row, ())))

    def set_protects(self, protects: bool) -> None:
        """With an area the format is the one that loses nothing, where the model has one."""
        self._protects = protects
        lossless = self._model.lossless_format() if self._model is not None else None
        for field in self._fields.values():
            is_format = field.spec.role is ParamRole.FORMAT
            if is_format and lossless is not None and isinstance(field, ChoiceField):
                field.allow_only(lossless, LOSSLESS_ONLY if protects else "")
        self._mark()

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
        self._rows, self._fields, self._rows_of, self._beside = [], {}, {}, set()

    def _build(self, model: ModelSpec) -> None:
        for described in model.settings:
            spec = described if self._makes else described.with_picture()
            start = unchanged_value(model, spec)
            field = field_for(spec, start, self._theme.text_scale, self)
            if isinstance(field, ChoiceField) and spec.label == "Size" and not self._makes:
                field.name_nothing("Same as input")
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
        fits = self._theme.text_scale < _TOO_LARGE_FOR_TWO
        beside = formats if len(sizes) == 1 and fits else []
        for name in sizes:
            self._add_row(self._label(name), [name, *beside])
        for name in (*(formats if not beside else ()), *rest):
            self._add_row(self._label(name), [name])

    def _label(self, name: str) -> str:
        """Where two parameters go by one name, each goes by its own."""
        label = self._fields[name].spec.label
        alike = sum(one.spec.label == label for one in self._fields.values())
        words = name.replace("_", " ")
        return label if alike == 1 else words[:1].upper() + words[1:]

    def _add_row(self, label: str, names: Iterable[str]) -> None:
        fields = [self._fields[name] for name in names]
        row = self._new_row(label)
        for i, field in enumerate(fields):
            row.line.addWidget(field, 0 if i else 1)
            field.show()  # at once: a layout would only do it on the next turn of the loop
            if not i:
                field.go_by(label)
            if i:
                self._beside.add(field.spec.name)
                field.setFixedWidth(round(_FORMAT_WIDTH * self._theme.text_scale))
            self._rows_of[field.spec.name] = row
        spec, start = fields[0].spec, fields[0].start
        row.set_limits(limits_words(spec), reach_words(spec) or usual_words(spec, start))

    def _add_seed(self) -> None:
        row = self._new_row("Seed")
        row.line.addWidget(self._seed, 1)
        self._rows_of["seed"] = row
        self._seed.show()

    def _new_row(self, label: str) -> FormRow:
        row = FormRow(label, self._theme, self)
        self._column.addWidget(row)
        self._rows.append(row)
        row.show()
        return row

    def _tell(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        changed = {self._rows_of[name] for name, _ in self.values()}
        if self.seed() is not None and "seed" in self._rows_of:
            changed.add(self._rows_of["seed"])
        wrong: dict[FormRow, str] = {}
        for name, field in self._fields.items():
            if words := field.problem():
                wrong.setdefault(self._rows_of[name], words)
            field.mark(wrong=bool(words))
        for row in self._rows:
            row.set_changed(row in changed)
            row.set_problem(wrong.get(row, ""))
