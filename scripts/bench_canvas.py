"""How the canvas compares with a smooth QGraphicsView: pan at fit and a zoom sweep, in one run.

Both views take turns in bursts of a few frames, as a gesture comes, so that noise of the machine
hits them alike; the ratios are the result, the milliseconds only tell where they come from.

Run: QT_QPA_PLATFORM=offscreen python scripts/bench_canvas.py [--side 8192] [--view 1200x800]
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QApplication, QGraphicsScene, QGraphicsView

from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.pyramid import Pyramid, build_pyramid
from kontext_studio.gui.canvas.viewport import ViewState
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.resources import resource_path

FRAMES = 121
SWEEPS = 3
BURST = 12
PAN_GOAL = 1 / 15
ZOOM_GOAL = 1 / 3
Frame = Callable[[float, float, float], None]  # zoom, centre x and y in picture pixels


def mosaic(side: int) -> QImage:
    """A photograph laid out like tiles, so that the pixels stay photographic at any size."""
    tile = QImage(str(resource_path("samples/coffee.png"))).convertToFormat(
        QImage.Format.Format_RGB32
    )
    picture = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    for row in range(0, side, tile.height()):
        for column in range(0, side, tile.width()):
            painter.drawImage(column, row, tile)
    painter.end()
    return picture


def graphics_view(app: QApplication, picture: QImage, width: int, height: int) -> Frame:
    side = picture.width()
    scene = QGraphicsScene(app)
    item = scene.addPixmap(QPixmap.fromImage(picture))
    item.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
    view = QGraphicsView(scene)
    view.setFrameShape(QGraphicsView.Shape.NoFrame)
    view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    view.setSceneRect(-side * 4, -side * 4, side * 9, side * 9)
    view.resize(width, height)
    view.show()

    def frame(zoom: float, x: float, y: float) -> None:
        view.setTransform(QTransform.fromScale(zoom, zoom))
        view.centerOn(x, y)
        view.viewport().repaint()

    return frame


def our_canvas(pyramid: Pyramid, width: int, height: int) -> tuple[CanvasView, Frame]:
    view = CanvasView(load_theme(ThemeName.DARK))
    view.resize(width, height)
    view.show_picture(pyramid)
    view.show()
    side = math.sqrt(pyramid.width * pyramid.height)
    before = [0.0]

    def frame(zoom: float, x: float, y: float) -> None:
        moves = zoom != before[0]
        before[0] = zoom
        state = ViewState(zoom * side, x / pyramid.width, y / pyramid.height, fitted=False)
        if not moves:
            view.come_to_rest()
        view.set_view_state(state, in_motion=moves)
        view.repaint()

    return view, frame


def pan_steps(side: int, fit: float) -> list[tuple[float, float, float]]:
    zoom = fit * 1.3
    middle = side / 2
    return [
        (zoom, middle + (n - FRAMES // 2) * 2 / fit, middle + (n - FRAMES // 2) / fit)
        for n in range(FRAMES)
    ]


def zoom_steps(side: int, fit: float) -> list[tuple[float, float, float]]:
    return [(fit * (4.0 / fit) ** (n / (FRAMES - 1)), side / 2, side / 2) for n in range(FRAMES)]


def interleaved(
    steps: list[tuple[float, float, float]], frames: dict[str, Frame]
) -> dict[str, list[float]]:
    """Milliseconds per frame; each burst is drawn by every view before the next burst."""
    times: dict[str, list[float]] = {name: [] for name in frames}
    for frame in frames.values():
        frame(*steps[0])
    for first in range(1, len(steps), BURST):
        for name, frame in frames.items():
            for step in steps[first : first + BURST]:
                start = time.perf_counter()
                frame(*step)
                times[name].append((time.perf_counter() - start) * 1e3)
    return times


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def stall_while(work: Callable[[], object]) -> float:
    """The longest pause of this thread, in milliseconds, while `work` runs in another."""
    thread = threading.Thread(target=work)
    longest = 0.0
    last = time.perf_counter()  # before the start: it returns only when the thread lets it
    thread.start()
    while thread.is_alive():
        time.sleep(0.001)
        now = time.perf_counter()
        longest = max(longest, (now - last) * 1e3)
        last = now
    return longest


def measure(side: int, width: int, height: int) -> dict[str, float]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    picture = mosaic(side)
    start = time.perf_counter()
    pyramid = build_pyramid(picture)
    build_ms = (time.perf_counter() - start) * 1e3
    stall_ms = stall_while(lambda: build_pyramid(picture))
    _view, ours = our_canvas(pyramid, width, height)
    frames = {"ours": ours, "graphics view": graphics_view(app, picture, width, height)}
    app.processEvents()
    gc.disable()
    fit = min(width, height) / side
    pan = interleaved(pan_steps(side, fit) * SWEEPS, frames)
    zoom = interleaved(zoom_steps(side, fit) * SWEEPS, frames)
    gc.enable()
    result = {"build_pyramid_ms": build_ms, "longest_stall_while_building_ms": stall_ms}
    for name in frames:
        key = name.replace(" ", "_")
        result[f"pan_median_ms_{key}"] = statistics.median(pan[name])
        result[f"pan_p99_ms_{key}"] = percentile(pan[name], 0.99)
        result[f"zoom_median_ms_{key}"] = statistics.median(zoom[name])
        result[f"zoom_p90_ms_{key}"] = percentile(zoom[name], 0.90)
    result["pan_ratio"] = result["pan_median_ms_ours"] / result["pan_median_ms_graphics_view"]
    result["zoom_ratio"] = result["zoom_p90_ms_ours"] / result["zoom_p90_ms_graphics_view"]
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--side", type=int, default=8192, help="pixels per side of the picture")
    parser.add_argument("--view", default="1200x800", help="size of the view")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    width, height = (int(part) for part in asked.view.split("x"))
    result = measure(asked.side, width, height)
    if asked.json:
        print(json.dumps({key: round(value, 4) for key, value in result.items()}))
    else:
        for key, value in result.items():
            print(f"{key:40} {value:10.3f}")
        pan, zoom = 1 / result["pan_ratio"], 1 / result["zoom_ratio"]
        print(f"pan at fit: 1/{pan:.1f} of a smooth QGraphicsView (goal 1/{1 / PAN_GOAL:.0f})")
        print(f"zoom sweep, p90: 1/{zoom:.1f} of it (goal 1/{1 / ZOOM_GOAL:.0f})")
    return 0 if result["pan_ratio"] <= PAN_GOAL and result["zoom_ratio"] <= ZOOM_GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main())
