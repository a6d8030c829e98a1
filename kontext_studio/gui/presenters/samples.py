"""The photographs that come with the program: their small pictures, and the engine tried on one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from kontext_studio.gui.presenters.files import Files
from kontext_studio.gui.presenters.steps import Steps
from kontext_studio.gui.shell.empty_state import EmptyState
from kontext_studio.gui.tasks import Tasks
from kontext_studio.resources import resource_path
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import EMBEDDED_ROUTE
from kontext_studio.workbench.orders import RunOrder

TRIED = "coffee.png"
MADE = (
    "Change the red cup and saucer to cobalt blue while keeping everything else the same",
    "Make it golden hour",
)
"""Two edits of the sample that the embedded engine makes for somebody who tries it: two branches to
compare (UX G6)."""


class Samples(QObject):
    def __init__(
        self,
        bench: Workbench,
        empty: EmptyState,
        files: Files,
        steps: Steps,
        tasks: Tasks,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._empty = empty
        self._files = files
        self._steps = steps
        self._tasks = tasks
        self._trying = False
        empty.embedded_requested.connect(self.try_engine)
        empty.sample_chosen.connect(self.open)
        empty.sample_wanted.connect(self._fetch)

    def open(self, name: str) -> None:
        self._files.open_paths([_path_of(name)])

    def try_engine(self) -> None:
        """Open a sample and edit it twice, as runs that can be watched."""
        if not self._trying:
            self._trying = True
            self._tasks.start(self._try_engine())

    async def _try_engine(self) -> None:
        try:
            original = await self._bench.import_file(_path_of(TRIED))
            session = self._bench.session
            for instruction in MADE:
                order = RunOrder(instruction, (original.id,), route=EMBEDDED_ROUTE.name)
                await self._bench.wait_for(await self._bench.submit(order))
                if not self._bench.is_open or self._bench.session is not session:
                    return  # somebody has gone on to another session
            made = session.history.main_children(original.id)
            if made and self._steps.edited is original:
                await self._steps.go_to(made[0].id)
        finally:
            self._trying = False

    def _fetch(self, name: str) -> None:
        self._tasks.start(self._fetch_small(name))

    async def _fetch_small(self, name: str) -> None:
        image = await asyncio.to_thread(lambda: QImage(str(_path_of(name))))
        self._empty.set_sample_picture(name, image)


def _path_of(name: str) -> Path:
    return resource_path(f"samples/{name}")
