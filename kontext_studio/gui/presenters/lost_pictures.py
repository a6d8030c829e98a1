"""Which steps of the session have lost their picture: found out in the background, and told once.

Promises that nobody learns it only by running or exporting; refuses to mend the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.errors import SessionDamaged, StudioError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.shell.message_bar import MessageTone
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

CAUSE = "lost pictures"
KEPT = "Instructions and settings are kept, to be run again."


class LostPictures(QObject):
    """`found` carries the ids of the steps concerned, `show_requested` the id of one of them."""

    found = Signal(object)
    show_requested = Signal(str)

    def __init__(
        self, bench: Workbench, bridge: Bridge, tasks: Tasks, faults: Faults, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._tasks = tasks
        self._faults = faults
        self._lost: set[Sha256] = set()
        self._checking: asyncio.Task[None] | None = None
        self._next = 0
        bridge.session_opened.connect(self._look_over)

    async def read(self, ref: ImageRef) -> bytes:
        """The stored bytes, as the workbench gives them; a damaged picture is remembered."""
        try:
            return await self._bench.picture(ref)
        except SessionDamaged:
            self._add(ref.sha256)
            raise

    def reason(self, nodes: Iterable[Node | None]) -> str:
        """Why nothing can be made of the first of these steps that has no picture, else empty."""
        for node in nodes:
            if node is not None and node.image.sha256 in self._lost:
                name = f"step {node.step}" if node.step else "the original"
                return f"the picture of {name} is damaged"
        return ""

    def stop(self) -> None:
        """Look no further: the window is being closed."""
        if self._checking is not None:
            self._checking.cancel()

    def _look_over(self) -> None:
        self.stop()
        self._lost.clear()
        self._next = 0
        self._faults.clear(CAUSE)
        self._checking = self._tasks.start(self._check(), show_fault=_say_nothing)

    async def _check(self) -> None:
        """One after the other and the newest first: whoever waits for a picture comes between."""
        for ref in {node.image.sha256: node.image for node in reversed(self._shown())}.values():
            try:
                await self._bench.picture(ref)
            except SessionDamaged:
                self._add(ref.sha256)
            except StudioError:
                return  # the session is gone or busy; opening the step says what is wrong

    def _add(self, sha: Sha256) -> None:
        if sha in self._lost:
            return
        self._lost.add(sha)
        nodes = self._nodes()
        self.found.emit(frozenset(nodes))
        title = (
            "The picture of 1 step is damaged."
            if len(nodes) == 1
            else f"The pictures of {len(nodes)} steps are damaged."
        )
        verb = "Show it" if len(nodes) == 1 else "Show the next one"
        show = Offer(verb, self._show_next, stays=True)
        self._faults.say(CAUSE, title, KEPT, show, tone=MessageTone.WARNING)

    def _show_next(self) -> None:
        if nodes := self._nodes():
            self.show_requested.emit(nodes[self._next % len(nodes)])
            self._next += 1

    def _shown(self) -> list[Node]:
        if not self._bench.is_open:
            return []
        session = self._bench.session
        return [node for node in session.history if node.id not in session.hidden]

    def _nodes(self) -> list[NodeId]:
        return [node.id for node in self._shown() if node.image.sha256 in self._lost]


def _say_nothing(_fault: StudioError) -> None:
    """A look that could not be finished is no news."""
