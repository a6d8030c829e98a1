"""What changed is found rather than painted: for the area of the next run, and to keep everything
else of a result. The person corrects it with the same tools before anything is made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from kontext_studio.core.area import Area
from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.canvas.area_mask import FREE, AreaMask
from kontext_studio.gui.canvas.area_option_bar import AreaOptionBar, BarPurpose
from kontext_studio.gui.canvas.area_tool import AreaKind
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.instruction.area_row import percent_words
from kontext_studio.gui.presenters.area_painting import AreaPainting
from kontext_studio.gui.presenters.area_tooling import AreaTooling, Painted
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.presenters.looking import Looking
from kontext_studio.gui.shell.message_bar import MessageTone
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.deriving import FoundArea

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FINDING = "Finding what changed"
KEEPING = "Keeping everything else"
CAUSE = "what changed"
_SLIDER_MS = 250
_USUAL_FEATHER_PX = 2


class AreaFinding(QObject):
    """`said` carries what is done, in words."""

    said = Signal(str)

    def __init__(
        self,
        bench: Workbench,
        tooling: AreaTooling,
        painting: AreaPainting,
        bar: AreaOptionBar,
        looking: Looking,
        faults: Faults,
        bridge: Bridge,
        tasks: Tasks,
        current: Callable[[], Node | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._tooling = tooling
        self._painting = painting
        self._looking = looking
        self._faults = faults
        self._tasks = tasks
        self._current = current
        self._is_keeping = False
        self._node: Node | None = None  # of whose result everything else is to be kept
        self._mask: AreaMask | None = None
        self._found: NDArray[np.uint8] | None = None  # as it was before any correction
        self._feather_px: int | None = None  # None while nobody has chosen one
        self._sensitivity = 1.0
        self._work: asyncio.Task[None] | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SLIDER_MS)
        self._later.timeout.connect(self._find_again)
        self._bar = bar
        self._painter = Painted(BarPurpose.KEEPING, self._take_act, self._end, self._take_feather)
        bar.sensitivity_chosen.connect(self._take_sensitivity)
        bar.keep_asked.connect(self.keep)
        tooling.changed.connect(self._stop_if_left)
        bridge.changed.connect(self._follow)

    # Acts.

    def fill_area(self, node: Node) -> None:
        """The area of the next run becomes what this step changed of its parent."""
        self._looking.set_mode(StageMode.SINGLE)
        self._begin(self._fill_area(node))

    def find(self, node: Node) -> None:
        """Show what this step changed, to keep everything else."""
        if self._tooling.is_active:
            self._tooling.leave()
        self._looking.set_mode(StageMode.SINGLE)
        self._node, self._sensitivity, self._feather_px = node, 1.0, None
        self._bar.set_sensitivity(1.0)
        self._begin(self._find(node))

    def keep(self) -> None:
        """Make the step of what is shown."""
        if self._node is not None and self._mask is not None:
            self._later.stop()
            self._begin(self._keep(self._node, self._mask))

    def follow_step(self) -> None:
        """Another step was chosen: what was found belongs to the one before."""
        current = self._current()
        if self._node is not None and (current is None or current.id != self._node.id):
            self._tooling.leave()

    # Inside.

    def _follow(self, _what: object) -> None:
        if not self._is_keeping:  # the step that is being made becomes the current one itself
            self.follow_step()

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        if self._work is not None:
            self._work.cancel()
        self._work = self._tasks.start(work)

    async def _fill_area(self, node: Node) -> None:
        if not self._painting.is_active:
            await self._painting.take_up(node, AreaKind.BRUSH)
        self._tooling.set_busy(FINDING)
        try:
            found = await self._bench.deriving.find_changed_area(
                node.id, on_step=True, progress=self._tell_finding
            )
        finally:
            self._tooling.set_busy("")
        self._work = None
        if self._speaks_of(found):
            await self._painting.fill(node.id, found.mask)

    async def _find(self, node: Node) -> None:
        parent = self._bench.session.history[node.parent] if node.parent else node
        size = (parent.image.width, parent.image.height)
        self._mask = AreaMask(*size)
        self._tooling.take_up(self._painter, self._mask, AreaKind.BRUSH, _USUAL_FEATHER_PX)
        try:
            found = await self._search(node)
        except StudioError:
            self._tooling.leave()
            raise
        if not self._speaks_of(found):
            self._tooling.leave()
            return
        self._found = found.mask.astype("uint8") * FREE
        self._mask = AreaMask(*size, self._found)
        self._tooling.take_up(self._painter, self._mask, AreaKind.BRUSH, _USUAL_FEATHER_PX)
        self._bar.set_can_keep(True)

    def _find_again(self) -> None:
        if self._node is not None and self._mask is not None:
            self._begin(self._refind(self._node, self._mask))

    async def _refind(self, node: Node, mask: AreaMask) -> None:
        """With another sensitivity; what the person has corrected stays as they left it."""
        import numpy as np

        before = self._found
        found = await self._search(node)
        fresh = found.mask.astype("uint8") * FREE
        if mask is not self._mask or before is None:
            return
        corrected = mask.pixels != before
        mask.fill_with(np.where(corrected, mask.pixels, fresh))
        self._found = fresh
        mask.commit()
        self._tooling.show_mask_anew()

    async def _search(self, node: Node) -> FoundArea:
        self._tooling.set_busy(FINDING)
        try:
            return await self._bench.deriving.find_changed_area(
                node.id, sensitivity=self._sensitivity, progress=self._tell_finding
            )
        finally:
            self._tooling.set_busy("")

    async def _keep(self, node: Node, mask: AreaMask) -> None:
        import numpy as np

        was_corrected = self._found is None or not np.array_equal(mask.pixels, self._found)
        area: Area | None = None
        self._tooling.set_busy(KEEPING)
        self._is_keeping = True
        try:
            if was_corrected or self._feather_px is not None:
                soft = _USUAL_FEATHER_PX if self._feather_px is None else self._feather_px
                area = await self._bench.areas.store(mask.pixels > 0, feather_px=soft)
            made = await self._bench.deriving.keep_everything_else(
                node.id, area=area, sensitivity=self._sensitivity, progress=self._tell_keeping
            )
        finally:
            self._is_keeping = False
            self._tooling.set_busy("")
        self._work = None
        self._tooling.leave()
        share = percent_words(made.area.share) if made.area is not None else ""
        self.said.emit(f"Kept everything else: {share} of the image comes from the result")

    def _speaks_of(self, found: FoundArea) -> bool:
        """Whether something changed; what a person should know of it is said."""
        self._faults.clear(CAUSE)
        if not found.mask.any():
            self._faults.say(CAUSE, "This step does not differ from the one before.")
            return False
        if not found.aligned:
            self._faults.say(
                CAUSE,
                "The two pictures do not show the same view.",
                "What changed cannot be told for certain. Correct the area, or leave it.",
                tone=MessageTone.WARNING,
            )
        elif found.is_global:
            self._faults.say(
                CAUSE,
                f"{percent_words(found.share)} of the image changed.",
                "The result as it is may be what is wanted.",
                Offer("Leave it as it is", self._tooling.leave),
            )
        return True

    def _take_act(self) -> None:
        """The mask is read when it is used."""
        empty = self._mask is None or self._mask.is_empty
        self._bar.set_can_keep(not empty, "Nothing is inside the area" if empty else "")

    def _take_feather(self, feather_px: int) -> None:
        self._feather_px = feather_px

    def _take_sensitivity(self, factor: float) -> None:
        if self._node is not None:
            self._sensitivity = factor
            self._later.start()

    def _end(self) -> None:
        """The tool was put away."""
        self._later.stop()
        self._faults.clear(CAUSE)
        self._node, self._mask, self._found = None, None, None
        work, self._work = self._work, None
        if work is not None and work is not asyncio.current_task():
            work.cancel()

    def _stop_if_left(self) -> None:
        """Esc while the area of the next run is looked for."""
        if not self._tooling.is_active and self._work is not None:
            work, self._work = self._work, None
            if work is not asyncio.current_task():
                work.cancel()

    def _tell_finding(self, share: float) -> None:
        self._tooling.set_busy(FINDING, share)

    def _tell_keeping(self, share: float) -> None:
        self._tooling.set_busy(KEEPING, share)
