"""The named connections, and the key that goes with one: from the environment or the keychain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest, StudioError, Unauthorized
from kontext_studio.core.route import EMBEDDED, Access, Route, RouteMode
from kontext_studio.core.secret import Secret

EMBEDDED_ROUTE = Route("Embedded engine", EMBEDDED)

KEY_VARIABLES: Mapping[str, str] = {
    "fal": "FAL_KEY",
    "lumenfall": "LUMENFALL_API_KEY",
    "replicate": "REPLICATE_API_TOKEN",
    "bfl": "BFL_API_KEY",
}
PROVIDERS = (EMBEDDED, "fal")
"""Provider words that this version can reach."""

PROVIDER_TITLES: Mapping[str, str] = {EMBEDDED: "Embedded engine", "fal": "fal.ai"}

KEYRING_SERVICE = "kontext-studio"
KEYRING_LIMIT_S = 5.0


class Connections:
    """The connections kept in one JSON file; no key is ever in it.

    The embedded engine is always there. A provider whose usual variable is set in the environment
    is there too, under the provider's name, without being written down.
    """

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self._own: dict[str, Route] = {}

    def load(self) -> None:
        """Read the file; what cannot be read is left alone and counts as empty. Blocks."""
        try:
            entries = json.loads(self._file.read_text(encoding="utf-8"))
            routes = [Route.from_json(entry) for entry in entries["routes"]]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError):
            bad = self._file.with_suffix(".json.bad")
            if self._file.is_file():
                self._file.replace(bad)
            return
        self._own = {route.name: route for route in routes}

    def save(self) -> None:
        """Write the file whole or not at all. Blocks."""
        from kontext_studio.store.export_file import write_whole

        body = {"version": 1, "routes": [route.to_json() for route in self._own.values()]}
        write_whole(self._file, json.dumps(body, indent=1, ensure_ascii=False).encode())

    def all(self) -> tuple[Route, ...]:
        """The embedded engine first, then those of the environment, then the person's own."""
        named = {EMBEDDED_ROUTE.name: EMBEDDED_ROUTE}
        for provider, variable in KEY_VARIABLES.items():
            if provider in PROVIDERS and self._environment.get(variable):
                title = PROVIDER_TITLES[provider]
                named[title] = Route(title, provider)
        return tuple({**named, **self._own}.values())

    def get(self, name: str) -> Route:
        """Raise BadRequest naming the connections there are. Case does not matter."""
        for route in self.all():
            if route.name.casefold() == name.casefold():
                return route
        if name.casefold() == EMBEDDED:
            return EMBEDDED_ROUTE
        known = ", ".join(route.name for route in self.all())
        raise BadRequest(
            f"There is no connection “{name}”.", field="route", hint=f"There is {known}."
        )

    def add(self, route: Route) -> None:
        """Add or replace one. Raise BadRequest where its parts do not fit together."""
        _check(route)
        self._own[route.name] = route

    def remove(self, name: str) -> None:
        """Raise BadRequest where there is no such connection of the person's own."""
        found = next((one for one in self._own if one.casefold() == name.casefold()), None)
        if found is None:
            raise BadRequest(f"There is no connection “{name}” to remove.", field="route")
        del self._own[found]

    async def access(self, route: Route) -> Access:
        """The route with its key. Raise Unauthorized where a key is needed and none is found."""
        if route.provider == EMBEDDED or route.mode is RouteMode.SERVER_PROXY:
            return Access(route)
        if key := self._from_environment(route):
            return Access(route, Secret(key))
        if key := await _from_keyring(route.name):
            return Access(route, Secret(key))
        if route.mode is RouteMode.GATEWAY:
            return Access(route)
        variable = route.key_env or KEY_VARIABLES.get(route.provider, "")
        raise Unauthorized(
            f"There is no key for {route.name}.",
            hint=f"Set {variable} in the environment, or use a proxy that holds the key.",
        )

    def _from_environment(self, route: Route) -> str:
        if route.key_env:
            return self._environment.get(route.key_env, "")
        # The usual variable goes to the provider's own hosts and nowhere else.
        if route.hosts or route.mode is not RouteMode.DIRECT:
            return ""
        return self._environment.get(KEY_VARIABLES.get(route.provider, ""), "")


def _check(route: Route) -> None:
    if not route.name.strip():
        raise BadRequest("A connection needs a name.", field="name")
    if route.provider not in PROVIDERS:
        offered = ", ".join(PROVIDERS)
        raise BadRequest(
            f"This version does not speak to {route.provider} yet.",
            field="provider",
            hint=f"It speaks to {offered}.",
        )
    if route.mode is not RouteMode.DIRECT and not route.address:
        raise BadRequest(f"A {route.mode.value} connection needs its address.", field="address")
    for url in (route.address, *(host for _, host in route.hosts)):
        if url:
            _check_url(url)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f"“{url}” is not an address.", field="address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadRequest(f"“{url}” is not an http or https address.", field="address")
    if parts.username or parts.password:
        raise BadRequest("An address holds no user name or password here.", field="address")
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise BadRequest(
            f"“{url}” is not encrypted.",
            field="address",
            hint="Use https. Plain http goes to this computer only.",
        )


async def _from_keyring(name: str) -> str:
    def read() -> str:
        import keyring  # late: looking for a backend takes time and may ask the desktop
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(KEYRING_SERVICE, name) or ""
        except KeyringError:
            return ""

    try:
        async with asyncio.timeout(KEYRING_LIMIT_S):
            return await asyncio.to_thread(read)
    except TimeoutError:
        raise StudioError(
            "The system's keychain does not answer.",
            hint="Unlock it, or set the key in the environment.",
        ) from None
