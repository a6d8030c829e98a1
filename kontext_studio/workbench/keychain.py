"""The system's keychain, asked with a limit: it may be locked, missing, or waiting for a person.

It promises to come back; it does not know what the passwords are for.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from kontext_studio.core.errors import StudioError
from kontext_studio.core.secret import Secret

T = TypeVar("T")

log = logging.getLogger(__name__)

LIMIT_S = 5.0


def read_password(service: str, name: str) -> Secret | None:
    """None where there is none, or no keychain. Blocks. Raise StudioError where it hangs."""

    def read() -> str:
        import keyring  # late: looking for a backend takes time and may ask the desktop

        return keyring.get_password(service, name) or ""

    text = _within_limit(read, instead="")
    return Secret(text) if text else None


def keep_password(service: str, name: str, password: Secret) -> bool:
    """Whether the keychain took it. Blocks. Raise StudioError where it hangs."""

    def write() -> bool:
        import keyring

        keyring.set_password(service, name, password.reveal())
        return True

    return _within_limit(write, instead=False)


def forget_password(service: str, name: str) -> None:
    """Take a password out of the keychain, if it is there. Blocks; raise StudioError."""

    def delete() -> bool:
        import keyring

        keyring.delete_password(service, name)
        return True

    _within_limit(delete, instead=False)


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
