"""Areas of a session: painted or read from a file, stored by content, read back as masks."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_studio.core import kill_points
from kontext_studio.core.area import AREA_TYPE, USUAL_FEATHER_PX, Area
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.imaging.watching import Watch
from kontext_studio.store.file_names import shown_name
from kontext_studio.workbench import pictures
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.pixel_work import as_sent, decoded, in_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.picture import Picture

    Mask = NDArray[np.bool_]

STRETCHED = "It was stretched: the service made another shape"

_SAME_SHAPE = 0.05
"""Services round the sides of what they make to their own grid."""
_STRETCHED_BY, _WORTH_TELLING = 0.01, 0.01


class Areas:
    """The areas of the session that is open; `desk_now` says which that is."""

    def __init__(self, desk_now: Callable[[], Desk]) -> None:
        self._desk_now = desk_now

    async def store(self, mask: Mask, *, feather_px: float = USUAL_FEATHER_PX) -> Area:
        """Keep a mask (height, width), True inside, with the session; the same mask is kept once.
        It is on disk when this returns. Raise SessionError."""
        desk = self._desk_now()
        area, data = await in_thread(lambda _watch: area_of(mask, feather_px))
        await put(desk, area, data)
        return area

    async def read(self, area: Area) -> Mask:
        """The mask as it was painted. Raise SessionDamaged."""
        data = await self._desk_now().read_image(area.mask.sha256)
        return await in_thread(lambda _watch: mask_in_stored(data, area))

    async def fitted(self, order: RunOrder) -> RunOrder:
        """An order whose area, painted on a picture of the same shape and another size, was brought
        to that of its own picture; any other as it is. Raise SessionError."""
        area, history = order.area, self._desk_now().session.history
        if area is None or not order.parents or order.parents[0] not in history:
            return order
        picture = history[order.parents[0]].image
        size, (width, height) = (picture.width, picture.height), area.size
        if area.size == size or abs(width * size[1] / (height * size[0]) - 1.0) > _SAME_SHAPE:
            return order
        mask = await self.read(area)

        def of_size() -> Mask:
            from kontext_studio.imaging.operators import mask_of_size

            return mask_of_size(mask, size)

        mask = await asyncio.to_thread(of_size)
        return replace(order, area=await self.store(mask, feather_px=area.feather_px))


async def put(desk: Desk, area: Area, data: bytes) -> None:
    """Store a mask, once. Raise SessionError."""
    await desk.run(lambda file: file.put_image(area.mask, data))


async def mask_from_file(path: Path, size: tuple[int, int]) -> Mask:
    """White of a picture file as large as the picture it is for, (width, height). Raise BadPicture
    or BadInput."""
    data = await pictures.read_picture_file(path)
    name = shown_name(path)

    def read() -> Mask:
        from kontext_studio.imaging.protecting import mask_in

        return mask_in(decoded(data, name), size, name)

    return await asyncio.to_thread(read)


def area_of(mask: Mask, feather_px: float) -> tuple[Area, bytes]:
    """A mask as an area, and its bytes as they are stored."""
    import numpy as np

    from kontext_studio.imaging.protecting import mask_file

    data = mask_file(mask)
    height, width = mask.shape
    ref = ImageRef(Sha256(hashlib.sha256(data).hexdigest()), AREA_TYPE, width, height)
    share = float(np.count_nonzero(mask) / mask.size)
    return Area(ref, share).with_feather(feather_px), data


def mask_in_stored(data: bytes, area: Area) -> Mask:
    """The mask of an area, from its stored bytes. Raise BadPicture."""
    from kontext_studio.imaging.protecting import mask_in

    return mask_in(decoded(data, "The area"), area.size, "The area")


async def inside(base: bytes, result: bytes, mask: bytes, area: Area) -> pictures.Imported:
    """The picture before, by its stored bytes, and inside an area the result; of the same bytes the
    same comes again. Raise BadPicture, or OutOfMemory."""
    return await in_thread(lambda watch: inside_now(base, result, mask, area, watch))


def inside_now(
    base: bytes, result: bytes, mask: bytes, area: Area, watch: Watch
) -> pictures.Imported:
    """The same, on the thread of the caller."""
    from kontext_studio.imaging.encode import encode_png
    from kontext_studio.imaging.protecting import protected

    before, after = decoded(base), as_sent(result)
    there = mask_in_stored(mask, area)
    pixels = protected(before, after, there, area.feather_px, watch=watch.part(0.0, 0.8))
    kill_points.reach(kill_points.KillPoint.COMPOSITE)
    notes: list[str] = []
    height, width = after.shape[:2]
    if (width, height) != area.size:
        notes.append(
            f"Came as {width:,} × {height:,} pixels, "
            f"brought to {area.size[0]:,} × {area.size[1]:,} for the area"
        )
    if is_stretched((width, height), area.size):
        notes.append(STRETCHED)
    clear = _clear_share(before, there)
    if clear > _WORTH_TELLING:
        notes.append(f"{clear * 100:.0f} % of the area is transparent; what came there is not seen")
    return pictures.stored_png(encode_png(pixels), area.size, tuple(notes))


def is_stretched(came: tuple[int, int], goal: tuple[int, int]) -> bool:
    """Whether a picture of one size that is brought to another changes its shape."""
    return abs(came[0] * goal[1] / (came[1] * goal[0]) - 1.0) > _STRETCHED_BY


def _clear_share(before: Picture, mask: Mask) -> float:
    """How much of a mask is wholly transparent in the picture before, and stays that."""
    import numpy as np

    if before.alpha is None:
        return 0.0
    clear = int(np.count_nonzero(mask & (before.alpha == 0)))
    return clear / max(1, int(np.count_nonzero(mask)))
