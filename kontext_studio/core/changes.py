"""One notion for journalling, announcing and undoing: what a mutation of the session changed.

Every change knows its inverse. A step is never taken out of the history again, so the inverse of
adding steps hides them and puts the current step back: a paid picture survives every undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.history import JobId, Node, NodeId


@dataclass(frozen=True, slots=True)
class NodesAdded:
    """Steps were added; `head_before` and `head_after` are the current step around it."""

    nodes: tuple[Node, ...]
    head_before: NodeId | None
    head_after: NodeId | None


@dataclass(frozen=True, slots=True)
class HeadMoved:
    """Another step is the current one. Looking around is saved, but it is no work to undo."""

    before: NodeId | None
    after: NodeId | None


@dataclass(frozen=True, slots=True)
class Labelled:
    node: NodeId
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Starred:
    node: NodeId
    after: bool


@dataclass(frozen=True, slots=True)
class PicksSet:
    """The steps picked for comparison, A to D."""

    before: tuple[NodeId, ...]
    after: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Steps went to the bin (`after` true) or came back; the current step moved with them."""

    nodes: tuple[NodeId, ...]
    after: bool
    head_before: NodeId | None
    head_after: NodeId | None


@dataclass(frozen=True, slots=True)
class JobDismissed:
    """A failed run's row was put away (`after` true) or brought back."""

    job: JobId
    after: bool


Change = NodesAdded | HeadMoved | Labelled | Starred | PicksSet | Hidden | JobDismissed


def inverse(change: Change) -> Change:
    """The change that takes this one back. `inverse(inverse(c))` has the effect of `c`."""
    match change:
        case NodesAdded(nodes, before, after):
            return Hidden(tuple(node.id for node in nodes), True, after, before)
        case HeadMoved(before, after):
            return HeadMoved(after, before)
        case Labelled(node, before, after):
            return Labelled(node, after, before)
        case Starred(node, after):
            return Starred(node, not after)
        case PicksSet(before, after):
            return PicksSet(after, before)
        case Hidden(nodes, after, head_before, head_after):
            return Hidden(nodes, not after, head_after, head_before)
        case JobDismissed(job, after):
            return JobDismissed(job, not after)


def is_undoable(change: Change) -> bool:
    return not isinstance(change, HeadMoved)


def undo_text(change: Change) -> str:
    """What Undo names in the menu, for example "delete 3 steps"."""
    match change:
        case NodesAdded(nodes):
            first = nodes[0] if nodes else None
            if first is not None and first.derivation is not None:
                return first.title[:1].lower() + first.title[1:]
            kind = first.kind.value if first is not None else "edit"
            return {"import": "open image", "edit": "edit", "generate": "generate"}.get(kind, kind)
        case HeadMoved():
            return "move"
        case Labelled():
            return "rename"
        case Starred(_, after):
            return "star" if after else "remove star"
        case PicksSet():
            return "comparison picks"
        case Hidden(nodes, after):
            verb = "delete" if after else "restore"
            return f"{verb} step" if len(nodes) == 1 else f"{verb} {len(nodes)} steps"
        case JobDismissed():
            return "dismiss run"


def change_to_json(change: Change) -> dict[str, object]:
    """A dictionary that `change_from_json` reads back; nodes are written whole."""
    match change:
        case NodesAdded(nodes, before, after):
            body: dict[str, object] = {"nodes": [node.to_json() for node in nodes]}
            return {"type": "nodes_added", **body, "head_before": before, "head_after": after}
        case HeadMoved(before, after):
            return {"type": "head_moved", "before": before, "after": after}
        case Labelled(node, before, after):
            return {"type": "labelled", "node": node, "before": before, "after": after}
        case Starred(node, after):
            return {"type": "starred", "node": node, "after": after}
        case PicksSet(before, after):
            return {"type": "picks_set", "before": list(before), "after": list(after)}
        case Hidden(nodes, after, before_head, after_head):
            return {
                "type": "hidden",
                "nodes": list(nodes),
                "after": after,
                "head_before": before_head,
                "head_after": after_head,
            }
        case JobDismissed(job, after):
            return {"type": "job_dismissed", "job": job, "after": after}


def change_from_json(data: Mapping[str, object]) -> Change:
    """Raise KeyError, TypeError or ValueError where `data` is not a change."""
    match data["type"]:
        case "nodes_added":
            nodes = tuple(Node.from_json(_dict(node)) for node in _list(data["nodes"]))
            return NodesAdded(nodes, _node(data["head_before"]), _node(data["head_after"]))
        case "head_moved":
            return HeadMoved(_node(data["before"]), _node(data["after"]))
        case "labelled":
            return Labelled(NodeId(str(data["node"])), str(data["before"]), str(data["after"]))
        case "starred":
            return Starred(NodeId(str(data["node"])), bool(data["after"]))
        case "picks_set":
            return PicksSet(_nodes(data["before"]), _nodes(data["after"]))
        case "hidden":
            return Hidden(
                _nodes(data["nodes"]),
                bool(data["after"]),
                _node(data["head_before"]),
                _node(data["head_after"]),
            )
        case "job_dismissed":
            return JobDismissed(JobId(str(data["job"])), bool(data["after"]))
        case other:
            raise ValueError(f"unknown change {other!r}")


def _node(value: object) -> NodeId | None:
    return None if value is None else NodeId(str(value))


def _nodes(value: object) -> tuple[NodeId, ...]:
    return tuple(NodeId(str(item)) for item in _list(value))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _dict(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value
