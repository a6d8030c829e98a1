"""Which models can be chosen: those of every connection, for the purpose at hand."""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import Catalogue
from kontext_studio.core.route import Route
from kontext_studio.gui.instruction.model_offer import ModelOffer, find_offer, nearest_offer
from kontext_studio.workbench.bench import Workbench


def offers_of(bench: Workbench, *, making: bool) -> tuple[ModelOffer, ...]:
    """Every model that edits pictures, or makes them from text, by connection."""
    return tuple(
        offer
        for route in bench.connections.all()
        for offer in _offers_over(route, bench.catalogue, making=making)
    )


def resolved(bench: Workbench, draft: Draft, offers: tuple[ModelOffer, ...]) -> Draft:
    """The draft with a model of the connection that is used now: what a run costs, and where it
    goes, is never a matter of what was chosen long ago."""
    now = chosen_route(bench)
    route = now.name if now is not None else ""
    known = find_offer(offers, draft.route or route, draft.model)
    if known is not None and known.route == route:
        return replace(draft, route=route)
    like = known.model if known is not None else None
    nearest = nearest_offer(offers, route, like)
    return replace(draft, route=nearest.route, model=nearest.model.id) if nearest else draft


def chosen_route(bench: Workbench) -> Route | None:
    """The connection that is used now; None where it is gone."""
    try:
        return bench.connections.get(bench.route_name)
    except BadRequest:
        return None


def _offers_over(route: Route, catalogue: Catalogue, *, making: bool) -> tuple[ModelOffer, ...]:
    return tuple(
        ModelOffer(one, route.name, served=route.model)
        for one in catalogue.of_provider(route.provider)
        if (one.generates if making else one.edits)
    )
