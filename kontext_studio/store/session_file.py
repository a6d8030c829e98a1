"""The session file: one SQLite database in which everything is written before anyone is told.

Used from one thread at a time. While it is written to it runs a write-ahead log with full syncing;
closed it is a single file. It knows nothing of what pictures show.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from kontext_studio.core import kill_points
from kontext_studio.core.changes import Change, HeadMoved, NodesAdded, is_undoable
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadInput, SessionDamaged, SessionError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.provider import HostedUrl
from kontext_studio.store import faults, schema
from kontext_studio.store.checking import Damage, check_all, known_losses, name_of
from kontext_studio.store.database import (
    demand_short_name,
    make_its_own,
    new_database,
    open_for_writing,
    take_lock,
)
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.journal import (
    DO,
    REDO,
    UNDO,
    LoadedSession,
    Unreadable,
    load_all,
    load_nodes,
)
from kontext_studio.store.opened import OpenDatabase
from kontext_studio.store.room import check_room
from kontext_studio.store.rows import (
    CHOICE,
    insert_image,
    put_choice,
    put_draft,
    put_entry,
    put_head,
    put_job,
    put_maker,
    put_node,
)
from kontext_studio.store.schema import create_schema, read_head
from kontext_studio.store.versions import bring_up_to_date, open_for_reading
from kontext_studio.store.watch import Whereabouts, identity_of

MOST_AT_ONCE_BYTES = 8 * 1024 * 1024
"""A larger result stays in the log until SQLite brings it into the file by itself, at the latest
when 32 MB have gathered: writing it twice while it is decoded and measured held the window up."""


class SessionFile:
    """Made by `create` or `open`, ended by `close`. Its methods raise SessionError."""

    def __init__(self, path: Path, database: OpenDatabase) -> None:
        self.path = path
        self._name = shown_name(path)
        self._database = database
        self._connection = database.connection
        self._loaded: LoadedSession | None = None
        # How many acts the journal could take back and do again: it must never say more.
        self._undoable = self._redoable = 0

    # Opening and closing.

    @classmethod
    def create(cls, path: Path) -> SessionFile:
        """A new empty session; it appears under its name only when it is whole.

        Raise BadInput where the name is taken or there is no such folder.
        """
        with new_database(path, overwrite=False) as connection:
            create_schema(connection)
            put_maker(connection)
        return cls.open(path)

    @classmethod
    def open(
        cls, path: Path, read_only: bool = False, *, max_bytes: int | None = None
    ) -> SessionFile:
        """Open a session; where it cannot be written it is open for reading, told by `read_only`.

        Opening and reading change nothing, except that a file of an older version is brought up
        to date when it is opened for writing; it is kept beside the new one. One of a newer
        version opens for reading only. `max_bytes` lets the file grow no further.

        Raise BadInput where the name is too long.
        """
        path = path.absolute()
        demand_short_name(path)
        head = read_head(path, newer_too=read_only)
        path = path.resolve()
        lock = None if read_only else take_lock(path)
        try:
            if lock is None:
                return cls(path, OpenDatabase(path, open_for_reading(path, head), None))
            if head.version < schema.VERSION:
                bring_up_to_date(path, head.version)
            elif path.stat().st_nlink > 1:
                make_its_own(path, head)
            return cls(path, OpenDatabase(path, open_for_writing(path, max_bytes), lock))
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    @property
    def read_only(self) -> bool:
        return self._database.read_only

    def whereabouts(self) -> Whereabouts:
        """Whether the file is still the one that was opened. Where it is not, writing raises
        SessionGone, reading and `save_copy` still work, and `close` leaves the other alone."""
        return self._database.whereabouts()

    def demand_here(self) -> None:
        """Raise SessionGone where the file is no longer the one that was opened."""
        self._database.demand_here()

    def room(self) -> int | None:
        """How many bytes may still be written where the session lies; None where nobody knows."""
        with faults.session_faults(self._name):
            return self._database.room()

    def check_room(self, expected_bytes: int) -> None:
        """Raise DiskFull where the result of a run could not be kept; asked before it is sent."""
        check_room(self.room(), expected_bytes)

    def close(self) -> None:
        """Leave a single whole file behind. Safe to call twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # Reading.

    def load(self) -> LoadedSession:
        """Read all but the pictures. Raise SessionDamaged; the file is closed then."""
        try:
            with faults.session_faults(self._name):
                self._loaded = load_all(self._connection)
        except Unreadable as exc:
            self.close()
            raise faults.damaged(self._name, str(exc)) from exc
        except SessionError:
            self.close()
            raise
        self._undoable = len(self._loaded.session.done)
        self._redoable = len(self._loaded.session.undone)
        return self._loaded

    @property
    def loaded(self) -> LoadedSession:
        """What `load` gave; loaded now where that was not done yet."""
        return self._loaded or self.load()

    def read_image(self, sha256: str) -> bytes:
        """Stored bytes, checked against their hash. Raise SessionDamaged naming the step."""
        try:
            row = self._row("SELECT data FROM images WHERE sha256 = ?", sha256)
        except SessionDamaged as exc:
            raise self._lost(sha256, "is damaged", exc.detail) from exc
        if row is None:
            raise self._lost(sha256, "is missing", "")
        data = row[0]
        if not isinstance(data, bytes) or hashlib.sha256(data).hexdigest() != sha256:
            raise self._lost(sha256, "is damaged", "its bytes do not fit their hash")
        return data

    def has_image(self, sha256: str) -> bool:
        return self._row("SELECT 1 FROM images WHERE sha256 = ?", sha256) is not None

    def thumbnail(self, sha256: str) -> bytes | None:
        row = self._row("SELECT data FROM thumbnails WHERE sha256 = ?", sha256)
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def read_measures(self) -> dict[str, float]:
        """Every figure that is known, by its key."""
        with faults.session_faults(self._name):
            rows = self._connection.execute("SELECT key, value FROM measures").fetchall()
        return {str(key): float(value) for key, value in rows if isinstance(value, int | float)}

    def hosted_url(self, sha256: str, origin: str) -> HostedUrl | None:
        """Where a service holds the picture, as far as is remembered; perhaps expired."""
        question = "SELECT url, expires FROM hosted WHERE sha256 = ? AND origin = ?"
        row = self._row(question, sha256, origin)
        if row is None:
            return None
        return HostedUrl(str(row[0]), float(row[1]) if isinstance(row[1], int | float) else None)

    def choice(self, name: str) -> str:
        """What was chosen for this session alone; empty where nothing was."""
        row = self._row("SELECT value FROM meta WHERE key = ?", CHOICE + name)
        return row[0] if row is not None and isinstance(row[0], str) else ""

    def check(self) -> tuple[Damage, ...]:
        """Hash every picture again and look at everything; empty where all is well."""
        with faults.session_faults(self._name):
            return check_all(self._connection)

    def known_losses(self) -> tuple[Damage, ...]:
        """What steps lack since the file was repaired; `check` is silent about it."""
        with faults.session_faults(self._name):
            return known_losses(self._connection)

    # Writing. Each method is one transaction, durable when it returns.

    def commit(
        self,
        change: Change,
        *,
        jobs: Iterable[JobRecord] = (),
        images: Iterable[tuple[ImageRef, bytes]] = (),
    ) -> None:
        """Write an act, with the runs it ends and the pictures its steps need, all or nothing."""
        self._count_acts()
        jobs, images = tuple(jobs), tuple(images)
        for job in jobs:
            kill_points.before_commit(job.state)
        with self._database.writing() as connection:
            for ref, data in images:
                insert_image(connection, ref, data)
                kill_points.reach(kill_points.KillPoint.INPUT_COPY)  # the first is an original
            if isinstance(change, NodesAdded):
                for node in change.nodes:
                    # What it was made from may have been lost since: what was paid for is kept.
                    for picture in filter(None, (node.image, node.raw)):
                        if not self.has_image(picture.sha256):
                            raise ValueError(f"a picture of step {node.id} is not stored")
                    put_node(connection, node)
            for job in jobs:
                put_job(connection, job)
                kill_points.inside_commit(job.state)
            if isinstance(change, HeadMoved):
                put_head(connection, change.after)
            else:
                put_entry(connection, DO, change)
        for job in jobs:
            kill_points.after_commit(job.state)
        if not jobs or sum(len(data) for _, data in images) <= MOST_AT_ONCE_BYTES:
            self._database.put_into_file()
        if is_undoable(change):
            self._undoable, self._redoable = self._undoable + 1, 0

    def commit_undo(self, change: Change) -> None:
        """Write that the last act was taken back, by the change that `Session.undo` gave."""
        self._count_acts()
        if not self._undoable:
            raise ValueError("there is nothing to undo in the file")
        with self._database.writing() as connection:
            put_entry(connection, UNDO, change)
        self._undoable, self._redoable = self._undoable - 1, self._redoable + 1

    def commit_redo(self, change: Change) -> None:
        """Write that the last undone act was done again, by the change that `Session.redo` gave."""
        self._count_acts()
        if not self._redoable:
            raise ValueError("there is nothing to redo in the file")
        with self._database.writing() as connection:
            put_entry(connection, REDO, change)
        self._undoable, self._redoable = self._undoable + 1, self._redoable - 1

    def save_head(self, node: NodeId | None) -> None:
        with self._database.writing() as connection:
            put_head(connection, node)

    def save_job(self, record: JobRecord) -> None:
        """Write a run's present state over its last one; on a full disk with room put by."""

        def write() -> None:
            with self._database.writing() as connection:
                put_job(connection, record)
                kill_points.inside_commit(record.state)

        kill_points.before_commit(record.state)
        self._database.urgently(write)
        kill_points.after_commit(record.state)

    def save_draft(self, node: NodeId | None, draft: Draft) -> None:
        """Keep what is typed for the next run from a step; an empty draft is forgotten."""
        with self._database.writing() as connection:
            put_draft(connection, node, draft)

    def save_choice(self, name: str, text: str) -> None:
        """Keep what is chosen for this session alone; an empty text is forgotten."""
        with self._database.writing() as connection:
            put_choice(connection, name, text)

    def put_image(self, ref: ImageRef, data: bytes) -> None:
        """Store a picture once. Raise ValueError where the bytes are not those of `ref`."""
        with self._database.writing() as connection:
            insert_image(connection, ref, data)

    def put_thumbnail(self, sha256: str, data: bytes) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO thumbnails VALUES (?, ?)", (sha256, data))

    def put_measures(self, rows: Mapping[str, float]) -> None:
        """Keep figures, by their keys."""
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO measures VALUES (?, ?)", rows.items())

    def remember_hosted(self, sha256: str, origin: str, hosted: HostedUrl) -> None:
        with self._database.writing() as connection:
            row = (sha256, origin, hosted.url, hosted.expires)
            connection.execute("INSERT OR REPLACE INTO hosted VALUES (?, ?, ?, ?)", row)

    def forget_hosted(self, sha256: str, origin: str | None = None) -> None:
        """Forget where a service holds a picture; every service without `origin`."""
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM hosted WHERE sha256 = ?1 AND (?2 IS NULL OR origin = ?2)",
                (sha256, origin),
            )

    def save_copy(self, path: Path, *, overwrite: bool = False) -> None:
        """A whole session of its own elsewhere, with all that is committed here.

        Raise BadInput where the name is taken or there is no such folder.
        """
        if (target := identity_of(path)) is not None and target == identity_of(self.path):
            raise BadInput(f"{shown_name(path)} is the session that is open.")
        with new_database(path, overwrite=overwrite) as copy:
            self._connection.backup(copy)
            kill_points.reach(kill_points.KillPoint.SAVE_AS)
            copy.execute("PRAGMA journal_mode = DELETE")

    # Inside.

    def _count_acts(self) -> None:
        if self._loaded is None:
            self.load()

    def _row(self, question: str, *values: str) -> tuple[object, ...] | None:
        with faults.session_faults(self._name):
            row: tuple[object, ...] | None = self._connection.execute(question, values).fetchone()
            return row

    def _lost(self, sha256: str, state: str, detail: str) -> SessionDamaged:
        steps: list[Node] = []
        with contextlib.suppress(Unreadable, sqlite3.Error, UnicodeDecodeError):
            nodes = load_nodes(self._connection).values()
            steps = [node for node in nodes if node.image.sha256 == sha256]
        whose = f"The picture of {_inside(name_of(steps[0]))}" if steps else "A picture"
        more = f" (and of {len(steps) - 1} more)" if len(steps) > 1 else ""
        return SessionDamaged(
            f"{whose}{more} {state} in {self._name}.",
            hint=_way_out(steps),
            detail=detail or sha256,
        )


def _way_out(steps: list[Node]) -> str:
    """How a lost picture is had again."""
    if any(node.request is not None for node in steps):
        return "Its instruction and settings are kept: run it again."
    return "Open the photograph again."


def _inside(step: str) -> str:
    """A step's name in the middle of a sentence."""
    return step[0].lower() + step[1:]
