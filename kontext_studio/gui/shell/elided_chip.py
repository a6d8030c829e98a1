"""A chip whose text is cut at its end where there is no room for all of it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.shell.label import plain_tip
from kontext_studio.gui.theme.apply import set_kind

_LEAST = 72


class ElidedChip(QPushButton):
    """The whole text is the accessible name and the tool tip; nothing in it is a mnemonic. `shown`
    stands on the chip in its place."""

    def __init__(self, text: str, parent: QWidget | None = None, *, shown: str = "") -> None:
        super().__init__((shown or text).replace("&", "&&"), parent)
        self._whole = shown or text
        set_kind(self, kind="chip")
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(plain_tip(f"Use “{text}”"))

    def minimumSizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(_LEAST, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            room = (
                self.style()
                .subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
                .width()
            )
            option.text = elided(self._whole, self.font(), room).replace("&", "&&")
            self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
