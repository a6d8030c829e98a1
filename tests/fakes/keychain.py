"""A keychain in memory, one in a file, and one that never answers, as the system's may."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class MemoryKeychain(KeyringBackend):
    """Holds passwords by service and name for the length of a test."""

    priority = -1  # every class is known to keyring: never chosen by itself

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError


class HangingKeychain(MemoryKeychain):
    """Waits for a person who never comes."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait(30)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.released.wait(30)


@contextmanager
def keychain_of(made: MemoryKeychain) -> Iterator[MemoryKeychain]:
    """Let the program use this keychain until the block ends."""
    before = keyring.get_keyring()
    keyring.set_keyring(made)
    try:
        yield made
    finally:
        keyring.set_keyring(before)


class FileKeychain(MemoryKeychain):
    """Keeps its passwords in a file, so that one process finds what another one put there."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = Path(file)
        if self._file.exists():
            self.held = {tuple(place): word for place, word in json.loads(self._file.read_text())}

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self._file.write_text(json.dumps(list(self.held.items())))
