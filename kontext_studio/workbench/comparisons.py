"""Two steps against each other, from their stored pixels and never from a screen: where they
differ, and every figure that is told of them. Worked out in a thread, one pair at a time, and kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench.pixel_work import Progress, in_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.drift import Drift

ReadPicture = Callable[[ImageRef], Awaitable[bytes]]
Told = Progress
_NAME = "The comparison"

KEPT_PIXELS = 70_000_000
"""Differences of this many pixels are kept, 140 MB; the pair asked for last always."""


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """CIEDE2000 of each pixel (height, width) of the first picture; the second one was brought to
    its size. Half precision, which errs by at most 0.03 and by 0.002 below 4."""

    values: NDArray[np.float16]
    mean: float

    def share_from(self, delta_e: float) -> float:
        """The share of pixels, 0 to 1, that differ by so much or more. Walks over all of them."""
        import numpy as np

        return float(np.count_nonzero(self.values >= delta_e) / self.values.size)


@dataclass(frozen=True, slots=True)
class Outside:
    """The pixels outside the area that was set for an edit, and how many of them differ at all."""

    pixels: int
    changed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A step against another picture: the share of pixels above ΔE 2 and the mean of both as they
    stand, and how what was not changed has drifted."""

    changed: float
    delta_e: float
    drift: Drift


class Comparisons:
    """Reads through `read`. What was worked out for a pair of contents is not worked out again."""

    def __init__(self, read: ReadPicture) -> None:
        self._read = read
        self._one_by_one = asyncio.Lock()
        self._differences: OrderedDict[tuple[Sha256, Sha256], Difference] = OrderedDict()
        self._figures: dict[tuple[Sha256, Sha256], Figures] = {}
        self._outside: dict[tuple[Sha256, Sha256, Sha256], Outside | None] = {}

    def known_difference(self, first: ImageRef, second: ImageRef) -> Difference | None:
        """What is there without work."""
        return self._differences.get((first.sha256, second.sha256))

    def known_figures(self, first: ImageRef, second: ImageRef) -> Figures | None:
        return self._figures.get((first.sha256, second.sha256))

    async def difference(self, first: ImageRef, second: ImageRef, told: Told) -> Difference:
        """Where two pictures differ; `told` hears the share done. Raise BadPicture or OutOfMemory.

        It ends soon after its caller is cancelled.
        """
        key = first.sha256, second.sha256
        async with self._one_by_one:
            if (found := self._differences.get(key)) is None:
                pair = await self._read(first), await self._read(second)
                found = await in_thread(lambda watch: _difference(*pair, watch), told, name=_NAME)
                self._keep(key, found)
            self._differences.move_to_end(key)
            return found

    async def figures(self, first: ImageRef, second: ImageRef, told: Told) -> Figures:
        """The second picture against the first one. Raise BadPicture or OutOfMemory."""
        key = first.sha256, second.sha256
        async with self._one_by_one:
            if (found := self._figures.get(key)) is None:
                pair = await self._read(first), await self._read(second)
                known = self._differences.get(key)
                found = await in_thread(
                    lambda watch: _figures(*pair, known, watch), told, name=_NAME
                )
                self._figures[key] = found
            return found

    async def outside(self, parent: ImageRef, result: ImageRef, area: ImageRef) -> Outside | None:
        """What an edit changed outside its area (bright is what may change); None where the result
        has another size, so that no pixel of it is the parent's. Raise BadPicture."""
        key = parent.sha256, result.sha256, area.sha256
        async with self._one_by_one:
            if key not in self._outside:
                three = [await self._read(one) for one in (parent, result, area)]
                self._outside[key] = await in_thread(lambda watch: _outside(*three), name=_NAME)
            return self._outside[key]

    def forget(self) -> None:
        """For another session: its pictures may be gone."""
        self._differences.clear()
        self._figures.clear()
        self._outside.clear()

    def _keep(self, key: tuple[Sha256, Sha256], found: Difference) -> None:
        self._differences[key] = found
        while (
            len(self._differences) > 1
            and sum(one.values.size for one in self._differences.values()) > KEPT_PIXELS
        ):
            self._differences.popitem(last=False)


def stored_pixels(data: bytes) -> NDArray[np.uint8]:
    """The pixels that are sent and measured: sRGB, upright, over white where they are clear.

    Raise BadPicture. For a thread.
    """
    from kontext_studio.imaging.decode import decode_picture, over_colour

    picture = decode_picture(data)
    if picture.alpha is None or int(picture.alpha.min()) == 255:
        return picture.pixels
    return over_colour(picture.pixels, picture.alpha)


def _difference(first: bytes, second: bytes, watch: Watch) -> Difference:
    from kontext_studio.imaging.operators import resized

    a = stored_pixels(first)
    b = resized(stored_pixels(second), (a.shape[1], a.shape[0]))
    return _difference_of(a, b, watch)


def _difference_of(a: NDArray[np.uint8], b: NDArray[np.uint8], watch: Watch) -> Difference:
    import numpy as np

    from kontext_studio.imaging.difference import delta_e_map
    from kontext_studio.imaging.measure import mean_of

    values = delta_e_map(a, b, watch)
    return Difference(values.astype(np.float16), mean_of(values))


def _figures(first: bytes, second: bytes, known: Difference | None, watch: Watch) -> Figures:
    from kontext_studio.imaging.drift import measure_drift
    from kontext_studio.imaging.operators import resized

    a, b = stored_pixels(first), stored_pixels(second)
    drift = measure_drift(a, b, watch=watch.part(0.0, 0.6))
    if known is None:
        known = _difference_of(a, resized(b, (a.shape[1], a.shape[0])), watch.part(0.6, 1.0))
    return Figures(known.share_from(2.0), known.mean, drift)


def _outside(parent: bytes, result: bytes, area: bytes) -> Outside | None:
    import numpy as np

    a, b = stored_pixels(parent), stored_pixels(result)
    free = stored_pixels(area)[..., 0] > 127
    if a.shape != b.shape or free.shape != a.shape[:2]:
        return None
    held = ~free
    changed = np.count_nonzero((a != b).any(axis=2) & held)
    return Outside(int(np.count_nonzero(held)), int(changed))
