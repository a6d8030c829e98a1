"""A relay before a real server that can lose answers on the way: the server has done its part."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class CuttingRelay:
    """Forwards bytes both ways; `lose_next` answers are read from the server and thrown away."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.lose_next = 0
        self.lost = 0

    @contextmanager
    def running(self) -> Iterator[CuttingRelay]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            # Closing alone does not wake the thread that waits for callers.
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target_port))
            for source, target, cuts in ((caller, server, False), (server, caller, True)):
                threading.Thread(
                    target=self._pump, args=(source, target, cuts), daemon=True
                ).start()

    def _pump(self, source: socket.socket, target: socket.socket, cuts: bool) -> None:
        with source, target, suppress(OSError):
            while data := source.recv(65_536):
                if cuts and self.lose_next > 0:
                    self.lose_next -= 1
                    self.lost += 1
                    break
                target.sendall(data)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)
