"""A session in memory: the history and what the person has made of it.

Methods that name an act (`star`, `delete`) look at the present state and return the Change that
the act is, or None where it would change nothing. `apply` carries a Change out. Between the two
the caller writes the Change to disk, so that memory never knows more than the file does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kontext_studio.core.changes import (
    Change,
    HeadMoved,
    Hidden,
    JobDismissed,
    Labelled,
    NodesAdded,
    PicksSet,
    Starred,
    inverse,
    is_undoable,
    undo_text,
)
from kontext_studio.core.history import History, JobId, Node, NodeId

MAX_PICKS = 4


@dataclass(slots=True)
class Session:
    """The mutable whole of one session file, pictures and jobs aside."""

    history: History = field(default_factory=History)
    head: NodeId | None = None
    labels: dict[NodeId, str] = field(default_factory=dict)
    stars: set[NodeId] = field(default_factory=set)
    picks: tuple[NodeId, ...] = ()
    hidden: set[NodeId] = field(default_factory=set)
    dismissed: set[JobId] = field(default_factory=set)
    done: list[Change] = field(default_factory=list)
    undone: list[Change] = field(default_factory=list)

    # Acts: the present state in, the Change out.

    def add(self, nodes: Iterable[Node], *, move_head: bool) -> NodesAdded:
        """Add steps; with `move_head` the first of them becomes the current step."""
        added = tuple(nodes)
        if not added:
            raise ValueError("nothing to add")
        after = added[0].id if move_head or self.head is None else self.head
        return NodesAdded(added, self.head, after)

    def move_head(self, node: NodeId) -> HeadMoved | None:
        """A step in the bin does not become the current one."""
        self._known(node)
        stays = node == self.head or node in self.hidden
        return None if stays else HeadMoved(self.head, node)

    def label(self, node: NodeId, text: str) -> Labelled | None:
        self._known(node)
        before, after = self.labels.get(node, ""), " ".join(text.split())
        return None if before == after else Labelled(node, before, after)

    def star(self, node: NodeId, on: bool) -> Starred | None:
        self._known(node)
        return None if (node in self.stars) == on else Starred(node, on)

    def pick(self, node: NodeId, on: bool) -> PicksSet | None:
        """Add to or take from the comparison; a fifth pick replaces the oldest."""
        self._known(node)
        if on == (node in self.picks):
            return None
        after = tuple(pick for pick in self.picks if pick != node)
        if on:
            after = (*after, node)[-MAX_PICKS:]
        return PicksSet(self.picks, after)

    def clear_picks(self) -> PicksSet | None:
        return PicksSet(self.picks, ()) if self.picks else None

    def delete(self, node: NodeId) -> Hidden | None:
        """Put a step and its branch in the bin; the current step moves out of the way."""
        self._known(node)
        gone = tuple(one for one in self.history.branch(node) if one not in self.hidden)
        if not gone:
            return None
        head = self.head
        if head in gone:
            head = self._nearest_shown(node, set(gone))
        return Hidden(gone, True, self.head, head)

    def restore(self, nodes: Iterable[NodeId]) -> Hidden | None:
        """Bring steps back from the bin, with the ancestors they hang on."""
        back: dict[NodeId, None] = {}
        for node in nodes:
            self._known(node)
            for one in self.history.path(node):
                if one.id in self.hidden:
                    back[one.id] = None
        if not back:
            return None
        # Where nothing was in sight, there is a current step again.
        head = self.head if self.head is not None else tuple(back)[-1]
        return Hidden(tuple(back), False, self.head, head)

    def dismiss(self, job: JobId) -> JobDismissed | None:
        return None if job in self.dismissed else JobDismissed(job, True)

    # Undo.

    @property
    def undo_text(self) -> str:
        return undo_text(self.done[-1]) if self.done else ""

    @property
    def redo_text(self) -> str:
        return undo_text(self.undone[-1]) if self.undone else ""

    def undo(self) -> Change | None:
        """The change that takes the last act back; carry it out with `apply_undo`."""
        return self._where_one_looks(inverse(self.done[-1])) if self.done else None

    def redo(self) -> Change | None:
        """The change that does the last undone act again; carry it out with `apply_redo`."""
        if not self.undone:
            return None
        again = self.undone[-1]
        # The steps of an undone edit are still there: doing it again shows them.
        again = inverse(inverse(again)) if isinstance(again, NodesAdded) else again
        return self._where_one_looks(again)

    def _where_one_looks(self, change: Change) -> Change:
        """Nobody is taken away from a step that stays in sight, unless the act had put them there
        and they have not moved since: then the way back is exact."""
        if not isinstance(change, Hidden):
            return change
        in_sight = self.head is not None and not (change.after and self.head in change.nodes)
        moved_since = self.head != change.head_before
        head = self.head if in_sight and moved_since else change.head_after
        return Hidden(change.nodes, change.after, self.head, head)

    # Carrying out.

    def apply(self, change: Change) -> None:
        """Carry out a new act: what had been undone cannot be redone any more."""
        self._carry_out(change)
        if is_undoable(change):
            self.done.append(change)
            self.undone.clear()

    def apply_undo(self) -> None:
        change = self.undo()
        if change is not None:
            self._carry_out(change)
            self.undone.append(self.done.pop())

    def apply_redo(self) -> None:
        change = self.redo()
        if change is not None:
            self._carry_out(change)
            self.done.append(self.undone.pop())

    def _carry_out(self, change: Change) -> None:
        match change:
            case NodesAdded(nodes, _, after):
                for node in nodes:
                    self.history.add(node)
                self.head = after
            case HeadMoved(_, after):
                self.head = after
            case Labelled(node_id, _, text):
                if text:
                    self.labels[node_id] = text
                else:
                    self.labels.pop(node_id, None)
            case Starred(node_id, on):
                (self.stars.add if on else self.stars.discard)(node_id)
            case PicksSet(_, after_picks):
                self.picks = after_picks
            case Hidden(node_ids, on, _, head):
                (self.hidden.update if on else self.hidden.difference_update)(node_ids)
                self.head = head
            case JobDismissed(job, on):
                (self.dismissed.add if on else self.dismissed.discard)(job)

    # Views.

    def shown(self) -> tuple[Node, ...]:
        """The steps that are not in the bin, in order of adding."""
        return tuple(node for node in self.history if node.id not in self.hidden)

    def title(self, node_id: NodeId) -> str:
        """The step's own name: its label, else its instruction, else the file it came from."""
        node = self.history[node_id]
        if label := self.labels.get(node_id):
            return label
        if node.request is not None:
            return node.request.instruction
        return "Original" if not node.parents else node.title

    def _nearest_shown(self, node_id: NodeId, gone: set[NodeId]) -> NodeId | None:
        variants = [one.id for one in self.history.variants(node_id)]
        place = variants.index(node_id)
        # The next variant of the same run, else the one before, else the nearest ancestor.
        beside = [*variants[place + 1 :], *reversed(variants[:place])]
        line = [*beside, *(node.id for node in reversed(self.history.path(node_id)))]
        usable = (one for one in line if one not in gone and one not in self.hidden)
        if (near := next(usable, None)) is not None:
            return near
        rest = [node.id for node in self.shown() if node.id not in gone]
        return rest[-1] if rest else None

    def _known(self, node_id: NodeId) -> None:
        if node_id not in self.history:
            raise KeyError(f"no step {node_id} in this session")
