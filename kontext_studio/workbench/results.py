"""From a provider's result to the steps it becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.result import Cost, EditResult, ResultFacts
from kontext_studio.core.route import EMBEDDED
from kontext_studio.workbench.pictures import Imported


@dataclass(slots=True)
class Stored:
    """A result about to be stored. `created` is seconds since 1970, `seconds` the run's length."""

    result: EditResult
    created: float
    seconds: float | None


def steps_of(
    job: JobRecord,
    stored: Stored,
    images: tuple[Imported, ...],
    estimate: Cost | None,
    inside: tuple[Imported | str, ...] = (),
    stated: tuple[int, int] | None = None,
) -> tuple[Node, ...]:
    """One step per picture, siblings of one run, in the order in which they came. `estimate` is the
    price of the whole run where the service stated none. `inside` is what each became inside an
    area, where one was set, or why it is kept as it came; `stated` is the size in which the
    catalogue said they would come.

    A step's id is made from its run and its place, so that storing twice cannot make two.
    """
    result = stored.result
    cost = result.cost or estimate
    share = replace(cost, amount=round(cost.amount / len(images), 6)) if cost and images else None
    nodes = []
    pairs = zip(images, result.images, inside or ("",) * len(images), strict=True)
    for number, (image, received, became) in enumerate(pairs, start=1):
        composed = became if isinstance(became, Imported) else None
        notes = composed.notes if composed else _size_notes(job, image, stated)
        if isinstance(became, str) and became:
            notes = (*notes, became)
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
                image=composed.ref if composed else image.ref,
                raw=image.ref if composed else None,
                step=job.step,
                created=stored.created,
                variant=number,
                request=job.request,
                result=facts,
                job=job.id,
                notes=(*image.notes, *notes),
            )
        )
    return tuple(nodes)


def _size_notes(job: JobRecord, image: Imported, stated: tuple[int, int] | None) -> tuple[str, ...]:
    """That a picture came in another size than the one it was made from, or than was stated. The
    embedded engine does that only where it is told to."""
    if job.provider == EMBEDDED:
        return ()
    size = (image.ref.width, image.ref.height)
    words = [f"Came as {size[0]:,} × {size[1]:,} pixels"]
    if job.request.inputs:
        before = job.request.inputs[0]
        if (before.width, before.height) != size:
            words.append(f"the picture before has {before.width:,} × {before.height:,}")
    if stated is not None and stated != size:
        words.append(f"{stated[0]:,} × {stated[1]:,} were stated")
    return ("; ".join(words),) if len(words) > 1 else ()
