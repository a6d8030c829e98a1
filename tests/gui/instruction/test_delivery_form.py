"""How a run is asked for, shown as far as the service offers it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox

from kontext_studio.core.delivery import FAULTS_ARE_FINAL, Delivery, Priority, Way, offered
from kontext_studio.gui.instruction.delivery_form import DeliveryForm
from kontext_studio.workbench.catalogue import load_catalogue
from tests.gui.driving import part
from tests.gui.shell.accessibility import names_missing, small_targets

CATALOGUE = load_catalogue()
DEV = offered(CATALOGUE.find("fal", "fal-ai/flux-kontext/dev"))
PRO = offered(CATALOGUE.find("fal", "fal-ai/flux-pro/kontext"))
BFL = offered(CATALOGUE.find("bfl", "flux-kontext-pro"))
LUMENFALL = offered(CATALOGUE.find("lumenfall", "flux.1-kontext-pro"))
FULL = Delivery(Way.QUEUE, Priority.LOW, 30.0, 86_400, True, "https://studio.example/told")


@pytest.fixture
def form(qtbot, dressed) -> DeliveryForm:
    made = DeliveryForm(dressed)
    qtbot.add_widget(made)
    made.set_choices(DEV)
    made.resize(344, 400)
    made.show()
    return made


def choose(form: DeliveryForm, way: Way) -> None:
    box = part(form, QComboBox, "delivery_way")
    box.setCurrentIndex(box.findData(way.value))
    box.activated.emit(box.currentIndex())


def shown(form: DeliveryForm) -> set[str]:
    fields = ("priority", "start_timeout_s", "keep_s", "no_store", "webhook")
    kinds = (QComboBox, QSpinBox, QCheckBox, QLineEdit)
    return {
        name
        for name in fields
        for kind in kinds
        if (found := form.findChild(kind, f"delivery_{name}")) is not None and found.isVisible()
    }


def warning(form: DeliveryForm) -> QLabel:
    return part(form, QLabel, "deliveryWarning")


def test_the_usual_delivery_is_no_choice_at_all(form):
    assert form.delivery() == Delivery()
    assert not form.is_changed()
    assert not warning(form).isVisible()


def test_everything_goes_in_and_out_again(form):
    form.set_delivery(FULL)
    assert form.delivery() == FULL


@pytest.mark.parametrize("way", [Way.SYNC, Way.STREAM])
def test_who_leaves_the_queue_is_told_what_a_fault_means(qtbot, form, way):
    with qtbot.wait_signal(form.changed):
        choose(form, way)
    assert form.delivery().way is way
    assert warning(form).isVisible()
    assert warning(form).text() == FAULTS_ARE_FINAL


def test_a_field_is_there_only_where_the_service_has_it(form):
    everything = {"priority", "start_timeout_s", "keep_s", "no_store", "webhook"}
    assert shown(form) == everything
    choose(form, Way.STREAM)
    assert shown(form) == {"keep_s", "no_store"}
    form.set_choices(BFL)
    assert shown(form) == {"webhook"}


def test_what_is_not_offered_is_not_sent_and_comes_back_with_the_service(form):
    form.set_delivery(FULL)
    form.set_choices(BFL)
    assert form.delivery() == Delivery(webhook=FULL.webhook)
    form.set_choices(DEV)
    assert form.delivery() == FULL


def test_a_service_that_always_waits_says_so_as_a_fact(form):
    form.set_choices(LUMENFALL)
    assert not form.findChild(QComboBox, "delivery_way").isVisible()
    fact = form.findChild(QLabel, "deliveryFact")
    assert fact.isVisible()
    assert fact.text() == "Waits for the answer"
    assert warning(form).isVisible()
    assert form.delivery() == Delivery()  # the service settles it


def test_a_way_the_next_model_lacks_falls_back_to_the_queue(form):
    choose(form, Way.STREAM)
    form.set_choices(PRO)
    assert form.way() is Way.QUEUE
    assert form.delivery() == Delivery()


def test_an_address_that_cannot_be_called_is_stopped_at_its_field(qtbot, form):
    line = form.findChild(QLineEdit, "delivery_webhook")
    qtbot.keyClicks(line, "http://here")
    assert form.problem() == "The webhook is not an https address"
    said = [one for one in form.findChildren(QLabel, "fieldProblem") if one.isVisible()]
    assert [one.text() for one in said] == [form.problem()]
    assert form.delivery() == Delivery()


def test_the_time_to_start_is_any_time_until_it_is_set(form):
    spin = form.findChild(QSpinBox, "delivery_start_timeout_s")
    assert spin.text() == "Any time"
    spin.setValue(90)
    assert form.delivery().start_timeout_s == 90


def test_how_long_pictures_are_kept_can_be_what_no_list_has(form):
    form.set_delivery(Delivery(keep_s=7200))
    assert form.delivery().keep_s == 7200


def test_every_field_has_a_name_and_room(qtbot, form):
    assert names_missing(form) == []
    assert small_targets(form) == []
    qtbot.keyClick(form.findChild(QCheckBox, "delivery_no_store"), Qt.Key.Key_Space)
    assert form.delivery().no_store
