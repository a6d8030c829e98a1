"""The named connections, and the key that goes with one: from the environment or the keychain."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kontext_studio.core.errors import BadRequest, Unauthorized
from kontext_studio.core.route import EMBEDDED, Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import SERVICES, service_info
from kontext_studio.providers.registry import built_words
from kontext_studio.workbench import keychain
from kontext_studio.workbench.keys import (
    KeyPlace,
    KeyStore,
    account_of,
    demand_private,
    demand_takes_key,
    is_usual,
    needs_key,
    no_key,
)
from kontext_studio.workbench.route_checks import check_route, elsewhere, kept_headers
from kontext_studio.workbench.routes_file import (
    PROXY_PASSWORD_VARIABLE,
    PROXY_SERVICE,
    load_routes,
    update_routes,
)

EMBEDDED_ROUTE = Route("Embedded engine", EMBEDDED)

PROVIDERS = built_words()
"""Provider words that this version can reach."""


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
        self._changes: dict[str, Route | None] = {}
        self._moves: list[tuple[Route, Route | None]] = []
        self._passwords: dict[str, Secret] = {}
        self._keys = KeyStore()
        self.notice = ""

    def load(self) -> None:
        """Read the file. What cannot be read of it is put aside; a password that an older version
        wrote down moves to the keychain. Blocks."""
        loaded = load_routes(self._file)
        self._own = {route.name: route for route in loaded.routes}
        self._changes.clear()
        self._moves.clear()
        self._passwords = dict(loaded.passwords)
        self.notice = loaded.notice

    def save(self) -> None:
        """Write what was changed, whole or not at all; what another process has written meanwhile
        is kept. Keys of connections that are gone or lead elsewhere are forgotten, those of renamed
        ones move. Blocks; raise BadInput or DiskFull."""
        changes, self._changes = self._changes, {}
        try:
            routes = update_routes(self._file, changes)
        except BaseException:
            self._changes = {**changes, **self._changes}
            raise
        self._own = {route.name: route for route in routes}
        moves, self._moves = self._moves, []
        for before, after in moves:
            self._keys.move(before, after, kept_headers(before))

    def all(self) -> tuple[Route, ...]:
        """The embedded engine first, then those of the environment, then the person's own."""
        named = {EMBEDDED_ROUTE.name: EMBEDDED_ROUTE}
        for info in SERVICES:
            if info.word in PROVIDERS and self._environment.get(info.key_variable):
                named[info.title] = Route(info.title, info.word)
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

    def is_own(self, name: str) -> bool:
        """Whether it is written down, and can be removed."""
        return any(one.casefold() == name.casefold() for one in self._own)

    def add(self, route: Route) -> None:
        """Add or replace one. Raise BadRequest where its parts do not fit together."""
        check_route(route)
        if self.is_own(route.name):
            self.rename(route.name, route)
        else:
            self._own[route.name] = self._changes[route.name] = route

    def remove(self, name: str) -> None:
        """Raise BadRequest where there is no such connection of the person's own."""
        before = self._own.pop(self._own_name(name))
        self._moves.append((before, None))
        self._changes[before.name] = None

    def rename(self, old: str, new: Route) -> None:
        """Put `new` in the place of the connection `old`, whose key follows it to another name, not
        to other addresses. Raise BadRequest, also where the new name is taken."""
        check_route(new)
        name = self._own_name(old)
        taken = next((one for one in self._own if one.casefold() == new.name.casefold()), name)
        if taken != name:
            raise BadRequest(f"There is a connection “{taken}” already.", field="name")
        before = self._own[name]
        self._own = {
            new.name if one == name else one: new if one == name else route
            for one, route in self._own.items()
        }
        self._moves.append((before, new))
        if name != new.name:
            self._changes[name] = None
        self._changes[new.name] = new

    def _own_name(self, name: str) -> str:
        found = next((one for one in self._own if one.casefold() == name.casefold()), None)
        if found is None:
            raise BadRequest(f"There is no connection “{name}” of your own.", field="route")
        return found

    # Keys.

    async def access(self, route: Route, key: Secret | None = None) -> Access:
        """The route with its key and its proxy's password; `key` is one that was typed and is not
        kept yet. Raise Unauthorized where a key is needed and none is found."""
        if route.provider == EMBEDDED:
            return Access(route)
        headers = await self._headers(route, key)
        if route.mode is RouteMode.SERVER_PROXY:
            key = None
        elif key is None:
            key = await self._key(route)
        return Access(replace(route, headers=headers), key, await self._proxy_password(route))

    async def key_place(self, route: Route) -> KeyPlace:
        """Where the provider's key is. Raise StudioError where the keychain does not answer."""
        if route.provider == EMBEDDED:
            return KeyPlace.NOT_NEEDED
        if route.mode is RouteMode.SERVER_PROXY:
            return KeyPlace.PROXY
        if self._keys.this_run(account_of(route)):
            return KeyPlace.THIS_RUN
        if self._from_environment(route):
            return KeyPlace.ENVIRONMENT
        if await asyncio.to_thread(self._keys.kept, route):
            return KeyPlace.KEYRING
        if route.key_env or needs_key(route):
            return KeyPlace.NONE
        return KeyPlace.NOT_NEEDED

    async def keep_key(self, route: Route, key: Secret, *, this_run_only: bool = False) -> KeyPlace:
        """Keep a key for this route as it is now; where it ends: KEYRING, or THIS_RUN where that is
        asked or there is no keychain, which the caller has to say. A variable of the environment
        is used before a key in the keychain. Raise BadRequest, StudioError."""
        demand_takes_key(route)
        _demand_sendable(key)
        return await asyncio.to_thread(
            self._keys.keep, account_of(route), key, this_run_only=this_run_only
        )

    async def forget_key(self, route: Route) -> None:
        """From the keychain and from this run; a variable of the environment stays."""
        accounts = [account_of(route), *([route.name] if is_usual(route) else [])]
        await asyncio.to_thread(self._keys.forget, *accounts)

    async def has_keyring(self) -> bool:
        """Whether keys can be kept safely on this computer. Never raises."""
        return await asyncio.to_thread(keychain.is_there)

    async def keep_header(
        self, route: Route, name: str, value: Secret, *, this_run_only: bool = False
    ) -> KeyPlace:
        """The same for a header of the route that is kept in the keychain: a proxy's sign-in."""
        if name not in kept_headers(route):
            raise BadRequest(f"{name} is not kept in the keychain.", field="headers")
        demand_private(route)
        _demand_sendable(value)
        return await asyncio.to_thread(
            self._keys.keep, account_of(route, name), value, this_run_only=this_run_only
        )

    async def header_place(self, route: Route, name: str) -> KeyPlace:
        """Where the value of one of the route's headers is. Raise StudioError."""
        value = next((value for one, value in route.headers if one == name), "")
        found = elsewhere(value)
        if found is None:
            return KeyPlace.NOT_NEEDED
        if found["variable"]:
            there = self._environment.get(found["variable"])
            return KeyPlace.ENVIRONMENT if there else KeyPlace.NONE
        if self._keys.this_run(account_of(route, name)):
            return KeyPlace.THIS_RUN
        kept = await asyncio.to_thread(self._keys.kept, route, name)
        return KeyPlace.KEYRING if kept else KeyPlace.NONE

    async def forget_header(self, route: Route, name: str) -> None:
        """Take a header's value out of the keychain and of this run."""
        await asyncio.to_thread(self._keys.forget, account_of(route, name))

    async def keep_proxy_password(self, route: Route, password: Secret) -> bool:
        """Use the password for this run of the program, and put it in the system's keychain.
        False where there is no keychain. Raise StudioError where it does not answer."""
        account = route.proxy_account
        self._passwords[account] = password
        return await asyncio.to_thread(keychain.keep_password, PROXY_SERVICE, account, password)

    def key_variable(self, route: Route) -> str:
        """The variable of the environment in which this route's key would be; may be empty."""
        if route.key_env:
            return route.key_env
        info = service_info(route.provider)
        return info.key_variable if info is not None and is_usual(route) else ""

    def unused_key_variable(self, route: Route) -> str:
        """The provider's usual variable, where it is set though this route never uses it."""
        info = service_info(route.provider)
        usual = info.key_variable if info is not None else ""
        unused = usual != self.key_variable(route) or route.mode is RouteMode.SERVER_PROXY
        return usual if unused and self._environment.get(usual) else ""

    async def _key(self, route: Route) -> Secret | None:
        if held := self._keys.this_run(account_of(route)):
            return held
        if key := self._from_environment(route):
            return Secret(key)
        if kept := await asyncio.to_thread(self._keys.kept, route):
            return kept
        if not route.key_env and not needs_key(route):
            return None
        raise no_key(route, self.key_variable(route))

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

    async def _headers(self, route: Route, typed: Secret | None) -> tuple[tuple[str, str], ...]:
        """The headers with the values that are kept elsewhere. Raise Unauthorized.

        Over a server proxy a typed key can only be the proxy's own sign-in.
        """
        headers = []
        for name, value in route.headers:
            if (found := elsewhere(value)) is not None:
                if variable := found["variable"]:
                    text = self._environment.get(variable, "")
                elif typed is not None and route.mode is RouteMode.SERVER_PROXY:
                    text = typed.reveal()
                else:
                    held = self._keys.this_run(account_of(route, name))
                    held = held or await asyncio.to_thread(self._keys.kept, route, name)
                    text = held.reveal() if held else ""
                if not text:
                    raise _no_value(route, name, variable)
                Secret(text)  # hidden from now on wherever it turns up
                value = (found["scheme"] or "") + text
            headers.append((name, value))
        return tuple(headers)

    def _from_environment(self, route: Route) -> str:
        # The usual variable goes to the provider's own hosts and nowhere else.
        return self._environment.get(self.key_variable(route), "")


def _no_value(route: Route, name: str, variable: str) -> Unauthorized:
    if variable:
        return Unauthorized(
            f"{route.name} takes its {name} from the variable {variable}, which is not set.",
            hint=f"Set {variable} in the environment.",
        )
    return Unauthorized(
        f"The value of {name} for {route.name} is not in the system's keychain.",
        hint="Give it again, in Settings or with “kontext-studio routes add”.",
    )


def _demand_sendable(secret: Secret) -> None:
    """Raise BadRequest for what cannot stand in a header."""
    text = secret.reveal()
    if not text or not all("!" <= character <= "~" for character in text):
        raise BadRequest(
            "That is not a key: it is empty, or holds spaces or other signs that none has.",
            field="key",
        )
