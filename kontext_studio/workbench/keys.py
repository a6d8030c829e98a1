"""Whose key goes with a connection, and where it is kept: never in a file of ours.

A key belongs to the addresses it was saved with. What it is filed under holds a mark of the
provider, the mode and every origin, so that a connection which was changed has no key.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shlex
from enum import StrEnum

from kontext_studio.core.errors import BadRequest, StudioError, Unauthorized
from kontext_studio.core.kill_points import KillPoint, reach
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.core.services import service_info
from kontext_studio.providers.addresses import keeps_secrets, origin
from kontext_studio.workbench import keychain

log = logging.getLogger(__name__)

KEYRING_SERVICE = "kontext-studio"


class KeyPlace(StrEnum):
    """Where a connection's key is. PROXY: on the server proxy, never here."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    THIS_RUN = "this-run"
    PROXY = "proxy"
    NONE = "none"
    NOT_NEEDED = "not-needed"


def account_of(route: Route, part: str = "") -> str:
    """What a key is filed under in the keychain; `part` names a header's value instead."""
    return f"{route.name} [{_mark_of(route)}]" + (f" {part.lower()}" if part else "")


def _mark_of(route: Route) -> str:
    addresses = (route.address, *(url for _, url in route.hosts))
    origins = sorted({origin(url) or url for url in addresses if url})
    facts = json.dumps([route.provider, route.mode.value, *origins])
    return hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_usual(route: Route) -> bool:
    """Whether calls go to the service's own addresses and nowhere else."""
    return route.mode is RouteMode.DIRECT and not route.hosts and not route.address


def needs_key(route: Route) -> bool:
    """Whether nothing can be asked without a key: a gateway may hold it, and a server of one's own
    may want none."""
    info = service_info(route.provider)
    own = info is not None and info.own_server
    return route.mode is RouteMode.DIRECT and not own and route.provider != EMBEDDED


def demand_takes_key(route: Route) -> None:
    """Raise BadRequest where no key is ever sent over this connection."""
    if route.provider == EMBEDDED:
        raise BadRequest("The embedded engine needs no key.", field="key")
    if route.mode is RouteMode.SERVER_PROXY:
        raise BadRequest(
            "The server proxy holds the key; none is kept or sent by this computer.", field="key"
        )
    demand_private(route)


def demand_private(route: Route) -> None:
    """Raise BadRequest where a key would go out over plain http."""
    for url in (route.address, *(host for _, host in route.hosts)):
        if url and not keeps_secrets(url):
            raise BadRequest(
                "A key is not sent over plain http.",
                field="key",
                hint="Use an https address, or let the server do without a key.",
            )


class KeyStore:
    """The system's keychain, and beside it what is kept for this run of the program alone."""

    def __init__(self) -> None:
        self._this_run: dict[str, Secret] = {}

    def this_run(self, account: str) -> Secret | None:
        return self._this_run.get(account)

    def kept(self, route: Route, part: str = "") -> Secret | None:
        """The key in the keychain. Blocks; raise StudioError where that hangs.

        One that older versions filed under the name alone belongs to the usual addresses.
        """
        found = keychain.read_password(KEYRING_SERVICE, account_of(route, part))
        if found is None and not part and is_usual(route):
            found = keychain.read_password(KEYRING_SERVICE, route.name)
        return found

    def keep(self, account: str, secret: Secret, *, this_run_only: bool = False) -> KeyPlace:
        """Keep it in the keychain; for this run where that is asked, or where there is none.
        Blocks; raise StudioError where the keychain hangs."""
        reach(KillPoint.KEY_SAVE)
        if not this_run_only and keychain.keep_password(KEYRING_SERVICE, account, secret):
            self._this_run.pop(account, None)
            reach(KillPoint.KEY_SAVE)
            return KeyPlace.KEYRING
        self._this_run[account] = secret
        return KeyPlace.THIS_RUN

    def forget(self, *accounts: str) -> None:
        """Blocks; raise StudioError where the keychain hangs."""
        for account in accounts:
            self._this_run.pop(account, None)
            keychain.forget_password(KEYRING_SERVICE, account)

    def move(self, before: Route, after: Route | None, parts: tuple[str, ...]) -> None:
        """A key follows its connection to another name; to other addresses it does not, and is
        forgotten with them. Blocks; a keychain that hangs keeps what it has."""
        try:
            for part in ("", *parts):
                old = account_of(before, part)
                if after is not None:
                    new = account_of(after, part)
                    if old == new:
                        continue
                    same = _mark_of(before) == _mark_of(after)
                    if same and not self._copied(before, part, new):
                        continue
                self.forget(old)
            stays = (
                after is not None
                and is_usual(after)
                and (after.name, after.provider) == (before.name, before.provider)
            )
            if is_usual(before) and not stays:
                self.forget(before.name)
        except StudioError:
            log.info("the keychain keeps the key of a connection that was changed")

    def _copied(self, before: Route, part: str, new: str) -> bool:
        """Whether nothing is lost when the old entry goes; a key that was given for the new name
        meanwhile stays."""
        held = self._this_run.get(account_of(before, part))
        if held is not None:
            self._this_run.setdefault(new, held)
        kept = self.kept(before, part)
        if kept is None or keychain.read_password(KEYRING_SERVICE, new) is not None:
            return True
        return keychain.keep_password(KEYRING_SERVICE, new, kept)


def no_key(route: Route, variable: str) -> Unauthorized:
    """There is none anywhere."""
    place = f"set {variable} in the environment, or " if variable else ""
    # “routes add” says a connection anew: of one that has more to say this would lose it.
    plain = Route(route.name, route.provider) == route
    named = f" {shlex.quote(route.name)} --provider {route.provider}" if plain else ""
    return Unauthorized(
        f"There is no key for {route.name}.",
        hint=f"Give one with “kontext-studio routes add{named} --key” or in Settings, {place}"
        "use a proxy that holds the key.",
    )
