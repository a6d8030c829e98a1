"""Two pictures joined along a mask: the base to the last bit outside, the other one inside.

The feather runs inwards only, so nothing outside the mask is ever touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import resized
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_BAND_PIXELS = 1 << 20


def compose(
    base: NDArray[np.uint8],
    result: NDArray[np.uint8],
    mask: Mask,
    feather_px: float = 0.0,
    *,
    watch: Watch = UNWATCHED,
) -> NDArray[np.uint8]:
    """`base` outside `mask` (height, width), `result` inside; all (height, width, 3) of one size.
    `feather_px` is the width over which the one becomes the other, inside."""
    import numpy as np

    height, width = mask.shape
    out = base.copy()
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        watch.reach(top / height)
        part = slice(top, min(height, top + rows))
        inside = mask[part]
        if not inside.any():
            continue
        band = result[part]
        if feather_px > 0:
            weight = feather(mask, feather_px, part)[..., None]
            mixed = base[part] + (band.astype(np.float32) - base[part]) * weight
            band = np.rint(mixed).astype(np.uint8)
        np.copyto(out[part], band, where=inside[..., None])
    watch.reach(1.0)
    return out


def feather(mask: Mask, feather_px: float, rows: slice | None = None) -> Floats:
    """Weights from 0 outside the mask to 1 deeper inside it than `feather_px`, smooth at both ends;
    of all rows or of some. The border of the picture is no edge of the mask."""
    import cv2
    import numpy as np

    part = rows or slice(0, mask.shape[0])
    margin = int(feather_px) + 2
    top = max(0, part.start - margin)
    wide = mask[top : part.stop + margin].astype(np.uint8)
    depth = cv2.distanceTransform(wide, cv2.DIST_L2, 5)
    depth = depth[part.start - top : part.start - top + part.stop - part.start]
    if feather_px <= 0:
        return (depth > 0).astype(np.float32)
    # The first pixel inside lies half a pixel from the edge.
    share = np.clip((depth - 0.5) / feather_px, 0.0, 1.0)
    weight: Floats = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    return weight


def put_inside(
    base: NDArray[np.uint8],
    result: NDArray[np.uint8],
    mask: Mask,
    *,
    feather_px: float = 0.0,
    watch: Watch = UNWATCHED,
) -> NDArray[np.uint8]:
    """An area-protected result: `base` outside `mask`, `result` inside, whatever its size; a result
    of another size is brought to the base's. All 8-bit, (height, width, 3); mask (height, width).
    """
    if mask.shape != base.shape[:2]:
        raise ValueError("a mask is as large as the picture it belongs to")
    fitting = resized(result, (base.shape[1], base.shape[0]))
    return compose(base, fitting, mask, feather_px, watch=watch)
