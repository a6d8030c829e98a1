"""Providers by connection: made when first needed, one per connection, closed together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.models import Catalogue
from kontext_studio.core.provider import Provider
from kontext_studio.core.route import EMBEDDED, Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.engine_host import EngineHost


@dataclass(frozen=True, slots=True)
class Reached:
    """A provider, and the name of the storage that its hosted pictures live in. `local`: on this
    machine, so that no network is needed."""

    provider: Provider
    storage: str
    local: bool = True


class Reach:
    """Hands out providers. An engine that was started anew gets a provider of its own."""

    def __init__(self, connections: Connections, catalogue: Catalogue) -> None:
        self._connections = connections
        self._catalogue = catalogue
        self._engine = EngineHost()
        self._made: dict[str, tuple[Access, Provider]] = {}
        self._retired: list[Provider] = []
        self._making = asyncio.Lock()

    async def provider(self, route_name: str) -> Reached:
        """Raise BadRequest, Unauthorized or RouteError where the connection cannot be used."""
        route = self._connections.get(route_name)
        async with self._making:
            access = await self._access(route)
            from kontext_studio.providers.registry import make_provider

            known = self._made.get(route.name)
            if known is None or known[0] != access:
                if known is not None:
                    self._retired.append(known[1])  # runs may still be followed over it
                known = (access, make_provider(access, self._catalogue))
                self._made[route.name] = known
        storage = "|".join(
            (access.route.provider, access.route.address, *(url for _, url in access.route.hosts))
        )
        return Reached(known[1], storage, _is_local(access.route))

    async def trial(self, route: Route, key: Secret | None = None) -> Provider:
        """A provider of its own for a route that need not be saved, with a key that need not be
        kept. Who asks closes it. Raise like `provider`."""
        access = await self._access(route, key)
        from kontext_studio.providers.registry import make_provider

        return make_provider(access, self._catalogue)

    async def _access(self, route: Route, key: Secret | None = None) -> Access:
        await asyncio.to_thread(_load)
        if route.provider == EMBEDDED:
            return await self._engine.access(route)
        return await self._connections.access(route, key)

    def holds(self, record: JobRecord) -> bool:
        """Whether a run of the embedded engine lies with the engine that is running now."""
        return record.remote is not None and self._engine.is_at(record.remote.status_url)

    async def warm(self, route_name: str) -> None:
        """Make the provider ahead of its first use; what goes wrong is told at the first use."""
        await self.provider(route_name)

    async def close(self) -> None:
        """Close every connection and stop the engine."""
        made, self._made = self._made, {}
        retired, self._retired = self._retired, []
        for provider in (*(provider for _, provider in made.values()), *retired):
            await provider.close()
        await self._engine.stop()


def _load() -> None:
    """The HTTP library: after the first paint, and never on the thread of the window."""
    from kontext_studio.providers.registry import load_network

    load_network()


def _is_local(route: Route) -> bool:
    urls = [url for url in (route.address, *(url for _, url in route.hosts)) if url]
    own = ("localhost", "127.0.0.1", "::1")
    return route.provider == EMBEDDED or any(urlsplit(url).hostname in own for url in urls)
