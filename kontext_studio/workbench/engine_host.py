"""The embedded engine's process: started when first needed, known by its origins and token."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret

if TYPE_CHECKING:
    from kontext_studio.server.launch import LocalServer


class EngineHost:
    """At most one engine process at a time; a dead one is replaced at the next need."""

    def __init__(self) -> None:
        self._server: LocalServer | None = None
        self._starting = asyncio.Lock()

    async def access(self, route: Route) -> Access:
        """The route with the running engine's address and token. Raise RouteError."""
        async with self._starting:
            if self._server is None or not self._server.alive:
                await self.stop()  # closes what a dead process left open
                from kontext_studio.server.launch import (
                    launch,
                )  # late: not needed to look at pictures

                self._server = await launch()
            server = self._server
        hosts = tuple(server.origins.items())
        return Access(replace(route, hosts=hosts), Secret(server.token))

    def is_at(self, url: str) -> bool:
        """Whether the running engine serves this address. False where none is running."""
        server = self._server
        if server is None or not server.alive:
            return False
        return any(url.startswith(f"{origin}/") for origin in server.origins.values())

    async def stop(self) -> None:
        """End the process if there is one."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
