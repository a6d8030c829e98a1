"""What was done in a session, in the order it was done, and the session that comes of doing it
again. Added steps are written by their ids: their bodies lie in a table of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.changes import (
    Change,
    Hidden,
    Labelled,
    NodesAdded,
    PicksSet,
    Starred,
    change_from_json,
    change_to_json,
)
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.session import Session
from kontext_studio.store import seals

DO, UNDO, REDO = "do", "undo", "redo"
HEAD_KEY = "head"

MAX_BODY = 128 * 1024 * 1024
"""No step, run or act has so many characters; the longest is the answer of a service that holds its
pictures, 96 MiB."""

UNREADABLE = (KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What reading a body raises where it is not what was written."""


@dataclass(frozen=True, slots=True)
class LoadedSession:
    """All of a session file but its pictures. `session` belongs to the caller from now on."""

    session: Session
    jobs: dict[JobId, JobRecord]
    drafts: dict[NodeId | None, Draft]
    meta: dict[str, str]


class Unreadable(Exception):
    """A row is not what was written; `where` names it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where


def body_of(change: Change) -> dict[str, object]:
    body = change_to_json(change)
    if isinstance(change, NodesAdded):
        body["nodes"] = [node.id for node in change.nodes]
    return body


def head_after(change: Change) -> NodeId | None:
    """The current step after a change that moves it; such a change always leaves one or none."""
    return change.head_after if isinstance(change, NodesAdded | Hidden) else None


def moves_head(change: Change) -> bool:
    return isinstance(change, NodesAdded | Hidden)


def load_all(connection: sqlite3.Connection) -> LoadedSession:
    """Read everything and do the journal again. Raise Unreadable or sqlite3.Error."""
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    nodes = load_nodes(connection)
    session = replay(connection, nodes)
    if HEAD_KEY in meta:
        head = NodeId(str(meta[HEAD_KEY])) or None
        if head is not None and head not in session.history:
            raise Unreadable("the current step", f"there is no step {head}")
        session.head = head
    return LoadedSession(session, load_jobs(connection), load_drafts(connection), meta)


def load_nodes(connection: sqlite3.Connection) -> dict[NodeId, Node]:
    nodes: dict[NodeId, Node] = {}
    for seq, node_id, body in connection.execute("SELECT seq, id, body FROM nodes ORDER BY seq"):
        try:
            node = Node.from_json(object_in(body))
            if node.id != node_id:
                raise ValueError("id and body do not fit together")
        except UNREADABLE as exc:
            raise Unreadable(f"step number {seq} in the file", repr(exc)[:200]) from exc
        nodes[node.id] = node
    return nodes


def load_jobs(connection: sqlite3.Connection) -> dict[JobId, JobRecord]:
    jobs: dict[JobId, JobRecord] = {}
    for seq, body in connection.execute("SELECT seq, body FROM jobs ORDER BY seq"):
        try:
            job = JobRecord.from_json(object_in(body))
        except UNREADABLE as exc:
            raise Unreadable(f"run number {seq} in the file", repr(exc)[:200]) from exc
        jobs[job.id] = job
    return jobs


def load_drafts(connection: sqlite3.Connection) -> dict[NodeId | None, Draft]:
    drafts: dict[NodeId | None, Draft] = {}
    for node, body in connection.execute("SELECT node, body FROM drafts"):
        try:
            drafts[NodeId(str(node)) if node else None] = Draft.from_json(object_in(body))
        except UNREADABLE as exc:
            raise Unreadable("a draft", repr(exc)[:200]) from exc
    return drafts


def replay(connection: sqlite3.Connection, nodes: dict[NodeId, Node]) -> Session:
    """The session that the journal makes. Raise Unreadable."""
    session = Session()
    rows = connection.execute("SELECT seq, verb, body FROM journal ORDER BY seq")
    for seq, verb, body in rows:
        try:
            if verb == DO:
                change = _change(object_in(body), nodes)
                _check_known(change, session)
                session.apply(change)
            elif verb == UNDO and session.done:
                session.apply_undo()
            elif verb == REDO and session.undone:
                session.apply_redo()
            else:
                raise ValueError(f"{verb!r} is not possible here")
        except UNREADABLE as exc:
            raise Unreadable(f"entry {seq} of the journal", repr(exc)[:200]) from exc
    if len(session.history) != len(nodes):
        raise Unreadable("the journal", f"{len(nodes) - len(session.history)} steps are not in it")
    return session


def replay_what_fits(
    entries: Mapping[int, tuple[str, str | None]], nodes: Mapping[NodeId, Node]
) -> Session:
    """The session that is left of a journal with holes, and all of `nodes`, which come in order.
    Behind a hole nothing is taken back any more: it is not known what was."""
    session = Session()
    has_hole = False
    for expected, (seq, (verb, body)) in enumerate(sorted(entries.items()), start=1):
        has_hole = has_hole or seq != expected
        try:
            if verb == DO:
                change = _change_that_fits(object_in(body), nodes, session)
                if change is not None:
                    _check_known(change, session)
                    session.apply(change)
            elif not has_hole:
                (session.apply_undo if verb == UNDO else session.apply_redo)()
        except UNREADABLE:
            has_hole = True
    for node in nodes.values():
        if node.id not in session.history:
            session.apply(session.add((node,), move_head=session.head is None))
    return session


def _change_that_fits(
    body: dict[str, object], nodes: Mapping[NodeId, Node], session: Session
) -> Change | None:
    """The change as far as its steps are there and fit; None where none of them does."""
    if body.get("type") != "nodes_added" or not isinstance(body["nodes"], list):
        return _change(body, nodes)
    there = [nodes[one] for one in body["nodes"] if one in nodes]
    fresh = [node for node in there if node.id not in session.history]
    if not fresh:
        return None
    for node in nodes.values():  # those before it were added where the hole is now
        if node.id == fresh[0].id:
            break
        if node.id not in session.history:
            session.apply(session.add((node,), move_head=True))
    return session.add(fresh, move_head=True)


def _change(body: dict[str, object], nodes: Mapping[NodeId, Node]) -> Change:
    if body.get("type") != "nodes_added":
        return change_from_json(body)
    ids, before, after = body["nodes"], body["head_before"], body["head_after"]
    if not isinstance(ids, list):
        raise TypeError("not a list of steps")
    return NodesAdded(
        tuple(nodes[NodeId(str(one))] for one in ids),
        None if before is None else NodeId(str(before)),
        None if after is None else NodeId(str(after)),
    )


def _check_known(change: Change, session: Session) -> None:
    named: tuple[NodeId | None, ...] = ()
    match change:
        case NodesAdded(_, before, after):
            fresh = {node.id for node in change.nodes}
            named = tuple(one for one in (before, after) if one not in fresh)
        case Labelled(node) | Starred(node):
            named = (node,)
        case PicksSet(_, picks):
            named = picks
        case Hidden(gone, _, before, after):
            named = (*gone, before, after)
    for one in named:
        if one is not None and one not in session.history:
            raise ValueError(f"there is no step {one}")


def object_in(body: object) -> dict[str, object]:
    if isinstance(body, str) and len(body) > MAX_BODY:
        raise ValueError("too long for what it is")
    value = json.loads(body) if isinstance(body, str) else None
    if not isinstance(value, dict):
        raise TypeError("not an object")
    value.pop(seals.KEY, None)
    return value
