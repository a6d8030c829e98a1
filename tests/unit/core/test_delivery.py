"""What can be chosen of how a run is asked for, service by service."""

from __future__ import annotations

import pytest

from kontext_studio.core.delivery import Delivery, DeliveryChoices, Priority, Way, offered
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec
from kontext_studio.workbench.catalogue import load_catalogue

CATALOGUE = load_catalogue()
DEV = CATALOGUE.find("fal", "fal-ai/flux-kontext/dev")
PRO = CATALOGUE.find("fal", "fal-ai/flux-pro/kontext")
EMBEDDED = CATALOGUE.find("embedded", "kontext-studio/embedded")
LUMENFALL = CATALOGUE.find("lumenfall", "flux.1-kontext-pro")
REPLICATE = CATALOGUE.find("replicate", "black-forest-labs/flux-kontext-pro")
BFL = CATALOGUE.find("bfl", "flux-kontext-pro")
HOOK = "https://studio.example/told"


def _refused(spec: ModelSpec, delivery: Delivery) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        offered(spec).settled(delivery)
    return caught.value


def test_fal_offers_everything_and_a_stream_where_the_model_has_one() -> None:
    assert offered(DEV).ways == (Way.QUEUE, Way.SYNC, Way.STREAM)
    assert offered(PRO).ways == (Way.QUEUE, Way.SYNC)
    full = Delivery(Way.QUEUE, Priority.LOW, 30, 3600, True, HOOK)
    assert offered(DEV).settled(full) == full


def test_every_model_of_the_catalogue_has_a_way_that_comes_without_asking() -> None:
    for spec in CATALOGUE.models:
        choices = offered(spec)
        assert choices.settled(Delivery()).way is choices.ways[0]


def test_a_service_without_a_queue_always_waits_and_the_record_says_so() -> None:
    choices = offered(LUMENFALL)
    assert choices.always_waits
    assert choices.settled(Delivery()).way is Way.SYNC
    assert choices.settled(Delivery(Way.SYNC)).way is Way.SYNC


@pytest.mark.parametrize(
    ("spec", "delivery", "field"),
    [
        (PRO, Delivery(Way.STREAM), "way"),
        (LUMENFALL, Delivery(Way.STREAM), "way"),
        (LUMENFALL, Delivery(webhook=HOOK), "webhook"),
        (REPLICATE, Delivery(priority=Priority.LOW), "priority"),
        (REPLICATE, Delivery(keep_s=3600), "keep_s"),
        (BFL, Delivery(Way.SYNC), "way"),
        (BFL, Delivery(no_store=True), "no_store"),
        (BFL, Delivery(start_timeout_s=20), "start_timeout_s"),
        (EMBEDDED, Delivery(Way.SYNC), "way"),
        (EMBEDDED, Delivery(webhook=HOOK), "webhook"),
        (DEV, Delivery(Way.STREAM, start_timeout_s=20), "start_timeout_s"),
        (DEV, Delivery(Way.SYNC, webhook=HOOK), "webhook"),
        (DEV, Delivery(Way.SYNC, Priority.LOW), "priority"),
    ],
)
def test_what_a_service_does_not_offer_is_refused_at_its_field(
    spec: ModelSpec, delivery: Delivery, field: str
) -> None:
    refused = _refused(spec, delivery)
    assert refused.field == field
    assert offered(spec).service in refused.message


def test_replicate_and_bfl_take_a_webhook() -> None:
    for spec in (REPLICATE, BFL):
        assert offered(spec).settled(Delivery(webhook=HOOK)).webhook == HOOK


@pytest.mark.parametrize(
    "address",
    ["https://a b/x", "https://a\nb.example/", "https://localhost/x", "https://127.0.0.1/x"],
)
def test_an_address_that_no_service_could_call_is_no_webhook(address: str) -> None:
    with pytest.raises(BadRequest) as caught:
        Delivery(webhook=address)
    assert caught.value.field == "webhook"


def test_a_way_that_is_refused_names_those_that_there_are() -> None:
    assert "queue, sync" in _refused(PRO, Delivery(Way.STREAM)).hint


def test_there_is_nothing_to_choose_of_the_embedded_engine() -> None:
    assert offered(EMBEDDED) == DeliveryChoices("Embedded engine", (Way.QUEUE,))
    assert offered(EMBEDDED).is_empty
    assert not offered(BFL).is_empty


def test_a_live_run_makes_one_picture_and_pictures_inside_are_fals_choice() -> None:
    choices = offered(DEV)
    with pytest.raises(BadRequest) as caught:
        choices.settled(Delivery(Way.STREAM), 2)
    assert caught.value.field == "count"
    assert choices.settled(Delivery(Way.STREAM)).way is Way.STREAM
    for way in choices.ways:
        assert choices.settled(Delivery(way, inline=True)).inline
    assert _refused(EMBEDDED, Delivery(inline=True)).field == "inline"
