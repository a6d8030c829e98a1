"""The same edits from the original again: what each way would cost is shown before anything is
done, and what is paid for stands in line before it is run."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.history import Node
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.names import cost_words
from kontext_studio.gui.history.rebase_card import RebaseCard, Way, WayOffer
from kontext_studio.gui.presenters.deriving_steps import DerivingSteps
from kontext_studio.gui.presenters.faults import Faults
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

_IN_LINE = "rebase in line"
_STACKED = (
    "What each turn changed is laid on the untouched original. Everything else is the original, "
    "to the last bit."
)
_REPLAYED = (
    "Each turn is run again with its own settings and a new seed, the first on the original."
)
_BEGUN = "It stands in line already."
_MERGED = "All turns as one instruction, run once on the original."


class Rebasing(QObject):
    """`put_in_line` tells that turns stand in line now."""

    put_in_line = Signal()

    def __init__(
        self,
        bench: Workbench,
        card: RebaseCard,
        deriving: DerivingSteps,
        faults: Faults,
        bridge: Bridge,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._card = card
        self._deriving = deriving
        self._faults = faults
        self._tasks = tasks
        self._node: Node | None = None
        card.chosen.connect(self._take)
        bridge.session_opened.connect(card.put_away)
        bridge.turns_changed.connect(self._offer_anew)

    def ask(self, node: Node) -> None:
        """Offer the ways for this step."""
        self._node = node
        self._faults.clear(_IN_LINE)
        turns = len(self._bench.session.history.path(node.id)) - 1
        steps = "1 step leads" if turns == 1 else f"{turns} steps lead"
        words = f"{steps} from the original to step {node.step}, and each lost a little."
        more = "What comes of it stands beside them; none of them is changed."
        self._card.ask(f"{words} {more}", self._offers(node))

    def _offers(self, node: Node) -> tuple[WayOffer, ...]:
        stacked = WayOffer(Way.STACK, "Stack the changes", _STACKED, "free", "Stack")
        replay = self._paid(node, Way.REPLAY)
        offers = [stacked, replay]
        if not replay.reason and len(self._bench.rebasing.plan_paid(node.id).drafts) > 1:
            offers.append(self._paid(node, Way.MERGE))
        return tuple(offers)

    def _paid(self, node: Node, way: Way) -> WayOffer:
        merged = way is Way.MERGE
        title = "Run one merged instruction" if merged else "Run the instructions again"
        try:
            plan = self._bench.rebasing.plan_paid(node.id, merged=merged)
        except BadRequest as fault:
            return WayOffer(way, title, "", "", "Put in line", reason=fault.message)
        count = len(plan.drafts) if plan.begun is None else len(plan.begun.to_order)
        runs = "1 run" if count == 1 else f"{count} runs"
        verb = "Put 1 turn in line" if count == 1 else f"Put {count} turns in line"
        quoted = plan.instructions[0] if merged else ""
        body = _MERGED if merged else _REPLAYED
        reason = ""
        if plan.begun is not None:
            body = f"{_BEGUN} {body}"
            verb = "Go on with it"
            runs = f"{runs} left"
        elif self._bench.turns.view() is not None:
            reason = "Other steps are in line already. Run them or discard them first."
        price = f"{runs} · {cost_words(plan.price)}"
        return WayOffer(way, title, body, price, verb, quoted, reason)

    def _offer_anew(self, _what: object) -> None:
        """What stands in line decides what can be put there."""
        node = self._node
        if node is not None and self._card.isVisible() and node.id in self._bench.session.history:
            self._card.offer(self._offers(node))

    def _take(self, way: Way) -> None:
        node = self._node
        if node is None or node.id not in self._bench.session.history:
            return
        if way is Way.STACK:
            self._deriving.stack_on_original(node)
        else:
            self._tasks.start(self._begin(node, merged=way is Way.MERGE))

    async def _begin(self, node: Node, *, merged: bool) -> None:
        await self._bench.rebasing.begin_paid(node.id, merged=merged)
        self.put_in_line.emit()
