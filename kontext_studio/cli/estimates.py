"""What a run would cost: asked of the service where it tells without a charge, else by the price
list. Nothing is made and no session is touched."""

from __future__ import annotations

from kontext_studio.cli.edit_plan import Plan, demand_possible
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.result import Cost
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.money import money_words
from kontext_studio.workbench.prices import price_of_run


async def say_estimate(bench: Workbench, plan: Plan, as_json: bool) -> None:
    """The price of the first run of a plan. Raise BadInput where it cannot be carried out."""
    possible = await demand_possible(bench, plan)
    request = possible.request
    cost = price_of_run(possible.spec, request.count, request.inputs)
    if as_json:
        print_json(
            {
                "model": possible.spec.id,
                "provider": possible.spec.provider,
                "count": request.count,
                "cost": cost.to_json() if cost else None,
                "source": "price list",
            }
        )
        return
    write_line(_words(cost))


def _words(cost: Cost | None) -> str:
    if cost is None:
        return "The price list does not say what it costs."
    if not cost.amount:
        return "It is free."
    return f"About {money_words(cost.amount, cost.currency)} by the price list."
