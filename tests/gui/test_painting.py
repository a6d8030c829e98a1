"""A fault while painting stays a fault: the painter is closed, and the window goes on."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import kontext_studio.gui

RAISES_WHILE_PAINTING = """
    import sys
    from PySide6.QtWidgets import QApplication
    from kontext_studio.gui.canvas.canvas_view import CanvasView
    from kontext_studio.gui.theme.tokens import ThemeName, load_theme

    faults, kept = [], []
    # As a debugger or a crash reporter does: the frames of the fault live on, with their painter.
    sys.excepthook = lambda kind, fault, trace: (faults.append(kind), kept.append(trace))

    class Broken(CanvasView):
        def _paint_overlay(self, painter):
            raise ValueError("a fault while painting")

    app = QApplication([])
    view = Broken(load_theme(ThemeName.DARK))
    view.resize(200, 100)
    view.show()
    for act in [view.grab, view.repaint] * 20:
        try:
            act()
        except ValueError as fault:  # PySide hands it on where Python code asked for the paint
            sys.excepthook(type(fault), fault, fault.__traceback__)
    print(len(faults) >= 20, {kind.__name__ for kind in faults})
"""


def test_a_fault_in_a_paint_event_keeps_no_painter_open() -> None:
    script = [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(RAISES_WHILE_PAINTING)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == "True {'ValueError'}"
    assert "QPaint" not in done.stderr
    assert "QBackingStore" not in done.stderr


def test_every_painter_is_closed_where_it_was_opened() -> None:
    folder = Path(kontext_studio.gui.__file__).parent
    loose = []
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        guarded = {
            id(item.context_expr)
            for node in ast.walk(tree)
            if isinstance(node, ast.With)
            for item in node.items
        }
        loose += [
            f"{path.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("QPainter", "QStylePainter")
            and id(node) not in guarded
        ]
    assert loose == []
