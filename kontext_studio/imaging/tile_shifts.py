"""How far the content of each of many small squares lies displaced in another picture.

Phase correlation, weighted towards the middle frequencies, which neither codecs nor fields of light
disturb much. Knows nothing of how the displacements of a picture hang together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.operators import blurred

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BAND = 0.16  # cycles a pixel: the width of the Gaussian that weights the spectrum
_OVERLAP = 0.25
_PEAK_SIGMA_PX = 1.0 / (2.0 * 3.14159265 * _BAND)


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Squares of `side_px`, their upper left corners (n, 2) as x, y, and how much structure each
    holds (n), in levels."""

    side_px: int
    corners: NDArray[np.int32]
    structure: NDArray[np.float32]

    def centres(self) -> NDArray[np.float64]:
        """The middle of each square (n, 2) as x, y of pixel centres."""
        return self.corners.astype(float) + (self.side_px - 1) / 2.0


def lay_tiles(grey: NDArray[np.float32], side_px: int, at_most: int) -> Tiles:
    """Overlapping squares from all over a grey picture, those with the most structure."""
    import numpy as np

    height, width = grey.shape
    rows = _starts(height, side_px)
    columns = _starts(width, side_px)
    corners = np.array([(x, y) for y in rows for x in columns], np.int32)
    detail = _detail(grey)
    structure = np.array(
        [detail[y : y + side_px, x : x + side_px].std() for x, y in corners], np.float32
    )
    order = np.argsort(-structure, kind="stable")[:at_most]
    return Tiles(side_px, corners[order], structure[order])


def _starts(length: int, side: int) -> list[int]:
    count = max(1, round((length - side) / (side * (1 - _OVERLAP))) + 1)
    if count == 1:
        return [(length - side) // 2]
    return [round(index * (length - side) / (count - 1)) for index in range(count)]


def _detail(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is neither noise nor a slow gradient."""
    return blurred(grey, 1.5) - blurred(grey, 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """Displacements (n, 2) in pixels, x and y, right and down positive; and how clearly each was
    seen (n), 0 to 1."""

    px: NDArray[np.float64]
    clarity: NDArray[np.float64]


class Correlator:
    """The spectra of one picture's tiles, made once, and the displacements in others."""

    def __init__(self, grey: NDArray[np.float32], tiles: Tiles) -> None:
        import cv2
        import numpy as np

        side = tiles.side_px
        self._tiles = tiles
        self._window = cv2.createHanningWindow((side, side), cv2.CV_32F)
        # OpenCV packs a real spectrum: between the first and the last column stand pairs of a real
        # and an imaginary part, whole columns for one horizontal frequency each.
        fx = np.repeat(np.arange(1, side // 2) / side, 2)
        fy = np.fft.fftfreq(side)
        weight = np.exp(-(fx[None, :] ** 2 + fy[:, None] ** 2) / (2 * _BAND**2))
        self._weight = weight.astype(np.float32)
        self._most = float(weight.sum())
        self._spectra = [self._spectrum(grey, corner) for corner in tiles.corners]

    def shifts(self, grey: NDArray[np.float32], reach_px: float) -> Shifts:
        """The displacement of each tile in another picture of the same size, at most `reach_px`
        in either direction."""
        import cv2
        import numpy as np

        side = self._tiles.side_px
        half = side // 2
        reach = int(min(reach_px, half - 2))
        found = np.zeros((len(self._spectra), 2))
        clarity = np.zeros(len(self._spectra))
        packed = np.zeros((side, side), np.float32)
        for index, (mine, corner) in enumerate(
            zip(self._spectra, self._tiles.corners, strict=True)
        ):
            other = self._spectrum(grey, corner)
            cross = cv2.mulSpectrums(other, mine, 0, conjB=True)
            pairs = cross[:, 1:-1].reshape(side, -1, 2)
            length = cv2.magnitude(
                np.ascontiguousarray(pairs[..., 0]), np.ascontiguousarray(pairs[..., 1])
            )
            safe = np.asarray(length, np.float32) + np.float32(1e-6)
            packed[:, 1:-1] = (pairs / safe[..., None]).reshape(side, -1) * self._weight
            peak = cv2.dft(packed, flags=cv2.DFT_INVERSE)
            near = np.roll(peak, (half, half), (0, 1))[
                half - reach - 1 : half + reach + 2, half - reach - 1 : half + reach + 2
            ]
            inner = near[1:-1, 1:-1]
            row, column = divmod(int(inner.argmax()), inner.shape[1])
            top = float(inner[row, column])
            around = near[row : row + 3, column : column + 3]
            found[index] = (
                column - reach + _between(around[1, 0], top, around[1, 2]),
                row - reach + _between(around[0, 1], top, around[2, 1]),
            )
            clarity[index] = top / self._most
        return Shifts(found, np.clip(clarity, 0.0, 1.0))

    def _spectrum(
        self, grey: NDArray[np.float32], corner: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        import cv2

        x, y = int(corner[0]), int(corner[1])
        side = self._tiles.side_px
        patch = grey[y : y + side, x : x + side]
        spectrum: NDArray[np.float32] = cv2.dft((patch - patch.mean()) * self._window)
        return spectrum


def _between(before: float, top: float, after: float) -> float:
    """Where the peak of a Gaussian lies around its highest sample, -0.5 to 0.5."""
    import math

    floor = 1e-3 * max(top, 1e-12)
    low, mid, high = (math.log(max(float(one), floor)) for one in (before, top, after))
    bend = low - 2 * mid + high
    return 0.0 if bend >= -1e-9 else max(-0.5, min(0.5, 0.5 * (low - high) / bend))
