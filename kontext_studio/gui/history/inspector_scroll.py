"""The room of the inspector: as high as it needs, and no more than leaves the list above its own.
Where it needs more, as in a low window or with large type, it scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea

_UNLIMITED = 16777215  # QWIDGETSIZE_MAX, which PySide does not name


class InspectorScroll(SteadyScrollArea):
    """Shown exactly while its content is."""

    _content: QWidget | None = None  # Qt asks for events while the base class is made

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._most_px = _UNLIMITED
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setVisible(not content.isHidden())
        self.setWidget(content)
        content.installEventFilter(self)

    def set_most(self, height_px: int) -> None:
        """How high it may become."""
        if height_px != self._most_px:
            self._most_px = height_px
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        content = self._content
        if content is None:
            return super().sizeHint()
        height = content.heightForWidth(self.width()) if content.hasHeightForWidth() else -1
        if height < 0:
            height = content.sizeHint().height()
        return QSize(content.sizeHint().width(), min(height, self._most_px))

    def minimumSizeHint(self) -> QSize:
        content = self._content
        return QSize(content.minimumSizeHint().width() if content is not None else 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._content is not None and watched is self._content:
            if event.type() is QEvent.Type.ShowToParent:
                self.show()
            elif event.type() is QEvent.Type.HideToParent:
                self.hide()
            elif event.type() is QEvent.Type.LayoutRequest:
                self.updateGeometry()
        return super().eventFilter(watched, event)
