"""Scrolls to a part of the panel, and follows it while it finds its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

REVEALED_PX = 12
_SETTLES_MS = 200


class Revealing(QObject):
    """`may_scroll` says whether the person can be taken elsewhere just now."""

    def __init__(self, area: QScrollArea, may_scroll: Callable[[], bool]) -> None:
        super().__init__(area)
        self._area = area
        self._may_scroll = may_scroll
        self._part: QWidget | None = None
        self._asked = False
        area.verticalScrollBar().rangeChanged.connect(self._follow)

    def reveal(self, part: QWidget, *, asked: bool = False) -> None:
        """`asked`: the person wants to see it now, whatever else is being done."""
        self._part = part
        self._asked = asked
        part.destroyed.connect(self._stop)
        QTimer.singleShot(0, part, self._follow)
        QTimer.singleShot(_SETTLES_MS, part, self._stop)

    def _stop(self) -> None:
        self._part = None

    def _follow(self) -> None:
        if self._part is not None and (self._asked or self._may_scroll()):
            self._area.ensureWidgetVisible(self._part, 0, REVEALED_PX)
