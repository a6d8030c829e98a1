"""A column in which each part brings the gap above it, and takes it along when it is hidden."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class GapColumn(QLayout):
    def __init__(self, margins: QMargins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gaps: list[int] = []
        self._next_gap = 0
        # Asked for again and again while the layouts around it settle.
        self._heights: dict[int, int] = {}
        self.setContentsMargins(margins)

    def add_part(self, widget: QWidget, gap_px: int) -> None:
        self._next_gap = gap_px
        self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._gaps.append(self._next_gap)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        if not 0 <= index < len(self._items):
            return None
        self._gaps.pop(index)
        return self._items.pop(index)

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def invalidate(self) -> None:
        self._heights.clear()
        super().invalidate()

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), move=False)
        return self._heights[width]

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        width = max((item.sizeHint().width() for item in self._shown()), default=0)
        margins = self.contentsMargins()
        width += margins.left() + margins.right()
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        width = max((item.minimumSize().width() for item in self._shown()), default=0)
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), 0)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        margins = self.contentsMargins()
        inner = rect.marginsRemoved(margins)
        y = inner.y()
        for item, gap in zip(self._items, self._gaps, strict=True):
            if item.isEmpty():
                continue
            y += gap
            height = item.sizeHint().height()
            if item.hasHeightForWidth():
                height = item.heightForWidth(inner.width())
            if move:
                item.setGeometry(QRect(inner.x(), y, inner.width(), height))
            y += height
        return y + margins.bottom() - rect.y()
