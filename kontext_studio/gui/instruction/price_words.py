"""Prices in words: never an invented one, never "$0" for one that is not known."""

from __future__ import annotations

from kontext_studio.core.models import ModelSpec


def price_words(model: ModelSpec, count: int, megapixels: float | None = None) -> str:
    """ "$0.16", "Free", or "price unknown"."""
    cost = model.price.for_run(count, megapixels)
    if cost is None:
        if model.price.usd is not None and model.price.unit == "megapixel":
            return f"${_amount(model.price.usd * count)} per megapixel"
        return "price unknown"
    if cost.amount == 0:
        return "Free"
    return f"${_amount(cost.amount)}"


def _amount(dollars: float) -> str:
    """Two places, or three where a third one counts: 0.04, 0.16, 0.025."""
    rounded = round(dollars, 3)
    return f"{rounded:.3f}" if round(rounded * 1000) % 10 else f"{rounded:.2f}"
