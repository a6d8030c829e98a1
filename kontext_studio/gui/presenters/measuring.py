"""The figures of the steps that lie beside each other: measured one after the other, for as long as
somebody looks at them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from kontext_studio.core.history import Node
from kontext_studio.core.images import Sha256
from kontext_studio.gui.presenters.compared_words import figures_in_words
from kontext_studio.gui.presenters.differences import TOLD_AFTER_S, area_of
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.comparisons import Comparisons, Outside

Wanted = tuple[tuple[Node, Node], ...]


class Measuring:
    """`ready` is called when figures have come, `told` hears the share done, None when there is
    nothing to do."""

    def __init__(
        self,
        bench: Workbench,
        comparisons: Comparisons,
        tasks: Tasks,
        ready: Callable[[], None],
        told: Callable[[float | None], None],
    ) -> None:
        self._bench = bench
        self._comparisons = comparisons
        self._tasks = tasks
        self._ready = ready
        self._told = told
        self._wanted: Wanted = ()
        self._outside: dict[tuple[Sha256, Sha256], Outside | None] = {}
        self._task: asyncio.Task[None] | None = None

    def want(self, wanted: Wanted) -> None:
        """Measure these pairs of a picture and a step; what was wanted before is called off."""
        if wanted == self._wanted:
            return
        self.stop()
        self._wanted = wanted
        if any(self._lacks(base, node) for base, node in wanted):
            self._task = self._tasks.start(self._work(wanted))

    def stop(self) -> None:
        self._wanted = ()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._told(None)

    def words_of(self, node: Node, base: Node | None) -> tuple[tuple[str, str], ...]:
        """The rows of a step in the table; none for what is measured against nothing."""
        if base is None:
            return ()
        found = self._comparisons.known_figures(base.image, node.image)
        parent = self._bench.session.history.get(node.parent)
        has_area = area_of(node) is not None and parent is not None
        outside = None
        if parent is not None:
            outside = self._outside.get((parent.image.sha256, node.image.sha256))
        return tuple(figures_in_words(node, found, outside, has_area=has_area))

    def _lacks(self, base: Node, node: Node) -> bool:
        lacks_outside = False
        if area_of(node) is not None and (parent := self._parent_of(node)) is not None:
            lacks_outside = (parent.image.sha256, node.image.sha256) not in self._outside
        known = self._comparisons.known_figures(base.image, node.image)
        return known is None or lacks_outside

    def _parent_of(self, node: Node) -> Node | None:
        return self._bench.session.history.get(node.parent)

    async def _work(self, wanted: Wanted) -> None:
        begun = time.monotonic()

        def told(number: int) -> Callable[[float], None]:
            def tell(share: float) -> None:
                if time.monotonic() - begun > TOLD_AFTER_S:
                    self._told((number + share) / len(wanted))

            return tell

        for number, (base, node) in enumerate(wanted):
            await self._comparisons.figures(base.image, node.image, told(number))
            parent, area = self._parent_of(node), area_of(node)
            if parent is not None and area is not None:
                found = await self._comparisons.outside(parent.image, node.image, area.mask)
                self._outside[parent.image.sha256, node.image.sha256] = found
            self._ready()
        self._told(None)
