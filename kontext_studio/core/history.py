"""The append-only graph of pictures: what each step is and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from kontext_studio.core.area import Area
from kontext_studio.core.derivation import Derivation
from kontext_studio.core.images import ImageRef, as_int
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import ResultFacts

NodeId = NewType("NodeId", str)
JobId = NewType("JobId", str)


class NodeKind(StrEnum):
    """How a step came to be."""

    IMPORT = "import"
    EDIT = "edit"
    GENERATE = "generate"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Node:
    """One picture and how it came to be; it never changes.

    `parents`: first is the main line; empty for an original. `step` numbers runs, given once per
    session and never reused; the variants of a run share it and count from 1 in `variant`, while
    an original has step 0. `raw` is the untouched answer where an area was protected. `title` is
    the file name of an import, or what was done in a `derivation`, which tells how a derived step
    was computed. `notes` say what was done on import or what came out of the usual. `created` is
    seconds since 1970 and for reading only: order is the order of adding.
    """

    id: NodeId
    parents: tuple[NodeId, ...]
    kind: NodeKind
    image: ImageRef
    step: int
    created: float
    variant: int = 1
    title: str = ""
    raw: ImageRef | None = None
    request: EditRequest | None = None
    result: ResultFacts | None = None
    job: JobId | None = None
    notes: tuple[str, ...] = ()
    derivation: Derivation | None = None

    @property
    def parent(self) -> NodeId | None:
        return self.parents[0] if self.parents else None

    @property
    def area(self) -> Area | None:
        """Outside it the picture is that of the parent, to the last bit."""
        if self.derivation is not None:
            return self.derivation.area
        # A request names it also where the result was kept as it came.
        return self.request.area if self.request is not None and self.raw is not None else None

    @property
    def lacks_its_area(self) -> bool:
        """It was asked for inside an area and had to be kept as it came."""
        asked = self.request is not None and self.request.area is not None
        return asked and self.raw is None

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "parents": list(self.parents),
            "kind": self.kind.value,
            "image": self.image.to_json(),
            "step": self.step,
            "created": self.created,
            "variant": self.variant,
            "title": self.title,
            "raw": self.raw.to_json() if self.raw else None,
            "request": self.request.to_json() if self.request else None,
            "result": self.result.to_json() if self.result else None,
            "job": self.job,
            "notes": list(self.notes),
            **({"derivation": self.derivation.to_json()} if self.derivation else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Node:
        """Raise KeyError, TypeError or ValueError where `data` is not a node."""
        parents, notes, created = data["parents"], data["notes"], data["created"]
        image, raw = data["image"], data["raw"]
        request, result, job = data["request"], data["result"], data["job"]
        derivation = data.get("derivation")
        if not isinstance(parents, list) or not isinstance(notes, list):
            raise TypeError("not a step")
        if not isinstance(image, dict) or isinstance(created, bool):
            raise TypeError("not a step")
        if not isinstance(created, int | float):
            raise TypeError("not a time")
        return cls(
            id=NodeId(str(data["id"])),
            parents=tuple(NodeId(str(parent)) for parent in parents),
            kind=NodeKind(str(data["kind"])),
            image=ImageRef.from_json(image),
            step=as_int(data["step"]),
            created=float(created),
            variant=as_int(data["variant"]),
            title=str(data["title"]),
            raw=ImageRef.from_json(raw) if isinstance(raw, dict) else None,
            request=EditRequest.from_json(request) if isinstance(request, dict) else None,
            result=ResultFacts.from_json(result) if isinstance(result, dict) else None,
            job=JobId(str(job)) if job is not None else None,
            notes=tuple(str(note) for note in notes),
            derivation=Derivation.from_json(derivation) if isinstance(derivation, dict) else None,
        )


class History:
    """The nodes in the order they were added. Only `add` changes it, and nothing removes."""

    def __init__(self) -> None:
        self._nodes: dict[NodeId, Node] = {}
        self._children: dict[NodeId, list[NodeId]] = {}

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._nodes

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __getitem__(self, node_id: NodeId) -> Node:
        return self._nodes[node_id]

    def get(self, node_id: NodeId | None) -> Node | None:
        return self._nodes.get(node_id) if node_id is not None else None

    def add(self, node: Node) -> None:
        """Append a node. Raise ValueError where its id is taken or a parent is not there yet."""
        if node.id in self._nodes:
            raise ValueError(f"step {node.id} is already in the history")
        missing = [parent for parent in node.parents if parent not in self._nodes]
        if missing:
            raise ValueError(f"step {node.id} names parents that are not there: {missing}")
        self._nodes[node.id] = node
        for parent in dict.fromkeys(node.parents):
            self._children.setdefault(parent, []).append(node.id)

    def roots(self) -> tuple[Node, ...]:
        return tuple(node for node in self if not node.parents)

    def children(self, node_id: NodeId) -> tuple[Node, ...]:
        """Steps made from this one, through any of their parents, oldest first."""
        return tuple(self._nodes[child] for child in self._children.get(node_id, ()))

    def main_children(self, node_id: NodeId) -> tuple[Node, ...]:
        """Steps whose main line comes from this one, oldest first."""
        return tuple(child for child in self.children(node_id) if child.parent == node_id)

    def path(self, node_id: NodeId) -> tuple[Node, ...]:
        """The main line from the original down to this step, both included."""
        line = [self._nodes[node_id]]
        while (parent := line[-1].parent) is not None:
            line.append(self._nodes[parent])
        return tuple(reversed(line))

    def root_of(self, node_id: NodeId) -> Node:
        return self.path(node_id)[0]

    def ancestors(self, node_id: NodeId) -> frozenset[NodeId]:
        """Every step this one depends on, through all parents; itself not included."""
        found: set[NodeId] = set()
        todo = list(self._nodes[node_id].parents)
        while todo:
            parent = todo.pop()
            if parent not in found:
                found.add(parent)
                todo.extend(self._nodes[parent].parents)
        return frozenset(found)

    def branch(self, node_id: NodeId) -> tuple[NodeId, ...]:
        """A step and everything whose main line comes from it, in the order of adding."""
        kept = {node_id}
        for node in self:
            if node.parent in kept:
                kept.add(node.id)
        return tuple(node.id for node in self if node.id in kept)

    def siblings(self, node_id: NodeId) -> tuple[Node, ...]:
        """The steps beside this one under the same main parent, itself included, oldest first."""
        parent = self._nodes[node_id].parent
        return self.roots() if parent is None else self.main_children(parent)

    def variants(self, node_id: NodeId) -> tuple[Node, ...]:
        """The pictures of the same run, in their order; the step alone where it has no run."""
        node = self._nodes[node_id]
        if node.job is None:
            return (node,)
        same = (other for other in self if other.job == node.job)
        return tuple(sorted(same, key=lambda other: other.variant))

    def last_step(self) -> int:
        return max((node.step for node in self), default=0)
