""" "Keep unchanged": the chips, and on demand the instruction as it will be sent."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.instruction.keep_chips import KeepChips
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_HEAD_HEIGHT = 24
_SIDE_BY_SIDE = 1.25


class KeepPart(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = Label("Keep unchanged", self)
        title.setMinimumHeight(_HEAD_HEIGHT)
        set_kind(title, type="small", tone="secondary")
        self._link = QPushButton("What will be sent", self)
        self._link.setObjectName("sentLink")
        self._link.setCheckable(True)
        set_kind(self._link, kind="link")
        self._link.toggled.connect(self._show_sent)
        self.chips = KeepChips(theme, self)
        self._sent = Label(self)
        self._sent.setObjectName("sentText")
        self._sent.setAccessibleName("What will be sent")
        self._sent.setWordWrap(True)
        flags = Qt.TextInteractionFlag
        self._sent.setTextInteractionFlags(
            flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
        )
        set_kind(self._sent, type="small", tone="secondary")
        self._head = QHBoxLayout()
        self._head.addWidget(title)
        self._head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._head)
        self._column = column
        column.addWidget(self.chips)
        column.addWidget(self._sent)
        self.set_theme(theme)
        self.set_sent("", "")

    def set_theme(self, theme: Theme) -> None:
        self.chips.set_theme(theme)
        if theme.text_scale <= _SIDE_BY_SIDE:
            self._head.addWidget(self._link)
        else:  # large text has no room for it beside the title
            self._column.insertWidget(1, self._link, 0, Qt.AlignmentFlag.AlignLeft)

    def set_sent(self, typed: str, sent: str) -> None:
        """Offer to show the full text where the chips add something to what was typed."""
        self._sent.setText(sent)
        self._link.setVisible(sent != typed)
        self._show_sent()

    def _show_sent(self) -> None:
        self._sent.setVisible(self._link.isChecked() and not self._link.isHidden())
