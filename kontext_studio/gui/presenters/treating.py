"""What a gateway makes of each value on its way to the model, shown where the value is set."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kontext_studio.core.request import EditRequest
from kontext_studio.core.treatment import sent_as
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.presenters.running import Running
from kontext_studio.workbench.bench import Workbench


class Treating(QObject):
    """Follows the draft; nothing is asked of anybody, the catalogue tells it all."""

    def __init__(
        self, bench: Workbench, panel: InstructionPanel, running: Running, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._running = running
        running.situation_changed.connect(self._show)

    def _show(self) -> None:
        model, draft = self._panel.models.model(), self._panel.draft()
        order = self._running.order_of(RunAsked(draft, draft.text))
        if model is None or order is None or not self._bench.is_open:
            return
        history = self._bench.session.history
        request = EditRequest(
            instruction=draft.text,
            inputs=tuple(history[one].image for one in order.parents if one in history),
            model=model.id,
            seed=draft.seed or 0,
            count=draft.count,
            parameters=draft.parameters,
        )
        self._panel.set_treatment(sent_as(model, request))
