"""Every parameter of every model of the catalogue, from the form to the values of an order."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from kontext_studio.core.models import ModelSpec, ParamKind, ParamSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.param_fields import unchanged_value
from kontext_studio.gui.instruction.param_form import ParamForm
from kontext_studio.workbench.catalogue import load_catalogue
from tests.fakes.parameter_values import allowed, refused

CATALOGUE = load_catalogue()
PAIRS = [(model, spec) for model in CATALOGUE.models for spec in model.settings]


def _named(model: ModelSpec, spec: ParamSpec) -> Any:
    return pytest.param(model, spec, id=f"{model.provider}:{model.id}:{spec.name}")


EVERY = [_named(*one) for one in PAIRS]


def outside(model: ModelSpec, spec: ParamSpec) -> list[tuple[ParamValue, str]]:
    """What can be typed and would be refused."""
    if spec.choices or spec.kind is ParamKind.FLAG:
        return []
    within = spec.with_picture() if model.max_inputs else spec
    text = spec.kind in (ParamKind.TEXT, ParamKind.JSON)
    return [
        (value, words)
        for value, words in refused(within)
        if "cannot be" not in words and isinstance(value, str) is text
    ]


@pytest.fixture
def form(qtbot: Any, dressed: Any) -> ParamForm:
    made = ParamForm(dressed)
    qtbot.add_widget(made)
    return made


def choose(form: ParamForm, spec: ParamSpec, value: ParamValue) -> None:
    """As a person does, field by field."""
    widget = form.findChild(QWidget, f"param_{spec.name}")
    assert widget is not None, f"{spec.name} is not in the form"
    match widget:
        case QComboBox():
            index = widget.findData(value)
            if index < 0:  # a size of one's own is the last
                index = widget.count() - 1
            widget.setCurrentIndex(index)
            widget.activated.emit(index)
            own = form.findChild(QLineEdit, f"param_{spec.name}_own")
            if own is not None and not own.isHidden():
                written(own, str(value))
        case QCheckBox():
            if widget.isChecked() is not value:
                widget.click()
        case QDoubleSpinBox() | QSpinBox():
            typed(widget, f"{value}")
        case QLineEdit():
            written(widget, str(value))


def written(line: QLineEdit, text: str) -> None:
    line.selectAll()
    line.insert(text)
    line.textEdited.emit(line.text())


def typed(spin: QAbstractSpinBox, text: str) -> None:
    line = spin.findChild(QLineEdit)
    assert line is not None
    line.setText(text)
    spin.interpretText()


@pytest.mark.parametrize(("model", "spec"), EVERY)
def test_what_is_chosen_in_the_form_is_what_is_ordered(
    form: ParamForm, model: ModelSpec, spec: ParamSpec
) -> None:
    form.set_model(model, makes=not model.max_inputs)
    assert form.values() == ()
    start = unchanged_value(model, spec)
    for value in allowed(spec.with_picture() if model.max_inputs else spec):
        choose(form, spec, value)
        found = dict(form.values())
        if value == start:
            assert spec.name not in found
            continue
        assert found == {spec.name: value}
        assert type(found[spec.name]) is type(value)
        assert form.problem() == ""
        model.check(form.values(), count=1, inputs=min(model.max_inputs, 1))


@pytest.mark.parametrize(("model", "spec"), EVERY)
def test_what_was_ordered_is_shown_again(
    form: ParamForm, model: ModelSpec, spec: ParamSpec
) -> None:
    form.set_model(model, makes=not model.max_inputs)
    start = unchanged_value(model, spec)
    for value in allowed(spec.with_picture() if model.max_inputs else spec):
        form.set_values({spec.name: value}, None)
        assert form.values() == (() if value == start else ((spec.name, value),))
    form.reset()
    assert form.values() == ()


@pytest.mark.parametrize(("model", "spec"), [_named(*one) for one in PAIRS if outside(*one)])
def test_what_is_past_a_range_is_told_at_its_field_with_the_range(
    form: ParamForm, model: ModelSpec, spec: ParamSpec
) -> None:
    form.set_model(model, makes=not model.max_inputs)
    within = spec.with_picture() if model.max_inputs else spec
    for value, words in outside(model, spec):
        choose(form, spec, value)
        assert form.problem().startswith(spec.label)
        assert within.range_words in form.problem()
        if not within.range_words:
            assert words in form.problem()
    form.reset()
    assert form.problem() == ""
