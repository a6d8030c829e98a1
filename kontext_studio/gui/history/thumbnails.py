"""Small pictures of steps as they arrive: asked for once on first sight, kept ready to paint.

Refuses to decode or read anything; pictures come decoded from whoever listens to `wanted`.
"""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from kontext_studio.core.history import JobId
from kontext_studio.core.images import Sha256
from kontext_studio.gui.shell.small_pictures import filled_pixmap

_KEPT = 600
# Pictures are kept at twice the size of a row's thumbnail, sharp on dense screens.
_DENSITY = 2


class ThumbnailShelf(QObject):
    """`wanted` asks for a picture by sha256, `arrived` says that one can be painted now."""

    wanted = Signal(str)
    arrived = Signal(str)
    preview_arrived = Signal(str)

    def __init__(self, size: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = size * _DENSITY
        self._kept: OrderedDict[Sha256, QPixmap] = OrderedDict()
        self._previews: dict[JobId, QPixmap] = {}
        self._asked: set[Sha256] = set()
        self._to_ask: list[Sha256] = []
        # Asked for after the paint that missed it: a listener may answer at once.
        self._ask_soon = QTimer(self)
        self._ask_soon.setSingleShot(True)
        self._ask_soon.setInterval(0)
        self._ask_soon.timeout.connect(self._ask)

    def picture(self, sha: Sha256) -> QPixmap | None:
        """The picture if it is here; else it is asked for."""
        found = self._kept.get(sha)
        if found is not None:
            self._kept.move_to_end(sha)
        elif sha not in self._asked:
            self._asked.add(sha)
            self._to_ask.append(sha)
            self._ask_soon.start()
        return found

    def preview(self, job: JobId) -> QPixmap | None:
        return self._previews.get(job)

    def put(self, sha: Sha256, image: QImage) -> None:
        """Keep a picture. An empty one stands for "not to be had" and is not asked for again."""
        if image.isNull():
            return
        self._kept[sha] = filled_pixmap(image, self._size)
        self._asked.discard(sha)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.arrived.emit(sha)

    def put_preview(self, job: JobId, image: QImage) -> None:
        """Keep what a run shows of its unfinished picture; an empty image forgets it."""
        if image.isNull():
            self._previews.pop(job, None)
        else:
            self._previews[job] = filled_pixmap(image, self._size)
        self.preview_arrived.emit(job)

    def ask_again(self) -> None:
        """What is kept does not look as it should any more."""
        self._kept.clear()
        self._asked.clear()

    def forget(self) -> None:
        """Forget everything, for another session."""
        self._kept.clear()
        self._previews.clear()
        self._asked.clear()
        self._to_ask.clear()

    def _ask(self) -> None:
        asked, self._to_ask = self._to_ask, []
        for sha in asked:
            self.wanted.emit(sha)
