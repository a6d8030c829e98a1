"""What a service says a run would cost, asked before it is paid: nothing is written or run."""

from __future__ import annotations

import time

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import Estimates
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.hosted import HostedPictures
from kontext_studio.workbench.reach import Reach

_DRY_RUN = "dry_run"


def can_estimate(spec: ModelSpec) -> bool:
    """Whether the service of a model answers that."""
    return any(name == _DRY_RUN for name, _ in spec.endpoints)


async def estimate(
    desk: Desk, reach: Reach, route: str, spec: ModelSpec, request: EditRequest
) -> Cost | None:
    """None where the service names no price. Raise StudioError."""
    reached = await reach.provider(route)
    if not isinstance(reached.provider, Estimates):
        raise BadRequest("This connection tells no price ahead.", field="cost")
    hosted = HostedPictures(desk, time.time)
    pictures = [await hosted.input(ref, reached.storage) for ref in request.inputs]
    return await reached.provider.estimate(request, spec, tuple(pictures))
