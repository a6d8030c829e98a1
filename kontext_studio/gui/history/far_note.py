"""The word of warning under the drift line where a step lies far from its original, and two ways
out: back to an earlier step, or the same edits from the original again."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

WORDS = "Far from the original. Branch from an earlier step?"
_ICON_PX = 14


class FarNote(QWidget):
    """`go_asked` and `rebase_asked` tell which way was chosen."""

    go_asked = Signal()
    rebase_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("farNote")
        self._sign = Label(self)
        words = Label(WORDS, self)
        words.setWordWrap(True)
        set_kind(words, type="small", tone="warning")
        self._go = self._button("farGo", self.go_asked)
        self._rebase = self._button("farRebase", self.rebase_asked)
        self._rebase.setText("Re-base…")
        line = QHBoxLayout()
        line.setSpacing(theme.space(2))
        line.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        holder = QWidget(self)
        buttons = FlowLayout(holder, gap_px=8, row_gap_px=6)
        buttons.addWidget(self._go)
        buttons.addWidget(self._rebase)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.space(1), 0, 0)
        column.setSpacing(theme.space(2))
        column.addLayout(line)
        column.addWidget(holder)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        size = QSize(_ICON_PX, _ICON_PX)
        made = icon(theme, "triangle-alert", "warning", _ICON_PX)
        self._sign.setPixmap(made.pixmap(size, self.devicePixelRatioF()))

    def show_way(self, place: str) -> None:
        """`place` names the step to go back to; empty hides the note."""
        self.setVisible(bool(place))
        self._go.setText(f"Go to {place}")

    def allow_rebase(self, on: bool, tip: str) -> None:
        """Whether that can be done now; `tip` says why it cannot."""
        self._rebase.setEnabled(on)
        self._rebase.setToolTip(tip)

    def _button(self, name: str, asked: SignalInstance) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        set_kind(button, kind="outlined", small="true")
        button.clicked.connect(asked)
        return button
