"""The order and the lanes in which a branching history is listed: a pure layout.

The original is on top and time runs down. A row's trunk is the child whose line got the newest
result: it comes last and goes on in the same lane. The other children come first, oldest on top,
one lane further right. There are at most three lanes; deeper branches stay in the third.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

MAX_LANES = 3

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """One row to place. `order` rises with time. Rows that are not `finished` (runs under way) do
    not decide which child is the trunk while a finished one is there.
    """

    key: K
    parent: K | None
    order: int
    finished: bool = True


class Stroke(StrEnum):
    """A piece of rail inside one row. Lines go from the parent's node down to the child's node."""

    THROUGH = "through"  # top to bottom of the row, passing by
    INTO = "into"  # from the top of the row to its node, same lane
    OUT = "out"  # from the row's node to its bottom, in its own lane
    ELBOW = "elbow"  # from `lane` at the top of the row, turning into `to_lane` at its node
    FORK = "fork"  # as ELBOW, and the line in `lane` also goes on below


@dataclass(frozen=True, slots=True)
class Segment(Generic[K]):
    """`child` names the edge that this piece belongs to: the edge from the child's parent to it."""

    stroke: Stroke
    lane: int
    to_lane: int
    child: K


@dataclass(frozen=True, slots=True)
class Placed(Generic[K]):
    """A row in its place. `depth` counts branchings from the trunk; `lane` is at most 2.
    `is_trunk` rows continue their parent's lane; `descendants` are the rows below it in its branch.
    """

    key: K
    parent: K | None
    lane: int
    depth: int
    is_trunk: bool
    descendants: int
    segments: tuple[Segment[K], ...]


def lay_out(entries: Iterable[Entry[K]]) -> tuple[Placed[K], ...]:
    """Rows in display order. Entries with an unknown parent are treated as originals.

    Linear in the number of rows but for the strokes that pass rows by; no recursion, so that long
    chains are safe.
    """
    by_key = {entry.key: entry for entry in entries}
    children: dict[K | None, list[Entry[K]]] = {}
    for entry in sorted(by_key.values(), key=lambda one: one.order):
        parent = entry.parent if entry.parent in by_key else None
        children.setdefault(parent, []).append(entry)

    newest, size = _subtrees(children)
    placed: list[tuple[Entry[K], K | None, int, bool]] = []
    stack: list[tuple[Entry[K], K | None, int, bool]] = [
        (root, None, 0, True) for root in reversed(children.get(None, []))
    ]
    while stack:
        entry, parent, depth, trunk = stack.pop()
        placed.append((entry, parent, depth, trunk))
        below = children.get(entry.key, [])
        if not below:
            continue
        heir = max(below, key=lambda one: newest[one.key])
        stack.append((heir, entry.key, depth, True))
        for branch in reversed([one for one in below if one is not heir]):
            stack.append((branch, entry.key, depth + 1, False))

    lanes = {entry.key: min(depth, MAX_LANES - 1) for entry, _, depth, _ in placed}
    segments = _strokes([(entry.key, parent) for entry, parent, _, _ in placed], lanes)
    return tuple(
        Placed(
            entry.key, parent, lanes[entry.key], depth, trunk, size[entry.key] - 1, tuple(strokes)
        )
        for (entry, parent, depth, trunk), strokes in zip(placed, segments, strict=True)
    )


def _subtrees(
    children: dict[K | None, list[Entry[K]]],
) -> tuple[dict[K, tuple[bool, int]], dict[K, int]]:
    """For each row the newest result in its branch (finished before running), and its size."""
    newest: dict[K, tuple[bool, int]] = {}
    size: dict[K, int] = {}
    todo: list[tuple[Entry[K], bool]] = [(root, False) for root in children.get(None, [])]
    while todo:
        entry, seen = todo.pop()
        below = children.get(entry.key, [])
        if not seen:
            todo.append((entry, True))
            todo.extend((child, False) for child in below)
            continue
        newest[entry.key] = max(
            [(entry.finished, entry.order), *(newest[child.key] for child in below)]
        )
        size[entry.key] = 1 + sum(size[child.key] for child in below)
    return newest, size


def _strokes(rows: list[tuple[K, K | None]], lanes: dict[K, int]) -> list[list[Segment[K]]]:
    """The rail pieces of each row. An edge runs down in its parent's lane to the child's row; where
    several edges share that lane, the lowest child's edge is drawn as the passing line."""
    index = {key: number for number, (key, _) in enumerate(rows)}
    below: dict[K, list[K]] = {}
    for key, parent in rows:
        if parent is not None:
            below.setdefault(parent, []).append(key)
    strokes: list[list[Segment[K]]] = [[] for _ in rows]
    for parent, kids in below.items():
        lane, start = lanes[parent], index[parent]
        kids.sort(key=lambda key: index[key])
        strokes[start].append(Segment(Stroke.OUT, lane, lane, kids[-1]))
        position = start + 1
        for number, kid in enumerate(kids):
            goes_on = number + 1 < len(kids)
            for row in range(position, index[kid]):
                strokes[row].append(Segment(Stroke.THROUGH, lane, lane, kids[-1]))
            position = index[kid] + 1
            if lanes[kid] == lane:
                strokes[index[kid]].append(Segment(Stroke.INTO, lane, lane, kid))
                if goes_on:
                    strokes[index[kid]].append(Segment(Stroke.THROUGH, lane, lane, kids[-1]))
            else:
                stroke = Stroke.FORK if goes_on else Stroke.ELBOW
                strokes[index[kid]].append(Segment(stroke, lane, lanes[kid], kid))
    return strokes
