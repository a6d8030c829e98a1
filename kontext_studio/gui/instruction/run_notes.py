"""What stands in small words below Run: how large the result will be, who can open what is sent,
what a fault would mean, what the service says a run costs, and why nothing can be made from text.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind

_NO_MAKER = "A picture from text needs a connected service; the embedded engine only edits."


class RunNotes(QWidget):
    """Each note is empty where there is nothing to say; `connect_asked` is the way to a service."""

    connect_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runNotes")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._estimate = self._note("priceNote", "secondary")
        self._size = self._note("sizeNote", "tertiary")
        self._faults = self._note("faultNote", "warning")
        self._count = self._note("countNote", "tertiary")
        self._uploads = self._note("uploadNote", "tertiary")
        self._maker = self._note("makerNote", "tertiary")
        self._connect = QPushButton("Connect a service", self)
        self._connect.setObjectName("connectMaker")
        set_kind(self._connect, kind="link")
        self._connect.clicked.connect(self.connect_asked)
        self._column.addWidget(self._connect, 0, Qt.AlignmentFlag.AlignLeft)
        self.set_no_maker(False)
        self.hide()

    def set_uploads(self, words: str) -> None:
        self._say(self._uploads, words)

    def set_faults(self, words: str) -> None:
        self._say(self._faults, words)

    def set_estimate(self, words: str) -> None:
        self._say(self._estimate, words)

    def set_size(self, words: str, *, differs: bool = False) -> None:
        """How large the result will be; `differs` where its shape is another one."""
        set_kind(self._size, tone="warning" if differs else "tertiary")
        self._say(self._size, words)

    def set_count(self, words: str) -> None:
        """What a service makes of several variants."""
        self._say(self._count, words)

    def set_no_maker(self, nobody: bool) -> None:
        """Whether nothing that is connected makes pictures from text."""
        self._connect.setVisible(nobody)
        self._say(self._maker, _NO_MAKER if nobody else "")

    def _note(self, name: str, tone: str) -> Label:
        label = Label(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.hide()
        set_kind(label, type="meta", tone=tone)
        self._column.addWidget(label)
        return label

    def _say(self, label: Label, words: str) -> None:
        label.setText(words)
        label.setVisible(bool(words))
        parts = (self._estimate, self._size, self._faults, self._count, self._uploads)
        self.setHidden(not any(part.text() for part in (*parts, self._maker)))
