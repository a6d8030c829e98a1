"""Works something out in a thread and hands the outcome over on Qt's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QTimer, Signal

_LOOK_MS = 20


class InThread(QObject):
    """`done` carries what the work returned, None where it raised. One piece of work at a time."""

    done = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._outcomes: SimpleQueue[object] = SimpleQueue()
        # The thread touches no Qt object; its outcome is fetched from here.
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._fetch)

    @property
    def is_busy(self) -> bool:
        return self._look.isActive()

    def start(self, work: Callable[[], object]) -> None:
        """Raise RuntimeError while other work is not done."""
        if self.is_busy:
            raise RuntimeError("one piece of work at a time")
        self._look.start()
        threading.Thread(
            target=_work, args=(work, self._outcomes), name=self._name, daemon=True
        ).start()

    def _fetch(self) -> None:
        try:
            outcome = self._outcomes.get_nowait()
        except Empty:
            return
        self._look.stop()
        self.done.emit(outcome)


def _work(work: Callable[[], object], outcomes: SimpleQueue[object]) -> None:
    outcome: object = None
    try:
        outcome = work()
    finally:
        outcomes.put(outcome)
