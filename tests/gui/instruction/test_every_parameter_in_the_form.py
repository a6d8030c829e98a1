"""Every parameter of every model of the catalogue, from the form to the values of an order."""

from __future__ import annotations

from collections.abc import Callable
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

MODELS = [one for one in load_catalogue().models if one.settings]


def named(model: ModelSpec) -> str:
    return f"{model.provider}:{model.id}"


def outside(model: ModelSpec, spec: ParamSpec) -> list[tuple[ParamValue, str]]:
    """What can be typed and would be refused."""
    if spec.choices or spec.kind is ParamKind.FLAG:
        return []
    text = spec.kind in (ParamKind.TEXT, ParamKind.JSON)
    return [
        (value, words)
        for value, words in refused(within(model, spec))
        if "cannot be" not in words and isinstance(value, str) is text
    ]


@pytest.fixture
def form_of(qtbot: Any, dressed: Any) -> Callable[[ModelSpec], ParamForm]:
    """The form as it stands for this model, with nothing chosen."""

    def make(model: ModelSpec) -> ParamForm:
        made = ParamForm(dressed)
        qtbot.add_widget(made)
        made.set_model(model, makes=not model.max_inputs)
        assert made.values() == ()
        return made

    return make


def within(model: ModelSpec, spec: ParamSpec) -> ParamSpec:
    """What holds for it in a form that stands for an edit, or for a picture from text."""
    return spec.with_picture() if model.max_inputs else spec


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


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_what_is_chosen_in_the_form_is_what_is_ordered(
    form_of: Callable[[ModelSpec], ParamForm], model: ModelSpec
) -> None:
    form = form_of(model)
    for spec in model.settings:
        start = unchanged_value(model, spec)
        for value in allowed(within(model, spec)):
            choose(form, spec, value)
            found = dict(form.values())
            if value == start:
                assert spec.name not in found
                continue
            assert found == {spec.name: value}
            assert type(found[spec.name]) is type(value)
            assert form.problem() == ""
            model.check(form.values(), count=1, inputs=min(model.max_inputs, 1))
        form.reset()
        assert form.values() == (), spec.name


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_what_was_ordered_is_shown_again(
    form_of: Callable[[ModelSpec], ParamForm], model: ModelSpec
) -> None:
    form = form_of(model)
    for spec in model.settings:
        start = unchanged_value(model, spec)
        for value in allowed(within(model, spec)):
            form.set_values({spec.name: value}, None)
            assert form.values() == (() if value == start else ((spec.name, value),))
        form.reset()
        assert form.values() == (), spec.name


@pytest.mark.parametrize(
    "model", [one for one in MODELS if any(outside(one, spec) for spec in one.settings)], ids=named
)
def test_what_is_past_a_range_is_told_at_its_field_with_the_range(
    form_of: Callable[[ModelSpec], ParamForm], model: ModelSpec
) -> None:
    form = form_of(model)
    for spec in model.settings:
        for value, words in outside(model, spec):
            choose(form, spec, value)
            assert form.problem().startswith(spec.label)
            assert within(model, spec).range_words in form.problem()
            if not within(model, spec).range_words:
                assert words in form.problem()
        form.reset()
        assert form.problem() == "", spec.name
