"""Display pictures by content: decoded in a thread, kept while there is room, each made once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtGui import QColorSpace

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.canvas.decode import load_pyramid
from kontext_studio.gui.canvas.pyramid import Pyramid

KEPT_PIXELS = 160_000_000
"""About 850 MB with the smaller levels: twenty pictures of 8 megapixels."""

FIRST_SIGHT_FROM_PX = 6_000_000
"""From this many pixels on a reduced decode is shown first."""

ReadPicture = Callable[[ImageRef], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A picture ready to show, and its colour space in words."""

    pyramid: Pyramid
    colour_space: str


class PictureCache:
    """Reads through `read`. The picture used longest ago goes first; one is always kept."""

    def __init__(self, read: ReadPicture) -> None:
        self._read = read
        self._display: QColorSpace | None = None
        self._kept: OrderedDict[Sha256, Sight] = OrderedDict()
        self._coming: dict[Sha256, asyncio.Task[Sight]] = {}

    def set_display(self, space: QColorSpace) -> None:
        """Make pictures for that screen from now on; what was made for another is forgotten."""
        if space != self._display:
            self._display = space
            self.forget()

    def ready(self, ref: ImageRef) -> Sight | None:
        """The picture if it is decoded already."""
        found = self._kept.get(ref.sha256)
        if found is not None:
            self._kept.move_to_end(ref.sha256)
        return found

    async def whole(self, ref: ImageRef) -> Sight:
        """Every pixel of it. Raise SessionDamaged or BadPicture."""
        if (found := self.ready(ref)) is not None:
            return found
        task = self._coming.get(ref.sha256)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._load(ref))
            self._coming[ref.sha256] = task
        # Several callers may wait for one picture: none of them ends it for the others.
        return await asyncio.shield(task)

    async def first_sight(self, ref: ImageRef, target_px: int) -> Sight | None:
        """A reduced picture of a large one, quickly; None where the whole comes soon enough."""
        if ref.width * ref.height < FIRST_SIGHT_FROM_PX or ref.sha256 in self._kept:
            return None
        data = await self._read(ref)
        made = await asyncio.to_thread(load_pyramid, data, target_px, self._display)
        return Sight(*made)

    def forget(self) -> None:
        """Forget everything, for another session."""
        for task in self._coming.values():
            task.cancel()
        self._coming.clear()
        self._kept.clear()

    async def _load(self, ref: ImageRef) -> Sight:
        try:
            data = await self._read(ref)
            sight = Sight(*await asyncio.to_thread(load_pyramid, data, None, self._display))
        finally:
            # After `forget` another load of the same picture may stand there.
            if self._coming.get(ref.sha256) is asyncio.current_task():
                del self._coming[ref.sha256]
        self._kept[ref.sha256] = sight
        self._make_room()
        return sight

    def _make_room(self) -> None:
        def pixels() -> int:
            return sum(one.pyramid.width * one.pyramid.height for one in self._kept.values())

        while len(self._kept) > 1 and pixels() > KEPT_PIXELS:
            self._kept.popitem(last=False)
