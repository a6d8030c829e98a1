"""Connections to session files: how they are set up and locked, and how a new file is made."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kontext_studio.core.errors import BadInput, SessionLocked
from kontext_studio.store.export_file import part_beside, put_in_place
from kontext_studio.store.faults import session_faults
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.lock import FileLock, LockTaken
from kontext_studio.store.schema import Head, check_schema, wal_beside

MAX_CELL_BYTES = 512 * 1024 * 1024
BUSY_WAIT_MS = 2_000
MAX_NAME_BYTES = 240  # SQLite and the lock put files beside it whose names are a little longer


def open_database(path: Path, mode: str, max_bytes: int | None = None) -> sqlite3.Connection:
    """A connection to a file that has our schema. Raise SessionError."""
    name = shown_name(path)
    with session_faults(name):
        connection = _connect(path, mode)
        try:
            check_schema(connection, name)
            if max_bytes is not None:
                (page,) = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max_bytes // page}")
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def new_database(path: Path, *, overwrite: bool) -> Iterator[sqlite3.Connection]:
    """An empty database to fill; it gets its name when the block ends well.

    Raise BadInput where the name is taken, too long, or its folder is not there, SessionLocked
    where the file to overwrite is open.
    """
    path = path.absolute()
    name = shown_name(path)
    if len(os.fsencode(path.name)) > MAX_NAME_BYTES:
        raise BadInput(f"The name of {name} is too long.", hint="Choose a shorter one.")
    if path.is_dir():
        raise BadInput(f"{name} is a folder.", hint="Choose another name.")
    if path.exists() and not overwrite:
        raise _taken(name)
    part = part_beside(path)
    with session_faults(name):
        try:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            connection = _connect(part, "rw")
            try:
                yield connection
            finally:
                connection.close()
            _put_in_place(part, path, overwrite=overwrite)
        except FileExistsError:
            raise _taken(name) from None
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"There is no folder {path.parent}.") from None
        finally:
            _remove(part)


def _put_in_place(part: Path, path: Path, *, overwrite: bool) -> None:
    lock = take_lock(path) if path.exists() else None
    try:
        # A log that is left there belongs to another file, and SQLite would play it into this one.
        _remove(*(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")))
        put_in_place(part, path, overwrite=overwrite)
    finally:
        if lock is not None:
            lock.release()


def reading_mode(path: Path, head: Head) -> str:
    """How to open for reading only. In a file that was left in write-ahead mode without its log,
    reading would make a new one, were it not told that nobody writes."""
    return "ro&immutable=1" if head.in_wal_mode and not wal_beside(path).exists() else "ro"


def take_lock(path: Path) -> FileLock | None:
    """The writer's lock, or None where the file or its folder cannot be written.

    Raise SessionLocked.
    """
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return None
    name = shown_name(path)
    lock = FileLock(path)
    with session_faults(name):
        try:
            lock.take()
        except LockTaken as exc:
            whose = f" (PID {exc.pid})" if exc.pid is not None else ""
            raise SessionLocked(
                f"{name} is open in another window{whose}.",
                hint="Go on there, or open it read-only.",
            ) from None
        except OSError as exc:
            if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                return None
            raise
    return lock


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_WAIT_MS / 1000,
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _taken(name: str) -> BadInput:
    return BadInput(f"{name} is there already.", hint="Choose another name.")


def _remove(*paths: Path) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
