"""How far the step that is looked at has drifted: measured when somebody stays with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from kontext_studio.core.history import Node
from kontext_studio.gui.bridge import Bridge
from kontext_studio.workbench.bench import Workbench

STAYS_MS = 300
"""Who walks through the steps looks at each for less."""


class Drifting(QObject):
    """Asks only; the figures come as those of every step do."""

    def __init__(
        self, bench: Workbench, bridge: Bridge, current: Callable[[], Node | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._current = current
        self._asked: Node | None = None
        self._stays = QTimer(self)
        self._stays.setSingleShot(True)
        self._stays.setInterval(STAYS_MS)
        self._stays.timeout.connect(self._measure)
        bridge.session_opened.connect(self._follow)
        bridge.changed.connect(self._follow)

    def _follow(self) -> None:
        node = self._current()
        if node is not self._asked:
            self._asked = None
            self._stays.start()

    def _measure(self) -> None:
        node = self._current()
        if node is not None and node is not self._asked:
            self._asked = node
            self._bench.measure_drift(node.id)
