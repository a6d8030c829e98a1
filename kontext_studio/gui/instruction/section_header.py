"""The header of a part of the panel that folds: chevron, title, a word at the right end."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_HEIGHT = 36


class SectionHeader(QFrame):
    """`folded` carries whether the part is now hidden; `action_asked` is the link at the right."""

    folded = Signal(bool)
    action_asked = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_kind(self, kind="strip")
        self._theme = theme
        self.setMinimumHeight(_HEIGHT)
        self._toggle = QToolButton(self)
        self._toggle.setText(title)
        self._toggle.setAccessibleName(title)
        self._toggle.setCheckable(True)
        self._toggle.setChecked(True)
        self._toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toggle.setIconSize(QSize(14, 14))
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_kind(self._toggle, kind="section")
        self._toggle.toggled.connect(self._fold)
        self._word = Label(self)
        set_kind(self._word, type="small", tone="tertiary")
        self._action = QPushButton(self)
        set_kind(self._action, kind="link")
        self._action.clicked.connect(self.action_asked)
        self._action.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self._toggle)
        row.addStretch(1)
        row.addWidget(self._word)
        row.addWidget(self._action)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        name = "chevron-down" if self._toggle.isChecked() else "chevron-right"
        self._toggle.setIcon(icon(theme, name, "default", 14))

    def set_word(self, word: str) -> None:
        self._word.setText(word)

    def set_action(self, words: str, accessible_name: str = "") -> None:
        """A link at the right end; an empty one hides it."""
        self._action.setText(words)
        self._action.setAccessibleName(accessible_name or words)
        self._action.setVisible(bool(words))

    def set_folded(self, folded: bool) -> None:
        self._toggle.setChecked(not folded)

    def is_folded(self) -> bool:
        return not self._toggle.isChecked()

    def _fold(self, open_: bool) -> None:
        self.set_theme(self._theme)
        self.folded.emit(not open_)
