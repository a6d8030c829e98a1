"""The box of models: every connection's, grouped, each with its price."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from kontext_studio.core.delivery import FAULTS_ARE_FINAL
from kontext_studio.gui.instruction.model_box import PRICE_ROLE
from kontext_studio.gui.instruction.model_offer import (
    ModelOffer,
    find_offer,
    nearest_offer,
    sibling_for,
)
from kontext_studio.gui.instruction.model_row import ModelRow
from kontext_studio.gui.instruction.price_words import faults_words
from kontext_studio.workbench.catalogue import load_catalogue

CATALOGUE = load_catalogue()
FAL = [ModelOffer(one, "fal.ai") for one in CATALOGUE.of_provider("fal") if one.edits]
BFL = [ModelOffer(one, "Black Forest Labs") for one in CATALOGUE.of_provider("bfl") if one.edits]
ALL = [*FAL, *BFL]


def offer(route: str, model_id: str) -> ModelOffer:
    found = find_offer(ALL, route, model_id)
    assert found is not None
    return found


@pytest.fixture
def row(qtbot, dressed) -> ModelRow:
    made = ModelRow(dressed)
    qtbot.add_widget(made)
    return made


def lines(row: ModelRow) -> list[tuple[str, str, bool]]:
    rows = row._box.model()
    found = (rows.index(place, 0) for place in range(rows.rowCount()))
    return [
        (one.data(), one.data(PRICE_ROLE) or "", bool(one.flags() & Qt.ItemFlag.ItemIsSelectable))
        for one in found
    ]


def test_models_stand_under_their_connection_with_their_price(row):
    row.set_offers(ALL, "fal.ai", "fal-ai/flux-pro/kontext")
    shown = lines(row)
    assert shown[0] == ("fal.ai", "", False)
    assert ("FLUX.1 Kontext [pro]", "$0.04", True) in shown
    assert ("FLUX.1 Kontext [dev] with LoRAs", "$0.035 per megapixel", True) in shown
    assert [name for name, _, can in shown if not can] == ["fal.ai", "Black Forest Labs"]


def test_one_connection_needs_no_headings(row):
    row.set_offers(FAL, "fal.ai", "fal-ai/flux-pro/kontext")
    assert all(can for _, _, can in lines(row))


def test_a_heading_is_never_what_is_chosen(row):
    row.set_offers(ALL, "Black Forest Labs", "flux-kontext-max")
    assert row.offer() == offer("Black Forest Labs", "flux-kontext-max")
    row.set_model("", "nothing of the kind")
    assert row.offer() is not None


def test_a_person_chooses_a_model_of_another_connection(qtbot, row):
    row.set_offers(ALL, "fal.ai", "fal-ai/flux-pro/kontext")
    place = next(n for n, line in enumerate(lines(row)) if line[0] == "Black Forest Labs") + 1
    with qtbot.wait_signal(row.model_chosen) as told:
        row._box.setCurrentIndex(place)
        row._box.activated.emit(place)
    assert told.args[0] == row.offer() == offer("Black Forest Labs", "flux-kontext-pro")
    assert "up to 4 pictures in" in row._box.toolTip()


def test_the_same_offers_again_leave_the_box_alone(row):
    row.set_offers(ALL, "fal.ai", "fal-ai/flux-pro/kontext/max")
    built: list[object] = []
    row._box.model().rowsInserted.connect(lambda *_: built.append(1))
    row.set_offers(list(ALL), "fal.ai", "fal-ai/flux-pro/kontext/max")
    assert built == []
    row.set_offers(FAL, "fal.ai", "fal-ai/flux-pro/kontext/max")
    assert built != []


def test_another_connection_begins_with_the_same_tier():
    pro = offer("fal.ai", "fal-ai/flux-pro/kontext/max").model
    nearest = nearest_offer(ALL, "Black Forest Labs", pro)
    assert nearest == offer("Black Forest Labs", "flux-kontext-max")
    assert nearest_offer(ALL, "fal.ai", None) == FAL[0]
    assert nearest_offer((), "fal.ai", pro) is None


def test_the_sibling_for_more_pictures_is_of_the_same_tier():
    now = offer("fal.ai", "fal-ai/flux-pro/kontext/max")
    able = sibling_for(ALL, now, 3)
    assert able is not None
    assert able.model.id == "fal-ai/flux-pro/kontext/max/multi"
    assert sibling_for(ALL, now, 5) is None


def test_what_ones_own_server_calls_it_is_its_name():
    assert ModelOffer(FAL[0].model, "mine", served="kontext-dev-fp8").title == "kontext-dev-fp8"
    titles = [one.title for one in ALL]
    assert not any(" edit" in title or " at Black" in title for title in titles)


def test_a_name_leaves_out_the_family_before_it_is_cut(row):
    row.set_offers(FAL, "fal.ai", "fal-ai/flux-pro/kontext")
    box = row._box
    whole = box.fontMetrics().horizontalAdvance("FLUX.1 Kontext [pro]")
    assert box._fitting(whole + 1) == "FLUX.1 Kontext [pro]"
    assert box._fitting(whole - 1) == "Kontext [pro]"
    box.setItemText(box.currentIndex(), "black-forest-labs/FLUX.1-Kontext-dev")
    assert box._fitting(whole).startswith("FLUX.1-Kontext")
    box.setItemText(box.currentIndex(), "FLUX.1 Kontext [pro]")
    cut = box._fitting(whole // 2)
    assert cut.startswith("Kontext")
    assert cut.endswith("…")


def test_what_costs_nothing_is_not_said_to_be_charged():
    paid, free = (CATALOGUE.find(*one) for one in (("bfl", "flux-kontext-pro"), ("vllm-omni", "*")))
    assert faults_words(paid) == faults_words(None) == FAULTS_ARE_FINAL
    assert "charged" in FAULTS_ARE_FINAL
    assert faults_words(free) == "If the connection breaks, nobody knows the outcome."


def test_a_name_does_not_repeat_its_heading_or_what_it_is_taken_for():
    alone = [
        ModelOffer(one, "Lumenfall").title
        for one in CATALOGUE.of_provider("lumenfall")
        if one.edits and "alone" in one.title
    ]
    assert "FLUX.1 Kontext [dev], by fal.ai alone" in alone
    assert len(set(alone)) == len(alone)
