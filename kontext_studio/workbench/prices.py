"""What runs cost by the price list, and what a session has spent: estimates, never bills."""

from __future__ import annotations

from collections.abc import Iterable

from kontext_studio.core.errors import BadRequest, Charged
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.workbench.money import money_words


def price_of_run(spec: ModelSpec, count: int, inputs: tuple[ImageRef, ...]) -> Cost | None:
    """The estimate before a run: a result is taken to be as large as its first input. None where
    the list does not tell."""
    return spec.price.for_run(count, _megapixels(inputs))


def price_of_job(job: JobRecord, catalogue: Catalogue) -> Cost | None:
    """The estimate for a run without a picture; None also where its model is not known any more."""
    try:
        spec = catalogue.find(job.provider, job.request.model)
    except BadRequest:
        return None
    return price_of_run(spec, job.request.count, job.request.inputs)


def is_free(job: JobRecord, catalogue: Catalogue) -> bool:
    """Whether a run costs nothing, wherever it got to: the list says so of its model."""
    cost = price_of_job(job, catalogue)
    return cost is not None and cost.amount == 0


def price_of_result(spec: ModelSpec, images: tuple[ImageRef, ...], missing: int = 0) -> Cost | None:
    """The estimate once the pictures are there, for services that state no price; `missing` were
    sold with them and could not be had."""
    return spec.price.for_run(len(images) + missing, _megapixels(images))


def sum_of(prices: Iterable[Cost | None]) -> Cost | None:
    """Of several runs; None where one is not known, or they are not in one currency."""
    known = tuple(prices)
    currencies = {one.currency if one is not None else "" for one in known}
    if len(currencies) != 1 or "" in currencies:
        return None
    total = round(sum(one.amount for one in known if one is not None), 6)
    return Cost(total, currencies.pop())


def spent_usd(session: Session, jobs: Iterable[JobRecord], catalogue: Catalogue) -> float:
    """US dollars of a session: finished steps, and the estimates of runs that may still cost. What
    a service told in another currency is not among them: nobody here knows what it is worth."""
    total = sum(
        node.result.cost.amount
        for node in session.history
        if node.result is not None
        and node.result.cost is not None
        and node.result.cost.currency == "USD"
    )
    for job in jobs:
        may_cost = job.fault is not None and job.fault.charged is not Charged.NO
        if job.state is JobState.STORED or (job.ended and not may_cost):
            continue
        cost = price_of_job(job, catalogue)
        total += cost.amount if cost else 0.0
    return round(total, 6)


def demand_within_limit(
    cost: Cost | None, spent: float, limit_usd: float, *, runs: int = 1
) -> None:
    """Raise BadRequest where a run, or so many `runs` together, would pass the session's limit; 0
    is no limit."""
    if cost is None or not cost.amount or not limit_usd:
        return
    if spent + cost.amount > limit_usd + 1e-9:
        what, fewer = "This", "fewer variants"
        if runs > 1:
            price = money_words(cost.amount, cost.currency)
            what, fewer = f"These {runs} runs, about {price} together,", "fewer of them"
        raise BadRequest(
            f"{what} would pass this session's limit of ${limit_usd:.2f}.",
            field="cost",
            hint=f"Raise the limit in the settings, or run {fewer}.",
        )


def _megapixels(pictures: tuple[ImageRef, ...]) -> float | None:
    return pictures[0].width * pictures[0].height / 1e6 if pictures else None
