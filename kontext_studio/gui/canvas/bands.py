"""Work on large images in a worker thread, band by band.

WORKAROUND: PySide6 6.11 keeps the interpreter locked during `QImage.scaled`, `copy`,
`convertToFormat` and `convertedToColorSpace` (only `QImageReader.read` lets go), so that one call
on 67 million pixels stops the window for 70 to 500 ms. A band takes about one. May go when those
calls release the lock; scripts/bench_canvas.py prints the longest stall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

# From 131072 pixels on Qt shares the work with its thread pool and waits, with the lock held, for
# threads that a busy machine may start late.
_BAND_PIXELS = 120_000


def bands(image: QImage) -> Iterator[tuple[int, QImage]]:
    """Copies of an even number of rows each, from the top, with the row each one starts at."""
    rows = max(2, _BAND_PIXELS // max(1, image.width()) // 2 * 2)
    for top in range(0, image.height(), rows):
        yield top, image.copy(0, top, image.width(), min(rows, image.height() - top))


def converted_in_bands(
    image: QImage, wanted: QImage.Format, convert: Callable[[QImage], QImage]
) -> QImage:
    """The image after `convert`, which keeps the size and gives the wanted format."""
    result = QImage(image.size(), wanted)
    for top, band in bands(image):
        _lay(convert(band), result, top)
    return result


def halved(image: QImage) -> QImage:
    """Each pixel the average of two by two. An odd last row or column counts double."""
    width, height = image.width(), image.height()
    result = QImage((width + 1) // 2, (height + 1) // 2, image.format())
    for top, band in bands(image):
        even = _even(band)
        half = even.scaled(
            even.width() // 2,
            even.height() // 2,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        _lay(half, result, top // 2)
    return result


def _even(image: QImage) -> QImage:
    """The image with its last row or column repeated where their number is odd."""
    width, height = image.width(), image.height()
    more_x, more_y = width % 2, height % 2
    if not (more_x or more_y):
        return image
    even = image.copy(0, 0, width + more_x, height + more_y)
    with QPainter(even) as painter:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        if more_x:
            painter.drawImage(width, 0, image, width - 1, 0, 1, height)
        if more_y:
            painter.drawImage(0, height, even.copy(0, height - 1, width + more_x, 1))
    return even


def _lay(part: QImage, whole: QImage, top: int) -> None:
    with QPainter(whole) as painter:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        painter.drawImage(0, top, part)
