"""How far each step lies from its parent and its original: measured once, kept in the session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial

from kontext_studio.core.errors import SessionError
from kontext_studio.core.figures import DriftFigures, SeamFigures
from kontext_studio.core.history import Node, NodeId
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import measuring, pictures
from kontext_studio.workbench.announcements import Announcer, Measured
from kontext_studio.workbench.background import Background
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.pixel_work import in_thread

log = logging.getLogger(__name__)


class Measures:
    """The figures of one desk's steps; one step is measured at a time."""

    def __init__(self, desk: Desk, background: Background, announcer: Announcer) -> None:
        self._desk = desk
        self._background = background
        self._announcer = announcer
        self._known: dict[NodeId, Measured] = {}
        self._asked: set[tuple[NodeId, bool]] = set()
        self._one_by_one = asyncio.Lock()

    async def read_known(self) -> None:
        """What the file knows already: read in one go and not announced."""
        try:
            rows = await self._desk.run(SessionFile.read_measures)
        except SessionError as fault:
            log.info("the figures of the steps cannot be read: %s", fault.message)
            return
        by_step: dict[str, dict[str, float]] = {}
        for key, value in rows.items():
            name, _, step = key.partition(":")
            by_step.setdefault(step, {})[name] = value
        for node in self._desk.session.history:
            found = _read(node, by_step.get(node.id, {}))
            if found is not None:
                self._known[node.id] = found

    def get(self, node: NodeId) -> Measured | None:
        """None where it was never measured."""
        return self._known.get(node)

    def ask(self, node_id: NodeId, *, drift: bool = False) -> None:
        """Measure a step in the background and announce it, unless its figures are known: how much
        differs, and with `drift` also what did where nothing was meant to, which takes longer. The
        seam of an area belongs to that, and is always wanted."""
        node = self._desk.session.history[node_id]
        whole = drift or (node.area is not None and node.derivation is None)
        known = self._known.get(node_id)
        if not node.parents or (known is not None and (known.of_parent is not None or not whole)):
            return
        if not {(node_id, whole), (node_id, True)} & self._asked:
            self._asked.add((node_id, whole))
            self._background.start(partial(self._measure, node, whole))

    async def wholly(self, node_id: NodeId) -> Measured | None:
        """All figures of a step, measured now where they are not known; None for an original."""
        node = self._desk.session.history[node_id]
        if node.parents:
            await self._measure(node, True)
        return self._known.get(node_id)

    async def _measure(self, node: Node, whole: bool) -> None:
        async with self._one_by_one:
            known = self._known.get(node.id)
            if known is not None and (known.of_parent is not None or not whole):
                return
            fact = await (self._wholly(node) if whole else self._quickly(node))
            if not self._desk.read_only:
                rows = {f"{name}:{node.id}": value for name, value in _numbers(fact).items()}
                try:
                    await self._desk.run(partial(SessionFile.put_measures, rows=rows))
                except SessionError as fault:  # they are measured again another time
                    log.info("the figures of a step were not kept: %s", fault.message)
            self._known[node.id] = fact
        self._announcer.announce(fact)

    async def _quickly(self, node: Node) -> Measured:
        mine, parent, original = await self._three(node)
        changed, drift = await pictures.compare(mine, parent, original)
        return Measured(node.id, changed, drift, seam=_noted_seam(node))

    async def _wholly(self, node: Node) -> Measured:
        mine, parent, original = await self._three(node)
        inside = None
        if node.derivation is None and node.area is not None and node.raw is not None:
            mask = await self._desk.read_image(node.area.mask.sha256)
            raw = await self._desk.read_image(node.raw.sha256)
            inside = measuring.Inside(node.area, mask, raw)
        found = await in_thread(
            lambda watch: measuring.measured(mine, parent, original, inside, watch)
        )
        seam = found.seam or _noted_seam(node)
        return Measured(
            node.id, found.changed, found.drift, found.of_parent, found.of_original, seam
        )

    async def _three(self, node: Node) -> tuple[bytes, bytes, bytes]:
        """The step's own bytes, its parent's and its original's: one object where they are one."""
        path = self._desk.session.history.path(node.id)
        mine, parent = [await self._desk.read_image(one.image.sha256) for one in path[:-3:-1]]
        if path[0].image == path[-2].image:
            return mine, parent, parent
        return mine, parent, await self._desk.read_image(path[0].image.sha256)


def _noted_seam(node: Node) -> SeamFigures | None:
    """A derived step says itself how visible its edge is."""
    if node.derivation is None:
        return None
    mean, most = node.derivation.fact("seam_mean"), node.derivation.fact("seam_most")
    if isinstance(mean, str | None) or isinstance(most, str | None):
        return None
    return SeamFigures(mean, most)


def _numbers(fact: Measured) -> dict[str, float]:
    """As they are stored, by name."""
    found = {"changed": fact.changed, "drift": fact.drift}
    for name, figures in (("parent", fact.of_parent), ("original", fact.of_original)):
        if figures is not None:
            found |= {f"{name}.{one}": value for one, value in figures.to_numbers()}
    if fact.seam is not None:
        found |= {"seam.mean": fact.seam.mean, "seam.most": fact.seam.most}
    return found


def _read(node: Node, known: Mapping[str, float]) -> Measured | None:
    changed, drift = known.get("changed"), known.get("drift")
    if changed is None or drift is None:
        return None

    def of(which: str) -> DriftFigures | None:
        start = f"{which}."
        return DriftFigures.from_numbers(
            {name.removeprefix(start): one for name, one in known.items() if name.startswith(start)}
        )

    seam = None
    if "seam.mean" in known and "seam.most" in known:
        seam = SeamFigures(known["seam.mean"], known["seam.most"])
    return Measured(node.id, changed, drift, of("parent"), of("original"), seam)
