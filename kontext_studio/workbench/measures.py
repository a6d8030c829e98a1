"""How far each step lies from its parent and its original: measured once, kept in the session."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from kontext_studio.core.errors import SessionError
from kontext_studio.core.history import NodeId
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import pictures
from kontext_studio.workbench.announcements import Announcer, Measured
from kontext_studio.workbench.background import Background
from kontext_studio.workbench.desk import Desk

log = logging.getLogger(__name__)


class Measures:
    """The figures of one desk's steps; one pair of pictures is compared at a time."""

    def __init__(self, desk: Desk, background: Background, announcer: Announcer) -> None:
        self._desk = desk
        self._background = background
        self._announcer = announcer
        self._known: dict[NodeId, Measured] = {}
        self._asked: set[NodeId] = set()
        self._one_by_one = asyncio.Lock()

    async def read_known(self) -> None:
        """What the file knows already: read in one go and not announced."""
        try:
            known = await self._desk.run(SessionFile.read_measures)
        except SessionError as fault:
            log.info("the figures of the steps cannot be read: %s", fault.message)
            return
        for node in self._desk.session.history:
            changed, drift = known.get(f"changed:{node.id}"), known.get(f"drift:{node.id}")
            if changed is not None and drift is not None:
                self._known[node.id] = Measured(node.id, changed, drift)

    def get(self, node: NodeId) -> Measured | None:
        """None where it was never measured."""
        return self._known.get(node)

    def ask(self, node: NodeId) -> None:
        """Measure a step in the background and announce it, unless its figures are known."""
        if node in self._known or node in self._asked:
            return
        if self._desk.session.history[node].parents:
            self._asked.add(node)
            self._background.start(partial(self._measure, node))

    async def _measure(self, node_id: NodeId) -> None:
        desk = self._desk
        async with self._one_by_one:
            path = desk.session.history.path(node_id)
            mine, parent, original = [
                await desk.read_image(one.image.sha256) for one in (path[-1], path[-2], path[0])
            ]
            changed, drift = await pictures.compare(mine, parent, original)
            if not desk.read_only:
                for key, value in ((f"changed:{node_id}", changed), (f"drift:{node_id}", drift)):
                    await desk.run(partial(SessionFile.put_measure, key=key, value=value))
            fact = self._known[node_id] = Measured(node_id, changed, drift)
        self._announcer.announce(fact)
