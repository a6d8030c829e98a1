"""Says where the edge of a protected area can be seen in a step, and what may be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from kontext_studio.core.area import MOST_FEATHER_PX, Area
from kontext_studio.core.history import Node, NodeId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.shell.message_bar import MessageTone
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import Measured
from kontext_studio.workbench.bench import Workbench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CAUSE = "seam"
_LEAST_FEATHER_PX = 12.0
_GROWN = 0.02  # of the longer side


class AreaSeam(QObject):
    """Follows the current step. Each remedy makes a step of its own; the raw result is kept."""

    def __init__(
        self,
        bench: Workbench,
        faults: Faults,
        bridge: Bridge,
        tasks: Tasks,
        current: Callable[[], Node | None],
        window: QWidget,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._faults = faults
        self._tasks = tasks
        self._current = current
        self._window = window
        self._told: NodeId | None = None  # of the step that the message is about, also if closed
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._follow)
        bridge.measured.connect(self._take_measure)

    def menu_for(self, node: Node, area: Area) -> QMenu:
        """The remedies, as a menu under the message."""
        menu = QMenu(self._window)
        menu.setObjectName("seamMenu")
        wider = _wider(area)
        for words, act in (
            (f"Larger feather, {round(wider.feather_px)} px", lambda: self.soften(node, area)),
            ("Larger area", lambda: self.enlarge(node, area)),
            ("Use the unprotected result", lambda: self.use_unprotected(node)),
        ):
            menu.addAction(words).triggered.connect(act)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def soften(self, node: Node, area: Area) -> None:
        """The same result inside the same area, with a wider feather."""
        self._begin(self._recompose(node, _wider(area)))

    def enlarge(self, node: Node, area: Area) -> None:
        """The same result inside an area that is a little larger."""
        self._begin(self._enlarge(node, area))

    def use_unprotected(self, node: Node) -> None:
        self._begin(self._unprotected(node))

    # Inside.

    def _forget(self) -> None:
        self._told = None
        self._faults.clear(CAUSE)

    def _follow(self) -> None:
        node = self._current()
        if self._told is not None and (node is None or node.id != self._told):
            self._told = None
            self._faults.clear(CAUSE)
        if node is not None and node.area is not None and node.raw is not None:
            self._bench.measure(node.id)
            if (measured := self._bench.measured(node.id)) is not None:
                self._tell(node, measured)

    def _take_measure(self, measured: Measured) -> None:
        node = self._current()
        if node is not None and node.id == measured.node:
            self._tell(node, measured)

    def _tell(self, node: Node, measured: Measured) -> None:
        seam, area = measured.seam, node.area
        if seam is None or area is None or not seam.visible or self._told == node.id:
            return
        self._told = node.id
        self._faults.say(
            CAUSE,
            "The edge is visible.",
            f"Across it the colours step by ΔE {seam.mean:.1f}; up to 3 is hard to see.",
            Offer("Larger feather", lambda: self.soften(node, area)),
            Offer("More…", lambda: self._show_menu(node, area), stays=True),
            tone=MessageTone.WARNING,
        )

    def _show_menu(self, node: Node, area: Area) -> None:
        self.menu_for(node, area).popup(QCursor.pos())

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        self._faults.clear(CAUSE)
        self._tasks.start(work)

    async def _recompose(self, node: Node, area: Area) -> None:
        await self._bench.deriving.recompose(node.id, area)

    async def _unprotected(self, node: Node) -> None:
        await self._bench.deriving.use_unprotected(node.id)

    async def _enlarge(self, node: Node, area: Area) -> None:
        mask = await self._bench.areas.read(area)
        larger = await asyncio.to_thread(_grown, mask, round(max(area.size) * _GROWN))
        stored = await self._bench.areas.store(larger, feather_px=area.feather_px)
        await self._bench.deriving.recompose(node.id, stored)


def _wider(area: Area) -> Area:
    return area.with_feather(min(MOST_FEATHER_PX, max(_LEAST_FEATHER_PX, area.feather_px) * 2))


def _grown(mask: NDArray[np.bool_], reach_px: int) -> NDArray[np.bool_]:
    from kontext_studio.imaging.operators import grown

    return grown(mask, reach_px)
