"""Pictures, steps and runs for the tests of the store; the bytes are no real pictures, which the
store never finds out."""

from __future__ import annotations

import hashlib
import random

from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobRecord, JobState, RemoteHandle
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost, ResultFacts
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile


def picture(number: int, size: int = 2000) -> tuple[ImageRef, bytes]:
    data = random.Random(number).randbytes(size)
    ref = ImageRef(Sha256(hashlib.sha256(data).hexdigest()), "image/png", 640, 480 + number)
    return ref, data


def original(number: int = 0, title: str = "cat.jpg") -> Node:
    return Node(
        id=NodeId(f"root{number}"),
        parents=(),
        kind=NodeKind.IMPORT,
        image=picture(number)[0],
        step=0,
        created=1_800_000_000.5,
        title=title,
        notes=("1 of 24 frames",),
    )


def edit(number: int, parent: Node, *, variant: int = 1, step: int | None = None) -> Node:
    step = number if step is None else step
    return Node(
        id=NodeId(f"step{number}"),
        parents=(parent.id,),
        kind=NodeKind.EDIT,
        image=picture(number)[0],
        step=step,
        created=1_800_000_000.0 + number,
        variant=variant,
        request=EditRequest("make the 🚗 “red”", (parent.image,), "kontext", 7 + number),
        result=ResultFacts("fal", "fal.ai", seed=2**60 + number, cost=Cost(0.04)),
        job=JobId(f"job{step}"),
    )


def job(number: int, parent: Node, state: JobState = JobState.PREPARED) -> JobRecord:
    return JobRecord(
        id=JobId(f"job{number}"),
        state=state,
        request=EditRequest("make the 🚗 “red”", (parent.image,), "kontext", 7 + number),
        parents=(parent.id,),
        step=number,
        provider="fal",
        route="fal.ai",
        created=1_800_000_000.0,
        remote=RemoteHandle("id", "https://a/s", "https://a/r", "https://a/c"),
    )


def add_original(file: SessionFile, session: Session, number: int = 0) -> Node:
    """Commit an import and carry it out in memory."""
    node = original(number)
    change = session.add((node,), move_head=True)
    file.commit(change, images=(picture(number),))
    session.apply(change)
    return node


def add_edit(file: SessionFile, session: Session, number: int, parent: Node) -> Node:
    node = edit(number, parent)
    change = session.add((node,), move_head=True)
    done = job(number, parent, JobState.STORED)
    file.commit(change, jobs=(done,), images=(picture(number),))
    session.apply(change)
    return node


def undo(file: SessionFile, session: Session) -> None:
    """Take the last act back, on disk first; nothing where there is none."""
    if (change := session.undo()) is not None:
        file.commit_undo(change)
        session.apply_undo()


def redo(file: SessionFile, session: Session) -> None:
    if (change := session.redo()) is not None:
        file.commit_redo(change)
        session.apply_redo()


def state_of(session: Session) -> tuple[object, ...]:
    """All that makes a session, to compare."""
    return (
        tuple(session.history),
        session.head,
        session.labels,
        session.stars,
        session.picks,
        session.hidden,
        session.dismissed,
        session.done,
        session.undone,
    )
