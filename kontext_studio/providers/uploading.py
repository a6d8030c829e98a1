"""Bringing a picture to a service, with patience: nothing is bought yet, so every call may be
repeated."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from kontext_studio.core.errors import RateLimited, RouteError, ServiceFailed, Unreachable
from kontext_studio.core.provider import Trouble
from kontext_studio.providers.addresses import AddressRefused
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, Patience
from kontext_studio.providers.routing import RouteUnfit

T = TypeVar("T")

_ATTEMPTS = 5


async def patiently(
    call: Callable[[], Awaitable[T]], patience: Patience
) -> AsyncGenerator[Trouble | T]:
    """Trouble while it does not work, at the end what it gave. Raise what stood in the way to the
    end, and at once what waiting does not mend."""
    attempt = connects = 0
    while True:
        attempt += 1
        try:
            value = await call()
        except (RouteUnfit, AddressRefused):
            raise
        except (RouteError, ServiceFailed, RateLimited) as fault:
            connects += isinstance(fault, Unreachable)
            if attempt >= _ATTEMPTS or connects >= CONNECT_ATTEMPTS:
                raise
            yield Trouble(fault)
            await patience.sleep(patience.read_wait_s(attempt))
        else:
            if attempt > 1:
                yield Trouble(None)
            yield value
            return
