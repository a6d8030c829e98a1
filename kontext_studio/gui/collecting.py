"""Cyclic garbage is collected on Qt's thread alone.

WORKAROUND: Python collects in whichever thread happens to allocate. A worker thread that collects
a widget or timer destroys it there, which Qt does not allow (PySide6 6.8 to 6.11, seen in tests as
"Timers cannot be stopped from another thread"). May go when PySide defers such destruction itself.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


def keep_for_good() -> None:
    """What is there now stays for the program's life: no collection walks through it again.

    Walking through all of the window took 50 ms of Qt's thread with every full collection.
    """
    gc.freeze()


class Collector(QObject):
    """While it lives automatic collection is off and due generations are collected by a timer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> None:
        """Collect the oldest generation whose threshold is passed, as Python itself would."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if limits[generation] and counts[generation] > limits[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()
