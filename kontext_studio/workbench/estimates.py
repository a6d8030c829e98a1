"""What a service says a run would cost, asked before it is paid: nothing is written or run."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.images import ImageRef
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import Estimates, InputPicture
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.hosted import HostedPictures
from kontext_studio.workbench.pictures import working_bytes
from kontext_studio.workbench.reach import Reach

_DRY_RUN = "dry_run"


def can_estimate(spec: ModelSpec) -> bool:
    """Whether the service of a model answers that."""
    return any(name == _DRY_RUN for name, _ in spec.endpoints)


async def estimate(
    desk: Desk, reach: Reach, route: str, spec: ModelSpec, request: EditRequest
) -> Cost | None:
    """None where the service names no price. Raise StudioError."""
    provider, storage = await _provider(reach, route)
    hosted = HostedPictures(desk, time.time)
    pictures = [await hosted.input(ref, storage) for ref in request.inputs]
    return await provider.estimate(request, spec, tuple(pictures))


async def estimate_of(
    reach: Reach,
    route: str,
    spec: ModelSpec,
    request: EditRequest,
    read: Callable[[ImageRef], Awaitable[bytes]],
) -> Cost | None:
    """The same for pictures that are in no session; `read` gives their bytes."""
    provider, _ = await _provider(reach, route)

    def input_of(ref: ImageRef) -> InputPicture:
        async def load() -> tuple[bytes, str]:
            return await working_bytes(await read(ref))

        return InputPicture(ref, load)

    return await provider.estimate(request, spec, tuple(map(input_of, request.inputs)))


async def _provider(reach: Reach, route: str) -> tuple[Estimates, str]:
    reached = await reach.provider(route)
    if not isinstance(reached.provider, Estimates):
        raise BadRequest("This connection tells no price ahead.", field="cost")
    return reached.provider, reached.storage
