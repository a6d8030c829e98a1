"""The system's keychain, asked with a limit: it may be locked, missing, or waiting for a person.

It promises to come back; it does not know what the passwords are for.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kontext_studio.core.errors import StudioError
from kontext_studio.core.secret import Secret

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

log = logging.getLogger(__name__)

LIMIT_S = 5.0

# Backends that lose what they are given, or write it down for everybody to read.
_UNSAFE = frozenset(
    {
        ("keyring.backends.fail", "Keyring"),
        ("keyring.backends.null", "Keyring"),
        ("keyrings.alt.file", "PlaintextKeyring"),
    }
)


class _NoKeychain(Exception):
    """There is none that keeps a password safely."""


def is_there() -> bool:
    """Whether passwords can be kept safely here. Blocks, for some seconds at most."""

    def look() -> bool:
        _backend()
        return True

    try:
        return _within_limit(look, instead=False)
    except StudioError:
        return False


def read_password(service: str, name: str) -> Secret | None:
    """None where there is none, or no keychain. Blocks. Raise StudioError where it hangs."""

    def read() -> str:
        return _backend().get_password(service, name) or ""

    text = _within_limit(read, instead="")
    return Secret(text) if text else None


def keep_password(service: str, name: str, password: Secret) -> bool:
    """Whether the keychain took it. Blocks. Raise StudioError where it hangs."""

    def write() -> bool:
        _backend().set_password(service, name, password.reveal())
        return True

    return _within_limit(write, instead=False)


def forget_password(service: str, name: str) -> None:
    """Take a password out of the keychain, if it is there. Blocks; raise StudioError."""

    def delete() -> bool:
        _backend().delete_password(service, name)
        return True

    _within_limit(delete, instead=False)


def _backend() -> KeyringBackend:
    import keyring  # late: looking for a backend takes time and may ask the desktop

    chosen = keyring.get_keyring()
    chained = getattr(chosen, "backends", None)
    used = chained[0] if isinstance(chained, list) and chained else chosen
    if (type(used).__module__, type(used).__name__) in _UNSAFE:
        raise _NoKeychain
    return used


def _within_limit(work: Callable[[], T], *, instead: T) -> T:
    """What `work` gives, or `instead` where the keychain says no. A keychain that hangs may hang
    for ever, so it is asked in a thread that the end of the program does not wait for."""
    answer: queue.SimpleQueue[T] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(work())
        except Exception as exc:  # noqa: BLE001  # backends are plug-ins and raise what they like
            log.info("the keychain cannot be used (%s)", type(exc).__name__)
            answer.put(instead)

    threading.Thread(target=ask, name="keychain", daemon=True).start()
    try:
        return answer.get(timeout=LIMIT_S)
    except queue.Empty:
        raise StudioError(
            "The system's keychain does not answer.",
            hint="Unlock it, or set the key in the environment.",
        ) from None
