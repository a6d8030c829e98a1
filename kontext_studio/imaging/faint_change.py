"""Where a change goes on beside what is certain of it, too faint for each pixel by itself.

What was removed is filled from around: much of the filling has nearly the colours that were there.
A neighbourhood tells it all the same: it differs on average, or has lost its texture, more than
others of as much structure do. Knows nothing of how the certain part was found.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import (
    blurred,
    closed,
    contrast_near,
    grown,
    highest_near,
    mask_of_size,
    opened,
    regions,
)

if TYPE_CHECKING:
    from kontext_studio.imaging.operators import Bytes, Floats, Mask

_RIM_PX = 3  # so far the blur and the codec's ringing of a certain change reach
_NEAR_PX = 3.0
_LEAST_REACH_PX, _MOST_REACH_PX, _REACH = 8.0, 60.0, 0.4
_FEWEST = 4_000  # pixels that tell what is usual
_USUAL, _TIMES = 0.97, 1.5
# Beside strong changes their traces, blocks of a codec, do not count.
_LEAK, _LEAK_PX = 0.08, 10
_THIN_PX = 4
_KINDS = 8


def with_faint_change(
    mask: Mask, before: Floats, after: Bytes, known: Mask, unit: float = 1.0
) -> Mask:
    """`mask` and what hangs together with it; `before` and `after` are aligned and of one colour,
    (height, width, 3), `unit` the scale of lengths."""
    import numpy as np

    if not mask.any():
        return mask
    rim = grown(mask, round(_RIM_PX * unit))
    near = _near(mask, rim, unit)
    free = known & ~rim
    far = free & ~near
    if np.count_nonzero(far) < _FEWEST:
        return mask
    # 1. What each neighbourhood is off on average, and how much its pixels are off beside that.
    sigma = _NEAR_PX * unit
    counts = free.astype(np.float32)
    share = np.maximum(blurred(counts, sigma), np.float32(0.05))
    rest = after - before
    leak = _leak(rest, mask, unit)
    rest *= counts[..., None]
    squares = blurred((rest * rest).sum(2), sigma) / share
    mean = blurred(rest, sigma) / share[..., None]
    average = (mean * mean).sum(2)
    texture = np.sqrt(np.maximum(squares - average, 0))
    average = np.sqrt(average)
    # 2. More of either than is usual where nothing changed.
    structure = blurred(contrast_near(before).max(2), sigma)
    more = average > np.maximum(np.float32(_TIMES) * _usual(average, structure, far), leak)
    more |= texture > np.maximum(np.float32(_TIMES) * _usual(texture, structure, far), leak)
    more = opened(more & free & near, round(_THIN_PX * unit))
    # 3. What hangs together with the certain part, and the rim between the two.
    labels, stats = regions(more | rim)
    joined = np.zeros(len(stats), bool)
    joined[np.unique(labels[mask])] = True
    more &= joined[labels]
    between = rim & known & grown(more, round((_RIM_PX + 2) * unit))
    both: Mask = mask | more
    both |= between & closed(both, round((_RIM_PX + 1) * unit))
    return both


def _near(mask: Mask, rim: Mask, unit: float) -> Mask:
    """The surroundings into which a change of that size may go on."""
    import numpy as np

    height, width = mask.shape
    _, stats = regions(mask)
    reach = _REACH * math.sqrt(float(stats[1:, 4].max()))
    reach = float(np.clip(reach, _LEAST_REACH_PX * unit, _MOST_REACH_PX * unit))
    small = mask_of_size(rim, (max(1, width // 4), max(1, height // 4)))
    return mask_of_size(grown(small, int(reach) // 4), (width, height))


def _leak(rest: Floats, mask: Mask, unit: float) -> Floats:
    """What the strongest certain change nearby may leave around it."""
    import numpy as np

    smooth = blurred(rest, 1.0)
    strength = np.sqrt((smooth * smooth).sum(2))
    strength[~mask] = 0
    strongest = highest_near(blurred(strength, 1.0), round(_LEAK_PX * unit))
    return np.float32(_LEAK) * blurred(strongest, 3.0)


def _usual(values: Floats, structure: Floats, where: Mask) -> Floats:
    """For each place the value that nearly all unchanged places with as much structure stay
    below."""
    import numpy as np

    found, like = values[where][::7], structure[where][::7]
    edges = np.quantile(like, np.linspace(0, 1, _KINDS + 1))
    limits = [
        float(np.quantile(found[(like >= low) & (like <= high)], _USUAL))
        for low, high in pairwise(edges)
    ]
    middles = (edges[:-1] + edges[1:]) / 2
    usual: Floats = np.interp(structure, middles, np.maximum.accumulate(limits)).astype(np.float32)
    return usual
