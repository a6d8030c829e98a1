"""Connections to session files: how they are set up and locked, and how a new file is made."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from kontext_studio.core.errors import BadInput, SessionError, SessionLocked
from kontext_studio.store.export_file import also_as, part_beside, put_in_place, sync_folder
from kontext_studio.store.faults import damaged, is_full, session_faults
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.lock import FileLock, LockTaken
from kontext_studio.store.schema import Head, check_schema, journal_beside, wal_beside

MAX_CELL_BYTES = 512 * 1024 * 1024
BUSY_WAIT_MS = 2_000
SMALL_TABLES = ("meta", "nodes", "jobs", "journal", "drafts", "hosted")
_LOGS = ("-wal", "-shm", "-journal")
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: MAX_CELL_BYTES,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 50,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 5,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 50,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
MAX_NAME_BYTES = 240  # SQLite and the lock put files beside it whose names are a little longer


def open_for_writing(path: Path, max_bytes: int | None = None) -> sqlite3.Connection:
    """A connection to a file of this version; the lock is the caller's. Raise SessionError."""
    name = shown_name(path)
    try:
        connection = open_database(path, "rw")
    except SessionError:
        if not wal_beside(path).exists():
            raise
        # On a full disk there is no room for the memory that processes share. Alone, SQLite does
        # without; and the lock says that this process is alone.
        connection = open_database(path, "rw", alone=True)
    with session_faults(name):
        try:
            for table in SMALL_TABLES:  # the others are long, and pictures are checked on use
                for (line,) in connection.execute(f"PRAGMA quick_check('{table}')"):
                    if line != "ok":
                        raise damaged(name, str(line)[:200])
            if max_bytes is not None:
                (page,) = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max_bytes // page}")
        except BaseException:
            connection.close()
            raise
    return connection


def open_database(
    path: Path,
    mode: str,
    *,
    tables: Mapping[str, str] | None = None,
    may_hold_more: bool = False,
    alone: bool = False,
) -> sqlite3.Connection:
    """A connection to a file that has the schema, ours where no other is given. Raise
    SessionError."""
    name = shown_name(path)
    with session_faults(name):
        connection = _connect(path, mode, alone=alone)
        try:
            check_schema(connection, name, tables, may_hold_more=may_hold_more)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def new_database(
    path: Path, *, overwrite: bool, keep_as: str = "", has_lock: bool = False
) -> Iterator[sqlite3.Connection]:
    """An empty database to fill; it gets its name when the block ends well. With `keep_as` a file
    that is there keeps its bytes and its log under that name, or one that is like it and free.
    With `has_lock` the caller holds the lock of that file.

    Raise BadInput where the name is taken, too long, or its folder is not there, SessionLocked
    where the file to overwrite is open.
    """
    path = path.absolute()
    demand_short_name(path)
    name = shown_name(path)
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
            with _locked(path, has_lock):
                if keep_as and path.exists():
                    _keep(path, keep_as)
                _put_in_place(part, path, overwrite=overwrite)
        except FileExistsError:
            raise _taken(name) from None
        except (FileNotFoundError, NotADirectoryError):
            raise BadInput(f"There is no folder {path.parent}.") from None
        finally:
            _remove(part)


def demand_short_name(path: Path) -> None:
    """Raise BadInput where there would be no room for the names of the files beside it."""
    if len(os.fsencode(path.name)) > MAX_NAME_BYTES:
        raise BadInput(f"The name of {shown_name(path)} is too long.", hint="Choose a shorter one.")


def make_its_own(path: Path, head: Head) -> None:
    """Part a file from the other names it goes by: SQLite's log and the lock go by the name, so two
    programs at two names would write over each other; and a backup made of links would change
    with the file. The other names keep it as it is. The lock of `path` is the caller's. Raise
    SessionError."""
    with session_faults(shown_name(path)):
        # For reading: closing it must not write the log into the file that the others have.
        shared = open_database(path, reading_mode(path, head))
        try:
            with new_database(path, overwrite=True, has_lock=True) as own:
                shared.backup(own)
                own.execute("PRAGMA journal_mode = DELETE")
                shared.close()
        finally:
            shared.close()


@contextmanager
def _locked(path: Path, has_lock: bool) -> Iterator[None]:
    lock = take_lock(path) if path.exists() and not has_lock else None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _put_in_place(part: Path, path: Path, *, overwrite: bool) -> None:
    # A log that is left there belongs to another file, and SQLite would play it into this one.
    _remove(*(path.with_name(path.name + end) for end in _LOGS))
    put_in_place(part, path, overwrite=overwrite)


def _keep(path: Path, name: str) -> None:
    """Give the file a second name, so that there is always one under its first."""
    kept = path.with_name(name)
    count = 1
    while kept.exists() and not kept.samefile(path):  # the same: a process was killed just here
        count += 1
        kept = path.with_name(f"{name}-{count}")
    if not kept.exists():
        also_as(path, kept)
    for end in ("-wal", "-journal"):
        log = path.with_name(path.name + end)
        if log.exists():
            log.replace(kept.with_name(kept.name + end))
    kept.chmod(0o600)
    sync_folder(path.parent)


def kept_beside(path: Path, name: str) -> Path:
    """Where `keep_as` has put the last file that had to make room."""
    found = [one for one in path.parent.iterdir() if one.name.startswith(name)]
    files = [one for one in found if not one.name.endswith(_LOGS)]
    return max(files, key=lambda one: (len(one.name), one.name), default=path.with_name(name))


def reading_mode(path: Path, head: Head) -> str:
    """How to open for reading only. In a file that was left in write-ahead mode without its log,
    reading would make a new one, were it not told that nobody writes. One that was left in the
    middle of a transaction can be read only when SQLite may put it back as it was."""
    if journal_beside(path).exists():
        return "rw"
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
            raise SessionLocked(
                f"{name} is open in another window{_whose(exc)}.",
                hint="Go on there, or open it read-only.",
            ) from None
        except OSError as exc:
            # On a full disk there may be no room for a lock: looking is still possible.
            if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS) or is_full(exc):
                return None
            raise
    return lock


def _whose(taken: LockTaken) -> str:
    if taken.pid is None:
        return ""
    since = ""
    if taken.since is not None and math.isfinite(taken.since):
        with contextlib.suppress(OverflowError, ValueError, OSError):
            begun = datetime.fromtimestamp(taken.since)
            is_today = begun.date() == datetime.now().date()
            since = f", since {begun:%H:%M}" if is_today else f", since {begun:%Y-%m-%d %H:%M}"
    return f" (PID {taken.pid}{since})"


def _connect(path: Path, mode: str, *, alone: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_WAIT_MS / 1000,
    )
    try:
        for limit, most in _LIMITS.items():
            connection.setlimit(limit, most)
        if alone:  # before anything that looks into the file
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # EXTRA also syncs the folder when a rollback journal is removed: else it may be there again
        # after a power cut, and take back what was acknowledged.
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = EXTRA"):
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
