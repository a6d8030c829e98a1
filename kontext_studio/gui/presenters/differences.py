"""The map of differences over what is shown: of a step and its parent, of before and after, or of
each tile and the reference. Worked out from stored pixels, in a thread, for as long as it is on."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.area import Area
from kontext_studio.core.history import Node
from kontext_studio.core.images import Sha256
from kontext_studio.gui.canvas.compare_heat import Heat, heat_pyramid
from kontext_studio.gui.canvas.image_stage import ImageStage, StageMode
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.comparison.compared import DifferenceShown, Kept
from kontext_studio.gui.comparison.difference_part import DifferencePart
from kontext_studio.gui.history.names import grouped_digits
from kontext_studio.gui.presenters.looking import PAIRED, TILED, Looked, Looking
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.comparisons import Comparisons, Difference

TOLD_AFTER_S = 0.4
"""Work that is done sooner shows no progress."""
_KEPT_PIXELS = 40_000_000

_Key = tuple[Sha256, Sha256, float]


@dataclass(frozen=True, slots=True)
class _Pair:
    base: Node
    shown: Node


class Differences(QObject):
    """`changed` is emitted when it is switched on or off, or can be no longer."""

    changed = Signal()

    def __init__(
        self,
        bench: Workbench,
        comparisons: Comparisons,
        stage: ImageStage,
        looking: Looking,
        part: DifferencePart,
        tasks: Tasks,
        reference: Callable[[Node], Node | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._comparisons = comparisons
        self._stage = stage
        self._looking = looking
        self._part = part
        self._tasks = tasks
        self._reference = reference
        self._on_alone = self._on_comparing = False
        self._strength, self._clear_below = 0.86, 2.0
        self._looked = Looked(StageMode.SINGLE, ())
        self._maps: OrderedDict[_Key, Pyramid] = OrderedDict()
        self._found: tuple[_Key, Difference, float] | None = None
        self._kept: Kept | None = None
        self._progress: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._working_on: tuple[object, ...] | None = None
        part.switched.connect(self._switch)
        part.strength_chosen.connect(self._choose_strength)
        part.clear_below_chosen.connect(self._choose_clear_below)
        part.stop_asked.connect(lambda: self._switch(False))

    # What is asked for.

    @property
    def is_on(self) -> bool:
        return self._on_alone if self._is_alone else self._on_comparing

    @property
    def strength(self) -> float:
        """How strongly the map covers, 0 to 1."""
        return self._strength

    @property
    def clear_below(self) -> float:
        """Smaller differences are not shown."""
        return self._clear_below

    @property
    def why_not(self) -> str:
        """Why there is nothing to compare, empty where there is."""
        if not self._looked.nodes:
            return "open an image first"
        return "" if self._pairs() else "this is an original"

    def toggle(self) -> None:
        self._switch(not self.is_on)

    def show(self, looked: Looked) -> None:
        """Follow what the middle of the window shows."""
        was_alone = self._is_alone
        self._looked = looked
        if was_alone and not self._is_alone:
            self._on_comparing = self._on_alone
        self._update()
        self.changed.emit()

    def refresh(self) -> None:
        """Another reference: other differences."""
        self._update()

    def forget(self) -> None:
        """For another session."""
        self._end()
        self._maps.clear()
        self._found = None
        self._on_alone = self._on_comparing = False
        self._looked = Looked(StageMode.SINGLE, ())
        self._show_state()

    @property
    def _is_alone(self) -> bool:
        return self._looked.mode is StageMode.SINGLE

    def _switch(self, on: bool) -> None:
        if self._is_alone:
            self._on_alone = on and not self.why_not
        else:
            self._on_comparing = on
        self._update()
        self.changed.emit()

    def _choose_strength(self, strength: float) -> None:
        if strength != self._strength:
            self._strength = strength
            self._update()

    def _choose_clear_below(self, delta_e: float) -> None:
        if delta_e != self._clear_below:
            self._clear_below = delta_e
            self._update()

    # What is compared.

    def _pairs(self) -> tuple[_Pair, ...]:
        looked = self._looked
        if not self._bench.is_open or not looked.nodes:
            return ()
        history = self._bench.session.history
        nodes = [node for node in looked.nodes if node.id in history]
        if looked.mode is StageMode.SINGLE:
            parent = history.get(nodes[0].parent) if nodes else None
            return (_Pair(parent, nodes[0]),) if parent is not None else ()
        if looked.mode in PAIRED and len(nodes) == 2:
            pairs = [_Pair(*nodes)]
        else:
            pairs = [
                _Pair(base, node)
                for node in nodes
                if (base := self._reference(node)) is not None and base.id != node.id
            ]
        # A covered picture is an even surface there, which a map would draw the outlines of.
        covered = self._looking.is_covered
        return tuple(one for one in pairs if not (covered(one.base) or covered(one.shown)))

    def _key(self, pair: _Pair) -> _Key:
        return pair.base.image.sha256, pair.shown.image.sha256, self._clear_below

    def _update(self) -> None:
        """Show what is there, and begin to work out what is missing."""
        pairs = self._pairs() if self.is_on else ()
        wanted = (self._looked.mode, tuple(self._key(pair) for pair in pairs))
        if wanted != self._working_on:
            self._end()
            known = self._found is not None and self._found[0] in wanted[1]
            if pairs and not (known and all(self._key(pair) in self._maps for pair in pairs)):
                self._working_on = wanted
                self._task = self._tasks.start(self._work(pairs))
        self._lay_over(pairs)
        self._show_state()

    def _end(self) -> None:
        self._working_on = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._tell(None)

    async def _work(self, pairs: tuple[_Pair, ...]) -> None:
        begun = time.monotonic()

        def told(number: int) -> Callable[[float], None]:
            def tell(share: float) -> None:
                if time.monotonic() - begun > TOLD_AFTER_S:
                    self._tell((number + share) / len(pairs))

            return tell

        for number, pair in enumerate(pairs):
            key = self._key(pair)
            before, after = pair.base.image, pair.shown.image
            found = await self._comparisons.difference(before, after, told(number))
            if key not in self._maps:
                made = await asyncio.to_thread(heat_pyramid, found.values, key[2])
                self._maps[key] = made
            self._make_room([self._key(one) for one in pairs])
            if number == len(pairs) - 1:
                share = await asyncio.to_thread(found.share_from, key[2])
                self._found = key, found, share
                self._kept = await self._kept_of(pair)
            self._lay_over(pairs)
        self._tell(None)
        self._show_state()

    async def _kept_of(self, pair: _Pair) -> Kept | None:
        """Whether the area of the edit from one to the other was held."""
        area = area_of(pair.shown)
        if area is None or pair.shown.parent != pair.base.id:
            return None
        mask = area.mask
        found = await self._comparisons.outside(pair.base.image, pair.shown.image, mask)
        if found is None:
            return None
        of_all = f"{grouped_digits(found.changed)} of {grouped_digits(found.pixels)} pixels"
        title = (
            "Nothing changed outside your area"
            if not found.changed
            else ("Pixels changed outside your area")
        )
        return Kept(title, f"{of_all} differ outside the area you painted.", not found.changed)

    def _make_room(self, needed: list[_Key]) -> None:
        def pixels() -> int:
            return sum(one.width * one.height for one in self._maps.values())

        for key in list(self._maps):
            if pixels() <= _KEPT_PIXELS:
                return
            if key not in needed:
                del self._maps[key]

    # What is shown.

    def _lay_over(self, pairs: tuple[_Pair, ...]) -> None:
        heats: dict[str, Heat] = {
            pair.shown.id: Heat(made, self._strength, self._clear_below)
            for pair in pairs
            if (made := self._maps.get(self._key(pair))) is not None
        }
        stage, mode = self._stage, self._looked.mode
        one = next(iter(heats.values()), None)
        stage.canvas.set_heat(one if mode is StageMode.SINGLE else None)
        stage.wipe.set_heat(one if mode in PAIRED else None)
        stage.grid.set_heats(heats if mode in TILED else {})

    def _tell(self, progress: float | None) -> None:
        if progress == self._progress:
            return
        self._progress = progress
        alone = progress is not None and self._is_alone
        self._stage.canvas.set_plate(
            f"Comparing · {round((progress or 0) * 100)} %" if alone else ""
        )
        self._show_state()

    def _show_state(self) -> None:
        pairs = self._pairs()
        why_not = "" if pairs else self.why_not
        changed = mean = ""
        kept = None
        found = self._found
        one_pair = bool(pairs) and self._looked.mode not in TILED
        if found is not None and one_pair and found[0] == self._key(pairs[0]):
            changed, mean, kept = f"{100 * found[2]:.1f} %", f"{found[1].mean:.1f}", self._kept
        self._part.show_difference(
            DifferenceShown(
                on=self.is_on,
                strength=self._strength,
                clear_below=self._clear_below,
                why_not=f"{why_not[:1].upper()}{why_not[1:]}",
                progress=self._progress,
                changed=changed,
                mean=mean,
                kept=kept,
            )
        )


def area_of(node: Node) -> Area | None:
    """The area that was set for an edit, also where its result was kept as it came."""
    asked = node.request.area if node.request is not None else None
    return node.area or asked
