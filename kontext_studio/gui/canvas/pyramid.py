"""A picture in halving sizes, so that drawing costs what is seen and not what there is.

`build_pyramid` is a plain function for a worker thread; a pyramid never changes once made.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QColorSpace, QImage

from kontext_studio.gui.canvas.bands import bands, converted_in_bands, halved

_SMALLEST_SIDE_PX = 256


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One size of a picture, and how many picture pixels one of its pixels is wide and high.

    The last column and row of a level may reach beyond the picture.
    """

    image: QImage
    step_x: float
    step_y: float


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """The levels, largest first, and the size of the picture they stand for.

    A first sight has a largest level that is smaller than the picture. `stored` holds the pixels as
    they are in the file, where the levels were converted for a display.
    """

    levels: tuple[QImage, ...]
    width: int
    height: int
    stored: QImage | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the largest level holds every pixel of the picture."""
        return (self.levels[0].width(), self.levels[0].height()) == (self.width, self.height)

    @property
    def has_transparency(self) -> bool:
        return self.levels[0].hasAlphaChannel()

    def level_for(self, zoom: float) -> Level:
        """The smallest level with at least as many pixels as are asked for."""
        wanted = self.width * zoom * (1 - 1e-6)
        index = 0
        for index in range(len(self.levels) - 1, -1, -1):
            if self.levels[index].width() >= wanted:
                break
        first, halvings = self.levels[0], 1 << index
        return Level(
            self.levels[index],
            self.width / first.width() * halvings,
            self.height / first.height() * halvings,
        )

    def colour_at(self, x: int, y: int) -> QColor | None:
        """The stored colour of a picture pixel; None outside, and where only a first sight is
        known."""
        if not self.is_exact or not (0 <= x < self.width and 0 <= y < self.height):
            return None
        return (self.stored or self.levels[0]).pixelColor(x, y)

    def thumbnail(self, width_px: int, height_px: int) -> QImage:
        """A copy that covers that many pixels, cropped in the middle."""
        zoom = max(width_px / self.width, height_px / self.height)
        scaled = self.level_for(zoom).image.scaled(
            max(width_px, round(self.width * zoom)),
            max(height_px, round(self.height * zoom)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        left = (scaled.width() - width_px) // 2
        top = (scaled.height() - height_px) // 2
        return scaled.copy(left, top, width_px, height_px)


def build_pyramid(
    image: QImage,
    picture_size: tuple[int, int] | None = None,
    *,
    stored: QImage | None = None,
) -> Pyramid:
    """All levels of a picture, each half the last with its pixels averaged over their area.

    `picture_size` is given for a first sight, where `image` is a reduced copy; `stored` where the
    colours were converted.
    """
    if image.isNull():
        raise ValueError("there is no picture in an empty image")
    levels = [_for_painting(image)]
    while max(levels[-1].width(), levels[-1].height()) > _SMALLEST_SIDE_PX:
        levels.append(halved(levels[-1]))
    width, height = picture_size or (image.width(), image.height())
    return Pyramid(tuple(levels), width, height, stored)


def _for_painting(image: QImage) -> QImage:
    """In the format Qt paints fastest. A picture that is opaque throughout loses its alpha."""
    formats = QImage.Format
    clear = image.hasAlphaChannel() and not _is_opaque(image)
    wanted = formats.Format_ARGB32_Premultiplied if clear else formats.Format_RGB32
    if image.format() == wanted:
        return image
    return converted_in_bands(image, wanted, lambda band: band.convertToFormat(wanted))


def _is_opaque(image: QImage) -> bool:
    for _top, band in bands(image):
        alpha = band.convertToFormat(QImage.Format.Format_Alpha8)
        alpha.setColorSpace(QColorSpace())  # two images of different spaces are never equal
        full = QImage(alpha.size(), QImage.Format.Format_Alpha8)
        full.fill(255)
        if alpha != full:
            return False
    return True
