"""A picture of another shape at the size of the one before: cropped, set inside it, or stretched
back where a service had stretched it. It says which of these was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.derivation import Fit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

Size = tuple[int, int]

_LOOKED_AT = 128 * 128
_CLEARLY = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """`pixels` as large as the picture before; `how` they got there, None where the shape was the
    same; `missing_px` how many of their own pixels were cut off, or of the picture before are seen,
    on both sides together, to the right and downwards."""

    pixels: Bytes
    how: Fit | None
    missing_px: Size = (0, 0)


def fitted(picture: Bytes, before: Bytes, *, same_shape: bool, how: Fit | None = None) -> Fitted:
    """`picture` at the size of `before`. Without a `how` it is stretched or set inside only where
    its content then clearly lies where it lay before, and else cropped."""
    from kontext_studio.imaging.operators import resized

    size = (before.shape[1], before.shape[0])
    if same_shape:
        return Fitted(resized(picture, size), None)
    return _by(how or _as_it_lay(picture, before), picture, before)


def _by(how: Fit, picture: Bytes, before: Bytes) -> Fitted:
    from kontext_studio.imaging.operators import resized

    size = (before.shape[1], before.shape[0])
    if how is Fit.STRETCH:
        return Fitted(resized(picture, size), how)
    return _cropped(picture, size) if how is Fit.CROP else _inside(picture, before)


def _cropped(picture: Bytes, size: Size) -> Fitted:
    """As large as it must be to cover all, cut off alike on both sides."""
    from kontext_studio.imaging.operators import resized

    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    # The part that is seen, in pixels of its own: nothing is computed that is cut off then.
    seen = _within(size[0] / scale, width), _within(size[1] / scale, height)
    left, top = (width - seen[0]) // 2, (height - seen[1]) // 2
    part = picture[top : top + seen[1], left : left + seen[0]]
    return Fitted(resized(part, size), Fit.CROP, (width - seen[0], height - seen[1]))


def _inside(picture: Bytes, before: Bytes) -> Fitted:
    """Whole, in the middle of the picture before."""
    from kontext_studio.imaging.operators import resized

    height, width = picture.shape[:2]
    high, wide = before.shape[:2]
    scale = min(wide / width, high / height)
    size = _within(width * scale, wide), _within(height * scale, high)
    left, top = (wide - size[0]) // 2, (high - size[1]) // 2
    pixels = before.copy()
    pixels[top : top + size[1], left : left + size[0]] = resized(picture, size)
    return Fitted(pixels, Fit.PAD, (wide - size[0], high - size[1]))


def _within(length: float, most: int) -> int:
    return min(most, max(1, round(length)))


def _as_it_lay(picture: Bytes, before: Bytes) -> Fit:
    """The way by which the content lies where it lay before: some models are given every picture in
    one of a few shapes, others cut off what is too much. Cropping where that does not tell."""
    from kontext_studio.imaging.operators import resized, size_within

    size = size_within(before.shape[1], before.shape[0], _LOOKED_AT)
    goal = resized(before, size)
    small = resized(picture, size_within(picture.shape[1], picture.shape[0], _LOOKED_AT))
    far = {how: _far(_by(how, small, goal), goal) for how in Fit}
    best = min((Fit.STRETCH, Fit.PAD), key=far.__getitem__)
    return best if far[best] < _CLEARLY * far[Fit.CROP] else Fit.CROP


def _far(found: Fitted, goal: Bytes) -> float:
    """How far the content is from that of the picture before, where it is not that itself."""
    import numpy as np

    from kontext_studio.imaging.operators import blurred, grey_of

    differences = np.abs(blurred(grey_of(found.pixels) - grey_of(goal), 1.0))
    if found.how is Fit.PAD:
        x, y = found.missing_px
        height, width = differences.shape
        differences = differences[y // 2 : height - (y + 1) // 2, x // 2 : width - (x + 1) // 2]
    return float(np.median(differences))  # takes no notice of what was edited
