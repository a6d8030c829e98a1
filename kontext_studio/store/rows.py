"""Single rows of a session file, written inside somebody else's transaction."""

from __future__ import annotations

import hashlib
import sqlite3

from kontext_studio import __version__
from kontext_studio.core.changes import Change
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord
from kontext_studio.store.journal import DO, HEAD_KEY, body_of, head_after, moves_head
from kontext_studio.store.seals import SEALED, sealed

CHOICE = "choice "
"""Begins the keys of what is chosen for one session."""


def put_maker(connection: sqlite3.Connection) -> None:
    """The first rows of a new file: which program made it, and that its bodies are sealed."""
    rows = (("made_by", __version__), (SEALED, "1"))
    connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)


def insert_image(connection: sqlite3.Connection, ref: ImageRef, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != ref.sha256:
        raise ValueError("these are not the bytes of that picture")
    added = connection.execute(
        "INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?, ?)",
        (ref.sha256, ref.media_type, ref.width, ref.height, data),
    )
    if not added.rowcount:
        _make_whole(connection, ref, data)


def _make_whole(connection: sqlite3.Connection, ref: ImageRef, data: bytes) -> None:
    """A picture that is there already, unless its bytes were damaged on the disk."""
    question = "UPDATE images SET data = ?1 WHERE sha256 = ?2 AND data IS NOT ?1"
    try:
        connection.execute(question, (data, ref.sha256))
    except sqlite3.DatabaseError as exc:
        # Where SQLite cannot get at it any more it stays as it is, until the file is repaired.
        if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise


def put_node(connection: sqlite3.Connection, node: Node) -> None:
    row = (node.id, sealed(node.id, node.to_json()))
    connection.execute("INSERT INTO nodes (id, body) VALUES (?, ?)", row)


def put_job(connection: sqlite3.Connection, record: JobRecord) -> None:
    connection.execute(
        "INSERT INTO jobs (id, body) VALUES (?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        (record.id, sealed(record.id, record.to_json())),
    )


def put_draft(connection: sqlite3.Connection, node: NodeId | None, draft: Draft) -> None:
    """An empty draft is forgotten."""
    if draft == Draft():
        connection.execute("DELETE FROM drafts WHERE node = ?", (node or "",))
    else:
        row = (node or "", sealed(node or "", draft.to_json()))
        connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?)", row)


def put_choice(connection: sqlite3.Connection, name: str, text: str) -> None:
    """An empty one is forgotten."""
    connection.execute("DELETE FROM meta WHERE key = ?", (CHOICE + name,))
    if text:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (CHOICE + name, text))


def put_head(connection: sqlite3.Connection, node: NodeId | None) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (HEAD_KEY, node or ""))


def put_entry(connection: sqlite3.Connection, verb: str, change: Change) -> None:
    body = sealed(verb, body_of(change)) if verb == DO else None
    connection.execute("INSERT INTO journal (verb, body) VALUES (?, ?)", (verb, body))
    if moves_head(change):
        put_head(connection, head_after(change))
