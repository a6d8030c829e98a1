"""Steps that are computed here from others: free, without a model, and never in place of a result.

Each is a step of its own beside the one it comes from: its first parent is the picture on which it
builds, the second one the step whose result was used. The work is done in threads, and ends soon
after its caller was cancelled; nothing is written then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kontext_studio.core.area import Area
from kontext_studio.core.changes import NodesAdded
from kontext_studio.core.derivation import Derivation, Fit, Method
from kontext_studio.core.errors import BadRequest, ReadOnlySession
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef
from kontext_studio.core.session import Session
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench import pixel_making
from kontext_studio.workbench.announcements import Announcer, Changed
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.pixel_making import Made
from kontext_studio.workbench.pixel_work import Progress, in_thread, nobody

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


class DeriveBench(Protocol):
    """What is needed of the workbench."""

    announcer: Announcer

    @property
    def desk(self) -> Desk: ...


@dataclass(frozen=True, slots=True, eq=False)
class FoundArea:
    """Where a step differs from the one before. `aligned` is False where the two do not show the
    same view, so that the place is not to be trusted; `is_global` where most of it changed."""

    mask: Mask
    share: float
    aligned: bool
    is_global: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """A picture, and what a service made of it: `result` is a picture of the step `of`."""

    before: Node
    of: Node
    result: ImageRef


class Deriving:
    """Makes such steps in the session that is open. Each method raises BadRequest in words where
    it cannot be done or would change nothing, and SessionError."""

    def __init__(
        self, bench: DeriveBench, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._bench = bench
        self._new_id = new_id
        self._clock = clock

    # With the result of a step as it came.

    async def find_changed_area(
        self,
        node: NodeId,
        *,
        on_step: bool = False,
        sensitivity: float = 1.0,
        progress: Progress = nobody,
    ) -> FoundArea:
        """Where a step differs from its parent, on the places of the parent's picture; with
        `on_step` on those of the step's own, for an edit of it. Nothing is written."""
        desk = self._bench.desk
        pair = _as_shown(desk.session, node) if on_step else _as_it_came(desk.session, node)
        before = await desk.read_image(pair.before.image.sha256)
        after = await desk.read_image(pair.result.sha256)
        found = await in_thread(
            lambda watch: pixel_making.changed(before, after, sensitivity, on_step, watch), progress
        )
        return FoundArea(*found)

    async def keep_everything_else(
        self,
        node: NodeId,
        *,
        area: Area | None = None,
        sensitivity: float = 1.0,
        feather_px: float | None = None,
        colours: float = 1.0,
        progress: Progress = nobody,
    ) -> Node:
        """Of a step's result only what changed, brought back into place and colours, on the picture
        before. Without an `area` that is found; `colours` from 0 to 1 is how far they are brought
        back."""
        desk = writable(self._bench.desk)
        pair = _as_it_came(desk.session, node)
        given = await self._mask_of(desk, pair, area)
        soft = area.feather_px if area is not None and feather_px is None else feather_px

        def work(base: bytes, result: bytes, watch: Watch) -> Made:
            return pixel_making.kept(base, result, given, sensitivity, soft, colours, watch)

        return await self._make(desk, pair, Method.KEEP, work, progress)

    async def recompose(self, node: NodeId, area: Area, *, progress: Progress = nobody) -> Node:
        """A step's result, as it came, inside another area or with another feather."""
        desk = writable(self._bench.desk)
        pair = _as_it_came(desk.session, node)
        if area.is_empty:
            raise BadRequest("The area is empty, so nothing would change.", field="area")
        given = await self._mask_of(desk, pair, area)

        def work(base: bytes, result: bytes, watch: Watch) -> Made:
            return pixel_making.recomposed(base, result, area, given[1] if given else b"", watch)

        return await self._make(desk, pair, Method.RECOMPOSE, work, progress)

    async def use_unprotected(self, node: NodeId) -> Node:
        """The result of a step as it came, though an area had been set for it."""
        desk = writable(self._bench.desk)
        pair = _as_it_came(desk.session, node)
        if pair.of.raw is None:
            raise BadRequest("This step is the result as it came.")
        parents = (pair.before, pair.of)
        return await self.add(desk, parents, Derivation(Method.UNPROTECTED), pair.result)

    # With a step as it is shown.

    async def align(self, node: NodeId, *, progress: Progress = nobody) -> Node:
        """The step moved and zoomed back to where the picture before has its content."""
        desk = writable(self._bench.desk)
        pair = _as_shown(desk.session, node)
        return await self._make(desk, pair, Method.ALIGN, pixel_making.aligned, progress)

    async def match_colours(
        self, node: NodeId, *, strength: float = 1.0, progress: Progress = nobody
    ) -> Node:
        """The step with the colours that what did not change has in the picture before; `strength`
        from 0 to 1 says how far."""
        desk = writable(self._bench.desk)
        if not 0.0 < strength <= 1.0:
            raise BadRequest("Colours are matched by more than 0 and up to 100 %.", field="colours")

        def work(base: bytes, result: bytes, watch: Watch) -> Made:
            return pixel_making.coloured(base, result, strength, watch)

        pair = _as_shown(desk.session, node)
        return await self._make(desk, pair, Method.COLOURS, work, progress)

    async def bring_to_size(
        self, node: NodeId, *, fit: Fit | None = None, progress: Progress = nobody
    ) -> Node:
        """The step at the size of the picture before. One of another shape is brought there as
        `fit` says; without it, it is stretched or set inside only where its content then lies where
        it lay before, and else cropped. Its title and notes say which."""
        desk = writable(self._bench.desk)
        pair = _as_shown(desk.session, node)

        def work(base: bytes, result: bytes, watch: Watch) -> Made:
            return pixel_making.sized(base, result, fit, watch)

        return await self._make(desk, pair, Method.SIZE, work, progress)

    # Inside.

    async def add(
        self,
        desk: Desk,
        parents: tuple[Node, ...],
        derivation: Derivation,
        picture: ImageRef,
        *,
        stores: tuple[tuple[ImageRef, bytes], ...] = (),
        raw: ImageRef | None = None,
        notes: tuple[str, ...] = (),
    ) -> Node:
        """Write a derived step with what it needs, and tell. It becomes the current step where the
        last of its `parents` still is."""
        node_id, at = NodeId(self._new_id()), self._clock()

        def plan(session: Session) -> NodesAdded:
            if any(one.id in session.hidden for one in parents):
                raise BadRequest("The step was deleted meanwhile.")
            node = Node(
                id=node_id,
                parents=tuple(one.id for one in parents),
                kind=NodeKind.DERIVED,
                image=picture,
                step=desk.next_step(),
                created=at,
                title=derivation.title,
                raw=raw,
                notes=notes,
                derivation=derivation,
            )
            return session.add((node,), move_head=session.head == parents[-1].id)

        self._bench.announcer.announce(Changed(await desk.add_pictures(plan, stores)))
        return desk.session.history[node_id]

    async def _make(
        self,
        desk: Desk,
        pair: _Pair,
        method: Method,
        work: Callable[[bytes, bytes, Watch], Made],
        progress: Progress,
    ) -> Node:
        """Read, compute, write."""
        base = await desk.read_image(pair.before.image.sha256)
        result = await desk.read_image(pair.result.sha256)
        made = await in_thread(lambda watch: work(base, result, watch), progress)
        stores = [(made.picture.ref, made.picture.data)]
        if made.area is not None:
            stores.append((made.area.mask, made.mask))
        return await self.add(
            desk,
            (pair.before, pair.of),
            Derivation(method, made.area, made.facts),
            made.picture.ref,
            stores=tuple(stores),
            raw=pair.result if made.area is not None else None,
            notes=made.picture.notes,
        )

    async def _mask_of(
        self, desk: Desk, pair: _Pair, area: Area | None
    ) -> tuple[Area, bytes] | None:
        """An area with the bytes of its mask. Raise BadRequest where it is of another picture."""
        if area is None:
            return None
        if not area.fits(pair.before.image):
            raise BadRequest(
                "The area belongs to a picture of another size.",
                field="area",
                hint="It is painted on the picture before this step.",
            )
        return area, await desk.read_image(area.mask.sha256)


def writable(desk: Desk) -> Desk:
    """Raise ReadOnlySession where nothing can be written."""
    if desk.read_only:
        raise ReadOnlySession("This session is open for looking only.")
    return desk


def _as_shown(session: Session, node_id: NodeId) -> _Pair:
    """A step's picture, and the one before it."""
    node = _known(session, node_id)
    if node.parent is None:
        raise BadRequest("There is no picture before this one.")
    return _Pair(session.history[node.parent], node, node.image)


def _as_it_came(session: Session, node_id: NodeId) -> _Pair:
    """The result as it came, of the run that a step goes back to, and the picture it was made from:
    what was computed of it meanwhile does not count."""
    node = _known(session, node_id)
    while (
        node.derivation is not None
        and node.derivation.method is not Method.REBASE
        and len(node.parents) > 1
    ):
        node = session.history[node.parents[1]]
    if node.parent is None:
        raise BadRequest("There is no picture before this one.")
    return _Pair(session.history[node.parent], node, node.raw or node.image)


def _known(session: Session, node_id: NodeId) -> Node:
    if node_id not in session.history:
        raise BadRequest("There is no such step in this session.")
    return session.history[node_id]
