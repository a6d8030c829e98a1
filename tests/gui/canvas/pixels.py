"""Images as arrays, for tests that look at pixels."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QWidget


def rgb(image: QImage | QPixmap) -> np.ndarray:
    """Rows, columns, red green blue; of the physical pixels."""
    plain = image.toImage() if isinstance(image, QPixmap) else image
    plain = plain.convertToFormat(QImage.Format.Format_RGB32)
    height, width = plain.height(), plain.width()
    flat = np.frombuffer(plain.constBits(), np.uint8).reshape(height, width, 4)
    return flat[:, :, 2::-1].astype(int)


def seen(widget: QWidget) -> np.ndarray:
    """What the widget shows."""
    return rgb(widget.grab())


def noise(width: int, height: int, *, alpha: bool = False, seed: int = 1) -> QImage:
    """An image in which no two neighbours are alike."""
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    if not alpha:
        values[..., 3] = 255
    kind = QImage.Format.Format_ARGB32 if alpha else QImage.Format.Format_RGB32
    return QImage(values.tobytes(), width, height, 4 * width, kind).copy()
