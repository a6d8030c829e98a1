"""`routes`: the connections by which services are reached."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Reported, Usage, exit_code_of
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import BadRequest, RouteError
from kontext_studio.core.redaction import is_credential_header
from kontext_studio.core.route import Route, RouteMode, split_password
from kontext_studio.core.secret import Secret
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import FROM_ENVIRONMENT
from kontext_studio.workbench.routes_file import PROXY_PASSWORD_VARIABLE


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Connections: list, add, test, remove. Alone it lists them.")
    app.add_typer(group, name="routes")

    @group.callback(invoke_without_command=True)
    def routes(context: typer.Context, as_json: bool = JSON_OPTION) -> None:
        if context.invoked_subcommand is None:
            list_routes(as_json)

    @group.command("list")
    def list_routes(as_json: bool = JSON_OPTION) -> None:
        """The connections there are."""

        async def work(bench: Workbench) -> None:
            routes = bench.connections.all()
            if as_json:
                default = bench.settings.default_route
                shown = [{**_public(route), "default": route.name == default} for route in routes]
                print_json({"routes": shown})
                return
            for route in routes:
                where = route.address or "its own hosts"
                write_line(f"{route.name:<24} {route.provider:<10} {route.mode.value:<13} {where}")

        run(work, as_json=as_json)

    @group.command()
    def add(
        name: str = typer.Argument(..., help="What to call it."),
        provider: str = typer.Option(..., "--provider"),
        mode: str = typer.Option("direct", "--mode", help="direct, server-proxy or gateway."),
        address: str = typer.Option("", "--address", help="Of the proxy or gateway."),
        host: list[str] = typer.Option([], "--host", help="run=URL, queue=URL or rest=URL."),
        network_proxy: str = typer.Option(
            "", "--network-proxy", help="http:// or socks5:// address; a user, but no password."
        ),
        proxy_password: bool = typer.Option(
            False, "--proxy-password", help="Read the proxy's password from standard input."
        ),
        header: list[str] = typer.Option(
            [], "--header", help="For the proxy's sign-in, name=value."
        ),
        key_env: str = typer.Option(
            "", "--key-env", help="Variable of the environment with the key."
        ),
        ca: Path | None = typer.Option(None, "--ca", help="File with further TLS roots."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Add a connection, or change the one of that name. No key and no password is stored in
        a file, and none is taken from the command line, which others can read."""
        _refuse_secrets(network_proxy, header)

        async def work(bench: Workbench) -> None:
            try:
                chosen = RouteMode(mode)
            except ValueError:
                offered = ", ".join(one.value for one in RouteMode)
                raise BadRequest(f"The mode is one of {offered}.", field="mode") from None
            route = Route(
                name=name.strip(),
                provider=provider,
                mode=chosen,
                address=address,
                hosts=_pairs(host, "host"),
                network_proxy=network_proxy,
                headers=_pairs(header, "header"),
                key_env=key_env,
                ca_file=str(ca) if ca else "",
            )
            password = await _asked_for(route, proxy_password)
            bench.connections.add(route)
            await asyncio.to_thread(bench.connections.save)
            if password and not await bench.connections.keep_proxy_password(route, password):
                say(
                    "There is no keychain here, so the password was not kept. "
                    f"Set {PROXY_PASSWORD_VARIABLE} in the environment."
                )
            if as_json:
                print_json(_public(route))
            else:
                write_line(f"Added {route.name}.")

        run(work, as_json=as_json)

    @group.command()
    def remove(name: str, as_json: bool = JSON_OPTION) -> None:
        """Take a connection away."""

        async def work(bench: Workbench) -> None:
            bench.connections.remove(name)
            await asyncio.to_thread(bench.connections.save)
            if as_json:
                print_json({"removed": name})
            else:
                write_line(f"Removed {name}.")

        run(work, as_json=as_json)

    @group.command("test")
    def test_route(name: str, as_json: bool = JSON_OPTION) -> None:
        """Try a connection step by step. No picture and no instruction is sent."""

        async def work(bench: Workbench) -> None:
            reached = await bench.reach.provider(name)
            steps = await reached.provider.check()
            if as_json:
                shown = [
                    {"name": one.name, "passed": one.passed, "message": one.message}
                    for one in steps
                ]
                print_json({"route": name, "steps": shown})
            else:
                for one in steps:
                    mark = {True: "✓", False: "✗", None: "–"}[one.passed]
                    write_line(f"{mark} {one.name}: {one.message}")
            failed = next((one for one in steps if one.passed is False), None)
            if failed is not None:
                raise Reported(exit_code_of(failed.kind) if failed.kind else RouteError.exit_code)

        run(work, as_json=as_json)


def _refuse_secrets(network_proxy: str, headers: list[str]) -> None:
    """Every user of the machine can read the words of a command while it runs."""
    if split_password(network_proxy)[1]:
        raise Usage(
            "A password on the command line can be read by everybody on this computer.",
            hint="Leave it out of the address: --proxy-password asks for it, and "
            f"{PROXY_PASSWORD_VARIABLE} in the environment is used where it is set.",
        )
    for word in headers:
        name, _, value = word.partition("=")
        if is_credential_header(name) and not value.startswith(FROM_ENVIRONMENT):
            raise Usage(
                f"The value of {name} on the command line can be read by everybody on this "
                "computer.",
                hint=f"Write --header {name}={FROM_ENVIRONMENT}NAME, and set the variable NAME.",
            )


async def _asked_for(route: Route, wanted: bool) -> Secret | None:
    """The proxy's password, from a terminal without an echo or from standard input."""
    if not wanted:
        return None
    if not route.proxy_account:
        raise Usage("A password needs a user: --network-proxy http://USER@HOST:PORT.")

    def ask() -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        import getpass

        return getpass.getpass(f"Password of {route.proxy_account}: ")

    text = await asyncio.to_thread(ask)
    if not text:
        raise Usage("No password was given.")
    return Secret(text)


def _public(route: Route) -> dict[str, object]:
    """A connection without what may be a sign-in."""
    body = route.to_json()
    body["headers"] = {
        name: value if value.startswith(FROM_ENVIRONMENT) else "…" for name, value in route.headers
    }
    return body


def _pairs(words: list[str], field: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise BadRequest(f"“{word}” is not name=value.", field=field)
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
