"""A map of differences as a picture: clear where nothing changed, from dark to bright where much
did, readable without hue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_GROUND_DIMMED = 0.35


@dataclass(frozen=True, slots=True)
class HeatScale:
    """The scale of a map: differences, in CIEDE2000, below `clear_below` are clear, `full` and more
    have the last colour. `stops` are colours (r, g, b) at equal distances from 0 to `full`.
    """

    clear_below: float = 2.0
    full: float = 80.0
    stops: tuple[tuple[int, int, int], ...] = (
        (13, 8, 51),
        (89, 18, 112),
        (189, 56, 84),
        (245, 125, 20),
        (250, 237, 140),
    )

    def stronger(self, strength: float) -> HeatScale:
        """The scale that reaches its last colour at a `strength`-th of this one's difference."""
        return HeatScale(self.clear_below, self.full / strength, self.stops)


PLAIN_SCALE = HeatScale()


def heat_map(differences: NDArray[np.float32], scale: HeatScale = PLAIN_SCALE) -> NDArray[np.uint8]:
    """Colours and alpha, uint8 (height, width, 4), of differences (height, width) in CIEDE2000."""
    import cv2
    import numpy as np

    steps = cv2.convertScaleAbs(differences, alpha=255.0 / scale.full)
    out = np.asarray(cv2.LUT(cv2.merge([steps] * 4), _table(scale)), np.uint8)
    out[..., 3] = np.where(differences >= scale.clear_below, np.uint8(255), np.uint8(0))
    return out


def over_picture(
    heat: NDArray[np.uint8], pixels: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """The map laid over the dimmed grey picture (height, width, 3), or over black."""
    import cv2
    import numpy as np

    if pixels is None:
        ground = np.zeros((*heat.shape[:2], 3), np.uint8)
    else:
        grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
        dimmed = cv2.convertScaleAbs(grey, alpha=_GROUND_DIMMED)
        ground = np.asarray(cv2.merge([dimmed] * 3), np.uint8)
    np.copyto(ground, heat[..., :3], where=heat[..., 3:] > 0)
    return ground


def legend(width: int, height: int, scale: HeatScale = PLAIN_SCALE) -> NDArray[np.uint8]:
    """The scale itself from 0 on the left to its end on the right, (height, width, 4)."""
    import numpy as np

    values = np.linspace(0.0, scale.full, width, dtype=np.float32)
    return heat_map(np.repeat(values[None, :], height, axis=0), scale)


def _table(scale: HeatScale) -> NDArray[np.uint8]:
    import numpy as np

    at = np.linspace(0, 255, len(scale.stops))
    stops = np.array(scale.stops, np.float64)
    table = np.zeros((1, 256, 4), np.uint8)
    for channel in range(3):
        table[0, :, channel] = np.rint(np.interp(np.arange(256), at, stops[:, channel]))
    return table
