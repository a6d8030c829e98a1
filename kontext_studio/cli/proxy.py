"""`proxy`: the key-holding proxy for a team, its clients, and the keys it holds."""

from __future__ import annotations

import dataclasses
import logging
import os
import sys
from pathlib import Path

import typer

from kontext_studio.cli.reporting import JSON_OPTION, Usage, report
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import BadRequest, StudioError
from kontext_studio.core.secret import Secret
from kontext_studio.server.proxy.clients import add_client, read_clients, remove_client
from kontext_studio.server.proxy.config import (
    EXAMPLE,
    USUAL,
    ProxyConfig,
    read_config,
    upstream_config,
)
from kontext_studio.store.places import Places
from kontext_studio.workbench.keychain import keep_password, read_password
from kontext_studio.workbench.logs import RedactingFormatter

KEYCHAIN = "kontext-studio proxy"
"""The name under which the system's keychain keeps the keys of this proxy."""

_CONFIG = typer.Option(None, "--config", help="The configuration, a TOML file.")


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Hold a team's keys: pass its programs' calls on to the services. Alone it serves."
    )
    app.add_typer(group, name="proxy")

    @group.callback(invoke_without_command=True)
    def proxy(
        context: typer.Context,
        config: Path | None = _CONFIG,
        host: str | None = typer.Option(None, "--host", help="Address to listen on."),
        port: int | None = typer.Option(None, "--port", help="Port; 0 takes a free one."),
        usd_per_day: float | None = typer.Option(
            None, "--usd-per-day", help="List price that one client may order in a day."
        ),
        print_config: bool = typer.Option(
            False, "--print-config", help="Print an example of a configuration and end."
        ),
        as_json: bool = typer.Option(
            False, "--json", help="Say where it listens as one JSON line."
        ),
    ) -> None:
        """Serve. Keys come from the environment (FAL_KEY, LUMENFALL_API_KEY,
        REPLICATE_API_TOKEN, BFL_API_KEY) or the system's keychain, never from the command line."""
        if context.invoked_subcommand is not None:
            return
        if print_config:
            write_line(EXAMPLE)
            return
        try:
            code = _serve(_configured(config, host, port, usd_per_day), as_json)
        except StudioError as fault:
            code = report(fault, as_json)
        raise typer.Exit(code)

    @group.command("add-client")
    def add(
        name: str = typer.Argument(..., help="What to call the client in the log."),
        config: Path | None = _CONFIG,
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Make a token for a client and print it once; only its digest is kept.

        A client that is known gets a new one.
        """
        token = add_client(_configured(config).clients_file, name).reveal()
        if as_json:
            print_json({"client": name, "token": token})
        else:
            # Not by the terminal's redacting ways: this is the one time that it is told.
            write_line(token)
            say(f"This is the token of {name}; it is not shown again.")

    @group.command("remove-client")
    def remove(name: str, config: Path | None = _CONFIG, as_json: bool = JSON_OPTION) -> None:
        """Take a client's token away; a running proxy stops taking it at once."""
        remove_client(_configured(config).clients_file, name)
        if as_json:
            print_json({"removed": name})
        else:
            write_line(f"Removed {name}.")

    @group.command("clients")
    def list_clients(config: Path | None = _CONFIG, as_json: bool = JSON_OPTION) -> None:
        """The clients there are."""
        names = sorted(read_clients(_configured(config).clients_file))
        if as_json:
            print_json({"clients": names})
        for name in () if as_json else names:
            write_line(name)

    @group.command("set-key")
    def set_key(name: str = typer.Argument(..., help="Of the upstream: fal, replicate …")) -> None:
        """Put a service's key into the system's keychain.

        It is asked for, or read from standard input.
        """
        if sys.stdin.isatty():
            import getpass

            text = getpass.getpass(f"Key of {name}: ")
        else:
            text = sys.stdin.readline().rstrip("\r\n")
        if not text:
            raise Usage("No key was given.")
        if not keep_password(KEYCHAIN, name, Secret(text)):
            raise StudioError(
                "There is no keychain here, so the key was not kept.",
                hint="Set it in the environment of the proxy.",
            )
        write_line(f"The keychain has the key of {name}.")


def _configured(
    file: Path | None,
    host: str | None = None,
    port: int | None = None,
    usd_per_day: float | None = None,
) -> ProxyConfig:
    """The configuration of a file and of what was said on the command line, which wins."""
    places = Places.from_environment(os.environ)
    config = ProxyConfig(
        clients_file=places.config / "proxy-clients.json",
        records_file=places.state / "proxy.sqlite3",
    )
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise BadRequest(f"The configuration {file} cannot be read.", field="config") from fault
        config = read_config(text, file.absolute().parent, config)
    if host is not None:
        config = dataclasses.replace(config, host=host)
    if port is not None:
        config = dataclasses.replace(config, port=port)
    if usd_per_day is not None:
        if not 0 <= usd_per_day < 1e9:
            raise BadRequest("--usd-per-day is a number from 0.", field="usd_per_day")
        config = dataclasses.replace(config, usd_per_day=usd_per_day)
    return config


def _serve(config: ProxyConfig, as_json: bool) -> int:
    from kontext_studio.server.proxy.serve import serve_proxy  # httpx and uvicorn: when needed

    if not config.upstreams:
        named = [upstream_config(name) for name in USUAL]
        with_key = tuple(one for one in named if os.environ.get(one.key_env))
        config = dataclasses.replace(config, upstreams=with_key)
    if not config.upstreams:
        raise BadRequest(
            "There is no key to hold.",
            field="FAL_KEY",
            hint="Set FAL_KEY, LUMENFALL_API_KEY, REPLICATE_API_TOKEN or BFL_API_KEY in the "
            "environment, or name the services in a configuration: --print-config shows one.",
        )
    keys: dict[str, Secret] = {}
    for one in config.upstreams:
        text = os.environ.pop(one.key_env, "") if one.key_env else ""
        key = Secret(text) if text else None
        if key is None and one.key_env:
            key = read_password(KEYCHAIN, one.name)
        if key is not None:
            keys[one.name] = key
    _log_calls()
    return serve_proxy(config, keys, as_json=as_json)


def _log_calls() -> None:
    """One line for each call on standard error, where a service manager keeps it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("kontext_studio.server.proxy")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
