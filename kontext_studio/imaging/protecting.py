"""An edit that stays inside an area: the picture before to the last bit outside, the result inside.

Alpha, and what lies under transparent parts, are the picture before's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kontext_studio.core.errors import BadInput
from kontext_studio.imaging.composite import put_inside
from kontext_studio.imaging.decode import opaque
from kontext_studio.imaging.encode import encode_png
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.picture import Picture

    Bytes = NDArray[np.uint8]
    Mask = NDArray[np.bool_]

_HALF = 128


def protected(
    base: Picture, result: Bytes, mask: Mask, feather_px: float, *, watch: Watch = UNWATCHED
) -> Bytes:
    """`base`, and inside `mask` (height, width of it) the `result`, (height, width, 3) of any size:
    (height, width, 3), or 4 where the base has alpha."""
    inside = put_inside(opaque(base), result, mask, feather_px=feather_px, watch=watch)
    return laid_on(base, inside, mask)


def laid_on(base: Picture, pixels: Bytes, mask: Mask) -> Bytes:
    """`pixels` inside `mask`, all of `base` outside, also what is under its transparent parts."""
    import numpy as np

    out = np.where(mask[..., None], pixels, base.pixels)
    return out if base.alpha is None else np.dstack([out, base.alpha])


def mask_file(mask: Mask) -> bytes:
    """A mask as it is stored: grey PNG, white inside. The same mask gives the same bytes."""
    import numpy as np

    return encode_png(mask.astype(np.uint8) * np.uint8(255))


def mask_in(picture: Picture, size: tuple[int, int], name: str) -> Mask:
    """White of a picture; where it is transparent it is as black. Raise BadInput where it is not of
    (width, height)."""
    import numpy as np

    if (picture.width, picture.height) != size:
        raise BadInput(
            f"{name} has {picture.width} × {picture.height} pixels, "
            f"the picture before {size[0]} × {size[1]}.",
            hint="A mask is as large as the picture it belongs to.",
        )
    light = picture.pixels.max(2) >= _HALF
    if picture.alpha is not None:
        light &= picture.alpha >= _HALF
    return np.asarray(light, bool)
