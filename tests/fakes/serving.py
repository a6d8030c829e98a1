"""An ASGI application on a real loopback port for the length of a test, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from kontext_studio.server.serve import listening_socket, origins_of


class Served:
    """Where the application answers; `queue_port` queues every bare POST where it was asked for."""

    def __init__(self, port: int, queue_port: int) -> None:
        self.port = port
        self.queue_port = queue_port
        self.origin = f"http://127.0.0.1:{port}"
        self.origins = origins_of("127.0.0.1", port)


def free_socket() -> socket.socket:
    return listening_socket("127.0.0.1", 0)


@contextmanager
def serving(app: ASGIApp, *sockets: socket.socket) -> Iterator[Served]:
    """Serve until the block ends. Sockets are given where their ports must be known before."""
    listening = list(sockets) or [free_socket()]
    ports = [int(one.getsockname()[1]) for one in listening]
    config = uvicorn.Config(
        app,
        lifespan="auto",
        ws="none",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            ready.set()

    server = Server(config)
    thread = threading.Thread(target=server.run, args=(listening,), daemon=True)
    thread.start()
    assert ready.wait(10), "the server did not start"
    try:
        yield Served(ports[0], ports[-1])
    finally:
        server.should_exit = True
        thread.join(10)
        for one in listening:
            one.close()
        assert not thread.is_alive(), "the server did not end"
