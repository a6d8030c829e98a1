"""Looking a session file over: every picture hashed again, everything that is named there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.request import EditRequest
from kontext_studio.store import seals
from kontext_studio.store.journal import Unreadable, load_drafts, load_jobs, load_nodes, replay

WHOLE_FILE = "The file"

_AREA = "the area it was limited to"
_LOST_KEY = "lost"
"""The pictures that were lost already when the file was repaired: what is known is no damage."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong. `step` names the step as a sentence would, or the whole file;
    `message` says what is lost."""

    step: str
    message: str
    node: NodeId | None = None


def name_of(node: Node) -> str:
    """How messages call a step: "Step 3", "Step 3, variant 2", "The original “cat.jpg”"."""
    if not node.parents and node.request is None:
        return f"The original “{node.title}”" if node.title else "The original"
    return f"Step {node.step}" + (f", variant {node.variant}" if node.variant > 1 else "")


def pictures_of(node: Node) -> Iterator[tuple[ImageRef, str]]:
    """Every picture a step depends on, with what it is to the step."""
    yield node.image, "its picture"
    if node.raw is not None:
        yield node.raw, "the untouched answer of the service"
    if node.request is not None:
        yield from pictures_of_request(node.request)
    if node.derivation is not None and node.derivation.area is not None:
        yield node.derivation.area.mask, _AREA


def pictures_of_request(request: EditRequest) -> Iterator[tuple[ImageRef, str]]:
    """Every picture that a run depends on."""
    for ref in request.inputs:
        yield ref, "a picture it was made from"
    if request.area is not None:
        yield request.area.mask, _AREA


def put_lost(connection: sqlite3.Connection, pictures: Iterable[Sha256]) -> None:
    """Write down which pictures the steps of a repaired file have to do without."""
    names = sorted(set(pictures))
    if names:
        row = (_LOST_KEY, json.dumps(names))
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", row)


def known_losses(connection: sqlite3.Connection) -> tuple[Damage, ...]:
    """What the steps of a repaired file lack, by step; empty where none ever was repaired. Raise
    sqlite3.Error, or Unreadable."""
    lost = _lost(connection)
    if not lost:
        return ()
    there = {str(sha) for (sha,) in connection.execute("SELECT sha256 FROM images")}
    return tuple(
        dict.fromkeys(
            Damage(
                name_of(node),
                f"{what[0].upper()}{what[1:]} was lost before the file was repaired.",
                node.id,
            )
            for node in load_nodes(connection).values()
            for ref, what in pictures_of(node)
            if ref.sha256 in lost and ref.sha256 not in there
        )
    )


def _lost(connection: sqlite3.Connection) -> frozenset[Sha256]:
    try:
        rows = connection.execute("SELECT value FROM meta WHERE key = ?", (_LOST_KEY,)).fetchall()
        names = json.loads(rows[0][0]) if rows else []
    except (sqlite3.DatabaseError, UnicodeDecodeError, ValueError, TypeError, RecursionError):
        return frozenset()
    return frozenset(Sha256(str(one)) for one in names) if isinstance(names, list) else frozenset()


def check_all(connection: sqlite3.Connection) -> tuple[Damage, ...]:
    """All that is wrong, the file's structure first, then by step; without what was lost already
    when the file was repaired."""
    return tuple(dict.fromkeys(_damages(connection)))


def _damages(connection: sqlite3.Connection) -> Iterator[Damage]:
    # 1. The structure of the database.
    try:
        for (line,) in connection.execute("PRAGMA quick_check(20)"):
            if line != "ok":
                yield Damage(WHOLE_FILE, f"Its structure is damaged ({str(line)[:200]}).")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
        yield Damage(WHOLE_FILE, f"Its structure is damaged ({exc}).")
    # 2. Steps, the journal, runs and drafts.
    nodes: dict[NodeId, Node] = {}
    try:
        nodes = load_nodes(connection)
        replay(connection, nodes)
    except Unreadable as exc:
        yield Damage(WHOLE_FILE, f"The history cannot be read: {exc}.")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
        yield Damage(WHOLE_FILE, f"The history cannot be read ({exc}).")
    for load, what in ((load_jobs, "A run"), (load_drafts, "A draft")):
        try:
            load(connection)
        except (Unreadable, sqlite3.DatabaseError, UnicodeDecodeError) as exc:
            yield Damage(WHOLE_FILE, f"{what} cannot be read: {exc}.")
    for node in nodes.values():
        for parent in node.parents:
            if parent not in nodes:
                yield Damage(name_of(node), "A step it was made from is missing.", node.id)
    yield from _missing_rows(connection)
    yield from _changed_words(connection, nodes)
    # 3. Pictures.
    sound, broken = _hashed(connection)
    lost = _lost(connection)
    used: set[Sha256] = set()
    for node in nodes.values():
        for ref, what in pictures_of(node):
            used.add(ref.sha256)
            if ref.sha256 in sound or ref.sha256 in lost - broken:
                continue
            state = "is damaged" if ref.sha256 in broken else "is missing"
            yield Damage(name_of(node), f"{what[0].upper()}{what[1:]} {state}.", node.id)
    for sha in sorted(broken - used):
        yield Damage(WHOLE_FILE, f"A picture that no step shows is damaged ({sha[:12]}).")


def _missing_rows(connection: sqlite3.Connection) -> Iterator[Damage]:
    """Rows that were written and are gone: their numbers have no holes."""
    for table, what in (("nodes", "step"), ("jobs", "run"), ("journal", "act")):
        try:
            ((first, last, count),) = connection.execute(
                f"SELECT min(seq), max(seq), count(*) FROM {table}"
            ).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            continue  # told as damage of the structure
        if count and isinstance(first, int) and (gone := last - min(first, 1) + 1 - count) > 0:
            yield Damage(WHOLE_FILE, f"The note of {gone} {what}{'s' * (gone > 1)} is missing.")


def _changed_words(
    connection: sqlite3.Connection, nodes: Mapping[NodeId, Node]
) -> Iterator[Damage]:
    """Bodies that read well and are not what was written."""
    try:
        for name in seals.broken(connection, "nodes"):
            node = nodes.get(NodeId(name))
            step = WHOLE_FILE if node is None else name_of(node)
            words = "A letter of its instruction or settings is not what was written."
            yield Damage(step, words, None if node is None else node.id)
        for table, what in (("jobs", "a run"), ("drafts", "a draft"), ("journal", "an act")):
            for _ in seals.broken(connection, table):
                yield Damage(WHOLE_FILE, f"What is noted of {what} is not what was written.")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as exc:
        yield Damage(WHOLE_FILE, f"Its words cannot be read ({exc}).")


def _hashed(connection: sqlite3.Connection) -> tuple[set[Sha256], set[Sha256]]:
    """The pictures whose bytes fit their hash, and those whose bytes do not."""
    sound: set[Sha256] = set()
    broken: set[Sha256] = set()
    try:
        names = [str(sha) for (sha,) in connection.execute("SELECT sha256 FROM images")]
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return sound, broken
    for name in names:
        try:
            row = connection.execute("SELECT data FROM images WHERE sha256 = ?", (name,)).fetchone()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            row = None
        fits = (
            row is not None
            and isinstance(row[0], bytes)
            and hashlib.sha256(row[0]).hexdigest() == name
        )
        (sound if fits else broken).add(Sha256(name))
    return sound, broken
