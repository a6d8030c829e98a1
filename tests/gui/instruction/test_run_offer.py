from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core.models import Mode, ModelSpec, Price
from kontext_studio.gui.instruction.price_words import difference_words, price_words
from kontext_studio.gui.instruction.run_offer import RunSituation, offer_for

PRO = ModelSpec(
    id="pro",
    provider="fal",
    protocol="fal",
    tier="pro",
    title="Pro",
    modes=frozenset([Mode.EDIT]),
    parameters=(),
    price=Price(0.04),
)
MAKER = replace(PRO, modes=frozenset([Mode.TEXT_TO_IMAGE]), max_inputs=0)
NOW = RunSituation(text="Remove the pole", model=PRO, has_image=True)


@pytest.mark.parametrize(
    ("now", "words", "price"),
    [
        (NOW, "Run", "$0.04"),
        (replace(NOW, count=4), "Run 4 variants", "$0.16"),
        (replace(NOW, again=True), "Run again", "$0.04"),
        (replace(NOW, anyway=True, again=True), "Run anyway", "$0.04"),
        (replace(NOW, model=MAKER, has_image=False, makes=True), "Generate", "$0.04"),
        (
            replace(NOW, model=MAKER, has_image=False, makes=True, count=2),
            "Generate 2 variants",
            "$0.08",
        ),
    ],
)
def test_the_button_says_what_would_happen_and_for_how_much(now, words, price):
    offer = offer_for(now)
    assert (offer.words, offer.price, offer.reason) == (words, price, "")


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(NOW, has_image=False), "Open an image first"),
        (replace(NOW, text=" \n"), "Write what should change"),
        (replace(NOW, problem="Guidance is 1 to 20"), "Guidance is 1 to 20"),
        (replace(NOW, model=None), "Connect a provider or use the embedded engine"),
        (replace(NOW, blocked="Over your limit of $5.00"), "Over your limit of $5.00"),
        (replace(NOW, model=MAKER, has_image=False, makes=True, text=""), "Write what to make"),
    ],
)
def test_without_a_run_the_reason_stands_in_its_place(now, reason):
    offer = offer_for(now)
    assert (offer.words, offer.reason, offer.price) == (reason, reason, "")


@pytest.mark.parametrize(
    ("price", "count", "megapixels", "words"),
    [
        (Price(0.025), 1, None, "$0.025"),
        (Price(0.025), 4, None, "$0.10"),
        (Price(0), 3, None, "Free"),
        (Price(None), 1, None, "price unknown"),
        (Price(0.035, "megapixel"), 2, 2.0, "$0.14"),
        (Price(0.035, "megapixel"), 1, None, "$0.035 per megapixel"),
    ],
)
def test_no_price_is_invented(price, count, megapixels, words):
    assert price_words(replace(PRO, price=price), count, megapixels) == words


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [(0.04, 0.08, "+$0.08"), (0.04, 0.025, "−$0.03"), (0.04, 0.04, "same price")],
)
def test_another_model_says_what_it_costs_more_for_the_same_run(now, then, words):
    cheap, dear = (replace(PRO, price=replace(PRO.price, usd=usd)) for usd in (now, then))
    assert difference_words(cheap, dear, 2) == words


def test_a_difference_to_an_unknown_price_is_never_invented():
    unknown = replace(PRO, price=replace(PRO.price, usd=None))
    assert difference_words(PRO, unknown, 1) == "price unknown"
    assert difference_words(unknown, PRO, 1) == price_words(PRO, 1)
