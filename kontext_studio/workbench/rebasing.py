"""The same edits from the untouched original: free, by stacking what each turn changed; or paid, by
running their instructions on it again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from kontext_studio.core.derivation import Derivation, Method
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import History, Node, NodeId
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.core.turns import TurnQueue
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench.areas import area_of, mask_in_stored
from kontext_studio.workbench.deriving import Deriving, writable
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.pictures import stored_png
from kontext_studio.workbench.pixel_making import Made
from kontext_studio.workbench.pixel_work import Progress, as_sent, decoded, in_thread, nobody
from kontext_studio.workbench.prices import sum_of
from kontext_studio.workbench.requests import clean_instruction
from kontext_studio.workbench.turns import Turns, in_line
from kontext_studio.workbench.turns_view import TurnsView

if TYPE_CHECKING:
    from kontext_studio.imaging.restacking import Turn

_WORTH_IT = 1
_TONE = (
    "What changed is the tone of the whole picture, which looks like drift. Run them again instead."
)


class RebaseBench(Protocol):
    """What is needed of the workbench."""

    turns: Turns

    @property
    def desk(self) -> Desk: ...
    @property
    def session(self) -> Session: ...
    def price_of(self, order: RunOrder) -> Cost | None: ...


@dataclass(frozen=True, slots=True)
class PaidRebase:
    """What running the instructions of a chain again on its original would be: `drafts` one for
    each turn, in order, with all of its settings; `price` their sum, None where one is not known.

    Where the rest of the very same stands in line, `begun` is how far that is: what was run of it
    is not run, and not in the `price`, a second time.
    """

    original: NodeId
    drafts: tuple[Draft, ...]
    price: Cost | None
    begun: TurnsView | None = None

    @property
    def instructions(self) -> tuple[str, ...]:
        return tuple(one.text for one in self.drafts)


class Rebasing:
    """Both, for the session that is open."""

    def __init__(self, bench: RebaseBench, deriving: Deriving) -> None:
        self._bench = bench
        self._deriving = deriving

    async def rebase(self, node: NodeId, *, progress: Progress = nobody) -> Node:
        """One derived step beside the chain, whose parent is its original: what each turn changed,
        on it. Outside of all that it is the original to the last bit. Turns that cannot be laid on
        it, because they show another view, are left out and named in its notes. Raise BadRequest
        where there is nothing to rebase, SessionError."""
        desk = writable(self._bench.desk)
        path = _path(desk.session, node)
        original, steps = path[0], path[1:]
        masks = {one.id: one.area for one in steps if _is_of_its_picture(one, desk.session.history)}
        loop = asyncio.get_running_loop()

        def read(sha256: str) -> bytes:  # in the thread: one picture at a time
            return asyncio.run_coroutine_threadsafe(desk.read_image(sha256), loop).result()

        def turns() -> Iterator[Turn]:
            from kontext_studio.imaging.restacking import Turn

            before = as_sent(read(original.image.sha256))
            for step in steps:
                result = as_sent(read(step.image.sha256))
                area = masks.get(step.id)
                mask = mask_in_stored(read(area.mask.sha256), area) if area is not None else None
                yield Turn(before, result, mask)
                before = result

        def work(watch: Watch) -> Made:
            return _stacked(read(original.image.sha256), turns(), steps, watch)

        made = await in_thread(work, progress)
        assert made.area is not None
        return await self._deriving.add(
            desk,
            (original, path[-1]),
            Derivation(Method.REBASE, made.area, made.facts),
            made.picture.ref,
            stores=((made.picture.ref, made.picture.data), (made.area.mask, made.mask)),
            notes=made.picture.notes,
        )

    def plan_paid(self, node: NodeId, *, merged: bool = False, again: bool = False) -> PaidRebase:
        """What running the chain's instructions again would be, or all of them as one where they
        are to be `merged`; nothing is sent. Seeds are new ones. One that was begun and stands in
        line goes on, unless it is to begin `again`. Raise BadRequest where there is nothing to run,
        or a connection of one is not on this computer."""
        session = self._bench.session
        original = _path(session, node)[0]
        steps = tuple(_runs(session.history, node))
        if not steps:
            raise BadRequest("No step of this chain was made by a model: there is nothing to run.")
        drafts = tuple(_draft_of(one) for one in steps)
        if merged:
            drafts = (_merged(drafts),)
        prices = [self._bench.price_of(_order(one, original.id)) for one in drafts]
        plan = PaidRebase(original.id, drafts, sum_of(prices))
        line = self._bench.turns.view()
        if again or line is None or not _is_rest_of(line.queue, plan, session.history):
            return plan
        return replace(plan, price=line.to_pay, begun=line)

    async def begin_paid(
        self, node: NodeId, *, merged: bool = False, again: bool = False
    ) -> PaidRebase:
        """Put these turns in line on the original, as a branch beside the chain; nothing is run
        before the line is told to. What stands there of the very same goes on, or is replaced where
        it is to begin `again`. Raise BadRequest where others stand there, SessionError."""
        writable(self._bench.desk)
        plan = self.plan_paid(node, merged=merged, again=again)
        if plan.begun is not None:
            return plan
        line = self._bench.turns.view()
        if line is not None and not _is_rest_of(line.queue, plan, self._bench.session.history):
            raise BadRequest(
                "Other steps are in line already.", hint="Run them or discard them first."
            )
        await self._bench.turns.begin(
            plan.instructions, plan.original, plan.drafts[0], each=plan.drafts
        )
        return plan

    def made_of(self, plan: PaidRebase, node: NodeId) -> tuple[Node, ...]:
        """The steps of the newest branch that is the whole of a plan already and was run after a
        step; none where there is no such branch."""
        session = self._bench.session
        after = session.history[node].step
        for last in reversed(session.shown()):
            path = session.history.path(last.id)
            runs = path[1:]
            if path[0].id != plan.original or len(runs) != len(plan.drafts):
                continue
            if runs[0].step > after and all(map(_is_run_of, runs, plan.drafts)):
                return runs
        return ()


def _is_rest_of(queue: TurnQueue, plan: PaidRebase, history: History) -> bool:
    """Whether what stands in line is the whole of a plan, or what is left of it."""
    path = history.path(queue.on)
    left = plan.drafts[queue.done :]
    return (
        queue.total == len(plan.drafts)
        and path[0].id == plan.original
        and len(path) == queue.done + 1
        and queue.left == tuple(clean_instruction(one.text) for one in left)
        and queue.each == tuple(in_line(one) for one in left)
        and all(map(_is_run_of, path[1:], plan.drafts))
    )


def _is_run_of(node: Node, draft: Draft) -> bool:
    """Whether a step came of such a run. The area may have another size by now."""
    request = node.request
    return (
        request is not None
        and request.instruction == clean_instruction(draft.text)
        and request.model == draft.model
        and dict(draft.parameters).items() <= request.parameter_map().items()
        and (request.area is None) == (draft.area is None)
        and node.parents[1:] == draft.references
    )


def _path(session: Session, node: NodeId) -> tuple[Node, ...]:
    if node not in session.history:
        raise BadRequest("There is no such step in this session.")
    path = session.history.path(node)
    if len(path) <= _WORTH_IT:
        raise BadRequest("This is the original: there is nothing to rebase.")
    return path


def _is_of_its_picture(node: Node, history: History) -> bool:
    """Whether the area of a step is as large as the picture before it."""
    area, parent = node.area, node.parent
    return area is not None and parent is not None and area.fits(history[parent].image)


def _stacked(original: bytes, turns: Iterator[Turn], steps: Sequence[Node], watch: Watch) -> Made:
    from kontext_studio.imaging.decode import opaque
    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.protecting import laid_on
    from kontext_studio.imaging.restacking import restack

    base = decoded(original)
    found = restack(opaque(base), turns, count=len(steps), watch=watch.part(0.0, 0.97))
    if not found.mask.any():
        raise BadRequest(
            "None of the changes could be laid on the original.",
            hint=_TONE if found.toned else "",
        )
    area, mask = area_of(found.mask, 0.0)
    left_out = [steps[place].step for place in found.left_out]
    toned = [steps[place].step for place in found.toned]
    notes = [f"{area.share * 100:.1f} % of the picture comes from {_count(len(steps))}"]
    if left_out:
        words = ", ".join(map(str, left_out))
        notes.append(f"Left out, because the view is another one: step {words}")
    if toned:
        words = ", ".join(map(str, toned))
        notes.append(f"The change of tone was taken for drift and left out: step {words}")
    data = encode_png(laid_on(base, found.pixels, found.mask))
    facts = (
        ("turns", len(steps)),
        ("left_out", ", ".join(map(str, left_out))),
        ("tones_left_out", ", ".join(map(str, toned))),
        ("changed_share", round(area.share, 6)),
    )
    return Made(stored_png(data, (base.width, base.height), tuple(notes)), facts, area, mask)


def _count(turns: int) -> str:
    return "one turn" if turns == 1 else f"{turns} turns"


def _runs(history: History, node_id: NodeId) -> Iterator[Node]:
    """The steps of a chain that a model made, in order; of what was computed from others those that
    they go back to."""
    for node in history.path(node_id)[1:]:
        if node.request is not None:
            yield node
        elif node.derivation is not None and len(node.parents) > 1:
            if node.derivation.method is Method.REBASE:
                yield from _runs(history, node.parents[1])
            else:
                yield from _origin(history, node.parents[1])


def _origin(history: History, node_id: NodeId) -> Iterator[Node]:
    """The run that one step goes back to."""
    node = history[node_id]
    while node.request is None and node.derivation is not None and len(node.parents) > 1:
        if node.derivation.method is Method.REBASE:
            yield from _runs(history, node.id)
            return
        node = history[node.parents[1]]
    if node.request is not None:
        yield node


def _draft_of(node: Node) -> Draft:
    request = node.request
    if request is None:
        raise ValueError("a step without a run")
    return Draft(
        text=request.instruction,
        model=request.model,
        parameters=request.parameters,
        references=node.parents[1:],
        route=node.result.route if node.result is not None else "",
        area=request.area,
    )


def _merged(drafts: tuple[Draft, ...]) -> Draft:
    """One run with the settings of the last one, or of the last that takes further pictures; it may
    change the whole picture, as each turn had its own area."""
    from kontext_studio.prompting.steps import merge_steps

    if len(drafts) == 1:
        return drafts[0]
    references = tuple(dict.fromkeys(one for draft in drafts for one in draft.references))
    text = merge_steps([one.text for one in drafts])
    last = next((one for one in reversed(drafts) if one.references), drafts[-1])
    return replace(last, text=text, references=references, area=None)


def _order(draft: Draft, on: NodeId) -> RunOrder:
    return RunOrder(
        draft.text,
        (on, *draft.references),
        draft.model,
        draft.route,
        parameters=draft.parameters,
        area=draft.area_to_send,
    )
