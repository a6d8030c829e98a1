"""A database that is open: its transactions, its log, its lock and its place on the disk. It knows
nothing of what is in the tables."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kontext_studio.core.errors import DiskFull, SessionError
from kontext_studio.store import faults
from kontext_studio.store.export_file import part_beside
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.lock import FileLock
from kontext_studio.store.room import Reserve, free_bytes
from kontext_studio.store.schema import journal_beside, wal_beside
from kontext_studio.store.shared_folder import is_shared
from kontext_studio.store.watch import Identity, Watch, Whereabouts, identity_of

_PROBE_BYTES = 256 * 1024


class OpenDatabase:
    """One connection with all that has to be put away after it. Read-only without a lock."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        self.connection = connection
        self._path = path
        self._name = shown_name(path)
        self._lock = lock
        self._closed = False
        self._is_set_up = False
        self._log: Identity | None = None
        self._watch = Watch(path)
        self._reserve = Reserve(path)
        with faults.session_faults(self._name):
            self._written_by_others = self._data_version()

    @property
    def read_only(self) -> bool:
        return self._lock is None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block has ended. Raise SessionError, and SessionGone
        where the file is no longer the one that was opened: nothing was written then."""
        if self.read_only:
            raise faults.read_only(self._name)
        self.demand_here()
        connection = self.connection
        try:
            with faults.session_faults(self._name):
                self._set_up()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    self._check_version()
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
        except SessionError as exc:
            # SQLite knows a full disk, but not a quota that is used up.
            if exc.detail.startswith("SQLITE_IOERR_WRITE") and self._quota_is_used_up():
                raise faults.full(exc.detail) from exc
            raise
        finally:
            self._watch.note()

    def put_into_file(self) -> None:
        """Bring what stands in the log into the file itself, so that a copy of that one file, made
        by any other program, has it too. What cannot be brought now is at the next time."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error:
            pass  # a full disk, or a reader in the way: it is durable in the log
        finally:
            self._watch.note()

    def urgently(self, write: Callable[[], None]) -> None:
        """Write what must not wait: where the disk is full the space that was put by is used."""
        try:
            write()
        except DiskFull:
            if not self._reserve.free():
                raise
            write()

    def whereabouts(self) -> Whereabouts:
        """Whether the file is still the one that was opened; one look, nothing is changed."""
        return Whereabouts.HERE if self.read_only else self._watch.look()

    def demand_here(self) -> None:
        """Raise SessionGone where it is not."""
        match self.whereabouts():
            case Whereabouts.GONE:
                raise faults.gone(self._name)
            case Whereabouts.REPLACED:
                raise faults.replaced(self._name)

    def room(self) -> int | None:
        """How many bytes may still be written; None where that is not known."""
        free = free_bytes(self._path)
        (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
        (most,) = self.connection.execute("PRAGMA max_page_count").fetchone()
        (page,) = self.connection.execute("PRAGMA page_size").fetchone()
        allowed = (int(most) - int(pages)) * int(page)
        return allowed if free is None else min(free, allowed)

    def close(self) -> None:
        """Leave a single whole file behind. Where it is no longer the one that was opened nothing
        is left, and the other is not touched. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        is_here = self.whereabouts() is Whereabouts.HERE
        if not self.read_only:
            self._reserve.free()
        try:
            if not is_here:
                self._drop_log()
            elif not self.read_only:
                self._put_away()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            pass  # damaged: what can be saved lies in the file and its log
        finally:
            self.connection.close()
            if not is_here and self._is_our_log():
                for end in ("-wal", "-shm"):
                    with contextlib.suppress(OSError):
                        self._path.with_name(self._path.name + end).unlink()
            if self._lock is not None:
                self._lock.release()

    def _put_away(self) -> None:
        # A reader elsewhere may be in the way: then it, being the last, tidies up.
        with contextlib.suppress(sqlite3.OperationalError):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if journal_beside(self._path).exists():
                # A process was killed and left it. Changing from PERSIST to DELETE makes
                # SQLite remove it, under the locks that keep one that is needed.
                self.connection.execute("PRAGMA journal_mode = PERSIST")
            self.connection.execute("PRAGMA journal_mode = DELETE")

    def _set_up(self) -> None:
        """Not sooner than the first writing, so that looking at a session leaves its file as it
        is. Where a file system has no shared memory SQLite stays with its rollback journal."""
        if not self._is_set_up:
            self._check_version()
            mode = "DELETE" if is_shared(self._path) else "WAL"
            self.connection.execute(f"PRAGMA journal_mode = {mode}")
            self._written_by_others = self._data_version()  # the change of mode counts as one
            self._is_set_up = True
        if self._log is None:
            self._log = identity_of(wal_beside(self._path))
        self._reserve.hold()

    def _check_version(self) -> None:
        if self._data_version() != self._written_by_others:
            raise faults.replaced(self._name)

    def _data_version(self) -> int:
        """Changes when anybody else writes into the file."""
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _is_our_log(self) -> bool:
        return self._log is not None and identity_of(wal_beside(self._path)) == self._log

    def _drop_log(self) -> None:
        """What stands in the log is of the file that is gone; SQLite must not put it into the one
        that is there now."""
        if self._is_our_log():
            with contextlib.suppress(OSError):
                os.truncate(wal_beside(self._path), 0)

    def _quota_is_used_up(self) -> bool:
        probe = part_beside(self._path)
        try:
            with probe.open("xb") as file:
                file.write(bytes(_PROBE_BYTES))
                file.flush()
                os.fsync(file.fileno())
        except OSError as exc:
            return faults.is_full(exc)
        finally:
            with contextlib.suppress(OSError):
                probe.unlink()
        return False
