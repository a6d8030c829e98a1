"""What a connection keeps secret, asked for at the terminal or read from standard input: it is
never taken from the command line, which every user of the machine can read while it runs."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

from kontext_studio.cli.reporting import Usage
from kontext_studio.cli.terminal import say
from kontext_studio.core.route import Route, split_password
from kontext_studio.core.secret import Secret
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.keys import KeyPlace, demand_takes_key
from kontext_studio.workbench.route_checks import (
    FROM_ENVIRONMENT,
    FROM_KEYRING,
    carries_secret,
    elsewhere,
    kept_headers,
)
from kontext_studio.workbench.routes_file import PROXY_PASSWORD_VARIABLE


@dataclass(frozen=True, slots=True)
class Given:
    """The answers; `headers` are values by name."""

    key: Secret | None = None
    password: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()


def refuse_secrets(network_proxy: str, headers: list[str]) -> None:
    """Raise Usage for a word of the command line that is one."""
    if split_password(network_proxy)[1]:
        raise Usage(
            "A password on the command line can be read by everybody on this computer.",
            hint="Leave it out of the address: --proxy-password asks for it, and "
            f"{PROXY_PASSWORD_VARIABLE} in the environment is used where it is set.",
        )
    for word in headers:
        name, _, value = word.partition("=")
        if carries_secret(name) and elsewhere(value.strip()) is None:
            raise Usage(
                f"The value of {name} on the command line can be read by everybody on this "
                "computer.",
                hint=f"Write --header {name}={FROM_KEYRING} to be asked for it, or "
                f"--header {name}={FROM_ENVIRONMENT}NAME, and set the variable NAME.",
            )


async def ask_for(route: Route, *, key: bool, password: bool) -> Given:
    """Each on a line of its own: the key, the network proxy's password, the values of headers."""
    if password and not route.proxy_account:
        raise Usage("A password needs a user: --network-proxy http://USER@HOST:PORT.")
    if key:
        demand_takes_key(route)
    asked = await _ask(f"Key of {route.name}", "key") if key else None
    held = await _ask(f"Password of {route.proxy_account}", "password") if password else None
    headers = [
        (name, await _ask(f"{name} for {route.name}", f"value of {name}"))
        for name in kept_headers(route)
    ]
    return Given(asked, held, tuple(headers))


async def keep(connections: Connections, route: Route, given: Given) -> None:
    """Put everything into the keychain, and say what could not be put there."""
    if given.password and not await connections.keep_proxy_password(route, given.password):
        say(_not_kept("password", PROXY_PASSWORD_VARIABLE))
    if given.key and await connections.keep_key(route, given.key) is not KeyPlace.KEYRING:
        variable = connections.key_variable(route)
        say(_not_kept("key", variable or "a variable", "" if variable else "name it by --key-env"))
    for name, value in given.headers:
        if await connections.keep_header(route, name, value) is not KeyPlace.KEYRING:
            say(_not_kept(f"value of {name}", "a variable", f"--header {name}=env:NAME names it"))


def _not_kept(what: str, variable: str, more: str = "") -> str:
    return (
        f"There is no keychain here, so the {what} was not kept. Set {variable} in the environment"
        f"{f'; {more}' if more else ''}."
    )


async def _ask(prompt: str, what: str) -> Secret:
    def ask() -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        import getpass

        return getpass.getpass(f"{prompt}: ")

    text = (await asyncio.to_thread(ask)).strip()
    if not text:
        raise Usage(f"No {what} was given.")
    return Secret(text)
