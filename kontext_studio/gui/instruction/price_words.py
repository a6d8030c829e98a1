"""Prices in words: never an invented one, never "$0" for one that is not known."""

from __future__ import annotations

from kontext_studio.core.delivery import FAULTS_ARE_FINAL
from kontext_studio.core.models import ModelSpec

_LEAST = 0.0005
_FREE_FAULTS = "If the connection breaks, nobody knows the outcome."


def price_words(model: ModelSpec, count: int, megapixels: float | None = None) -> str:
    """ "$0.16", "Free", or "price unknown"."""
    cost = model.price.for_run(count, megapixels)
    if cost is None and model.price.usd is not None and model.price.unit == "megapixel":
        return f"${_amount(model.price.usd * count)} per megapixel"
    return sum_words(cost.amount if cost is not None else None)


def sum_words(dollars: float | None) -> str:
    """A sum by the list; None where the list does not tell it."""
    if dollars is None:
        return "price unknown"
    return f"${_amount(dollars)}" if dollars else "Free"


def difference_words(
    now: ModelSpec, then: ModelSpec, count: int, megapixels: float | None = None
) -> str:
    """What another model costs more for the same run: "+$0.04", "−$0.02", "same price"."""
    costs = [one.price.for_run(count, megapixels) for one in (now, then)]
    amounts = [cost.amount for cost in costs if cost is not None and cost.amount is not None]
    if len(amounts) < 2:
        return price_words(then, count, megapixels)
    more = amounts[1] - amounts[0]
    if abs(more) < _LEAST:
        return "same price"
    return f"{'+' if more > 0 else '−'}${_amount(abs(more))}"


def faults_words(model: ModelSpec | None) -> str:
    """What a broken connection means where it is all there is of a run."""
    free = model is not None and model.price.usd == 0
    return _FREE_FAULTS if free else FAULTS_ARE_FINAL


def _amount(dollars: float) -> str:
    """Two places, or three where a third one counts: 0.04, 0.16, 0.025."""
    rounded = round(dollars, 3)
    return f"{rounded:.3f}" if round(rounded * 1000) % 10 else f"{rounded:.2f}"
