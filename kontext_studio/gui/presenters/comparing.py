"""The Compare tab and the variant strip: what they list, and what their buttons do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.canvas.variant_strip import VariantStrip, VariantThumb
from kontext_studio.gui.compare_panel import ComparePanel
from kontext_studio.gui.comparison.compared import Choice, Compared, Comparison
from kontext_studio.gui.history.names import cost_words, grouped_digits, lowered, step_name
from kontext_studio.gui.presenters.compared_words import settings_of
from kontext_studio.gui.presenters.looking import BADGES, PAIRED, TILED, Looked, step_words
from kontext_studio.gui.presenters.measuring import Measuring
from kontext_studio.gui.presenters.thumbnails import small_picture
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.comparisons import Comparisons

ORIGINAL = ""
"""The key of the reference that is each step's own original."""


class Comparing(QObject):
    """Thumbnails are fetched once and kept by content. `subject` is the step that the view is
    about, which is the one to go on from."""

    variant_chosen = Signal(str)
    reference_changed = Signal()

    def __init__(
        self,
        bench: Workbench,
        comparisons: Comparisons,
        panel: ComparePanel,
        strip: VariantStrip,
        tasks: Tasks,
        subject: Callable[[], NodeId | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._subject = subject
        self._panel = panel
        self._strip = strip
        self._tasks = tasks
        self._small: dict[Sha256, QImage] = {}
        self._looked = Looked(StageMode.SINGLE, ())
        self._reference = NodeId(ORIGINAL)
        self._variants: tuple[Node, ...] = ()
        self._measuring = Measuring(bench, comparisons, tasks, self.refresh, panel.show_measuring)
        strip.variant_chosen.connect(self._choose_variant)
        panel.remove_requested.connect(self._remove)
        panel.star_requested.connect(self._star)
        panel.reference_chosen.connect(self._choose_reference)

    def show(self, looked: Looked) -> None:
        """Follow what the middle of the window shows."""
        self._looked = looked
        self.refresh()

    def forget(self) -> None:
        """For another session."""
        self._measuring.stop()
        self._looked = Looked(StageMode.SINGLE, ())
        self._reference = NodeId(ORIGINAL)

    def reference_of(self, node: Node) -> Node | None:
        """What a step that lies beside others is measured against."""
        history = self._bench.session.history
        return history.get(self._reference) if self._reference else history.root_of(node.id)

    def refresh(self) -> None:
        if not self._bench.is_open:
            return
        session = self._bench.session
        head = session.history.get(session.head)
        self._show_variants(head)
        mode = self._looked.mode
        nodes = tuple(node for node in self._looked.nodes if node.id in session.history)
        if self._reference not in [node.id for node in nodes]:
            self._reference = NodeId(ORIGINAL)
        pair = mode in PAIRED and len(nodes) == 2
        wanted = self._wanted(nodes, pair)
        self._measuring.want(wanted)
        bases = {node.id: base for base, node in wanted}
        self._panel.show_comparison(
            Comparison(
                steps=tuple(self._compared(node, bases.get(node.id)) for node in nodes),
                current=self._subject() or "",
                pair=pair,
                tiled=mode in TILED,
                against=self._against(nodes, pair),
                references=self._references(nodes),
                reference=self._reference,
            )
        )
        self._fetch([*nodes, *self._variants])

    # What is compared with what.

    def _wanted(self, nodes: tuple[Node, ...], pair: bool) -> tuple[tuple[Node, Node], ...]:
        """Pairs of a picture and the step that is measured against it."""
        if pair:
            return ((nodes[0], nodes[1]),)
        if self._looked.mode not in TILED:
            return ()
        bases = ((self.reference_of(node), node) for node in nodes)
        return tuple((base, node) for base, node in bases if base is not None and base != node)

    def _against(self, nodes: tuple[Node, ...], pair: bool) -> str:
        if pair:
            return self._name_of(nodes[0])
        if self._looked.mode not in TILED:
            return ""
        chosen = self._bench.session.history.get(self._reference) if self._reference else None
        return self._name_of(chosen) if chosen is not None else "the original"

    def _name_of(self, node: Node) -> str:
        if not node.step:
            return "the original"
        return lowered(step_words(self._bench.session, node))

    def _references(self, nodes: tuple[Node, ...]) -> tuple[Choice, ...]:
        made = [node for node in nodes if node.step]
        listed = [Choice(node.id, self._reference_words(node)) for node in made]
        return (Choice(ORIGINAL, "Original"), *listed)

    def _reference_words(self, node: Node) -> str:
        session = self._bench.session
        badge = BADGES[session.picks.index(node.id)] if node.id in session.picks else ""
        return " · ".join(one for one in (badge, step_name(session, node)) if one)

    def _choose_reference(self, key: str) -> None:
        self._reference = NodeId(key)
        self.refresh()
        self.reference_changed.emit()

    # What is listed.

    def _compared(self, node: Node, base: Node | None) -> Compared:
        session, request, result = self._bench.session, node.request, node.result
        picks = session.picks
        badge = BADGES[picks.index(node.id)] if node.id in picks else ""
        several = node.step and len(session.history.variants(node.id)) > 1
        which = f"V{node.variant}" if several else ""
        head = badge or which or (f"Step {node.step}" if node.step else "Original")
        seed = ""
        if request is not None:
            own = result.seed if result is not None else None
            seed = grouped_digits(request.seed if own is None else own)
        return Compared(
            key=node.id,
            badge=badge,
            head=head,
            title=step_name(session, node),
            step=step_words(session, node),
            settings=settings_of(self._bench.catalogue, node),
            figures=self._measuring.words_of(node, base),
            image=self._small.get(node.image.sha256),
            seed=seed,
            starred=node.id in session.stars,
            instruction=request.instruction if request is not None else "",
        )

    def _show_variants(self, head: Node | None) -> None:
        session = self._bench.session
        variants = session.history.variants(head.id) if head is not None else ()
        self._variants = tuple(one for one in variants if one.id not in session.hidden)
        if head is None or len(self._variants) < 2:
            self._strip.set_variants((), 0, "")
            return
        thumbs = [VariantThumb(one.id, self._small.get(one.image.sha256)) for one in self._variants]
        current = [one.id for one in self._variants].index(head.id)
        self._strip.set_variants(thumbs, current, f"step {head.step}")
        count = len(self._variants)
        cost = head.result.cost if head.result else None
        price = f" · {cost_words(type(cost)(cost.amount * count))}" if cost and cost.amount else ""
        self._strip.set_more(f"{count} more{price}")

    # What the buttons do.

    def _choose_variant(self, index: int) -> None:
        if index < len(self._variants):
            self.variant_chosen.emit(self._variants[index].id)

    def _remove(self, key: str) -> None:
        self._tasks.start(self._bench.act(lambda session: session.pick(NodeId(key), False)))

    def _star(self, key: str) -> None:
        node = NodeId(key)
        on = node not in self._bench.session.stars
        self._tasks.start(self._bench.act(lambda session: session.star(node, on)))

    # Thumbnails.

    def _fetch(self, nodes: Sequence[Node]) -> None:
        missing = {node.image.sha256: node.image for node in nodes}
        refs = [ref for sha, ref in missing.items() if sha not in self._small]
        if refs:
            self._tasks.start(self._fetch_all(refs))

    async def _fetch_all(self, refs: Sequence[ImageRef]) -> None:
        for ref in refs:
            self._small[ref.sha256] = await small_picture(self._bench, ref)
        self.refresh()
