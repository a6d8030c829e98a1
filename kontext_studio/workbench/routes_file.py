"""The connections on disk: every entry that can be read is kept, and no password ever is.

What cannot be read is put aside, never written over, and the person is told once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kontext_studio.core.errors import StudioError
from kontext_studio.core.route import Route, split_password
from kontext_studio.core.secret import Secret
from kontext_studio.workbench import keychain

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
_LOCK_S = 5.0

PROXY_SERVICE = "kontext-studio network proxy"
PROXY_PASSWORD_VARIABLE = "KONTEXT_STUDIO_PROXY_PASSWORD"
"""Holds the password for a network proxy whose address names a user."""

_PASSWORD = re.compile(r"(://[^/\s\"@:]*):[^\s\"]+@")


@dataclass(frozen=True, slots=True)
class LoadedRoutes:
    """`passwords` were found in the file, by the proxy's account; `notice` is what the person has
    to be told, empty where all was well."""

    routes: tuple[Route, ...] = ()
    passwords: Mapping[str, Secret] = field(default_factory=dict)
    notice: str = ""


def load_routes(file: Path) -> LoadedRoutes:
    """Blocks, and writes where the file has to be mended."""
    try:
        with file.open("rb") as opened:
            entries = _entries_in(opened.read(MAX_BYTES))
    except FileNotFoundError:
        return LoadedRoutes()
    except (OSError, ValueError) as exc:
        log.warning("the connections cannot be read (%s)", type(exc).__name__)
        return LoadedRoutes(notice=f"Your connections cannot be read. {_put_aside(file, ())}")
    routes: list[Route] = []
    passwords: dict[str, Secret] = {}
    unread: list[str] = []
    for entry in entries:
        try:
            route = Route.from_json(entry)
        except (KeyError, TypeError, ValueError, AttributeError):
            unread.append(_name_in(entry))
            continue
        address, password = split_password(route.network_proxy)
        routes.append(replace(route, network_proxy=address))
        if password:
            passwords[routes[-1].proxy_account] = Secret(password)
    notices = []
    if unread:
        log.warning("%d of %d connections cannot be read", len(unread), len(entries))
        done = _put_aside(file, routes)
        notices.append(f"This connection cannot be read: {', '.join(unread)}. {done}")
    if passwords:
        notices.append(_moved_to_keychain(file, routes, passwords))
    return LoadedRoutes(tuple(routes), passwords, " ".join(notices))


def save_routes(file: Path, routes: Iterable[Route]) -> None:
    """Write the file whole or not at all. Blocks; raise BadInput or DiskFull."""
    from kontext_studio.store.export_file import write_whole

    body = {"version": 1, "routes": [route.to_json() for route in routes]}
    write_whole(file, json.dumps(body, indent=1).encode())


def update_routes(file: Path, changes: Mapping[str, Route | None]) -> tuple[Route, ...]:
    """Bring changes by name (None: removed) into the file as it is now, which another process may
    have written since it was read. All that are there then. Blocks; raise BadInput or DiskFull."""
    with _alone(file):
        routes = {route.name: route for route in load_routes(file).routes}
        for name, route in changes.items():
            if route is None:
                routes.pop(name, None)
            else:
                routes[name] = route
        if changes:
            save_routes(file, routes.values())
    return tuple(routes.values())


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """One process at a time; where there are no locks, or one is held too long, all the same."""
    from kontext_studio.store.lock import FileLock, LockTaken
    from kontext_studio.store.places import make_private_folder

    lock = FileLock(file)
    end = time.monotonic() + _LOCK_S
    with contextlib.suppress(OSError):
        make_private_folder(file.parent)
        while time.monotonic() < end:
            try:
                lock.take()
                break
            except LockTaken:
                time.sleep(0.02)
    try:
        yield
    finally:
        lock.release()


def _entries_in(data: bytes) -> list[Mapping[str, object]]:
    """Raise ValueError where this is no list of connections."""
    try:
        entries = json.loads(data.decode("utf-8"))["routes"]
    except (KeyError, TypeError, RecursionError) as exc:
        raise ValueError("not a file of connections") from exc
    if not isinstance(entries, list):
        raise ValueError("not a file of connections")
    return entries


def _name_in(entry: object) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"“{name[:60]}”" if isinstance(name, str) and name else "one without a name"


def _put_aside(file: Path, readable: Iterable[Route]) -> str:
    """Keep the file as it was beside what could be read of it; say what was done."""
    from kontext_studio.store.export_file import write_whole

    bad = file.with_name(file.name + ".bad")
    try:
        text = file.read_bytes().decode("utf-8", "surrogateescape") if file.is_file() else ""
        if (clean := _PASSWORD.sub(r"\1@", text)) != text:
            write_whole(bad, clean.encode("utf-8", "surrogateescape"))
            file.unlink()
        else:
            file.replace(bad)
        routes = tuple(readable)
        if routes:
            save_routes(file, routes)
    except (OSError, StudioError) as exc:
        log.warning("the unreadable connections stay where they are (%s)", type(exc).__name__)
        return f"The file {file} was left as it is."
    return f"The file was put aside as {bad}; add what is missing with “kontext-studio routes add”."


def _moved_to_keychain(file: Path, routes: Iterable[Route], passwords: Mapping[str, Secret]) -> str:
    kept = True
    try:
        for account, password in passwords.items():
            kept = keychain.keep_password(PROXY_SERVICE, account, password) and kept
    except StudioError:
        kept = False
    try:
        save_routes(file, routes)
    except StudioError as exc:
        log.warning("the connections cannot be written without password: %s", exc.message)
    where = (
        "It lies in the system's keychain now."
        if kept
        else f"It was taken out; set {PROXY_PASSWORD_VARIABLE} in the environment instead."
    )
    return f"The password of a network proxy stood in the file of connections. {where}"
