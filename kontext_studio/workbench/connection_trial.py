"""A connection tried before it is relied on, saved or not: stage by stage, without a picture."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from kontext_studio.core.errors import Unauthorized
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.reach import Reach
from kontext_studio.workbench.route_checks import check_route

SIGN_IN = "Sign-in"
KEY = "Key"


async def try_connection(
    connections: Connections, reach: Reach, route: Route, key: Secret | None = None
) -> AsyncGenerator[CheckStep]:
    """Each stage as soon as it is known. `key` is one that was typed and is not kept.

    Raise BadRequest where the parts of the route do not fit together, and what a keychain or an
    engine that does not answer raises; a key that is not there is a stage that does not hold.
    """
    check_route(route)
    try:
        provider = await reach.trial(route, key)
    except Unauthorized as fault:
        yield CheckStep(SIGN_IN, False, fault.message, kind=fault.kind, hint=fault.hint)
        return
    try:
        async with aclosing(provider.check()) as steps:
            async for step in steps:
                yield step
        if route.mode is RouteMode.SERVER_PROXY:
            yield _own_key(connections, route)
    finally:
        await provider.close()


def _own_key(connections: Connections, route: Route) -> CheckStep:
    """Over a proxy no key leaves this computer, whether there is one or not."""
    found = connections.unused_key_variable(route)
    if not found:
        return CheckStep(KEY, True, "No provider key is used by this computer.")
    return CheckStep(
        KEY, True, f"{found} is set on this computer; it is not sent over this connection."
    )
