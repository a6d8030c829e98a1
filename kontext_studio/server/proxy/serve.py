"""The proxy as a process: whether it may listen where it was told, how it says that it is ready,
and how it ends without cutting off what was bought."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack

import uvicorn

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.secret import Secret
from kontext_studio.server.proxy.app import make_proxy
from kontext_studio.server.proxy.clients import Clients
from kontext_studio.server.proxy.config import ProxyConfig
from kontext_studio.server.proxy.desk import Desk
from kontext_studio.server.proxy.ledger import Ledger
from kontext_studio.server.serve import listening_socket

TOKENS_VARIABLE = "KONTEXT_STUDIO_PROXY_TOKENS"
"""Clients of the environment: NAME=TOKEN, with commas between them."""

_KEEP_ALIVE_S = 75


def serve_proxy(config: ProxyConfig, keys: Mapping[str, Secret], *, as_json: bool = False) -> int:
    """Serve until stopped; the exit code. Raise BadRequest where the proxy would be open to others
    without a token, a key is missing, or the port or the records cannot be had."""
    tokens = _tokens_from_environment()
    clients = Clients(config.clients_file, tokens, open_to_all=config.is_local)
    if not config.is_local and not len(clients):
        raise BadRequest(
            f"{config.host} can be reached from other machines, and nobody has a token.",
            field="host",
            hint="Add a client first: kontext-studio proxy add-client NAME",
        )
    with ExitStack() as failed:
        listening = listening_socket(config.host, config.port)
        failed.callback(listening.close)
        ledger = Ledger(config.records_file, remember_s=config.remember_h * 3600)
        failed.callback(ledger.close)
        server = _Server(config, keys, clients, ledger, listening, as_json)
        failed.pop_all()
    # An answer that a service broke off is left without its end on purpose.
    logging.getLogger("uvicorn.error").addFilter(_is_no_broken_answer)
    server.run(sockets=[listening])
    return 0


class _Server(uvicorn.Server):
    """Tells where it listens once it answers, and the desk when it is to end."""

    def __init__(
        self,
        config: ProxyConfig,
        keys: Mapping[str, Secret],
        clients: Clients,
        ledger: Ledger,
        listening: socket.socket,
        as_json: bool,
    ) -> None:
        self._ready = _ready(config, clients, int(listening.getsockname()[1]))
        self._as_json = as_json
        self._desk: Desk | None = None

        def note(desk: Desk) -> None:
            self._desk = desk

        super().__init__(
            uvicorn.Config(
                make_proxy(config, keys, clients, ledger, on_start=note),
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=round(config.stop_s),
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            _announce(self._ready, self._as_json)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._desk is not None:
            self._desk.closing.set()
        await super().shutdown(sockets=sockets)


def _ready(config: ProxyConfig, clients: Clients, port: int) -> dict[str, object]:
    name = f"[{config.host}]" if ":" in config.host else config.host
    base = config.public_url or f"http://{name}:{port}"
    return {
        "ready": True,
        "pid": os.getpid(),
        "port": port,
        "address": base,
        "upstreams": {one.name: f"{base}/{one.name}" for one in config.upstreams},
        "clients": list(clients.names),
        "usd_per_day": config.usd_per_day,
    }


def _announce(ready: Mapping[str, object], as_json: bool) -> None:
    if as_json:
        text = json.dumps(ready)
    else:
        upstreams, clients = ready["upstreams"], ready["clients"]
        assert isinstance(upstreams, dict)
        assert isinstance(clients, list)
        lines = [f"Holding the keys of {', '.join(upstreams)}."]
        lines += [f"{name:>10}: {url}" for name, url in upstreams.items()]
        if "fal" in upstreams:
            lines.append(f"{'fal proxy':>10}: {ready['address']}/api/fal/proxy")
        if clients:
            lines.append(f"Clients: {', '.join(clients)}.")
        else:
            lines.append("Open to every program of this computer: no client has a token yet.")
        lines.append(f"A client may order for {ready['usd_per_day']:.2f} USD a day.")
        text = "\n".join(lines)
    if sys.stdout is not None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _tokens_from_environment() -> dict[str, Secret]:
    told = os.environ.pop(TOKENS_VARIABLE, "")
    tokens = {}
    for entry in filter(None, (one.strip() for one in told.split(","))):
        name, _, token = entry.partition("=")
        if len(token.strip()) < 16:
            raise BadRequest(
                f"{TOKENS_VARIABLE} holds a token of less than 16 characters.",
                field=TOKENS_VARIABLE,
                hint="Write NAME=TOKEN, with commas between clients.",
            )
        tokens[name.strip()] = Secret(token.strip())
    return tokens


def _is_no_broken_answer(record: logging.LogRecord) -> bool:
    return "without completing response" not in record.getMessage()
