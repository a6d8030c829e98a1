"""When a part of the window is made true again: once for many reasons, and by the clock while
something runs. It refuses to know what is refreshed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

TICK_MS = 500


class Refresher(QObject):
    """`soon` runs `refresh` at the end of this turn of the loop, however often it was called.

    While `keep_ticking(True)` holds `tick` runs twice a second, for times that pass.
    """

    def __init__(
        self, refresh: Callable[[], None], tick: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(refresh)
        self._clock = QTimer(self)
        self._clock.setInterval(TICK_MS)
        self._clock.timeout.connect(tick)

    def soon(self) -> None:
        self._soon.start()

    def keep_ticking(self, on: bool) -> None:
        if on and not self._clock.isActive():
            self._clock.start()
        elif not on:
            self._clock.stop()

    def stop(self) -> None:
        """What would be refreshed is about to go."""
        self._soon.stop()
        self._clock.stop()
