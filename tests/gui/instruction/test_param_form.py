from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QToolButton

from kontext_studio.core.models import ModelSpec, ParamKind, ParamSpec, Price
from kontext_studio.gui.instruction.param_form import ParamForm

MODEL = ModelSpec(
    id="m",
    provider="p",
    protocol="fal",
    tier="pro",
    title="M",
    modes=frozenset(),
    parameters=(
        ParamSpec(
            "guidance_scale", "Guidance", ParamKind.NUMBER, default=3.5, minimum=1, maximum=20
        ),
        ParamSpec("steps", "Steps", ParamKind.INTEGER, default=28, minimum=10, maximum=50),
        ParamSpec("aspect_ratio", "Size", ParamKind.CHOICE, choices=("1:1", "16:9")),
        ParamSpec("safe", "Safety checker", ParamKind.FLAG, default=True, help="Hides results"),
    ),
    price=Price(0.04),
)


@pytest.fixture
def form(qtbot, dressed, edit_models) -> ParamForm:
    made = ParamForm(dressed)
    qtbot.add_widget(made)
    made.set_model(MODEL)
    made.show()
    return made


def real(edit_models, model_id: str) -> ModelSpec:
    return next(model for model in edit_models if model.id == model_id)


def test_each_kind_has_its_field(form):
    assert form.findChild(QDoubleSpinBox, "param_guidance_scale").value() == 3.5
    assert form.findChild(QSpinBox, "param_steps").value() == 28
    assert form.findChild(QComboBox, "param_aspect_ratio").currentText() == "Same as input"
    safe = form.findChild(QCheckBox, "param_safe")
    assert safe.isChecked()
    assert safe.toolTip() == "Hides results\nUsually on"


def test_nothing_is_changed_at_the_start(form):
    assert form.values() == ()
    assert form.changed_count() == 0


def test_only_what_differs_counts(qtbot, form):
    with qtbot.wait_signal(form.changed):
        form.findChild(QSpinBox, "param_steps").setValue(40)
    qtbot.mouseClick(form.findChild(QCheckBox, "param_safe"), Qt.MouseButton.LeftButton)
    assert form.values() == (("safe", False), ("steps", 40))
    assert form.changed_count() == 2
    form.reset()
    assert form.values() == ()


def test_png_is_the_start_and_jpeg_a_change(form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-pro/kontext"))
    box = form.findChild(QComboBox, "param_output_format")
    assert box.currentText() == "PNG"
    assert form.values() == ()
    box.setCurrentIndex(box.findText("JPEG"))
    assert form.values() == (("output_format", "jpeg"),)


def test_another_model_keeps_values_that_exist_in_both(form, edit_models):
    pro = real(edit_models, "fal-ai/flux-pro/kontext")
    dev = real(edit_models, "fal-ai/flux-kontext/dev")
    form.set_model(pro)
    form.set_values({"guidance_scale": 4.5, "safety_tolerance": "4"}, seed=7)
    form.set_model(dev)
    assert dict(form.values()) == {"guidance_scale": 4.5}
    assert form.seed() == 7
    form.set_model(pro, keep=False)
    assert form.values() == ()
    assert form.seed() is None


def test_a_value_the_model_would_refuse_is_left_out(form):
    form.set_values({"guidance_scale": 99.0, "steps": "many", "aspect_ratio": "2:7"}, None)
    assert form.values() == ()


def test_the_dice_fix_a_seed_and_the_lock_lets_it_go(qtbot, form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-pro/kontext"))
    button = form.findChild(QToolButton, "seedButton")
    field = form.findChild(QLineEdit, "param_seed")
    assert field.placeholderText() == "Random"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.seed() == int(field.text())
    assert button.accessibleName() == "Use a random seed again"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert form.seed() is None


def test_letters_are_no_seed(qtbot, form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-pro/kontext"))
    field = form.findChild(QLineEdit, "param_seed")
    qtbot.keyClicks(field, "4a2")
    assert form.seed() == 42


def test_a_model_without_a_seed_has_none(form):
    form.set_values({}, seed=7)
    assert form.seed() is None
