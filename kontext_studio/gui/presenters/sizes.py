"""How large the next result will be: said below Run before anything is sent."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.sizes import ExpectedSize
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.presenters.running import Running
from kontext_studio.workbench.bench import Workbench


class Sizes(QObject):
    """Follows the draft and the step; what nobody states and no earlier result taught is left to
    the service, and says so."""

    def __init__(
        self,
        bench: Workbench,
        panel: InstructionPanel,
        running: Running,
        bridge: Bridge,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._running = running
        running.situation_changed.connect(self._show)
        bridge.session_opened.connect(self._show)
        bridge.changed.connect(self._show)

    def _show(self) -> None:
        draft = self._panel.draft()
        order = None
        if self._bench.is_open and self._panel.models.model() is not None:
            order = self._running.order_of(RunAsked(draft, draft.text))
        if order is None:
            self._panel.notes.set_size("")
            return
        try:
            expected = self._bench.expected_size(order)
        except BadRequest:  # a connection that has gone: Run says it
            self._panel.notes.set_size("")
            return
        self._panel.notes.set_size(size_note(expected), differs=expected.reshapes)


def size_note(expected: ExpectedSize) -> str:
    """ "Comes back as about 1248 × 832 pixels", "Size chosen by the service"."""
    words = expected.words
    if expected.size is None:
        return words
    words = words[:1].lower() + words[1:]
    return f"Comes back {words}" if words.startswith("as ") else f"Comes back as {words}"
