"""A field for a key: dots while typing, its letters only while the eye is held down.

It never shows what is kept; what was typed leaves it with `take`.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton


class SecretField(QWidget):
    """`edited` after each change by the person."""

    edited = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self.line.setObjectName(name)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.textEdited.connect(self._tell)
        self._eye = ToolButton(self)
        self._eye.setObjectName(f"{name}Reveal")
        self._eye.setToolTip("Show while held down")
        self._eye.setAccessibleName("Show what was typed, while held down")
        self._eye.setIconSize(QSize(16, 16))
        self._eye.pressed.connect(self._reveal)
        self._eye.released.connect(self._hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self.line, 1)
        row.addWidget(self._eye)
        self.setFocusProxy(self.line)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._eye.setIcon(icon(theme, "eye"))

    def text(self) -> str:
        return self.line.text().strip()

    def clear(self) -> None:
        """Forget what was typed, the field's own undo as well."""
        self.line.setText("")  # unlike clear(), it cannot be taken back
        self._hide()

    def _tell(self) -> None:
        self.edited.emit()

    def _reveal(self) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal)

    def _hide(self) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
