"""On scaled screens, each in a process of its own: Qt takes the scale at its start only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import numpy as np
from PySide6.QtWidgets import QApplication
from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.pyramid import build_pyramid
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from tests.gui.canvas.pixels import noise, rgb

app = QApplication([])
view = CanvasView(load_theme(ThemeName.DARK))
view.resize(701, 503)
view.show()
image = noise(200, 150)
view.show_picture(build_pyramid(image))
view.zoom_to(1.0)
shown = rgb(view.grab())
placed = view.viewport_value().placement
left, top = int(placed.left), int(placed.top)
print(view.devicePixelRatioF(), np.array_equal(shown[top:top + 150, left:left + 200], rgb(image)))
"""


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_a_hundred_percent_is_one_to_one_in_physical_pixels(scale):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "QT_SCALE_FACTOR": scale, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(float(scale)), "True"]
