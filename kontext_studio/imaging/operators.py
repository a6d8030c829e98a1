"""The few calls of OpenCV that measuring and joining pictures need, with types, borders repeated:
reflecting a border of one pixel never ends in OpenCV 5.0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

Level = TypeVar("Level", "np.uint8", "np.float32")
Matrix = tuple[float, float, float, float, float, float]


def size_within(width: int, height: int, pixels: int) -> tuple[int, int]:
    """The size, at most that given, of a copy with no more than so many pixels."""
    scale = min(1.0, math.sqrt(pixels / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def resized(levels: NDArray[Level], size: tuple[int, int]) -> NDArray[Level]:
    """A copy of (width, height): means of areas where it gets smaller, cubic where larger."""
    import cv2
    import numpy as np

    if (levels.shape[1], levels.shape[0]) == size:
        return np.ascontiguousarray(levels)
    smaller = size[0] <= levels.shape[1] and size[1] <= levels.shape[0]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(levels, size, interpolation=how), levels.dtype)


def stretched(levels: NDArray[Level], size: tuple[int, int]) -> NDArray[Level]:
    """A copy of (width, height), linear between the values."""
    import cv2
    import numpy as np

    return np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR), levels.dtype)


def mask_of_size(mask: Mask, size: tuple[int, int]) -> Mask:
    """A mask of (width, height): of nearest pixels."""
    import cv2
    import numpy as np

    if (mask.shape[1], mask.shape[0]) == size:
        return mask
    as_bytes = mask.astype(np.uint8)
    return np.asarray(cv2.resize(as_bytes, size, interpolation=cv2.INTER_NEAREST)) > 0


def whole_cells(mask: Mask, size: tuple[int, int]) -> Mask:
    """A smaller mask of (width, height), of the cells that lie whole within `mask`."""
    import numpy as np

    return resized(mask.astype(np.float32), size) > 0.99


def moved(
    levels: NDArray[Level], matrix: Matrix, size: tuple[int, int], *, fine: bool = False
) -> NDArray[Level]:
    """Levels fetched from where `matrix` says, (x, y) from (ax + by + c, dx + ey + f), as a picture
    of (width, height). Cubic; `fine` keeps more of the finest detail."""
    import cv2
    import numpy as np

    how = cv2.INTER_LANCZOS4 if fine else cv2.INTER_CUBIC
    return np.asarray(
        cv2.warpAffine(
            levels,
            np.array(matrix, np.float64).reshape(2, 3),
            size,
            flags=how | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        levels.dtype,
    )


def moved_linear(levels: Floats, matrix: Matrix, size: tuple[int, int]) -> Floats:
    """As `moved`, linear between the values."""
    import cv2
    import numpy as np

    places = np.array(matrix, np.float64).reshape(2, 3)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(levels, places, size, flags=how, borderMode=edge), np.float32)


def blurred(levels: Floats, sigma_px: float) -> Floats:
    """Blurred by a Gaussian."""
    import cv2
    import numpy as np

    out = cv2.GaussianBlur(levels, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32).reshape(levels.shape)


def grey_of(pixels: Bytes) -> Floats:
    """Luma of (height, width, 3) as levels."""
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY), np.float32)


def looked_up(pixels: Bytes, table: NDArray[Level]) -> NDArray[Level]:
    """For each channel of each pixel what stands in the table (256,) or (256, channels)."""
    import cv2
    import numpy as np

    rows = table.reshape(1, 256, -1)
    found = cv2.LUT(pixels, rows if rows.shape[2] > 1 else rows.reshape(1, 256))
    return np.asarray(found, table.dtype)


def mixed(levels: Floats, matrix: Floats) -> Floats:
    """Channels mixed: `matrix` (3, 3), or (3, 4) with what is added."""
    import cv2
    import numpy as np

    return np.asarray(cv2.transform(levels, matrix), np.float32)


def disc(radius_px: int) -> Bytes:
    """A round neighbourhood."""
    import cv2
    import numpy as np

    side = 2 * radius_px + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def highest_near(levels: NDArray[Level], radius_px: int) -> NDArray[Level]:
    """The highest value in a round neighbourhood of each."""
    import cv2
    import numpy as np

    return np.asarray(cv2.dilate(levels, disc(radius_px)), levels.dtype)


def grown(mask: Mask, px: int) -> Mask:
    """The mask, so much wider on all sides."""
    import numpy as np

    return highest_near(mask.astype(np.uint8), px) > 0 if px > 0 else mask


def opened(mask: Mask, radius_px: int) -> Mask:
    """Without what is thinner than the neighbourhood."""
    import cv2
    import numpy as np

    out = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius_px))
    return np.asarray(out) > 0


def closed(mask: Mask, radius_px: int) -> Mask:
    """With gaps narrower than the neighbourhood, also those at the border."""
    import cv2
    import numpy as np

    room = radius_px + 1
    wide = np.pad(mask.astype(np.uint8), room)
    out = np.asarray(cv2.morphologyEx(wide, cv2.MORPH_CLOSE, disc(radius_px)))
    return out[room:-room, room:-room] > 0


def contrast_near(levels: Floats) -> Floats:
    """The range of values within two pixels of each, for each channel."""
    import cv2
    import numpy as np

    out = cv2.morphologyEx(levels, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    return np.asarray(out, np.float32)


def regions(mask: Mask, connectivity: int = 8) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A number for each pixel, 0 outside, and for each number x, y, width, height and pixels."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=connectivity
    )
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)
