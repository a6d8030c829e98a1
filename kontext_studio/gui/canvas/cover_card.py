"""The card over a picture that a service marked as sensitive: why it is covered, show or delete."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind


class CoverCard(QFrame):
    """Says the words it was given; the owner decides what showing and deleting mean."""

    show_requested = Signal()
    delete_requested = Signal()

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_kind(self, kind="card")
        self.setObjectName("coverCard")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        label = Label(words, self)
        show, delete = QPushButton("Show", self), QPushButton("Delete", self)
        show.clicked.connect(self.show_requested)
        delete.clicked.connect(self.delete_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(show)
        buttons.addWidget(delete)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(label)
        column.addLayout(buttons)
