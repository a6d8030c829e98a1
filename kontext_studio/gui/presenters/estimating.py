"""What a service itself says a run would cost, asked before it is paid."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kontext_studio.core.errors import StudioError
from kontext_studio.gui.history.names import cost_words
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.presenters.running import Running
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench


class Estimating(QObject):
    """Nothing is sent that is paid for. An answer that another draft has overtaken is dropped."""

    def __init__(
        self,
        bench: Workbench,
        panel: InstructionPanel,
        running: Running,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._running = running
        self._tasks = tasks
        panel.price_asked.connect(self._take)
        running.situation_changed.connect(self._offer)

    @property
    def is_possible(self) -> bool:
        """Whether the service of the chosen model tells a price without a run."""
        offer = self._panel.models.offer()
        return offer is not None and self._bench.can_estimate(offer.model)

    def ask(self) -> None:
        """As the person's choice in the menu beside Run."""
        self._panel.ask_price()

    def _offer(self) -> None:
        self._panel.set_can_estimate(self.is_possible)

    def _take(self, asked: RunAsked) -> None:
        self._tasks.start(self._ask(asked))

    async def _ask(self, asked: RunAsked) -> None:
        order = self._running.order_of(asked)
        if order is None:
            return
        self._panel.set_estimate("Asking for the price…")
        try:
            cost = await self._bench.estimate(order)
        except StudioError as fault:
            words = " ".join(part for part in (fault.message, fault.hint) if part)
        else:
            offer = self._panel.models.offer()
            service = offer.route if offer is not None else "The service"
            said = cost_words(cost) if cost is not None else "no price"
            words = f"{service} says {said} for this run. Nothing was run or charged."
        if self._panel.draft() == asked.draft:
            self._panel.set_estimate(words)
