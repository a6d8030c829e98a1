"""Small pictures of steps for the window: read from the session, decoded in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtGui import QImage

from kontext_studio.core.errors import StudioError
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench


async def small_picture(bench: Workbench, ref: ImageRef) -> QImage:
    """An empty image where it cannot be read: opening the step says what is wrong."""
    try:
        return await asyncio.to_thread(QImage.fromData, await bench.thumbnail(ref))
    except StudioError:
        return QImage()


class Thumbnails:
    """Fetches what a part of the window asks for by hash, and gives it to `put`."""

    def __init__(
        self, bench: Workbench, tasks: Tasks, put: Callable[[Sha256, QImage], None]
    ) -> None:
        self._bench = bench
        self._tasks = tasks
        self._put = put

    def fetch(self, sha: str) -> None:
        if not self._bench.is_open:
            return
        refs = (node.image for node in self._bench.session.history)
        ref = next((one for one in refs if one.sha256 == sha), None)
        if ref is not None:
            self._tasks.start(self._fetch(ref))

    async def _fetch(self, ref: ImageRef) -> None:
        self._put(ref.sha256, await small_picture(self._bench, ref))
