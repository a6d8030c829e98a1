"""What a run would cost, what becomes of its settings, and what an account holds: asked of the
service where it tells without a charge, else by the price list. Nothing is made and no session is
touched."""

from __future__ import annotations

from contextlib import suppress

import typer

from kontext_studio.cli.edit_plan import Plan, Possible, demand_possible
from kontext_studio.cli.reporting import JSON_OPTION
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadRequest, NotAsked
from kontext_studio.core.handling import Treatment
from kontext_studio.core.images import ImageRef
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.provider import TellsBalance
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.core.services import title_of
from kontext_studio.core.sizes import expected_size
from kontext_studio.core.treatment import SentParam, sent_as
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.estimates import can_estimate, estimate_of
from kontext_studio.workbench.money import money_words
from kontext_studio.workbench.prices import price_of_run


def register(app: typer.Typer) -> None:
    @app.command()
    def balance(
        route: str = typer.Option(..., "--route", help="Connection by name; see “routes list”."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """What is left in the account of a connection, where its service tells."""

        async def work(bench: Workbench) -> None:
            found = bench.connections.get(route)
            reached = await bench.reach.provider(found.name)
            if not isinstance(reached.provider, TellsBalance):
                raise BadRequest(
                    f"{title_of(found.provider)} does not tell what is left.", field="route"
                )
            left = await reached.provider.balance()
            if as_json:
                shown = left.to_json() if left is not None else None
                print_json({"route": found.name, "bounded": left is not None, "balance": shown})
            elif left is None:
                write_line("The account has no bound.")
            else:
                write_line(f"{money_words(left.amount, left.currency)} left.")

        run(work, as_json=as_json)


async def say_estimate(bench: Workbench, plan: Plan, as_json: bool) -> None:
    """The price of the first run of a plan and of all together, how large its result will be, and
    every setting that does not arrive at the model as it was chosen. Raise BadInput where it cannot
    be carried out."""
    possible = await demand_possible(bench, plan)
    spec, request = possible.spec, possible.request
    cost, asked = price_of_run(spec, request.count, request.inputs), False
    if can_estimate(spec):
        with suppress(NotAsked):
            cost, asked = await _asked(bench, plan, possible), True
    sent = _settings(spec, request, seeded=plan.seed is not None)
    runs = len(plan.instructions)
    size = expected_size(spec, request, bench.session.history if bench.is_open else ())
    if as_json:
        print_json(
            {
                "model": spec.id,
                "provider": spec.provider,
                "count": request.count,
                "cost": cost.to_json() if cost else None,
                "source": "service" if asked else "price list",
                "runs": runs,
                "whole_cost": possible.whole_price.to_json() if possible.whole_price else None,
                "size": size.to_json(),
                "sent": [*map(_shown, sent)],
            }
        )
        return
    write_line(_words(cost, title_of(spec.provider) if asked else ""))
    if runs > 1:
        write_line(f"All {runs} runs: {_words(possible.whole_price, '')}")
    write_line(f"{size.words}.")
    for one in sent:
        if one.treatment is not Treatment.PASSED or one.note:
            write_line(f"  {_told(one)}")


def _settings(spec: ModelSpec, request: EditRequest, *, seeded: bool) -> list[SentParam]:
    """All but the words, what the program itself says, and a seed that nobody chose."""
    hidden = {"" if seeded else "seed"}
    for one in spec.parameters:
        if one.role in (ParamRole.INSTRUCTION, ParamRole.INTERNAL):
            hidden.add(one.name)
    return [one for one in sent_as(spec, request) if one.name not in hidden]


def _told(one: SentParam) -> str:
    words = f"{one.name} {one.value}: {one.treatment.value}"
    if one.treatment is not Treatment.LEFT_OUT and one.wire_value != one.value:
        words += f" to {one.wire_value}"
    return f"{words}. {one.note}".rstrip()


def _shown(one: SentParam) -> dict[str, object]:
    return {
        "name": one.name,
        "value": one.value,
        "treatment": one.treatment.value,
        "sent": one.wire_value,
        "note": one.note,
    }


async def _asked(bench: Workbench, plan: Plan, possible: Possible) -> Cost | None:
    new = {one.picture.ref: one.picture.data for one in possible.originals}

    async def read(ref: ImageRef) -> bytes:
        return new[ref] if ref in new else await bench.picture(ref)

    route = bench.connections.get(plan.route or bench.route_name).name
    return await estimate_of(bench.reach, route, possible.spec, possible.request, read)


def _words(cost: Cost | None, service: str) -> str:
    if cost is None:
        return f"{service or 'The price list'} does not say what it costs."
    if not cost.amount:
        return "It is free."
    price = money_words(cost.amount, cost.currency)
    return f"{price}, says {service}." if service else f"About {price} by the price list."
