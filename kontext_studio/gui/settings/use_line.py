"""What a connection is used for, and the verbs that belong to it as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_LARGE_TEXT = 1.3


@dataclass(frozen=True, slots=True)
class Use:
    """`kept_because` is why it cannot be removed, empty where it can."""

    saved: bool = False
    in_session: bool = False
    is_default: bool = False
    kept_because: str = ""


class UseLine(QWidget):
    session_pressed = Signal()
    default_pressed = Signal()
    remove_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._use = Use()
        self._sign = Label()
        self._said = words("", "small", "secondary")
        self._said.setObjectName("useSaid")
        self.session = _button("Use in this session", "useInSession")
        self.default = _button("Use for new sessions", "useAsDefault")
        self.remove = _button("Remove", "removeConnection")
        said = QHBoxLayout()
        said.setSpacing(theme.space(3))
        said.addWidget(self._sign)
        said.addWidget(self._said, 1)
        verbs = QHBoxLayout()
        verbs.setSpacing(theme.space(3))
        for button in (self.session, self.default, self.remove):
            verbs.addWidget(button)
        verbs.addStretch(0)
        # Large text has no room for both in one line.
        large = theme.text_scale > _LARGE_TEXT
        row = QVBoxLayout(self) if large else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        row.addLayout(said, 1)
        row.addLayout(verbs)
        self.session.clicked.connect(self.session_pressed)
        self.default.clicked.connect(self.default_pressed)
        self.remove.clicked.connect(self.remove_pressed)
        self.set_use(Use())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show()

    def set_use(self, use: Use) -> None:
        self._use = use
        self._show()

    def _show(self) -> None:
        use = self._use
        if not use.saved:
            said = "Not saved yet"
        elif use.in_session and use.is_default:
            said = "Used in this session and in new ones"
        elif use.in_session:
            said = "Used in this session"
        elif use.is_default:
            said = "Used in new sessions"
        else:
            said = "Not in use"
        used = use.in_session or use.is_default
        self._said.setText(said)
        shown = icon(
            self._theme, "circle-check" if used else "circle", "success" if used else "tertiary", 14
        )
        self._sign.setPixmap(shown.pixmap(QSize(14, 14)))
        self.session.setVisible(use.saved and not use.in_session)
        self.default.setVisible(use.saved and not use.is_default)
        self.remove.setVisible(use.saved)
        self.remove.setEnabled(not use.kept_because)
        self.remove.setToolTip(f"Remove: {use.kept_because}" if use.kept_because else "")


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    set_kind(button, kind="outlined", small="true")
    return button
