"""Session files of other versions: an older one is brought up to date on a copy and kept beside
it, a newer one is read as far as it is understood and never written."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core import kill_points
from kontext_studio.core.errors import SessionDamaged, SessionError
from kontext_studio.store import schema, version_1
from kontext_studio.store.database import new_database, open_database, reading_mode
from kontext_studio.store.faults import damaged, session_faults
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.schema import Head, wal_beside


@dataclass(frozen=True, slots=True)
class Migration:
    """From one version to the next. `tables` is the whole shape of the older one, `step` what
    turns it into the newer, inside a transaction."""

    tables: Mapping[str, str]
    step: Callable[[sqlite3.Connection], None]


MIGRATIONS: dict[int, Migration] = {
    1: Migration(version_1.TABLES, version_1.bring_to_version_2),
}
"""By the version that each starts from."""


def open_for_reading(path: Path, head: Head) -> sqlite3.Connection:
    """A connection that leaves the file as it is; of an older version's file to a private copy of
    this version. Raise SessionError."""
    mode = reading_mode(path, head)
    is_newer = head.version > schema.VERSION
    try:
        if head.version < schema.VERSION:
            return _private_copy(path, mode, head.version)
        return open_database(path, mode, may_hold_more=is_newer)
    except SessionDamaged as exc:
        if is_newer:
            raise schema.newer(shown_name(path), head.version) from exc
        raise
    except SessionError as exc:
        if is_newer or not wal_beside(path).exists():
            raise
        return _with_log_in_the_way(path, exc)


def _with_log_in_the_way(path: Path, fault: SessionError) -> sqlite3.Connection:
    """A process was killed and left its log, and there is no room, or no right, for the memory that
    readers of a log share. Raise `fault` where nothing helps."""
    try:
        return open_database(path, "rw", alone=True)  # on a full disk
    except SessionError:
        pass
    try:
        with tempfile.TemporaryDirectory() as folder:  # in a folder that cannot be written
            copy = Path(folder) / "session"
            for one, other in ((path, copy), (wal_beside(path), wal_beside(copy))):
                shutil.copyfile(one, other)
            return _in_private(open_database(copy, "rw"))
    except (SessionError, OSError):
        raise fault from None


def bring_up_to_date(path: Path, version: int) -> None:
    """Exchange an older file for one of this version, which is whole before it gets its name. The
    old one stays beside it as `NAME.v1.bak`. The lock is the caller's. Raise SessionError."""
    name = shown_name(path)
    with session_faults(name):
        old = open_database(path, "rw", tables=_steps(path, version)[0].tables)
        try:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what is kept is one whole file
            keep_as = f"{path.name}.v{version}.bak"
            with new_database(path, overwrite=True, keep_as=keep_as, has_lock=True) as new:
                old.backup(new)
                new.execute("PRAGMA journal_mode = DELETE")
                _migrate(path, new, version)
                old.close()
                kill_points.reach(kill_points.KillPoint.MIGRATION)
        finally:
            old.close()


def _private_copy(path: Path, mode: str, version: int) -> sqlite3.Connection:
    """The file in this version's shape, in a place that SQLite removes by itself."""
    old = open_database(path, mode, tables=_steps(path, version)[0].tables)
    with session_faults(shown_name(path)):
        copy = _in_private(old)
        try:
            _migrate(path, copy, version)
        except BaseException:
            copy.close()
            raise
        return copy


def _in_private(connection: sqlite3.Connection) -> sqlite3.Connection:
    """All that a connection sees, in a place that SQLite removes by itself; it is closed."""
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        connection.backup(copy)
    except BaseException:
        copy.close()
        raise
    finally:
        connection.close()
    return copy


def _migrate(path: Path, connection: sqlite3.Connection, version: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for one in _steps(path, version):
        one.step(connection)
    connection.execute(f"PRAGMA user_version = {schema.VERSION}")
    connection.execute("COMMIT")
    schema.check_schema(connection, shown_name(path))


def _steps(path: Path, version: int) -> list[Migration]:
    steps = [MIGRATIONS.get(one) for one in range(version, schema.VERSION)]
    known = [one for one in steps if one is not None]
    if len(known) < len(steps):
        raise damaged(shown_name(path), f"there is no way from version {version}")
    return known
