"""Who may use the proxy: names with the digests of their tokens, in a file of the operator's.

It promises that no token is stored and that comparing takes the same time for every wrong one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.secret import Secret

TOKEN_HEADER = "x-kontext-token"
LOCAL = "local"
"""The one client of a proxy that asks for no token."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_LONGEST_TOKEN = 512


class Clients:
    """The clients of a file, which is read again when it changes, and those of the environment.

    Until there is one, `open_to_all` lets everybody in as one client. Once there was one it is over
    with that: a proxy whose last client is removed serves nobody.
    """

    def __init__(
        self, file: Path, given: Mapping[str, Secret] | None = None, *, open_to_all: bool = False
    ) -> None:
        self._file = file
        self._given = {
            checked_name(name): _digest(token.reveal()) for name, token in (given or {}).items()
        }
        self._known: dict[str, str] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._read()
        self._open = open_to_all and not (self._known or self._given)

    def __len__(self) -> int:
        self._read()
        return len(self._known | self._given)

    @property
    def names(self) -> tuple[str, ...]:
        self._read()
        return tuple(sorted(self._known | self._given))

    def who(self, headers: Mapping[str, str]) -> str | None:
        """The client whose token a call carries, None where it carries none that is known.

        The token stands where the service's own key would, or in the proxy's header.
        """
        self._read()
        known = {**self._known, **self._given}
        self._open = self._open and not known
        if self._open:
            return LOCAL
        digest = _digest(_token(headers)[:_LONGEST_TOKEN])
        found = None
        for name, one in known.items():
            if hmac.compare_digest(digest, one):
                found = name
        return found

    def _read(self) -> None:
        try:
            told = self._file.stat()
        except OSError:
            self._known, self._stamp = {}, None
            return
        stamp = (told.st_mtime_ns, told.st_size, told.st_ino)
        if stamp != self._stamp:
            # A file that makes no sense raises here and lets nobody in.
            self._known, self._stamp = read_clients(self._file), stamp


def _token(headers: Mapping[str, str]) -> str:
    if own := headers.get(TOKEN_HEADER):
        return own
    if key := headers.get("x-key"):
        return key
    scheme, _, word = headers.get("authorization", "").partition(" ")
    return word.strip() if scheme.lower() in ("bearer", "key", "token") else ""


def _digest(token: str) -> str:
    # A made token has 256 bits: nothing slower than this makes it harder to guess.
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def checked_name(name: str) -> str:
    if _NAME.fullmatch(name) is None or name == LOCAL:
        raise BadRequest(
            f"“{name[:60]}” cannot be the name of a client.",
            field="name",
            hint=f"Take up to 40 letters, digits, dots and dashes; “{LOCAL}” is taken.",
        )
    return name


def read_clients(file: Path) -> dict[str, str]:
    """Digests by name. Raise BadRequest where the file is not one of clients."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {checked_name(name): str(entry["sha256"]) for name, entry in data["clients"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise BadRequest(
            f"The file of clients cannot be read: {file}.",
            hint="Move it away and add the clients again.",
        ) from fault


def add_client(file: Path, name: str) -> Secret:
    """Add a client, or give a known one a new token; the token is told here and never again."""
    token = secrets.token_urlsafe(32)
    _change(file, checked_name(name), _digest(token))
    return Secret(token)


def remove_client(file: Path, name: str) -> None:
    """Raise BadRequest where there is no such client."""
    if name not in read_clients(file):
        raise BadRequest(f"There is no client {name[:60]}.", field="name")
    _change(file, name, None)


def _change(file: Path, name: str, digest: str | None) -> None:
    read_clients(file)  # raises before anything is lost
    entries: dict[str, object] = {}
    if file.exists():
        entries = json.loads(file.read_text(encoding="utf-8"))["clients"]
    entries.pop(name, None)
    if digest is not None:
        entries[name] = {"sha256": digest, "made": time.strftime("%Y-%m-%d", time.gmtime())}
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")  # made as 0600
    with os.fdopen(number, "w", encoding="utf-8") as out:
        json.dump({"clients": entries}, out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    Path(beside).replace(file)
