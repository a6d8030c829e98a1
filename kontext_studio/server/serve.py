"""The server as a process: where it listens, how it says that it is ready, and when it ends.

It promises to listen on this machine only unless told otherwise, and, started by a parent, never
to outlive it.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import uvicorn

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.secret import Secret
from kontext_studio.engine.base import Engine
from kontext_studio.server.app import make_app

TOKEN_VARIABLE = "KONTEXT_STUDIO_TOKEN"
"""Carries the token from a parent: arguments can be read by every user of the machine."""

DEFAULT_PORT = 8722
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Longer than any client of ours keeps an idle connection, so that none is closed under a request.
_KEEP_ALIVE_S = 75
_GRACE_S = 3
_NICER = 10  # steps of POSIX priority below the parent


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`port` 0 takes a free one; `queue_port` adds a second port that queues every bare POST.

    With `parent` the server ends when its standard input does.
    """

    host: str = _LOOPBACK[0]
    port: int = DEFAULT_PORT
    queue_port: int | None = None
    parent: bool = False


def main(
    *,
    host: str = _LOOPBACK[0],
    port: int = DEFAULT_PORT,
    queue_port: int | None = None,
    parent: bool = False,
    as_json: bool = False,
    open_to_network: bool = False,
    engine: Engine | None = None,
) -> int:
    """Serve until stopped; the exit code. The token comes from the environment, else it is made.

    Raise BadRequest where the options would open the machine by accident or the port is taken.
    """
    given = _token_from_environment()
    is_local = host in _LOOPBACK
    if not is_local and not open_to_network:
        raise BadRequest(
            f"{host} can be reached from other machines.",
            field="host",
            hint="Say --open-to-network as well if that is meant.",
        )
    if not is_local and given is None:
        raise BadRequest(
            "A server for other machines needs a token.",
            field="host",
            hint=f"Set the environment variable {TOKEN_VARIABLE}.",
        )
    made = Secret(secrets.token_urlsafe(24)) if given is None else None
    run_server(
        engine or _embedded_engine(),
        ServeOptions(host, port, queue_port, parent),
        given or made,
        announce=lambda ready: _announce(ready, made, as_json),
    )
    return 0


def run_server(
    engine: Engine,
    options: ServeOptions,
    token: Secret | None,
    *,
    announce: Callable[[Mapping[str, object]], None],
) -> None:
    """Listen, call `announce` once with the addresses, and serve until told to stop."""
    sockets = [listening_socket(options.host, options.port)]
    if options.queue_port is not None:
        sockets.append(listening_socket(options.host, options.queue_port))
    ports = [int(one.getsockname()[1]) for one in sockets]
    app = make_app(
        engine,
        token,
        queue_port=ports[1] if len(ports) > 1 else None,
        any_host=options.host not in _LOOPBACK,
    )
    config = uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config, lambda: announce(_ready(options, ports, engine)))
    if options.parent:
        _give_way()
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=sockets)


def origins_of(host: str, port: int) -> dict[str, str]:
    """The addresses that stand for fal's hosts, by role."""
    name = f"[{host}]" if ":" in host else host
    root = f"http://{name}:{port}"
    return {"run": f"{root}/run", "queue": f"{root}/queue", "rest": f"{root}/rest"}


class _Server(uvicorn.Server):
    """Calls back once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket. Raise BadRequest where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it reads TCP in
    # it; without that every answer takes 40 ms, and socket.create_server names none.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere this would share the port with another program
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as fault:
        made.close()
        raise BadRequest(
            f"The server cannot listen on {host}, port {port}: {fault}.",
            field="port",
            hint="Choose another port; 0 takes a free one.",
        ) from fault
    return made


def _ready(options: ServeOptions, ports: list[int], engine: Engine) -> dict[str, object]:
    ready: dict[str, object] = {
        "ready": True,
        "port": ports[0],
        "origins": origins_of(options.host, ports[0]),
        "model": engine.model_id,
        "pid": os.getpid(),
    }
    if len(ports) > 1:
        ready["queue_port"] = ports[1]
    return ready


def _announce(ready: Mapping[str, object], made: Secret | None, as_json: bool) -> None:
    """Says where it listens. The token is told only where this process has made it up itself."""
    told = dict(ready) if made is None else {**ready, "token": made.reveal()}
    if as_json:
        text = json.dumps(told)
    else:
        text = f"Serving {told['model']} on port {told['port']}."
        text += "".join(f"\n{role:>6}: {url}" for role, url in _addresses(told))
        if made is not None:
            text += f"\n token: {made.reveal()}"
    if sys.stdout is not None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:  # a frozen build without a console
        os.write(1, f"{text}\n".encode())


def _addresses(ready: Mapping[str, object]) -> list[tuple[str, str]]:
    origins = ready["origins"]
    return list(origins.items()) if isinstance(origins, dict) else []


def _embedded_engine() -> Engine:
    from kontext_studio.engine.embedded import EmbeddedEngine  # late: pixels, a second of imports

    return EmbeddedEngine()


def _token_from_environment() -> Secret | None:
    text = os.environ.pop(TOKEN_VARIABLE, "")
    return Secret(text) if text else None


def _give_way() -> None:
    """Let the parent's window have the processor first whenever it wants it."""
    if sys.platform != "win32":  # there the parent says so when it starts this process
        os.nice(_NICER)


def _end_with_parent(server: uvicorn.Server) -> None:
    """Wait for the end of standard input, which comes however the parent dies."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    server.should_exit = True
    # An edit under way is not worth waiting for; its thread would keep the process alive.
    threading.Event().wait(_GRACE_S)
    os._exit(0)
