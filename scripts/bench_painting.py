"""How long a move of the brush takes on the canvas, from the event until it is on the screen: by
the clock, which on a busy machine counts others' work too, and by the thread's own time.

Run: QT_QPA_PLATFORM=offscreen python scripts/bench_painting.py [--side 2048] [--view 1200x800]
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from kontext_studio.gui.canvas.area_mask import AreaMask
from kontext_studio.gui.canvas.area_tool import AreaTool
from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.pyramid import build_pyramid
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from scripts.bench_canvas import mosaic, percentile

GOAL_MS = 16.0
MOVES = 240
ZOOMS = (0.0, 1.0, 2.0)  # 0 is fit


def _mouse(view: CanvasView, kind: QEvent.Type, at: QPointF, held: Qt.MouseButton) -> None:
    left = Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else left
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, none))


@dataclass(frozen=True, slots=True)
class Moves:
    """Milliseconds of each move."""

    clock: list[float]
    own: list[float]

    @property
    def late_ms(self) -> float:
        """The thread's own time, which 95 of 100 moves do not exceed."""
        return percentile(self.own, 0.95)


def strokes(app: QApplication, view: CanvasView, moves: int) -> Moves:
    """Milliseconds per move along a spiral, with everything that has to be painted."""
    middle = QPointF(view.width() / 2, view.height() / 2)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton

    def place(n: int) -> QPointF:
        turn, reach = n * 0.13, view.height() * 0.45 * n / moves
        return middle + QPointF(math.cos(turn) * reach, math.sin(turn) * reach)

    _mouse(view, QEvent.Type.MouseButtonPress, place(0), left)
    app.processEvents()
    clock, own = [], []
    for n in range(1, moves):
        start, began = time.perf_counter(), time.thread_time()
        _mouse(view, QEvent.Type.MouseMove, place(n), left)
        app.processEvents()
        clock.append((time.perf_counter() - start) * 1e3)
        own.append((time.thread_time() - began) * 1e3)
    _mouse(view, QEvent.Type.MouseButtonRelease, place(moves - 1), none)
    app.processEvents()
    return Moves(clock, own)


def measure(side: int, width: int, height: int) -> dict[str, Moves]:
    """By zoom and brush."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = load_theme(ThemeName.DARK)
    view = CanvasView(theme)
    view.resize(width, height)
    view.show_picture(build_pyramid(mosaic(side)))
    view.show()
    found: dict[str, Moves] = {}
    for zoom in ZOOMS:
        for size_px in (64, side // 4):
            tool = AreaTool(theme, view)
            tool.set_mask(AreaMask(side, side))
            tool.set_size(size_px)
            view.set_tool(tool)
            view.zoom_to(zoom) if zoom else view.fit()
            app.processEvents()
            name = f"{zoom:.0%}" if zoom else "fit"
            found[f"{name}, brush {size_px} px"] = strokes(app, view, MOVES)
    view.set_tool(None)
    view.hide()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--side", type=int, default=2048, help="pixels per side of the picture")
    parser.add_argument("--view", default="1200x800", help="size of the view")
    asked = parser.parse_args()
    width, height = (int(part) for part in asked.view.split("x"))
    found = measure(asked.side, width, height)
    for name, moves in found.items():
        by_clock = f"median {statistics.median(moves.clock):6.2f} ms by the clock"
        print(f"{name:24} {by_clock}, 95 of 100 under {moves.late_ms:6.2f} ms of its own")
    return 0 if max(moves.late_ms for moves in found.values()) < GOAL_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
