"""Pictures made in code and a theme, shared by the tests of the picture views."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage

from kontext_studio.gui.canvas.pyramid import Pyramid, build_pyramid
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme


@pytest.fixture(scope="session")
def theme() -> Theme:
    return load_theme(ThemeName.DARK)


def gradient(width: int, height: int, blue: int = 0) -> QImage:
    """Every pixel tells where it is: red grows to the right, green downwards."""
    values = np.full((height, width, 4), 255, np.uint8)
    values[..., 2] = np.arange(width) * 255 // width
    values[..., 1] = (np.arange(height) * 255 // height)[:, None]
    values[..., 0] = blue
    return QImage(values.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


@pytest.fixture(scope="session")
def picture() -> Pyramid:
    return build_pyramid(gradient(320, 200))


@pytest.fixture(scope="session")
def other_picture() -> Pyramid:
    """Of the same size, and bluer."""
    return build_pyramid(gradient(320, 200, blue=200))


@pytest.fixture(scope="session")
def smaller_picture() -> Pyramid:
    """Half as wide and high."""
    return build_pyramid(gradient(160, 100, blue=100))


@pytest.fixture
def show(qtbot):
    """Shows a widget in an active window of that size."""
    kept = []

    def shown(widget, width=600, height=440):
        kept.append(widget)
        qtbot.add_widget(widget)
        widget.resize(width, height)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return shown
