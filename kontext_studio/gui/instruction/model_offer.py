"""A model as it is offered: which one, over which connection, and how it is called there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kontext_studio.core.models import ModelSpec
from kontext_studio.gui.instruction.price_words import price_words

# What the list says anyway: for what the model is taken, and the service it stands under.
_SAID = re.compile(
    r",? (?:edit|text to image)\b|(?<=\w|\])\sat [A-Z][\w ]*(?:$|(?=,))| \((?:edits|from text)\)$"
)


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """`route` is the name of the connection, empty where there is only one; `served` what one's
    own server calls the model."""

    model: ModelSpec
    route: str = ""
    served: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.route, self.model.id

    @property
    def title(self) -> str:
        return self.served or _SAID.sub("", self.model.title)

    @property
    def price(self) -> str:
        """ "$0.04", "$0.035 per megapixel", "Free"."""
        return price_words(self.model, 1)

    @property
    def about(self) -> str:
        """Price, how many pictures it takes, and its licence, in one line."""
        model = self.model
        words = "1 picture in" if model.max_inputs == 1 else f"up to {model.max_inputs} pictures in"
        if model.max_inputs == 0:
            words = "makes pictures from text"
        unit = "" if model.price.usd in (None, 0) else f" a {model.price.unit}"
        price = self.price if "per" in self.price else f"{self.price}{unit}"
        return " · ".join(part for part in (price, words, model.licence_note) if part)


def find_offer(offers: Iterable[ModelOffer], route: str, model_id: str) -> ModelOffer | None:
    """The offer of that model over that connection."""
    return next((one for one in offers if one.key == (route, model_id)), None)


def nearest_offer(
    offers: Sequence[ModelOffer], route: str, like: ModelSpec | None
) -> ModelOffer | None:
    """What stands in for a model over another connection, or for another purpose: the same one,
    else the same tier, else the first of the connection, else the first there is."""
    there = [one for one in offers if one.route == route] or list(offers)
    if like is not None:
        for fits in (
            lambda one: one.model.id == like.id,
            lambda one: one.model.tier == like.tier and one.model.max_inputs <= 1,
            lambda one: one.model.tier == like.tier,
        ):
            if (found := next(filter(fits, there), None)) is not None:
                return found
    return there[0] if there else None


def sibling_for(offers: Iterable[ModelOffer], now: ModelOffer, pictures: int) -> ModelOffer | None:
    """The model of the same connection that takes so many pictures, of that tier if possible."""
    able = [one for one in offers if one.route == now.route and one.model.max_inputs >= pictures]
    same = [one for one in able if one.model.tier == now.model.tier]
    return next(iter((*same, *able)), None)
