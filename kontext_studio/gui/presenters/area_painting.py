"""The area of a step's draft: painted with the tool, kept with the draft, shown in the panel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from kontext_studio.core.area import USUAL_FEATHER_PX, Area
from kontext_studio.core.history import Node, NodeId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.canvas.area_mask import AreaMask
from kontext_studio.gui.canvas.area_option_bar import BarPurpose
from kontext_studio.gui.canvas.area_tool import AreaKind
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.instruction.area_row import AreaRow
from kontext_studio.gui.presenters.area_tooling import AreaTooling, Painted
from kontext_studio.gui.presenters.looking import Looking
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STORE_MS = 400
"""So long after the last stroke the mask is written, as words are after the last key."""
_SMALL_PX = 160


class AreaPainting(QObject):
    """One mask at a time: that of the step that is edited, while it is."""

    def __init__(
        self,
        bench: Workbench,
        tooling: AreaTooling,
        row: AreaRow,
        bridge: Bridge,
        looking: Looking,
        tasks: Tasks,
        current: Callable[[], Node | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._tooling = tooling
        self._row = row
        self._looking = looking
        self._tasks = tasks
        self._current = current
        self._node: NodeId | None = None  # whose mask it is
        self._mask: AreaMask | None = None
        self._area: Area | None = None  # what of it is stored
        self._feather_px = USUAL_FEATHER_PX
        self._is_unstored = False
        self._storing: asyncio.Task[None] | None = None
        self._wanted = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(STORE_MS)
        self._later.timeout.connect(self.store)
        self._painter = Painted(BarPurpose.DRAFT, self._take_act, self.store, self._take_feather)
        row.shown.connect(self._follow)
        row.paint_asked.connect(self.toggle)
        row.clear_asked.connect(self.clear)
        bridge.session_opened.connect(self._forget)
        bench.before_close(self._store_at_end)

    @property
    def is_active(self) -> bool:
        return self._tooling.purpose is BarPurpose.DRAFT

    # Acts.

    def toggle(self) -> None:
        """Paint, or put the tool away."""
        if self.is_active:
            self._tooling.leave()
        else:
            self.paint(AreaKind.BRUSH)

    def paint(self, kind: AreaKind) -> None:
        """Take up the tool on the step that is edited."""
        if self._tooling.is_active:
            self._tooling.choose(kind)
        elif (node := self._current()) is not None and not self._why_not(node):
            self._looking.set_mode(StageMode.SINGLE)
            self._tasks.start(self.take_up(node, kind))

    async def fill(self, node: NodeId, found: NDArray[np.bool_]) -> None:
        """A mask that was found takes the place of the painted one, as one act."""
        current = self._current()
        mask = await self._mask_of(current) if current is not None and current.id == node else None
        if mask is None or (mask.height, mask.width) != found.shape:
            return  # somebody has gone on
        mask.fill_with(found.astype("uint8"))
        mask.commit()
        if self.is_active:
            self._tooling.show_mask_anew()
        else:
            self._take_act()

    def clear(self) -> None:
        """The whole image may change again."""
        if self.is_active:
            self._tooling.clear()
        elif self._mask is not None:
            self._mask.clear()
            self._mask.commit()
            self._take_act()
        else:
            self._row.set_area(None)

    def store(self) -> None:
        """Write what is painted now; called a little after the last act and before anything goes
        on."""
        self._later.stop()
        if self._is_unstored and self._mask is not None and self._bench.is_open:
            self._is_unstored = False
            work = self._store(self._mask.pixels > 0, self._node, self._wanted, self._storing)
            self._storing = self._tasks.start(work)

    def pending(self) -> asyncio.Task[None] | None:
        """What a run has to wait for, so that it takes the area that is seen."""
        self.store()
        running = self._storing is not None and not self._storing.done()
        return self._storing if running else None

    # Inside.

    def _follow(self, area: Area | None) -> None:
        """Another draft is shown."""
        if self.is_active:
            self._tooling.leave()
        self.store()
        node = self._current()
        self._node, self._mask = (node.id if node is not None else None), None
        self._area, self._is_unstored = area, False
        self._feather_px = area.feather_px if area is not None else USUAL_FEATHER_PX
        because = self._why_not(node)
        self._row.set_available(not because, because)
        self._wanted += 1
        if area is not None:
            self._tasks.start(self._show_small(area, self._wanted))

    async def take_up(self, node: Node, kind: AreaKind) -> None:
        """Paint on this step, where it still is the one that is edited."""
        mask = await self._mask_of(node)
        if mask is not None:
            self._tooling.take_up(self._painter, mask, kind, round(self._feather_px))
        else:
            self._tooling.changed.emit()  # the tool's button was pressed, and is not any more

    def _forget(self) -> None:
        """Another session; what was painted was written before the last one was put away."""
        self._wanted += 1
        self._is_unstored = False
        self._tooling.leave()
        self._node, self._mask, self._area = None, None, None

    def _why_not(self, node: Node | None) -> str:
        if node is None:
            return "Open an image first"
        return "This session is open for looking only" if self._bench.desk.read_only else ""

    async def _mask_of(self, node: Node) -> AreaMask | None:
        """The one mask of the step that is edited; None where somebody has gone on meanwhile."""
        wanted, area = self._wanted, self._area
        if self._mask is None:
            await asyncio.to_thread(_load_pixel_libraries)
            known = area is not None and area.fits(node.image)
            pixels = await self._bench.areas.read(area) if known and area is not None else None
            if wanted != self._wanted or node.id != self._node:
                return None
            if self._mask is None:
                whole = pixels.astype("uint8") * 255 if pixels is not None else None
                self._mask = AreaMask(node.image.width, node.image.height, whole)
        return self._mask if wanted == self._wanted else None

    def _take_act(self) -> None:
        if self._mask is not None:
            self._is_unstored = True
            self._row.set_picture(small_picture_of(self._mask.pixels))
            self._later.start()

    def _take_feather(self, feather_px: int) -> None:
        self._feather_px = float(feather_px)
        if self._area is not None and not self._is_unstored:
            self._area = self._area.with_feather(feather_px)
            self._row.set_area(self._area)

    async def _store(
        self,
        pixels: NDArray[np.bool_],
        node: NodeId | None,
        wanted: int,
        before: asyncio.Task[None] | None,
    ) -> None:
        """One after the other: the last one written is the last one painted."""
        feather_px = self._feather_px
        if before is not None and not before.done():
            await asyncio.wait((before,))
        area = None
        if pixels.any():
            area = await self._bench.areas.store(pixels, feather_px=feather_px)
        if wanted == self._wanted:
            self._area = area.with_feather(self._feather_px) if area is not None else None
            self._row.set_area(self._area)
        elif node is not None and self._bench.is_open and node in self._bench.session.history:
            # Somebody has gone to another step: the area still belongs to the one it was for.
            draft = replace(self._bench.draft(node), area=area, area_on=True)
            await self._bench.save_draft(node, draft)

    async def _store_at_end(self) -> None:
        """Before a session is put away: what was painted a moment ago belongs to it."""
        self.store()
        if self._storing is not None:
            await asyncio.wait((self._storing,))

    async def _show_small(self, area: Area, wanted: int) -> None:
        pixels = await self._bench.areas.read(area)
        if wanted == self._wanted and self._mask is None:
            self._row.set_picture(small_picture_of(pixels.astype("uint8") * 255))


def small_picture_of(pixels: NDArray[np.uint8]) -> QImage:
    """A mask small enough for a row of the panel, white inside."""
    import numpy as np

    step = max(1, max(pixels.shape) // _SMALL_PX)
    small = np.ascontiguousarray(pixels[::step, ::step])
    height, width = small.shape
    return QImage(small.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


def _load_pixel_libraries() -> None:
    """In a thread: the first stroke must not wait for it."""
    import cv2  # noqa: F401
    import numpy  # noqa: F401
