"""What the middle of the window shows: the current step, or a comparison of steps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.session import Session
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.canvas.canvas_view import LoadingPicture, LostPicture
from kontext_studio.gui.canvas.compare_tile import ComparedPicture, TileRequest, TileVerb
from kontext_studio.gui.canvas.image_stage import MANNERS, ImageStage, StageMode
from kontext_studio.gui.canvas.pyramid import Pyramid, build_pyramid
from kontext_studio.gui.canvas.wipe_view import WipeSide
from kontext_studio.gui.display_profile import DisplayProfile, shown_as
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.picture_cache import PictureCache, Sight
from kontext_studio.gui.presenters.compared_steps import ComparedSteps
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import Changed
from kontext_studio.workbench.bench import Workbench

BADGES = "ABCD"
PAIRED = frozenset(MANNERS)
TILED = frozenset({StageMode.SIDE_BY_SIDE, StageMode.GRID})
COVERED = "The service marked this picture as sensitive."


@dataclass(frozen=True, slots=True)
class Looked:
    """What is shown now: the steps (the last one is the current), and how the size relates."""

    mode: StageMode
    nodes: tuple[Node, ...]
    colour_space: str = ""
    parent_size: tuple[int, int] | None = None


class Looking(QObject):
    """Follows the current step. An answer counts only if it is still wanted."""

    looked = Signal(object)  # Looked
    edit_requested = Signal(str)

    def __init__(
        self,
        bench: Workbench,
        stage: ImageStage,
        cache: PictureCache,
        bridge: Bridge,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._stage = stage
        self._cache = cache
        self._tasks = tasks
        self._wanted = 0
        self._shown: tuple[StageMode, tuple[NodeId, ...]] | None = None
        self._peeking = False
        self._as_before = False
        self._display = "sRGB"
        self._steps = ComparedSteps(bench)
        self._uncovered: set[NodeId] = set()
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._follow)
        stage.grid.requested.connect(self._take_tile_request)
        stage.canvas.uncover_requested.connect(self._uncover)
        stage.before_dropped.connect(self._take_before)

    @property
    def mode(self) -> StageMode:
        return self._stage.mode

    @property
    def _asked_mode(self) -> StageMode:
        """What was asked for last, also while its pictures are still on their way."""
        return self._stage.mode if self._shown is None else self._shown[0]

    @property
    def subject(self) -> NodeId | None:
        """The step that the middle of the window is about: the chosen tile of a comparison, else
        the current step."""
        if not self._bench.is_open:
            return None
        session = self._bench.session
        if self.mode in TILED:
            chosen = NodeId(self._stage.grid.chosen_key or "")
            return chosen if chosen in session.history else session.head
        return session.head

    def set_mode(self, mode: StageMode) -> None:
        """Look in another way; a mode that needs two steps falls back to the single picture."""
        self._peeking = False
        self._as_before = False
        if mode is StageMode.SINGLE:
            self._steps.forget_order()
        steps = self._steps.of(mode)
        if mode is not StageMode.SINGLE and len(steps) < 2:
            mode, steps = StageMode.SINGLE, self._steps.of(StageMode.SINGLE)
        self._show(mode, steps)

    def leave(self) -> None:
        """Back from a comparison to the single picture, looked at as before it."""
        self.set_mode(StageMode.SINGLE)
        self._as_before = True

    def compare(self, before: Node, after: Node) -> None:
        """Wipe between two steps."""
        self._peeking = False
        if before.id != after.id:
            self._steps.arrange((before.id, after.id), StageMode.WIPE)
            self._show(StageMode.WIPE, (before, after))

    def toggle_wipe(self) -> None:
        """Wipe against the parent, or back to the single picture."""
        single = self._asked_mode is not StageMode.SINGLE
        self.set_mode(StageMode.SINGLE if single else StageMode.WIPE)

    def flip(self) -> None:
        """Show the other one of two steps in the same place; the first time, of those compared."""
        if self._asked_mode is not StageMode.FLIP:
            self.set_mode(StageMode.FLIP)
        elif self.mode is StageMode.FLIP:
            self._stage.wipe.flip()

    def swap(self) -> None:
        """The two sides of a comparison change places."""
        if self._shown is not None and len(self._shown[1]) >= 2:
            mode, ids = self._shown
            turned = (*ids[1:], ids[0])
            self._steps.arrange(turned, mode)
            history = self._bench.session.history
            self._show(mode, tuple(history[one] for one in turned))

    @property
    def numbered(self) -> int:
        """How many steps the number keys reach."""
        return len(self._steps.numbered()) if self._bench.is_open else 0

    def look_at(self, place: int) -> NodeId | None:
        """The step that a number key means: pick A to D, or else the variant of the current step.
        A tile is chosen where it is shown in one; else None or the step to go to is returned."""
        steps = self._steps.numbered()
        if place >= len(steps):
            return None
        if self.mode in TILED:
            self._stage.grid.choose(steps[place])
            self._stage.grid.focus_chosen(Qt.FocusReason.OtherFocusReason)
            return None
        return steps[place]

    def peek(self, node: Node | None) -> None:
        """Show another step in place of the current one while a key is held; None ends it. In a
        comparison of two in one place it is the one before."""
        if self._stage.mode in PAIRED:
            self._stage.wipe.show_only_before(node is not None)
        elif node is not None and self._stage.mode is StageMode.SINGLE:
            self._peeking = True
            self._shown = None
            self._tasks.start(self._show_single(node, self._next()))
        elif node is None and self._peeking:
            self._peeking = False
            self._shown = None
            self.refresh()

    def set_display(self, profile: DisplayProfile) -> None:
        """Show everything in the colours of another screen; zoom and position stay."""
        self._cache.set_display(profile.space)
        self._display = profile.name
        self._shown = None if self._shown is None else (self._shown[0], ())
        self.refresh()

    def refresh(self) -> None:
        """Show what is current now, in the present way."""
        if not self._bench.is_open or self._peeking:
            return
        mode = self._asked_mode
        steps = self._steps.of(mode)
        if not steps:
            self._wanted += 1
            self._shown = None
            self._stage.set_mode(StageMode.SINGLE)
            self._stage.canvas.show_picture(None)
            self.looked.emit(Looked(StageMode.SINGLE, ()))
            return
        if mode is not StageMode.SINGLE and len(steps) < 2:
            mode, steps = StageMode.SINGLE, self._steps.of(StageMode.SINGLE)
        self._show(mode, steps)

    # Showing.

    def _next(self) -> int:
        self._wanted += 1
        return self._wanted

    def _is_wanted(self, number: int) -> bool:
        """Whether an answer still counts: nothing else was asked for, and its session is open."""
        return number == self._wanted and self._bench.is_open

    def _show(self, mode: StageMode, steps: tuple[Node, ...]) -> None:
        key = (mode, tuple(node.id for node in steps))
        if key == self._shown:
            self._restate(mode, steps)
            return
        self._shown = key
        wanted = self._next()
        if mode is StageMode.SINGLE:
            self._tasks.start(self._show_single(steps[0], wanted))
        else:
            self._tasks.start(self._show_several(mode, steps, wanted))

    def _restate(self, mode: StageMode, steps: tuple[Node, ...]) -> None:
        """The same pictures with other words around them: stars and labels."""
        if mode in TILED:
            sights = [self._cache.ready(node.image) for node in steps]
            if all(sights):
                self._stage.set_compared(self._compared(steps, [one for one in sights if one]))

    async def _show_single(self, node: Node, wanted: int) -> None:
        if not self._is_wanted(wanted):
            return
        canvas, caption = self._stage.canvas, self._caption(node)
        sight = self._cache.ready(node.image)
        if sight is None:
            try:
                first = await self._first_sight(node)
                if not self._is_wanted(wanted):
                    return
                self._show_on_canvas(node, first)
                sight = await self._cache.whole(node.image)
            except StudioError as fault:
                if self._is_wanted(wanted):
                    self._cover(node)
                    canvas.show_lost(LostPicture(fault.message, fault.hint), caption)
                    self._stage.set_mode(StageMode.SINGLE)
                    self._tell(StageMode.SINGLE, (node,), "")
                return
            if not self._is_wanted(wanted):
                return
        self._show_on_canvas(node, sight.pyramid)
        self._tell(StageMode.SINGLE, (node,), sight.colour_space)

    def _show_on_canvas(self, node: Node, pyramid: Pyramid | None) -> None:
        """The picture, or the frame of one that is on its way; its cover comes and goes with it."""
        canvas, caption = self._stage.canvas, self._caption(node)
        self._cover(node)
        if pyramid is not None:
            canvas.show_picture(pyramid, caption)
        else:
            name = node.title or f"Step {node.step}"
            canvas.show_loading(LoadingPicture(name, node.image.width, node.image.height), caption)
        self._stage.set_mode(StageMode.SINGLE, as_before=self._as_before)

    def _cover(self, node: Node) -> None:
        self._stage.canvas.set_covered(COVERED if self.is_covered(node) else None)

    def is_covered(self, node: Node) -> bool:
        """Whether the picture must not be seen yet."""
        flagged = node.result is not None and node.result.flagged
        return flagged and node.id not in self._uncovered

    async def _show_several(self, mode: StageMode, steps: Sequence[Node], wanted: int) -> None:
        try:
            sights = [await self._cache.whole(node.image) for node in steps]
        except StudioError:
            if not self._is_wanted(wanted):
                return
            self._shown = None  # it may be asked for again
            raise
        if not self._is_wanted(wanted):
            return
        if mode in PAIRED:
            before, after = (
                WipeSide(self._seen(node, sight), self._name(node))
                for node, sight in zip(steps[:2], sights[:2], strict=True)
            )
            self._stage.set_wipe(before, after)
        else:
            self._stage.set_compared(self._compared(steps, sights))
            if head := self._bench.session.head:
                self._stage.grid.choose(head)
        self._stage.set_mode(mode)
        self._tell(mode, tuple(steps), sights[-1].colour_space)

    def _seen(self, node: Node, sight: Sight) -> Pyramid:
        """A comparison has no room for a cover: a covered picture is an even surface there."""
        if not self.is_covered(node):
            return sight.pyramid
        surface = QImage(1, 1, QImage.Format.Format_RGB32)
        surface.fill(0xFF808080)
        return build_pyramid(surface, (node.image.width, node.image.height))

    async def _first_sight(self, node: Node) -> Pyramid | None:
        """The thumbnail at the picture's own size: blurred, and there at once."""
        large = await self._cache.first_sight(node.image, 2048)
        if large is not None:
            return large.pyramid
        data = await self._bench.thumbnail(node.image)
        image = await asyncio.to_thread(QImage.fromData, data)
        if image.isNull():
            return None
        return build_pyramid(image, (node.image.width, node.image.height))

    def _compared(
        self, steps: Sequence[Node], sights: Sequence[Sight]
    ) -> tuple[ComparedPicture, ...]:
        session = self._bench.session
        picks = session.picks
        return tuple(
            ComparedPicture(
                key=node.id,
                pyramid=self._seen(node, sight),
                title=self._name(node),
                step=step_words(self._bench.session, node),
                badge=BADGES[picks.index(node.id)] if node.id in picks else "",
                starred=node.id in session.stars,
            )
            for node, sight in zip(steps, sights, strict=True)
        )

    def _tell(self, mode: StageMode, nodes: tuple[Node, ...], colour_space: str) -> None:
        parent = self._bench.session.history.get(nodes[-1].parent)
        size = (parent.image.width, parent.image.height) if parent is not None else None
        self.looked.emit(Looked(mode, nodes, shown_as(colour_space, self._display), size))

    def _name(self, node: Node) -> str:
        return step_name(self._bench.session, node)

    def _caption(self, node: Node) -> str:
        step = f"step {node.step}" if node.step else "original"
        return f"{step}, {self._name(node).lower()}" if node.step else step

    # What comes back.

    def _take_tile_request(self, request: TileRequest) -> None:
        node = NodeId(request.key)
        session = self._bench.session
        if request.verb is TileVerb.STAR:
            on = node not in session.stars
            self._tasks.start(self._bench.act(lambda one: one.star(node, on)))
        elif request.verb is TileVerb.EDIT_FROM:
            self.edit_requested.emit(node)
        elif node in session.picks:
            self._tasks.start(self._bench.act(lambda one: one.pick(node, False)))
        else:
            self.set_mode(StageMode.SINGLE)

    def _take_before(self, key: str) -> None:
        """A step becomes the one before, of two in one place; the one after changes sides."""
        history = self._bench.session.history
        node, (mode, shown) = history.get(NodeId(key)), self._shown or (self.mode, ())
        if node is not None and mode in PAIRED and len(shown) == 2:
            after = shown[0] if node.id == shown[1] else shown[1]
            if after != node.id:
                self._steps.arrange((node.id, after), mode)
                self._show(mode, (node, history[after]))

    def _uncover(self) -> None:
        if self._shown is not None and not self._peeking:
            self._uncovered.update(self._shown[1])
            self._stage.canvas.set_covered(None)

    def _follow(self, _what: Changed) -> None:
        self.refresh()

    def _forget(self) -> None:
        self._cache.forget()
        self._uncovered.clear()
        self._shown = None
        self._peeking = False
        self._steps.forget_order()
        self.refresh()


def step_words(session: Session, node: Node) -> str:
    """ "Step 4", and which variant of it where there are several; empty for an original."""
    if not node.step:
        return ""
    several = len(session.history.variants(node.id)) > 1
    return f"Step {node.step} · variant {node.variant}" if several else f"Step {node.step}"
