"""What "Fix all" would make of the instruction, shown before it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.instruction.fixing_all import AllFixed, difference
from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_NONE = "No fix can be made without a word from you."


class FixAllCard(QFrame):
    """`accepted` carries the AllFixed that is shown; `left` when the person wants none of it."""

    accepted = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fixAllCard")
        self._theme = theme
        self._shown: AllFixed | None = None
        set_kind(self, kind="message", tone="accent")
        self._title = Label(self)
        self._title.setWordWrap(True)
        set_kind(self._title, type="strong")
        self._difference = Label(self)
        self._difference.setObjectName("fixAllDifference")
        self._difference.setTextFormat(Qt.TextFormat.RichText)  # of our own making, escaped
        self._difference.setWordWrap(True)
        set_kind(self._difference, type="small")
        self._apply = QPushButton("Apply", self)
        self._apply.setObjectName("fixAllApply")
        self._cancel = QPushButton("Leave it", self)
        self._cancel.setObjectName("fixAllLeave")
        for button in (self._apply, self._cancel):
            set_kind(button, kind="outlined")
        self._apply.clicked.connect(self._accept)
        self._cancel.clicked.connect(self._leave)
        holder = QWidget(self)
        buttons = FlowLayout(holder, gap_px=8, row_gap_px=6)
        buttons.addWidget(self._apply)
        buttons.addWidget(self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._difference)
        column.addWidget(holder)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._shown is not None:
            self._show_difference(self._shown)

    def show_outcome(self, fixed: AllFixed) -> None:
        """Show what would come of it, and take the keyboard."""
        self._shown = fixed
        fixes = "1 fix" if fixed.count == 1 else f"{fixed.count} fixes"
        self._title.setText(f"{fixes}, shown before they are made" if fixed.count else _NONE)
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(f"Before: {fixed.before} After: {fixed.after}")
        self._difference.setVisible(bool(fixed.count))
        self._show_difference(fixed)
        self._apply.setVisible(bool(fixed.count))
        self._apply.setText(f"Apply {fixes}")
        self.show()
        (self._apply if fixed.count else self._cancel).setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """What is written has changed: this is of no use any more."""
        self._shown = None
        self.hide()

    def _show_difference(self, fixed: AllFixed) -> None:
        old = self._theme.colour("text.tertiary").name()
        new = self._theme.colour("accent.text").name()
        self._difference.setText(difference(fixed.before, fixed.after, old, new))
        self._difference.setAccessibleName(fixed.after)

    def _accept(self) -> None:
        fixed = self._shown
        self.forget()
        if fixed is not None:
            self.accepted.emit(fixed)

    def _leave(self) -> None:
        self.forget()
        self.left.emit()
