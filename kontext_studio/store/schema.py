"""The shape of a session file, and whether a file has it, told without letting SQLite near a file
that is not ours."""

from __future__ import annotations

import re
import sqlite3
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core.errors import NewerSession, NotASession, SessionDamaged
from kontext_studio.store.file_names import shown_name

APPLICATION_ID = 0x4B545354  # "KTST"
VERSION = 2
"""2: an area says how much of the picture it is and how soft its edge; steps that are computed say
how. A program of the first version cannot read that, and says that the file is newer."""
PAGE_BYTES = 32_768
"""Large pages: pictures are most of the file, and commits were steadier than with 4 kB ones."""

MAX_ROWS = 1_000_000
"""More rows than this in any table is no session that a person made."""

TABLES = {
    "meta": "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "images": (
        "CREATE TABLE images (sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL,"
        " width INTEGER NOT NULL, height INTEGER NOT NULL, data BLOB NOT NULL)"
    ),
    "thumbnails": "CREATE TABLE thumbnails (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL)",
    "nodes": (
        "CREATE TABLE nodes (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
    ),
    "jobs": (
        "CREATE TABLE jobs (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)"
    ),
    "journal": "CREATE TABLE journal (seq INTEGER PRIMARY KEY, verb TEXT NOT NULL, body TEXT)",
    "drafts": "CREATE TABLE drafts (node TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "hosted": (
        "CREATE TABLE hosted (sha256 TEXT NOT NULL, origin TEXT NOT NULL, url TEXT NOT NULL,"
        " expires REAL, PRIMARY KEY (sha256, origin))"
    ),
    "measures": "CREATE TABLE measures (key TEXT PRIMARY KEY, value REAL NOT NULL)",
}

_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Head:
    """What the first 100 bytes say. `in_wal_mode`: not put away, commits may lie beside it."""

    version: int
    in_wal_mode: bool


def read_head(path: Path, *, newer_too: bool = False) -> Head:
    """Look at a file by plain reading. Raise NotASession, NewerSession or SessionDamaged."""
    name = shown_name(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise NotASession(f"{name} is a folder, not a Kontext Studio session.")
        if not stat.S_ISREG(status.st_mode):
            raise NotASession(f"{name} is not a Kontext Studio session.")
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise NotASession(f"{name} was not found.") from None
    except PermissionError:
        raise NotASession(f"{name} may not be read by this user.") from None
    except (OSError, ValueError) as exc:
        raise NotASession(f"{name} cannot be read.", detail=type(exc).__name__) from exc
    if not head:
        raise NotASession(f"{name} is empty.")
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise NotASession(f"{name} is not a Kontext Studio session.")
    if int.from_bytes(head[68:72], "big") != APPLICATION_ID:
        raise NotASession(f"{name} is not a Kontext Studio session.")
    version = int.from_bytes(head[60:64], "big")
    if version > VERSION and not newer_too:
        raise newer(name, version)
    if version < 1:
        raise SessionDamaged(f"{name} is damaged.", detail="it states no version")
    in_wal_mode = head[18] == 2
    size_is_stated = head[24:28] == head[92:96]  # else another SQLite wrote since
    stated = int.from_bytes(head[28:32], "big") * int.from_bytes(head[16:18], "big")
    is_under_way = wal_beside(path).exists() or journal_beside(path).exists()
    if size_is_stated and status.st_size < stated and not is_under_way:
        raise SessionDamaged(
            f"{name} is cut short: {status.st_size:,} of {stated:,} bytes are there.",
            hint="Look for a whole copy. The file was not changed.",
        )
    return Head(version, in_wal_mode)


def newer(name: str, version: int) -> NewerSession:
    return NewerSession(
        f"{name} was made with a newer version of Kontext Studio (format {version}).",
        hint="Open it read-only, or update the program. The file was not changed.",
    )


def wal_beside(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def journal_beside(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def create_schema(connection: sqlite3.Connection) -> None:
    """Make an empty session in a new database."""
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute("BEGIN")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    for statement in TABLES.values():
        connection.execute(statement)
    connection.execute("COMMIT")


def check_schema(
    connection: sqlite3.Connection,
    name: str,
    tables: Mapping[str, str] | None = None,
    *,
    may_hold_more: bool = False,
) -> None:
    """Raise where the database holds anything but exactly our tables (those of this version, where
    none are given), or too much in them. With `may_hold_more` there may be plain tables beside
    them, and columns: a newer version may have added some."""
    tables = TABLES if tables is None else tables
    found = {}
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema LIMIT 1000").fetchall()
    for kind, title, sql in rows:
        if kind == "index" and str(title).startswith("sqlite_autoindex_") and sql is None:
            continue
        known = tables.get(str(title)) == sql
        if kind != "table" or not (known or (may_hold_more and _is_plain(sql))):
            raise NotASession(
                f"{name} holds parts that no Kontext Studio session has.",
                hint="It was not opened, and nothing in it was run.",
                detail=f"{kind} {str(title)[:60]}",
            )
        found[str(title)] = sql
    if missing := sorted(tables.keys() - found.keys()):
        raise SessionDamaged(f"{name} is damaged.", detail=f"missing: {', '.join(missing)}")
    for table in tables:
        (rows_there,) = connection.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {MAX_ROWS + 1})"
        ).fetchone()
        if rows_there > MAX_ROWS:
            raise SessionDamaged(f"{name} holds more than a session can.", detail=table)


def _is_plain(statement: object) -> bool:
    """A table that computes nothing, so that reading it runs nothing of the file's own."""
    text = str(statement)
    return bool(re.match(r"CREATE TABLE\b", text)) and not re.search(
        r"\b(GENERATED|AS|CHECK|DEFAULT)\b", text, re.IGNORECASE
    )
