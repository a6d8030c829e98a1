"""What is left of a session in the pages of a damaged file, and the history that can be made of it.

What reads as a step, a run or an act counts as one; where its checksum does not fit it is kept, and
told. Pictures are hashed. What is derived (thumbnails, figures, addresses at services) is not worth
saving.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from kontext_studio.core.area import AREA_TYPE
from kontext_studio.core.changes import Change, Hidden
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.session import Session
from kontext_studio.store.checking import name_of, pictures_of
from kontext_studio.store.journal import (
    DO,
    HEAD_KEY,
    UNREADABLE,
    Unreadable,
    load_all,
    object_in,
    replay_what_fits,
)
from kontext_studio.store.pages import Pages, Row
from kontext_studio.store.rows import CHOICE, put_entry, put_head
from kontext_studio.store.seals import fits, sealed

_NO_AREA = "without its area"

SMALL, PICTURES = frozenset({2, 3}), frozenset({5})
"""How many columns the tables have that hold words, and the one that holds pictures."""

_BY_PROGRESS = (
    JobState.PREPARED,
    JobState.SENDING,
    JobState.UNKNOWN,
    JobState.SUBMITTED,
    JobState.CANCELLED,
    JobState.FAILED,
    JobState.BLOCKED,
    JobState.REMOTE_DONE,
    JobState.STORED,
)


@dataclass(slots=True)
class _Found:
    nodes: dict[NodeId, Node] = field(default_factory=dict)
    jobs: dict[JobId, JobRecord] = field(default_factory=dict)
    journal: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    drafts: dict[NodeId | None, Draft] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    head: NodeId | None = None
    places: dict[str, int] = field(default_factory=dict)
    ranks: dict[JobId, tuple[bool, int]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def sort(self) -> None:
        """Steps and runs in the order they were written, whatever page they lie on."""
        self.nodes = dict(sorted(self.nodes.items(), key=lambda one: self.places[one[0]]))
        self.jobs = dict(sorted(self.jobs.items(), key=lambda one: self.places[one[0]]))


@dataclass(frozen=True, slots=True)
class Remains:
    """A session as far as it can be saved. `kept` names the steps that have their words and their
    own picture, `lost` says what of any step is lost; `steps` is how many there were, as far as is
    known. `pictures` are those whose bytes fit their hash."""

    session: Session
    jobs: tuple[JobRecord, ...]
    drafts: Mapping[NodeId | None, Draft]
    choices: Mapping[str, str]
    journal: Mapping[int, tuple[str, str | None]]
    pictures: Mapping[Sha256, ImageRef]
    kept: tuple[str, ...]
    lost: tuple[str, ...]
    steps: int

    def put_journal(self, connection: sqlite3.Connection) -> None:
        """Write what was done: word for word where it is whole, so that all of it can be undone,
        else as the acts that lead to what there is now. The steps have to be written already."""
        head = self.session.head
        connection.execute("SAVEPOINT whole")
        try:
            connection.executemany(
                "INSERT INTO journal VALUES (?, ?, ?)",
                [
                    (seq, verb, None if body is None else sealed(verb, object_in(body)))
                    for seq, (_, (verb, body)) in enumerate(sorted(self.journal.items()), 1)
                ],
            )
            put_head(connection, head)
            load_all(connection)
        except (Unreadable, *UNREADABLE):
            connection.execute("ROLLBACK TO whole")
            for change in _acts_to(self.session):
                put_entry(connection, DO, change)
            put_head(connection, head)
        connection.execute("RELEASE whole")


def find_remains(pages: Pages) -> Remains | None:
    """Read everything twice over; None where nothing of a session is there."""
    found = _Found()
    for row in pages.rows(columns=SMALL):
        _take(row, found)
    found.sort()
    pictures = {ref.sha256: ref for ref, _ in sound_pictures(pages)}
    if not (found.nodes or found.jobs or pictures):
        return None
    as_it_came = _shown_as_they_came(found, pictures)
    # 1. Steps of which only others tell, and pictures of which nobody does.
    missing = _missing_parents(found)
    orphans = _orphans(found, missing, pictures)
    bare = (*missing.values(), *orphans.values())
    # 2. What was paid for and is not here any more may still be at the service.
    nodes, jobs, again = _to_fetch_again(
        found, pictures, is_unclear=any(one.image.sha256 in pictures for one in bare)
    )
    # 3. The history.
    ordered = _in_order({**missing, **nodes, **orphans})
    session = replay_what_fits(found.journal, ordered)
    if found.head in session.history and found.head not in session.hidden:
        session.head = found.head
    # 4. What is said of it.
    kept = []
    lost = list(again)
    for node in ordered.values():
        gone = [what for ref, what in pictures_of(node) if ref.sha256 not in pictures]
        if node.id in missing:
            lost.append(f"The step under {_first_child(node, ordered)}: its instruction is lost")
        elif node.id in orphans:
            lost.append(f"A step of which only its picture is left ({node.id})")
        elif node.image.sha256 in pictures:
            kept.append(name_of(node))
        if node.id in as_it_came:
            lost.append(f"{name_of(node)}: its picture is lost; it is shown as it came, {_NO_AREA}")
        if node.id in found.doubtful:
            lost.append(f"{name_of(node)}: a letter of its instruction or settings may be wrong")
        lost += [f"{name_of(node)}: {what} is lost" for what in dict.fromkeys(gone)]
    return Remains(
        session, tuple(jobs.values()), found.drafts, found.choices, found.journal, pictures,
        tuple(kept), tuple(lost), len(ordered) + len(again),
    )  # fmt: skip


def sound_pictures(pages: Pages) -> Iterator[tuple[ImageRef, bytes]]:
    """Every picture whose bytes fit their hash, once."""
    seen: set[str] = set()
    for row in pages.rows(columns=PICTURES):
        sha, media_type, width, height, data = row.values
        if (
            isinstance(sha, str)
            and sha not in seen
            and isinstance(media_type, str)
            and isinstance(width, int)
            and isinstance(height, int)
            and isinstance(data, bytes)
            and hashlib.sha256(data).hexdigest() == sha
        ):
            seen.add(sha)
            yield ImageRef(Sha256(sha), media_type, width, height), data


# ---------------------------------------------------------------- rows


def _take(row: Row, found: _Found) -> None:
    try:
        match row.values:
            case (None, ("do" | "undo" | "redo") as verb, (str() | None) as body):
                found.journal.setdefault(row.number, (verb, body))
            case (None, str() as name, str() as body):
                _take_body(row, name, body, found)
            case (str() as key, str() as value) if key == HEAD_KEY:
                found.head = found.head or NodeId(value)
            case (str() as key, str() as value) if key.startswith(CHOICE):
                if row.is_sure:
                    found.choices.setdefault(key.removeprefix(CHOICE), value)
            case (str() as key, str() as value) if row.is_sure and value.startswith("{"):
                found.drafts.setdefault(NodeId(key) or None, Draft.from_json(object_in(value)))
    except UNREADABLE:
        pass


def _take_body(row: Row, name: str, text: str, found: _Found) -> None:
    body = object_in(text)
    if "kind" in body:
        node = Node.from_json(body)
        if node.id == name and node.id not in found.nodes:
            found.nodes[node.id] = node
            found.places[node.id] = row.number
            if fits(name, text) is False:
                found.doubtful.add(node.id)
    elif "state" in body:
        job = JobRecord.from_json(body)
        rank = (row.is_sure, _BY_PROGRESS.index(job.state))
        if job.id == name and rank > found.ranks.get(job.id, (False, -1)):
            found.jobs[job.id] = job
            found.ranks[job.id] = rank
            found.places[job.id] = row.number


# ---------------------------------------------------------------- the history


def _shown_as_they_came(found: _Found, pictures: Mapping[Sha256, ImageRef]) -> frozenset[NodeId]:
    """Steps whose picture inside an area is lost, and the result it was made of is here: that was
    paid for, and is shown in its place."""
    changed = set()
    for node in found.nodes.values():
        if node.raw is None or node.image.sha256 in pictures or node.raw.sha256 not in pictures:
            continue
        if node.request is None:
            continue  # computed here: the step with the result has it as well
        note = f"Its picture was lost; it is shown as it came, {_NO_AREA}"
        found.nodes[node.id] = replace(node, image=node.raw, raw=None, notes=(*node.notes, note))
        changed.add(node.id)
    return frozenset(changed)


def _missing_parents(found: _Found) -> dict[NodeId, Node]:
    """Steps whose own row is lost; the request of one that was made from it knows the picture."""
    missing: dict[NodeId, Node] = {}
    told = [(one.parents, one.request, one.created) for one in found.nodes.values()]
    told += [(one.parents, one.request, one.created) for one in found.jobs.values()]
    for parents, request, created in told:
        for parent, ref in zip(parents, request.inputs if request else (), strict=False):
            if parent not in found.nodes:
                missing.setdefault(parent, _bare(parent, ref, created))
    return missing


def _orphans(
    found: _Found, missing: Mapping[NodeId, Node], pictures: Mapping[Sha256, ImageRef]
) -> dict[NodeId, Node]:
    """A step for each picture that no step shows any more."""
    nodes = (*found.nodes.values(), *missing.values())
    used = {ref.sha256 for node in nodes for ref, _ in pictures_of(node)}
    for job in found.jobs.values():
        used.update(ref.sha256 for ref in job.request.inputs)
        if job.request.area is not None:
            used.add(job.request.area.mask.sha256)
    bare = (
        _bare(NodeId(f"saved-{sha[:12]}"), ref, 0.0)
        for sha, ref in pictures.items()
        if sha not in used and ref.media_type != AREA_TYPE
    )
    return {node.id: node for node in bare}


def _bare(node: NodeId, ref: ImageRef, created: float) -> Node:
    return Node(node, (), NodeKind.IMPORT, ref, step=0, created=created, title="Saved picture")


def _to_fetch_again(
    found: _Found, pictures: Mapping[Sha256, ImageRef], *, is_unclear: bool
) -> tuple[dict[NodeId, Node], dict[JobId, JobRecord], list[str]]:
    """Runs of which no picture is left go back to where the service had finished: their pictures
    are fetched again if it still has them. Steps of theirs that others hang on stay.

    `is_unclear`: there are pictures of which nobody knows the run, so that one that has no steps
    may have its picture all the same; it must not be there twice.
    """
    nodes, jobs, words = dict(found.nodes), dict(found.jobs), []
    parents = {parent for node in nodes.values() for parent in node.parents}
    of_job: dict[JobId, list[Node]] = {}
    for node in nodes.values():
        if node.job is not None:
            of_job.setdefault(node.job, []).append(node)
    for job in found.jobs.values():
        mine = of_job.get(job.id, [])
        is_kept = any(one.id in parents or one.image.sha256 in pictures for one in mine)
        if job.state is not JobState.STORED or is_kept or (is_unclear and not mine):
            continue
        if job.answer:
            jobs[job.id] = replace(job, state=JobState.REMOTE_DONE)
            words.append(f"Step {job.step}: it is fetched again if the service still has it")
            for one in mine:
                del nodes[one.id]
        elif not mine:
            words.append(f"Step {job.step}: it is lost")
    return nodes, jobs, words


def _in_order(nodes: Mapping[NodeId, Node]) -> dict[NodeId, Node]:
    """Each step after those it was made from; parents that are not there are left out."""
    placed: dict[NodeId, Node] = {}
    for first in nodes.values():
        stack = [first]
        waiting: set[NodeId] = set()
        while stack:
            node = stack[-1]
            waiting.add(node.id)
            before = [
                nodes[one]
                for one in node.parents
                if one in nodes and one not in placed and one not in waiting
            ]
            if node.id not in placed and before:
                stack += before
                continue
            stack.pop()
            if node.id not in placed:
                there = tuple(one for one in node.parents if one in placed)
                placed[node.id] = node if there == node.parents else replace(node, parents=there)
    return placed


def _first_child(node: Node, nodes: Mapping[NodeId, Node]) -> str:
    child = next((one for one in nodes.values() if node.id in one.parents), None)
    if child is None:
        return "a run"
    name = name_of(child)
    return name[0].lower() + name[1:]


def _acts_to(session: Session) -> Iterator[Change]:
    """The acts that make such a session: each run's steps, then what was done to them."""
    made = Session()

    def act(change: Change | None) -> Iterator[Change]:
        if change is not None:
            made.apply(change)
            yield change

    for _, nodes in groupby(session.history, key=lambda node: node.job or node.id):
        yield from act(made.add(nodes, move_head=True))
    for node_id, text in session.labels.items():
        yield from act(made.label(node_id, text))
    for node_id in session.stars:
        yield from act(made.star(node_id, True))
    for node_id in session.picks:
        yield from act(made.pick(node_id, True))
    if session.hidden:
        hidden = tuple(one.id for one in session.history if one.id in session.hidden)
        yield from act(Hidden(hidden, True, made.head, session.head))
    for job in session.dismissed:
        yield from act(made.dismiss(job))
