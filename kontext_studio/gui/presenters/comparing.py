"""The Compare tab and the variant strip: what they list, and what their buttons do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.gui.canvas.variant_strip import VariantStrip, VariantThumb
from kontext_studio.gui.compare_panel import Compared, ComparePanel
from kontext_studio.gui.history.names import (
    cost_words,
    grouped_digits,
    model_words,
    share_words,
    step_name,
    took_words,
    words_for_model,
)
from kontext_studio.gui.instruction.value_words import value_words
from kontext_studio.gui.presenters.looking import BADGES, Looked, step_words
from kontext_studio.gui.presenters.thumbnails import small_picture
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import Measured
from kontext_studio.workbench.bench import Workbench


class Comparing(QObject):
    """Thumbnails are fetched once and kept by content. `subject` is the step that the view is
    about, which is the one to go on from."""

    variant_chosen = Signal(str)

    def __init__(
        self,
        bench: Workbench,
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
        self._looked: Looked | None = None
        self._variants: tuple[Node, ...] = ()
        strip.variant_chosen.connect(self._choose_variant)
        panel.remove_requested.connect(self._remove)
        panel.clear_requested.connect(self._clear)

    def show(self, looked: Looked) -> None:
        """Follow what the middle of the window shows."""
        self._looked = looked
        self.refresh()

    def take_measure(self, fact: Measured) -> None:
        """New figures of a step that is listed here."""
        if self._looked is not None and fact.node in {node.id for node in self._looked.nodes}:
            self.refresh()

    def refresh(self) -> None:
        if not self._bench.is_open:
            return
        session = self._bench.session
        head = session.history.get(session.head)
        self._show_variants(head)
        nodes = self._looked.nodes if self._looked is not None else ()
        nodes = tuple(node for node in nodes if node.id in session.history)
        compared = [self._compared(node) for node in nodes]
        self._panel.show_compared(compared, self._subject() or "")
        self._fetch([*nodes, *self._variants])

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

    def _compared(self, node: Node) -> Compared:
        session, request, result = self._bench.session, node.request, node.result
        facts: list[tuple[str, str]] = []
        if request is not None:
            facts.append(("Instruction", request.instruction))
            names = model_words(self._bench.catalogue)
            facts.append(("Model", words_for_model(names, request.model).full))
            facts += [self._setting(request, name, value) for name, value in request.parameters]
            own = result.seed if result is not None else None
            facts.append(("Seed", grouped_digits(request.seed if own is None else own)))
        facts.append(("Size", f"{node.image.width} × {node.image.height}"))
        if (measured := self._bench.measured(node.id)) is not None:
            facts.append(("Changed", share_words(measured.changed)))
            facts.append(("From original", f"{measured.drift:.1f} ΔE"))
        if result is not None:
            if result.seconds is not None:
                facts.append(("Time", took_words(result.seconds)))
            facts.append(("Cost", cost_words(result.cost)))
        picks = session.picks
        badge = BADGES[picks.index(node.id)] if node.id in picks else ""
        several = node.step and len(session.history.variants(node.id)) > 1
        which = f"variant {node.variant}" if several else ""
        step = f"Step {node.step}" if node.step else "Original"
        head = " · ".join(part for part in (badge, which) if part) or step
        return Compared(
            key=node.id,
            badge=badge,
            head=head[:1].upper() + head[1:],
            title=step_name(session, node),
            step=step_words(session, node),
            facts=tuple(facts),
            image=self._small.get(node.image.sha256),
        )

    def _setting(self, request: EditRequest, name: str, value: ParamValue) -> tuple[str, str]:
        """A parameter and its value in words, as the form has them."""
        known = (
            spec.parameter(name)
            for spec in self._bench.catalogue.models
            if spec.id == request.model
        )
        spec = next((one for one in known if one is not None), None)
        return (spec.label, value_words(value, spec.choices)) if spec else (name, str(value))

    def _choose_variant(self, index: int) -> None:
        if index < len(self._variants):
            self.variant_chosen.emit(self._variants[index].id)

    def _remove(self, key: str) -> None:
        self._tasks.start(self._bench.act(lambda session: session.pick(NodeId(key), False)))

    def _clear(self) -> None:
        self._tasks.start(self._bench.act(lambda session: session.clear_picks()))

    def _fetch(self, nodes: Sequence[Node]) -> None:
        missing = {node.image.sha256: node.image for node in nodes}
        refs = [ref for sha, ref in missing.items() if sha not in self._small]
        if refs:
            self._tasks.start(self._fetch_all(refs))

    async def _fetch_all(self, refs: Sequence[ImageRef]) -> None:
        for ref in refs:
            self._small[ref.sha256] = await small_picture(self._bench, ref)
        self.refresh()
