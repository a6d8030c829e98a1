"""What a run is counted as: the list price of the catalogue, in millionths of a US dollar.

Where the catalogue knows no price the operator's own is taken, or the most that one picture is
ever counted as; nothing is free because it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kontext_studio.resources import read_json


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices of one upstream for one picture, by model; "*" stands for every other model."""

    usd: Mapping[str, float]
    unknown_usd: float

    def micros(self, model: str, count: int) -> int:
        price = self.usd.get(model, self.usd.get("*", self.unknown_usd))
        return round(price * 1_000_000) * count


def catalogue_prices(provider: str, megapixels: float) -> dict[str, float | None]:
    """Every name of every model of a provider, with the price of a picture of this size; None
    where the list does not tell it."""
    return {
        name: _usd(entry, megapixels)
        for entry in _entries()
        if entry.get("provider") == provider and entry.get("id") != "*"
        for name in _names(entry)
    }


def _entries() -> Iterator[Mapping[str, object]]:
    data = read_json("models.json")
    models = data.get("models") if isinstance(data, dict) else None
    for entry in models if isinstance(models, list) else ():
        if isinstance(entry, dict):
            yield entry


def _names(entry: Mapping[str, object]) -> Iterator[str]:
    yield str(entry["id"])
    for field in ("aliases", "forced_provider_ids"):
        others = entry.get(field)
        if isinstance(others, list | dict):
            yield from (str(one) for one in others)


def _usd(entry: Mapping[str, object], megapixels: float) -> float | None:
    price = entry.get("price")
    usd = price.get("usd") if isinstance(price, dict) else None
    if not isinstance(price, dict) or not isinstance(usd, int | float):
        return None
    match price.get("unit"):
        case "image":
            return float(usd)
        case "megapixel":
            return float(usd) * max(1.0, megapixels)
    return None
