"""How visible the edge of a composite is, and what makes it less so, inside the mask only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.core.figures import VISIBLE_SEAM_DELTA_E
from kontext_studio.imaging.difference import delta_e_map
from kontext_studio.imaging.operators import grown, resized, size_within, stretched

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_RING_PX = 8
_SOLVED_PIXELS = 20_000


@dataclass(frozen=True, slots=True)
class Seam:
    """The steps across the outline that neither picture has by itself, in CIEDE2000: their mean,
    and what 95 of 100 do not exceed. `length_px` counts pairs of neighbours across the outline."""

    mean: float
    most: float
    length_px: int

    @property
    def visible(self) -> bool:
        return self.mean > VISIBLE_SEAM_DELTA_E


def measure_seam(
    composite: NDArray[np.uint8],
    base: NDArray[np.uint8],
    result: NDArray[np.uint8] | None,
    mask: Mask,
) -> Seam:
    """The seam of a composite along `mask`; all (height, width, 3) of one size. `result` is what
    was put inside, on the base's places; without it only the base's own edges are allowed for."""
    import numpy as np

    inner, outer = _pairs(mask)
    if not len(inner):
        return Seam(0.0, 0.0, 0)
    step = _steps(composite, inner, outer)
    own = _steps(base, inner, outer)
    if result is not None:
        own = np.maximum(own, _steps(result, inner, outer))
    more = np.maximum(step - own, 0.0)
    return Seam(float(more.mean()), float(np.quantile(more, 0.95)), len(inner))


def border_correction(
    base: NDArray[np.uint8], result: NDArray[np.uint8], mask: Mask, *, strength: float = 1.0
) -> Floats:
    """What, added to `result` inside `mask`, makes it meet `base` at the outline: the differences
    along it, spread inwards as a soap film (Laplace's equation). (height, width, 3) in levels;
    nothing outside the mask.

    The differences are taken just outside, where the two should show the same. A remedy for
    drifting colours; it lets no edge of the base through.
    """
    import numpy as np

    out = np.zeros((*mask.shape, 3), np.float32)
    box = _box(mask, _RING_PX + 2)
    if box is None:
        return out
    inside = mask[box]
    size = (inside.shape[1], inside.shape[0])
    ring = (grown(inside, _RING_PX) & ~inside).astype(np.float32)
    gap = (base[box].astype(np.float32) - result[box]) * ring[..., None]
    small = size_within(*size, _SOLVED_PIXELS)
    weight, sums = resized(ring, small), resized(gap.astype(np.float32), small)
    known = weight > 0.05
    if not known.any():
        return out
    film = _shared(sums, weight)
    wide = stretched(_film(film, known), size)
    out[box] = wide * inside[..., None] * np.float32(strength)
    return out


def _film(values: Floats, known: Mask) -> Floats:
    """The smoothest continuation of what is known: coarse first, then relaxed."""
    import numpy as np

    height, width = known.shape
    held = np.where(known[..., None], values, np.float32(0.0))
    if min(height, width) > 4:
        half = ((width + 1) // 2, (height + 1) // 2)
        share = resized(known.astype(np.float32), half)
        coarse = _shared(resized(held.astype(np.float32), half), share)
        start = stretched(_film(coarse, share > 0.05), (width, height))
    else:
        start = np.zeros_like(held) + held[known].mean(0)
    film = np.where(known[..., None], values, start)
    for _ in range(40):
        near = np.pad(film, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = near[:-2, 1:-1] + near[2:, 1:-1] + near[1:-1, :-2] + near[1:-1, 2:]
        film = np.where(known[..., None], values, mean * np.float32(0.25))
    return film


def _shared(sums: Floats, weight: Floats) -> Floats:
    """The means of cells of which only a share is known."""
    import numpy as np

    means: Floats = (sums / np.maximum(weight, 0.05)[..., None]).astype(np.float32)
    return means


def _pairs(mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flat indices of neighbours of which the first lies inside and the second outside."""
    import numpy as np

    width = mask.shape[1]
    inner, outer = [], []
    for step, crossing in (
        (1, np.flatnonzero(_padded(mask[:, :-1] != mask[:, 1:], mask.shape))),
        (width, np.flatnonzero(mask[:-1] != mask[1:])),
    ):
        first = mask.ravel()[crossing]
        inner.append(np.where(first, crossing, crossing + step))
        outer.append(np.where(first, crossing + step, crossing))
    return np.concatenate(inner), np.concatenate(outer)


def _padded(flags: Mask, shape: tuple[int, ...]) -> Mask:
    import numpy as np

    out = np.zeros(shape, bool)
    out[:, :-1] = flags
    return out


def _steps(pixels: NDArray[np.uint8], inner: NDArray[np.int64], outer: NDArray[np.int64]) -> Floats:
    flat = pixels.reshape(-1, 1, 3)
    return delta_e_map(flat[inner], flat[outer])[:, 0]


def _box(mask: Mask, margin: int) -> tuple[slice, slice] | None:
    import numpy as np

    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )
