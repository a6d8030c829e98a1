"""`routes`: the connections by which services are reached."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Reported, print_json, run, say
from kontext_studio.core.errors import BadRequest, RouteError
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.workbench.bench import Workbench


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Connections: list, add, test, remove.")
    app.add_typer(group, name="routes")

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
                print(f"{route.name:<24} {route.provider:<10} {route.mode.value:<13} {where}")  # noqa: T201

        run(work, as_json=as_json)

    @group.command()
    def add(
        name: str = typer.Argument(..., help="What to call it."),
        provider: str = typer.Option(..., "--provider"),
        mode: str = typer.Option("direct", "--mode", help="direct, server-proxy or gateway."),
        address: str = typer.Option("", "--address", help="Of the proxy or gateway."),
        host: list[str] = typer.Option([], "--host", help="run=URL, queue=URL or rest=URL."),
        network_proxy: str = typer.Option(
            "", "--network-proxy", help="http:// or socks5:// address."
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
        """Add a connection, or change the one of that name. No key is stored."""

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
            bench.connections.add(route)
            await asyncio.to_thread(bench.connections.save)
            if as_json:
                print_json(_public(route))
            else:
                say(f"Added {route.name}.")

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
                say(f"Removed {name}.")

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
                    say(f"{mark} {one.name}: {one.message}")
            if any(one.passed is False for one in steps):
                raise Reported(RouteError.exit_code)

        run(work, as_json=as_json)


def _public(route: Route) -> dict[str, object]:
    """A connection without what may be a sign-in."""
    body = route.to_json()
    body["headers"] = {name: "…" for name, _ in route.headers}
    return body


def _pairs(words: list[str], field: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise BadRequest(f"“{word}” is not name=value.", field=field)
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
