"""Cancelling a run: only at an address of the connection, and tried again where nobody answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from kontext_studio.core.errors import BadAnswer, RateLimited, RouteError, ServiceFailed
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import CancelAnswer
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import ResolvedRoute, RouteUnfit

_ATTEMPTS = 3


async def cancel(
    route: ResolvedRoute,
    patience: Patience,
    remote: RemoteHandle,
    once: Callable[[RemoteHandle], Awaitable[CancelAnswer]],
) -> CancelAnswer:
    """What `once` gives, which asks the service a single time. Raise BadAnswer where the run lies
    at an address that the key may not go to, else what stood in the way to the end."""
    if not route.is_own(remote.cancel_url):
        raise BadAnswer(
            "This run lies at an address that is not part of the connection.",
            hint="Nothing was sent there.",
        )
    attempt = 0
    while True:
        attempt += 1
        try:
            return await once(remote)
        except (RouteError, ServiceFailed, RateLimited) as fault:
            if attempt >= _ATTEMPTS or isinstance(fault, RouteUnfit):
                raise
            await patience.sleep(patience.read_wait_s(attempt))
