"""Which pictures share a row: the variants of a run are one row until two of them were edited on.

A family is one row's worth of steps. Promises that every shown step is in exactly one family and
that a family keeps its key while its run grows; refuses to know lanes and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.session import Session
from kontext_studio.gui.jobs.progress import Stage, stage_of


@dataclass(frozen=True, slots=True)
class Family:
    """One row of steps: `chosen` is the one it shows, `run_size` counts all pictures of the run.

    `order` is the place of its first step in the order of adding.
    """

    key: str
    members: tuple[Node, ...]
    chosen: Node
    run_size: int
    order: int


def run_key(job: JobId) -> str:
    """The key of a run's row; its ghost row has the same, so that the row stays when it ends."""
    return f"run:{job}"


def open_jobs(session: Session, jobs: Mapping[JobId, JobRecord]) -> tuple[JobRecord, ...]:
    """The runs that have a ghost row: not stored, not put away, and not of a deleted step."""
    shown = [
        record
        for record in jobs.values()
        if stage_of(record) is not Stage.DONE
        and record.id not in session.dismissed
        and not (record.parents and record.parents[0] in session.hidden)
    ]
    return tuple(sorted(shown, key=lambda record: (record.step, record.created, record.id)))


def path_of(session: Session) -> frozenset[NodeId]:
    """The steps from the original to the current one; empty where there is no current step."""
    head = session.history.get(session.head)
    return frozenset(node.id for node in session.history.path(head.id)) if head else frozenset()


def families_of(
    session: Session, ghosts: tuple[JobRecord, ...], chosen: Mapping[JobId, NodeId]
) -> tuple[Family, ...]:
    """The families of all shown steps, in order of adding.

    `chosen` is the variant last looked at, by run; it counts where the current path does not pass.
    """
    history = session.history
    path = path_of(session)
    order = {node.id: place for place, node in enumerate(history)}
    first_child = _first_children(session, ghosts, order)
    runs: dict[JobId, list[Node]] = {}
    sizes: dict[JobId, int] = {}
    families: list[Family] = []
    for node in history:
        if node.job is not None:
            sizes[node.job] = sizes.get(node.job, 0) + 1
            if node.id not in session.hidden:
                runs.setdefault(node.job, []).append(node)
        elif node.id not in session.hidden:
            families.append(Family(f"step:{node.id}", (node,), node, 1, order[node.id]))
    for job, members in runs.items():
        members.sort(key=lambda node: node.variant)
        for key, part in _parts(job, members, first_child):
            shown = _chosen(part, path, chosen.get(job))
            first = min(order[node.id] for node in part)
            families.append(Family(key, tuple(part), shown, sizes[job], first))
    return tuple(sorted(families, key=lambda family: (family.order, family.key)))


def _first_children(
    session: Session, ghosts: tuple[JobRecord, ...], order: Mapping[NodeId, int]
) -> dict[NodeId, int]:
    """For each step that has something below it, how early the first of these came."""
    first: dict[NodeId, int] = {}
    for node in session.history:
        if node.parent is not None and node.id not in session.hidden:
            first.setdefault(node.parent, order[node.id])
    for place, record in enumerate(ghosts, start=len(order)):
        if record.parents:
            first.setdefault(record.parents[0], place)
    return first


def _parts(
    job: JobId, members: list[Node], first_child: Mapping[NodeId, int]
) -> list[tuple[str, list[Node]]]:
    """One part, or one for each variant that was edited on and one for all the others."""
    grown = [node for node in members if node.id in first_child]
    if len(grown) < 2:
        return [(run_key(job), members)]
    # The variant that was edited on first keeps the row that the run already had.
    grown.sort(key=lambda node: first_child[node.id])
    keys = [run_key(job), *(f"step:{node.id}" for node in grown[1:])]
    parts = [(key, [node]) for key, node in zip(keys, grown, strict=True)]
    rest = [node for node in members if node.id not in first_child]
    return [*parts, (f"rest:{job}", rest)] if rest else parts


def _chosen(part: list[Node], path: frozenset[NodeId], remembered: NodeId | None) -> Node:
    on_path = next((node for node in part if node.id in path), None)
    looked_at = next((node for node in part if node.id == remembered), None)
    return on_path or looked_at or part[0]
