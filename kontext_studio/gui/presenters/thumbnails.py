"""Small pictures of steps for the window: read from the session, decoded in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtGui import QColorSpace, QImage

from kontext_studio.core.errors import StudioError
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench


async def small_picture(
    bench: Workbench, ref: ImageRef, display: QColorSpace | None = None
) -> QImage:
    """In the colours of `display` where one is given. An empty image where it cannot be read:
    opening the step says what is wrong."""
    try:
        return await asyncio.to_thread(_decoded, await bench.thumbnail(ref), display)
    except StudioError:
        return QImage()


def _decoded(data: bytes, display: QColorSpace | None) -> QImage:
    image = QImage.fromData(data)
    if display is None or image.isNull():
        return image
    if not image.colorSpace().isValid():
        image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    return image.convertedToColorSpace(display)


class Thumbnails:
    """Fetches what a part of the window asks for by hash, and gives it to `put`."""

    def __init__(
        self, bench: Workbench, tasks: Tasks, put: Callable[[Sha256, QImage], None]
    ) -> None:
        self._bench = bench
        self._tasks = tasks
        self._put = put
        self._display: QColorSpace | None = None

    def set_display(self, display: QColorSpace) -> None:
        """What is fetched from now on is in these colours."""
        self._display = display

    def fetch(self, sha: str) -> None:
        if not self._bench.is_open:
            return
        refs = (node.image for node in self._bench.session.history)
        ref = next((one for one in refs if one.sha256 == sha), None)
        if ref is not None:
            self._tasks.start(self._fetch(ref))

    async def _fetch(self, ref: ImageRef) -> None:
        display = self._display
        image = await small_picture(self._bench, ref, display)
        if display is self._display:  # else it is asked for anew
            self._put(ref.sha256, image)
