"""From a provider's result to the steps it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.result import Cost, EditResult, ResultFacts
from kontext_studio.workbench.pictures import Imported


@dataclass(slots=True)
class Stored:
    """A result about to be stored. `created` is seconds since 1970, `seconds` the run's length."""

    result: EditResult
    created: float
    seconds: float | None


def steps_of(
    job: JobRecord, stored: Stored, images: tuple[Imported, ...], estimate: Cost | None
) -> tuple[Node, ...]:
    """One step per picture, siblings of one run, in the order in which they came. `estimate` is the
    price of the whole run where the service stated none.

    A step's id is made from its run and its place, so that storing twice cannot make two.
    """
    result = stored.result
    cost = result.cost or estimate
    share = replace(cost, amount=round(cost.amount / len(images), 6)) if cost and images else None
    nodes = []
    for number, (image, received) in enumerate(zip(images, result.images, strict=True), start=1):
        facts = ResultFacts(
            provider=job.provider,
            route=job.route,
            seed=received.seed if received.seed is not None else result.seed,
            prompt=result.prompt,
            flagged=received.flagged,
            seconds=round(stored.seconds, 3) if stored.seconds is not None else None,
            timings=result.timings,
            remote_id=job.remote.request_id if job.remote else "",
            cost=share,
            notes=result.notes,
        )
        nodes.append(
            Node(
                id=NodeId(f"{job.id}-{number}"),
                parents=job.parents,
                kind=NodeKind.EDIT if job.parents else NodeKind.GENERATE,
                image=image.ref,
                step=job.step,
                created=stored.created,
                variant=number,
                request=job.request,
                result=facts,
                job=job.id,
                notes=image.notes,
            )
        )
    return tuple(nodes)
