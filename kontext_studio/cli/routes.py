"""`routes`: the connections by which services are reached."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Reported, Usage, exit_code_of
from kontext_studio.cli.route_secrets import ask_for, keep, refuse_secrets
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.core.errors import BadRequest, RouteError, StudioError
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.services import SERVICES
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.keys import KeyPlace
from kontext_studio.workbench.route_checks import check_route, elsewhere

_WORDS = ", ".join(info.word for info in SERVICES)

_PLACES = {
    KeyPlace.KEYRING: "key in the keychain",
    KeyPlace.ENVIRONMENT: "key in the environment",
    KeyPlace.THIS_RUN: "key for this run",
    KeyPlace.PROXY: "the proxy holds the key",
    KeyPlace.NONE: "no key",
    KeyPlace.NOT_NEEDED: "needs no key",
}


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Connections: list, add, test, use, remove. Alone it lists them.")
    app.add_typer(group, name="routes")

    @group.callback(invoke_without_command=True)
    def routes(context: typer.Context, as_json: bool = JSON_OPTION) -> None:
        if context.invoked_subcommand is None:
            list_routes(as_json)

    @group.command("list")
    def list_routes(as_json: bool = JSON_OPTION) -> None:
        """The connections there are, and where the key of each is."""

        async def work(bench: Workbench) -> None:
            routes = bench.connections.all()
            places = await asyncio.gather(*(_place(bench, route) for route in routes))
            default = bench.settings.default_route
            if as_json:
                shown = [
                    {
                        **_public(route),
                        "default": route.name == default,
                        "key": place.value if place is not None else "unknown",
                    }
                    for route, place in zip(routes, places, strict=True)
                ]
                print_json({"routes": shown})
                return
            for route, place in zip(routes, places, strict=True):
                mark = "*" if route.name == default else " "
                own = ", ".join(dict.fromkeys(url for _, url in route.hosts))
                usual = "this computer" if route.provider == EMBEDDED else "the service's own hosts"
                where = route.address or own or usual
                held = _PLACES[place] if place is not None else "the keychain does not answer"
                write_line(
                    f"{mark} {route.name:<24} {route.provider:<10} {route.mode.value:<13} "
                    f"{where}, {held}"
                )

        run(work, as_json=as_json)

    @group.command()
    def add(
        name: str = typer.Argument(..., help="What to call it."),
        provider: str = typer.Option(..., "--provider", help=f"One of {_WORDS}."),
        mode: str = typer.Option("direct", "--mode", help="direct, server-proxy or gateway."),
        address: str = typer.Option(
            "", "--address", help="Of the proxy, the gateway, or a server of your own."
        ),
        host: list[str] = typer.Option(
            [], "--host", help="run=URL, queue=URL or rest=URL of fal.ai; api=URL of others."
        ),
        model: str = typer.Option("", "--model", help="What your own server calls its model."),
        network_proxy: str = typer.Option(
            "",
            "--network-proxy",
            help="http://, https:// or socks5:// address; a user, but no password.",
        ),
        no_proxy: str = typer.Option(
            "", "--no-proxy", help="Hosts, domains and networks that go without it, by commas."
        ),
        system_proxy: bool = typer.Option(
            False, "--system-proxy", help="Go over the network proxy that the system is set to."
        ),
        proxy_password: bool = typer.Option(
            False, "--proxy-password", help="Ask for the network proxy's password."
        ),
        header: list[str] = typer.Option(
            [],
            "--header",
            help="For the proxy's sign-in: name=env:VARIABLE, or name=keyring: to be asked.",
        ),
        key: bool = typer.Option(
            False, "--key", help="Ask for the key, and keep it in the system's keychain."
        ),
        forget_key: bool = typer.Option(
            False, "--forget-key", help="Take the key out of the keychain."
        ),
        key_env: str = typer.Option(
            "", "--key-env", help="Variable of the environment with the key."
        ),
        ca: Path | None = typer.Option(None, "--ca", help="File with further TLS roots."),
        replace_known: bool = typer.Option(
            False, "--replace", help="Put it in the place of the one of that name."
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Add a connection; with --replace change the one of that name. No key and no password is
        stored in a file, and none is taken from the command line, which others can read: they are
        asked for, or read line by line from standard input."""
        refuse_secrets(network_proxy, header)
        roots = str(ca.expanduser().absolute()) if ca else ""

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
                ca_file=roots,
                model=model,
                no_proxy=no_proxy,
                proxy_from_system=system_proxy,
            )
            check_route(route)
            known = _known(bench, route.name)
            if known is not None and known != route and not replace_known:
                raise Usage(
                    f"There is a connection “{known.name}” already, and it is another one.",
                    hint="“--replace” puts this one in its place.",
                )
            given = await ask_for(route, key=key, password=proxy_password)
            bench.connections.add(route)
            await asyncio.to_thread(bench.connections.save)
            if forget_key:
                await bench.connections.forget_key(route)
            await keep(bench.connections, route, given)
            if as_json:
                print_json(_public(route))
            else:
                done = "Added" if known is None else "Kept" if known == route else "Changed"
                write_line(f"{done} {route.name}.")

        run(work, as_json=as_json)

    @group.command()
    def remove(name: str, as_json: bool = JSON_OPTION) -> None:
        """Take a connection away, and its key out of the keychain."""

        async def work(bench: Workbench) -> None:
            bench.connections.remove(name)
            await asyncio.to_thread(bench.connections.save)
            if as_json:
                print_json({"removed": name})
            else:
                write_line(f"Removed {name}.")

        run(work, as_json=as_json)

    @group.command()
    def use(
        name: str = typer.Argument(""),
        session: Path | None = typer.Option(
            None, "--session", help="Only the runs of this session; without a name as all others."
        ),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Send over this connection from now on, where no other one is named."""

        async def work(bench: Workbench) -> None:
            if session is not None:
                await bench.open_session(session)
                await bench.choose_route(name)
                if as_json:
                    print_json({"session": str(bench.path), "route": bench.route_name})
                else:
                    write_line(f"The runs of {session.name} go over {bench.route_name} now.")
                return
            if not name:
                raise Usage("Name a connection.")
            route = bench.connections.get(name)
            await bench.change_settings(replace(bench.settings, default_route=route.name))
            if as_json:
                print_json({"default": route.name})
            else:
                write_line(f"Runs go over {route.name} now.")

        run(work, as_json=as_json)

    @group.command("test")
    def test_route(name: str, as_json: bool = JSON_OPTION) -> None:
        """Try a connection stage by stage. No picture and no instruction is sent."""

        async def work(bench: Workbench) -> None:
            route = bench.connections.get(name)
            steps: list[CheckStep] = []
            async for one in bench.test_connection(route):
                steps.append(one)
                if not as_json:
                    _tell(one)
            failed = next((one for one in steps if one.passed is False), None)
            if as_json:
                body: dict[str, object] = {"route": route.name, "steps": [*map(_shown, steps)]}
                if failed is not None:
                    body["error"] = {
                        "kind": failed.kind or RouteError.kind,
                        "stage": failed.name,
                        "message": failed.message,
                        "hint": failed.hint,
                        "charged": "no",
                    }
                print_json(body)
            if failed is not None:
                raise Reported(exit_code_of(failed.kind) if failed.kind else RouteError.exit_code)

        run(work, as_json=as_json)


def _known(bench: Workbench, name: str) -> Route | None:
    """The connection that this name stands for already."""
    alike = (one for one in bench.connections.all() if one.name.casefold() == name.casefold())
    return next(alike, None)


async def _place(bench: Workbench, route: Route) -> KeyPlace | None:
    """None where the keychain does not answer."""
    try:
        return await bench.connections.key_place(route)
    except StudioError:
        return None


def _tell(step: CheckStep) -> None:
    mark = {True: "✓", False: "✗", None: "–"}[step.passed]
    took = f" ({step.seconds * 1000:.0f} ms)" if step.seconds else ""
    write_line(f"{mark} {step.name}: {f'{step.message} {step.hint}'.strip()}{took}")


def _shown(step: CheckStep) -> dict[str, object]:
    return {
        "name": step.name,
        "passed": step.passed,
        "message": step.message,
        "hint": step.hint,
        "seconds": round(step.seconds, 3),
    }


def _public(route: Route) -> dict[str, object]:
    """A connection without what may be a sign-in."""
    body = route.to_json()
    body["headers"] = {name: value if elsewhere(value) else "…" for name, value in route.headers}
    return body


def _pairs(words: list[str], field: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name or not value:
            raise BadRequest(f"“{word}” is not name=value.", field=field)
        pairs.append((name.strip(), value.strip()))
    return tuple(pairs)
