"""Where the words stand that name the two parts of a picture: each plate lies in its own part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter

from kontext_studio.gui.canvas.overlays import PLATE_MARGIN, Plate, paint_plate, plate_size
from kontext_studio.gui.canvas.viewport import Viewport
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Naming:
    """The plates for what is protected, for what is free, and for a mask that is empty yet."""

    protected: Plate
    free: Plate
    nothing_yet: Plate | None


NEXT_RUN = Naming(
    Plate("Protected, stays pixel-exact", icon="lock"),
    Plate("May change", icon="lock-open"),
    Plate("Paint what may change", "all else will stay pixel-exact", icon="lock-open"),
)
KEEPING = Naming(
    Plate("From the step before, pixel-exact", icon="lock"),
    Plate("From the result", icon="lock-open"),
    None,
)


_SAMPLE_PX = 8.0  # one sample for so many device independent pixels of the view
_MOSTLY = 0.85


def place_plates(
    mask: NDArray[np.uint8], viewport: Viewport, theme: Theme, naming: Naming
) -> tuple[tuple[Plate, QRectF], ...]:
    """Both plates with their boxes in the view, without those for which there is no room: the
    protected one in a corner, the other where its part is widest."""
    import cv2
    import numpy as np

    seen = QRectF(*viewport.picture_rect()).intersected(
        QRectF(0, 0, viewport.view_width, viewport.view_height)
    )
    columns, rows = int(seen.width() / _SAMPLE_PX), int(seen.height() / _SAMPLE_PX)
    if columns < 2 or rows < 2:
        return ()
    x = seen.left() + (np.arange(columns) + 0.5) * _SAMPLE_PX
    y = seen.top() + (np.arange(rows) + 0.5) * _SAMPLE_PX
    left, top, width, height = viewport.picture_rect()
    across = np.clip((x - left) * mask.shape[1] / width, 0, mask.shape[1] - 1).astype(np.intp)
    down = np.clip((y - top) * mask.shape[0] / height, 0, mask.shape[0] - 1).astype(np.intp)
    free = (mask.take(down, axis=0).take(across, axis=1) > 0).astype(np.uint8)
    if not free.any():
        if (plate := naming.nothing_yet) is None:
            return ()
        box = _corner(seen, plate_size(theme, plate), 0)
        if not seen.contains(box):  # the half that says what to do
            plate = replace(plate, dim="")
            box = _corner(seen, plate_size(theme, plate), 0)
        return ((plate, box),)
    placed = []
    size = plate_size(theme, naming.protected)
    for number in range(4):
        box = _corner(seen, size, number)
        if seen.contains(box) and _share(1 - free, box, seen) >= _MOSTLY:
            placed.append((naming.protected, box))
            break
    depth = cv2.distanceTransform(np.pad(free, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    middle = QPointF(float(x[column]), float(y[row]))
    size = plate_size(theme, naming.free)
    box = QRectF(middle - QPointF(size.width() / 2, size.height() / 2), size)
    if seen.contains(box) and _share(free, box, seen) >= _MOSTLY:
        placed.append((naming.free, box))
    return tuple(placed)


def paint_plates(painter: QPainter, theme: Theme, placed: tuple[tuple[Plate, QRectF], ...]) -> None:
    for plate, box in placed:
        paint_plate(painter, theme, box.topLeft(), plate)


def _corner(seen: QRectF, size: QSizeF, number: int) -> QRectF:
    """Top left, top right, bottom left, bottom right."""
    margin = PLATE_MARGIN
    left, top = seen.left() + margin, seen.top() + margin
    if number % 2:
        left = seen.right() - margin - size.width()
    if number > 1:
        top = seen.bottom() - margin - size.height()
    return QRectF(QPointF(left, top), size)


def _share(part: NDArray[np.uint8], box: QRectF, seen: QRectF) -> float:
    """How much of a box lies in a part."""
    first_row, first = (
        (box.top() - seen.top()) / _SAMPLE_PX,
        (box.left() - seen.left()) / _SAMPLE_PX,
    )
    last_row, last = first_row + box.height() / _SAMPLE_PX, first + box.width() / _SAMPLE_PX
    under = part[max(0, int(first_row)) : int(last_row) + 1, max(0, int(first)) : int(last) + 1]
    return float(under.mean()) if under.size else 0.0
