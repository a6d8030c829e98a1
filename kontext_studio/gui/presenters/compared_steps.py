"""Which steps a view shows: the current one, its parent or variants, or what was picked; in the
order in which they were put by hand."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.session import Session
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.workbench.bench import Workbench

MOST = 4


@dataclass(frozen=True, slots=True)
class _Arranged:
    """Steps that were put into an order by hand; it holds while nothing else is picked or gone to,
    for the grid or for the views of two."""

    steps: tuple[NodeId, ...]
    grid: bool
    head: NodeId | None
    picks: tuple[NodeId, ...]


class ComparedSteps:
    """Asks the open session each time."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._arranged: _Arranged | None = None

    def of(self, mode: StageMode) -> tuple[Node, ...]:
        """The steps of a view; fewer than two where there is nothing to compare."""
        session = self._bench.session
        head = session.history.get(session.head)
        if head is None:
            return ()
        if mode is StageMode.SINGLE:
            return (head,)
        if arranged := self._in_order(mode):
            return arranged
        picks = [session.history[one] for one in session.picks if one not in session.hidden]
        if mode is StageMode.GRID:
            if len(picks) >= 2:
                return tuple(picks)
            variants = self._shown_variants(session, head)
            if len(variants) >= 2:
                return tuple(variants[:MOST])
        elif len(picks) >= 2:
            return tuple(picks[:2])
        parent = session.history.get(head.parent)
        return (parent, head) if parent is not None else (head,)

    def numbered(self) -> tuple[NodeId, ...]:
        """What the number keys mean: picks A to D, or else the variants of the current step."""
        session = self._bench.session
        picks = tuple(one for one in session.picks if one not in session.hidden)
        head = session.history.get(session.head)
        if picks or head is None:
            return picks
        variants = self._shown_variants(session, head)
        return tuple(one.id for one in variants[:MOST]) if len(variants) > 1 else ()

    def arrange(self, steps: tuple[NodeId, ...], mode: StageMode) -> None:
        """Keep this order in this view, and in those that show two as well."""
        session = self._bench.session
        self._arranged = _Arranged(
            steps, mode is StageMode.GRID, session.head, tuple(session.picks)
        )

    def forget_order(self) -> None:
        self._arranged = None

    def _in_order(self, mode: StageMode) -> tuple[Node, ...]:
        session, arranged = self._bench.session, self._arranged
        now = (mode is StageMode.GRID, session.head, tuple(session.picks))
        if arranged is None or now != (arranged.grid, arranged.head, arranged.picks):
            return ()
        found = [session.history.get(one) for one in arranged.steps]
        shown = [one for one in found if one is not None and one.id not in session.hidden]
        return tuple(shown) if len(shown) == len(found) else ()

    @staticmethod
    def _shown_variants(session: Session, head: Node) -> list[Node]:
        return [one for one in session.history.variants(head.id) if one.id not in session.hidden]
