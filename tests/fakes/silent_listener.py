"""A listener that takes no connection: to a caller it is like a host that is not there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def silent_listener() -> Iterator[int]:
    """The port. Its queue is full, and Linux says nothing to those who come then; others refuse."""
    with ExitStack() as held:
        full = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = int(full.getsockname()[1])
        for _ in range(8):
            caller = held.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        yield port
