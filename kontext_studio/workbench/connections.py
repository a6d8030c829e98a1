"""The named connections, and the key that goes with one: from the environment or the keychain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest, Unauthorized
from kontext_studio.core.redaction import redact
from kontext_studio.core.route import EMBEDDED, Access, Route, RouteMode, split_password
from kontext_studio.core.secret import Secret
from kontext_studio.workbench import keychain
from kontext_studio.workbench.routes_file import (
    PROXY_PASSWORD_VARIABLE,
    PROXY_SERVICE,
    load_routes,
    save_routes,
)

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
FROM_ENVIRONMENT = "env:"
"""Begins a header's value that is the name of a variable of the environment."""

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


class Connections:
    """The connections kept in one JSON file; no key and no password is ever in it.

    The embedded engine is always there. A provider whose usual variable is set in the environment
    is there too, under the provider's name, without being written down. `notice` is what the
    person has to be told once after loading; empty where all was well.
    """

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file = file
        self._environment = environment
        self._own: dict[str, Route] = {}
        self._passwords: dict[str, Secret] = {}
        self.notice = ""

    def load(self) -> None:
        """Read the file. What cannot be read of it is put aside; a password that an older version
        wrote down moves to the keychain. Blocks."""
        loaded = load_routes(self._file)
        self._own = {route.name: route for route in loaded.routes}
        self._passwords = dict(loaded.passwords)
        self.notice = loaded.notice

    def save(self) -> None:
        """Write the file whole or not at all. Blocks."""
        save_routes(self._file, self._own.values())

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
        """The route with its key and its proxy's password. Raise Unauthorized where a key is
        needed and none is found."""
        if route.provider == EMBEDDED:
            return Access(route)
        key, password = await self._key(route), await self._proxy_password(route)
        return Access(self._with_headers(route), key, password)

    async def keep_proxy_password(self, route: Route, password: Secret) -> bool:
        """Use the password for this run of the program, and put it in the system's keychain.
        False where there is no keychain. Raise StudioError where it does not answer."""
        account = route.proxy_account
        self._passwords[account] = password
        return await asyncio.to_thread(keychain.keep_password, PROXY_SERVICE, account, password)

    async def _key(self, route: Route) -> Secret | None:
        if route.mode is RouteMode.SERVER_PROXY:
            return None
        if key := self._from_environment(route):
            return Secret(key)
        if kept := await asyncio.to_thread(keychain.read_password, KEYRING_SERVICE, route.name):
            return kept
        if route.mode is RouteMode.GATEWAY:
            return None
        variable = route.key_env or KEY_VARIABLES.get(route.provider, "")
        raise Unauthorized(
            f"There is no key for {route.name}.",
            hint=f"Set {variable} in the environment, or use a proxy that holds the key.",
        )

    async def _proxy_password(self, route: Route) -> Secret | None:
        account = route.proxy_account
        if not account:
            return None
        if given := self._environment.get(PROXY_PASSWORD_VARIABLE):
            return Secret(given)
        if account not in self._passwords:
            kept = await asyncio.to_thread(keychain.read_password, PROXY_SERVICE, account)
            if kept is None:
                return None
            self._passwords[account] = kept
        return self._passwords[account]

    def _with_headers(self, route: Route) -> Route:
        """The route with the headers that are named by a variable. Raise Unauthorized."""
        headers = []
        for name, value in route.headers:
            variable = value.removeprefix(FROM_ENVIRONMENT)
            if variable != value:
                value = self._environment.get(variable, "")
                if not value:
                    raise Unauthorized(
                        f"{route.name} takes its {name} from the variable {variable}, which is "
                        "not set.",
                        hint=f"Set {variable} in the environment.",
                    )
            headers.append((name, value))
        return replace(route, headers=tuple(headers))

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
    if route.network_proxy:
        _check_proxy(route.network_proxy)
    for url in (route.address, *(host for _, host in route.hosts)):
        if url:
            _check_url(url)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f"“{redact(url)}” is not an address.", field="address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadRequest(f"“{redact(url)}” is not an http or https address.", field="address")
    if parts.username or parts.password:
        raise BadRequest("An address holds no user name or password here.", field="address")
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise BadRequest(
            f"“{redact(url)}” is not encrypted.",
            field="address",
            hint="Use https. Plain http goes to this computer only.",
        )


def _check_proxy(address: str) -> None:
    if split_password(address)[1]:
        raise BadRequest(
            "A network proxy's password is not kept with the connection.", field="network_proxy"
        )
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in PROXY_SCHEMES or parts.path.strip("/") or parts.query:
        raise BadRequest(
            "That is not the address of a network proxy.",  # not repeated: a password may be in it
            field="network_proxy",
            hint="It looks like http://proxy.example:3128 or socks5://127.0.0.1:1080.",
        )
