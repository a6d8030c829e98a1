"""Steps that are computed here from others: begun by a person, one at a time, with a way to stop,
and told when they are there. What comes of it is a step of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_studio.core.errors import BadRequest, StudioError
from kontext_studio.core.history import Node
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.shell.message_bar import MessageTone
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

UNDER_WAY, REFUSED, LEFT_OUT = "step under way", "step refused", "turns left out"
TOLD_AFTER_MS = 1000
"""What takes longer shows how far it is."""
_TOLD_EACH = 0.02

Progress = Callable[[float], None]


class DerivingSteps(QObject):
    """`said` carries what is done, in words; `changed` that something was begun or has ended."""

    said = Signal(str)
    changed = Signal()

    def __init__(
        self,
        bench: Workbench,
        faults: Faults,
        bridge: Bridge,
        tasks: Tasks,
        current: Callable[[], Node | None],
        parent: QObject,
        *,
        told_after_ms: int = TOLD_AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._faults = faults
        self._tasks = tasks
        self._current = current
        self._refused_on: Node | None = None
        self._task: asyncio.Task[None] | None = None
        self._words = ""
        self._share = self._shown = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(told_after_ms)
        self._later.timeout.connect(self._show_progress)
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._follow)

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    # Acts.

    def align(self, node: Node) -> None:
        """The step moved and zoomed back to where the one before has its content."""
        deriving = self._bench.deriving
        self._begin(f"Aligning {_named(node)}", lambda tell: deriving.align(node.id, progress=tell))

    def match_colours(self, node: Node, strength: float) -> None:
        """The step in the colours of the one before, as far as `strength` (0 to 1) says."""
        deriving = self._bench.deriving
        self._begin(
            f"Matching the colours of {_named(node)}",
            lambda tell: deriving.match_colours(node.id, strength=strength, progress=tell),
        )

    def bring_to_size(self, node: Node) -> None:
        """The step at the size of the one before."""
        deriving = self._bench.deriving
        self._begin(
            f"Bringing {_named(node)} to the size before",
            lambda tell: deriving.bring_to_size(node.id, progress=tell),
        )

    def stack_on_original(self, node: Node) -> None:
        """What each turn changed, on the untouched original."""
        rebasing = self._bench.rebasing
        self._begin(
            f"Re-basing {_named(node)} on the original",
            lambda tell: rebasing.rebase(node.id, progress=tell),
        )

    def cancel(self) -> None:
        """Nothing is written then."""
        if self._task is not None:
            self._task.cancel()

    # Inside.

    def _begin(self, words: str, work: Callable[[Progress], Awaitable[Node]]) -> None:
        if self._task is not None:
            return
        for cause in (REFUSED, LEFT_OUT):
            self._faults.clear(cause)
        self._words, self._share = words, 0.0
        self._refused_on = self._current()
        self._later.start()
        self._task = self._tasks.start(self._carry_out(work), show_fault=self._refuse)
        self._task.add_done_callback(self._end)
        self.changed.emit()

    async def _carry_out(self, work: Callable[[Progress], Awaitable[Node]]) -> None:
        node = await work(self._tell)
        self.said.emit(f"Step {node.step}: {node.title}")
        left_out = node.derivation.fact("left_out") if node.derivation is not None else None
        if left_out:
            self._faults.say(
                LEFT_OUT,
                f"Not all turns could be laid on the original: step {left_out} was left out.",
                "It shows another view than the original.",
                tone=MessageTone.WARNING,
            )

    def _end(self, task: asyncio.Task[None]) -> None:
        if task is not self._task:
            return
        self._task = None
        self._later.stop()
        self._faults.clear(UNDER_WAY)
        self.changed.emit()

    def _refuse(self, fault: StudioError) -> None:
        """What cannot be done is no fault of the program: it says why, and nothing was changed."""
        if isinstance(fault, BadRequest):
            self._faults.say(REFUSED, fault.message, fault.hint)
        else:
            self._faults.show(fault)

    def _tell(self, share: float) -> None:
        self._share = share
        shown = self._task is not None and not self._later.isActive()
        if shown and share - self._shown >= _TOLD_EACH:
            self._show_progress()

    def _show_progress(self) -> None:
        if self._task is not None:
            self._shown = self._share
            cancel = Offer("Cancel", self.cancel)
            self._faults.show_progress(UNDER_WAY, self._words, self._share, cancel)

    def _follow(self) -> None:
        """What was refused was about the step that was looked at."""
        if self._refused_on is not None and self._current() is not self._refused_on:
            self._refused_on = None
            self._faults.clear(REFUSED)

    def _forget(self) -> None:
        self.cancel()
        self._refused_on = None
        for cause in (REFUSED, LEFT_OUT):
            self._faults.clear(cause)


def _named(node: Node) -> str:
    return f"step {node.step}" if node.step else "the original"
