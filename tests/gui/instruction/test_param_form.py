from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.delivery import offered
from kontext_studio.core.handling import Handling, Treatment
from kontext_studio.core.models import ModelSpec, ParamKind, ParamSpec, Price
from kontext_studio.core.request import EditRequest
from kontext_studio.core.treatment import sent_as
from kontext_studio.gui.instruction.delivery_form import DeliveryForm
from kontext_studio.gui.instruction.param_form import ParamForm
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.workbench.catalogue import load_catalogue

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


def test_a_seed_that_a_service_told_may_be_typed(qtbot, form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-pro/kontext"))
    field = form.findChild(QLineEdit, "param_seed")
    qtbot.keyClicks(field, "196619188014358660")
    assert form.seed() == 196_619_188_014_358_660


def test_a_model_without_a_seed_has_none(form):
    form.set_values({}, seed=7)
    assert form.seed() is None


# Values that a service would not take.


def said(form: ParamForm) -> list[str]:
    """What stands below the fields."""
    labels = form.findChildren(QLabel, "fieldProblem")
    return [one.text() for one in labels if one.isVisible()]


def typed(qtbot, spin, text: str) -> None:
    spin.selectAll()
    qtbot.keyClicks(spin, text)


def test_a_number_beyond_its_range_is_stopped_at_its_field_with_the_range(qtbot, form):
    guidance = form.findChild(QDoubleSpinBox, "param_guidance_scale")
    with qtbot.wait_signal(form.changed):
        typed(qtbot, guidance, "25")
    assert form.problem() == "Guidance is 1 to 20"
    assert said(form) == ["Guidance is 1 to 20"]
    typed(qtbot, guidance, "20")
    assert form.problem() == ""
    assert said(form) == []
    assert dict(form.values()) == {"guidance_scale": 20}


def test_keys_and_buttons_never_leave_the_range(form):
    steps = form.findChild(QSpinBox, "param_steps")
    steps.setValue(50)
    steps.stepBy(1)
    assert steps.value() == 50
    steps.setValue(70)
    steps.stepBy(-1)
    assert steps.value() == 69, "from outside the way leads back, one step at a time"
    steps.setValue(10)
    steps.stepBy(-1)
    assert steps.value() == 10


def test_a_range_that_is_a_guess_is_shown_and_stops_nobody(qtbot, form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-kontext/dev"))
    steps = form.findChild(QSpinBox, "param_num_inference_steps")
    captions = [one.accessibleName() for one in form.findChildren(QLabel)]
    assert "about 10–50, usually 28" in captions
    assert "the service states no range" in steps.toolTip()
    typed(qtbot, steps, "80")
    assert form.problem() == ""
    assert dict(form.values()) == {"num_inference_steps": 80}


def test_range_and_start_stand_below_the_name(form):
    assert "1–20, usually 3.5" in [one.accessibleName() for one in form.findChildren(QLabel)]


def test_a_number_without_a_default_sends_nothing_until_it_is_set(qtbot, form):
    model = load_catalogue().find("lumenfall", "flux.1-kontext-pro")
    form.set_model(model)
    compression = form.findChild(QSpinBox, "param_output_compression")
    assert compression.text() == "Automatic"
    assert form.values() == ()
    compression.stepBy(1)
    assert dict(form.values()) == {"output_compression": 0}
    form.reset()
    assert form.values() == ()


def test_a_switch_without_a_default_can_be_off_on_purpose(form):
    form.set_model(load_catalogue().find("lumenfall", "flux.1-kontext-dev"))
    box = form.findChild(QComboBox, "param_enable_safety_checker")
    assert [box.itemText(one) for one in range(box.count())] == ["Automatic", "On", "Off"]
    box.setCurrentIndex(2)
    assert dict(form.values()) == {"enable_safety_checker": False}


def test_a_size_of_ones_own_is_typed_as_width_by_height(qtbot, form):
    form.set_model(load_catalogue().find("fal", "fal-ai/flux-kontext/dev/text-to-image"))
    box = form.findChild(QComboBox, "param_image_size")
    assert box.currentText() == "Landscape 4:3"
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.currentIndex())
    line = form.findChild(QLineEdit, "param_image_size_own")
    assert line.isVisible()
    assert form.problem() == "Size needs width and height, as 1024x768"
    qtbot.keyClicks(line, "836x1254")
    assert form.problem() == ""
    assert dict(form.values()) == {"image_size": "836x1254"}
    line.clear()
    qtbot.keyClicks(line, "wide")
    assert form.problem().startswith("Size is one of ")
    form.set_values({"image_size": "800x600"}, None)
    assert line.text() == "800x600"


def test_lists_are_written_as_json_and_flaws_stand_at_their_field(qtbot, form, edit_models):
    form.set_model(real(edit_models, "fal-ai/flux-kontext-lora"))
    line = form.findChild(QLineEdit, "param_loras")
    assert "path" in line.placeholderText()
    qtbot.keyClicks(line, '[{"path": "a"}')
    assert "JSON" in form.problem()
    assert said(form) == [form.problem()]
    qtbot.keyClicks(line, "]")
    assert form.problem() == ""
    assert dict(form.values()) == {"loras": '[{"path": "a"}]'}


def test_every_setting_of_every_model_has_a_field_of_its_own(form):
    for model in load_catalogue().models:
        form.set_model(model)
        assert set(form._fields) == {one.name for one in model.settings}
        assert form.values() == (), model.id
        assert form.problem() == "", model.id


def test_two_parameters_of_one_name_go_by_their_own(form):
    form.set_model(load_catalogue().find("lumenfall", "flux.1-kontext-dev"))
    names = [one.text() for one in form.findChildren(QLabel)]
    assert {"Aspect ratio", "Resolution mode"} <= set(names)


def test_how_a_changed_value_really_travels_stands_below_its_field(form):
    model = load_catalogue().find("lumenfall", "flux.1-kontext-pro")
    form.set_model(model)
    form.set_values({"cfg_scale": 4.0, "aspect_ratio": "16:9"}, None)
    request = EditRequest("x", (), model.id, 1, parameters=form.values())
    sent = sent_as(model, request)
    form.set_treatment(sent)
    notes = {one.name: one.note for one in sent}
    assert notes["cfg_scale"]
    assert any(notes["cfg_scale"] in one for one in said(form))
    form.set_values({}, None)
    form.set_treatment(sent)
    assert said(form) == [], "nobody asks of what was not changed"


def test_what_a_gateway_passes_to_one_provider_alone_is_said_at_once(form):
    spec = ParamSpec(
        "go_fast", "Go fast", ParamKind.FLAG, default=True, handling=Handling(reaches="replicate")
    )
    bent = ParamSpec("cfg", "Guidance", ParamKind.NUMBER, handling=Handling(Treatment.RENAMED))
    form.set_model(
        ModelSpec("g", "lumenfall", "p", "pro", "G", frozenset(), (spec, bent), Price(0.04))
    )
    captions = {one.accessibleName() for one in form.findChildren(QLabel)}
    assert {"Replicate only", "renamed"} <= captions


def test_a_long_note_below_a_field_is_shown_whole(qtbot, dressed):
    model = load_catalogue().find("lumenfall", "flux.1-kontext-pro")
    around = QWidget()
    qtbot.add_widget(around)
    form = ParamForm(dressed)
    column = QVBoxLayout(around)
    column.addWidget(form)
    column.addStretch(1)
    around.resize(340, 900)
    around.show()
    form.set_model(model)
    form.set_values({"aspect_ratio": "16:9", "output_format": "webp"}, None)
    form.set_treatment(sent_as(model, EditRequest("x", (), model.id, 1, parameters=form.values())))
    labels = form.findChildren(QLabel, "fieldProblem")
    note = next(one for one in labels if "\nFormat: converted." in one.text())
    qtbot.wait_until(lambda: note.height() >= note.heightForWidth(note.width()))


def test_x7_with_type_of_twice_the_size_no_form_is_wider_than_its_dock(qtbot, qapp, dressed):
    large = load_theme(ThemeName.DARK, text_scale=2.0)
    apply_theme(qapp, large)
    form, delivery = ParamForm(large), DeliveryForm(large)
    for one in (form, delivery):
        qtbot.add_widget(one)
        one.resize(344, 900)
        one.show()
    models = load_catalogue().models
    # The widest of each service: what a field needs does not depend on its neighbours.
    widest = {one.provider: one for one in sorted(models, key=lambda one: len(one.settings))}
    wide = {}
    for model in widest.values():
        form.set_model(model)
        delivery.set_choices(offered(model))
        for part in (form, delivery):
            if (needed := part.minimumSizeHint().width()) > 344:
                wide[f"{type(part).__name__} of {model.id}"] = needed
    assert wide == {}
