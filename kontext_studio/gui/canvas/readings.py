"""The frozen values that the picture views report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.viewport import Viewport, ViewState, percent_of
from kontext_studio.gui.shell.local_files import local_files


@dataclass(frozen=True, slots=True)
class ViewReading:
    """Where a view looks now. `zoom` is 1.0 at one to one; `in_motion` while a gesture lasts."""

    state: ViewState
    zoom: float
    in_motion: bool = False

    @property
    def percent(self) -> int:
        return percent_of(self.zoom)


@dataclass(frozen=True, slots=True)
class PointerReading:
    """The picture pixel under the pointer; the colour is None while only a first sight is known."""

    x: int
    y: int
    relative_x: float
    relative_y: float
    rgb: tuple[int, int, int] | None


def read_pointer(view: Viewport, pyramid: Pyramid, x: float, y: float) -> PointerReading | None:
    """What lies under a point of a view; None outside the picture."""
    across, down = view.to_picture(x, y)
    relative_x, relative_y = across / view.picture_width, down / view.picture_height
    if not (0 <= relative_x < 1 and 0 <= relative_y < 1):
        return None
    column, row = int(relative_x * pyramid.width), int(relative_y * pyramid.height)
    colour = pyramid.colour_at(column, row)
    rgb = None if colour is None else (colour.red(), colour.green(), colour.blue())
    return PointerReading(column, row, relative_x, relative_y, rgb)


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """What was dropped on a view: files of this computer, or a picture without a file."""

    paths: tuple[Path, ...]
    image: QImage | None = None


def dropped_from(mime: QMimeData) -> Dropped | None:
    """What of a drag can become a picture; None where nothing can."""
    paths = local_files(mime)
    if paths:
        return Dropped(paths)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return Dropped((), image)
    return None
