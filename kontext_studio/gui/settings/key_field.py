"""The field of a key: where it is, or a place to type one and to say where it is kept.

A kept key is never shown again, but for its last letters; no plain file is ever offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.settings.secret_field import SecretField
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.keys import KeyPlace

NO_STORE = "No safe store for keys here"
NO_STORE_BODY = (
    "This computer has no keychain that answers, and a key is never written into a plain file. "
    "Keep it for this run only, take it from a variable of the environment, or use a proxy that "
    "holds the key."
)


class Keep(StrEnum):
    """Where a person wants a key."""

    KEYRING = "keyring"
    THIS_RUN = "this-run"
    VARIABLE = "variable"


_KEEPS = {
    Keep.KEYRING: "In the system keychain",
    Keep.THIS_RUN: "For this run only",
    Keep.VARIABLE: "In an environment variable",
}
_LARGE_TEXT = 1.3
_STORED = (KeyPlace.KEYRING, KeyPlace.THIS_RUN, KeyPlace.ENVIRONMENT)
_WHERE = {
    KeyPlace.KEYRING: "system keychain",
    KeyPlace.THIS_RUN: "this run only",
    KeyPlace.ENVIRONMENT: "environment",
}


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a key. `place` is None while it is being looked up; `ending` are its last
    letters; `variable` is where the environment has it or would; `sign_in` where it proves who
    asks to a proxy, and only the keychain and this run can keep it."""

    place: KeyPlace | None = None
    ending: str = ""
    variable: str = ""
    has_keyring: bool = True
    optional: bool = False
    sign_in: bool = False

    @property
    def is_stored(self) -> bool:
        return self.place in _STORED


class KeyField(QWidget):
    """`edited` after each change by the person, `remove_pressed` when the kept key is to go."""

    edited = Signal()
    remove_pressed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts = KeyFacts()
        self._replacing = False
        self.secret = SecretField(theme, "keyField", self)
        self.variable = QLineEdit(self)
        self.variable.setObjectName("keyVariable")
        self.variable.setAccessibleName("Environment variable with the key")
        self._keep = QComboBox(self)
        self._keep.setObjectName("keyKeep")
        self._keep.setAccessibleName("Where the key is kept")
        self._stored = QFrame(self)
        self._stored.setObjectName("keyStored")
        self._sign = Label()
        self._said = words("", "body", wraps=False)
        self._where = words("", "small", "tertiary", wraps=False)
        self.replace = _button("Replace", "keyReplace")
        self.remove = _button("Remove", "keyRemove")
        self._back = _button("Keep the old one", "keyBack")
        self._no_store = QFrame(self)
        self._no_store.setObjectName("noKeyStore")
        self._build(theme)
        self.secret.edited.connect(self.edited)
        self.variable.textEdited.connect(self._tell)
        self._keep.activated.connect(self._take_keep)
        self.replace.clicked.connect(self._begin_replacing)
        self.remove.clicked.connect(self.remove_pressed)
        self._back.clicked.connect(self._stop_replacing)
        self.set_theme(theme)
        self.set_facts(KeyFacts())

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.secret.set_theme(theme)
        self._sign.setPixmap(icon(theme, "key-round", "primary").pixmap(QSize(16, 16)))
        self._warning.setPixmap(icon(theme, "triangle-alert", "warning").pixmap(QSize(16, 16)))

    # Values.

    @property
    def facts(self) -> KeyFacts:
        return self._facts

    def set_facts(self, facts: KeyFacts) -> None:
        """Show where the key is; what is being typed stays."""
        if facts.is_stored and not self._facts.is_stored:
            self._replacing = False
        self._facts = facts
        self._fill_keeps()
        self._show()

    def set_variable(self, name: str) -> None:
        """The variable that the connection names; empty for none."""
        if name != self.variable.text().strip():
            self.variable.setText(name)
        if name:
            self._choose(Keep.VARIABLE)
        self._show()

    def start_afresh(self) -> None:
        """Another connection, or all is saved: nothing typed is left."""
        self.secret.clear()
        self.variable.setText("")
        self._replacing = False
        self._keep.setCurrentIndex(0)
        self._show()

    def text(self) -> str:
        """The key that was typed; empty where none was, or a variable is to hold it."""
        return "" if self.keep() is Keep.VARIABLE or not self._typing() else self.secret.text()

    def keep(self) -> Keep:
        return Keep(self._keep.currentData() or Keep.KEYRING)

    def variable_name(self) -> str:
        """The variable that is to hold the key; empty where it is kept otherwise."""
        if not self._typing() and self._facts.place is not KeyPlace.ENVIRONMENT:
            return ""
        return self.variable.text().strip() if self.keep() is Keep.VARIABLE else ""

    def focus_key(self) -> None:
        """Put the caret where a key is typed."""
        if self._facts.is_stored:
            self._begin_replacing()
        target = self.variable if self.keep() is Keep.VARIABLE else self.secret.line
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    # Inside.

    def _typing(self) -> bool:
        return self._replacing or not self._facts.is_stored

    def _fill_keeps(self) -> None:
        facts, chosen = self._facts, self.keep()
        offered = [Keep.KEYRING, Keep.THIS_RUN, Keep.VARIABLE]
        # The usual variable is used before the keychain, which would then be of no use.
        if not facts.has_keyring or (facts.place is KeyPlace.ENVIRONMENT and facts.variable):
            offered.remove(Keep.KEYRING)
        if facts.sign_in:
            offered.remove(Keep.VARIABLE)
        if offered == [self._keep.itemData(row) for row in range(self._keep.count())]:
            return
        self._keep.clear()
        for keep in offered:
            self._keep.addItem(_KEEPS[keep], keep.value)
        self._choose(chosen)

    def _choose(self, keep: Keep) -> None:
        self._keep.setCurrentIndex(max(0, self._keep.findData(keep.value)))

    def _take_keep(self, _row: int) -> None:
        if self.keep() is Keep.VARIABLE and not self.variable.text().strip():
            self.variable.setText(self._facts.variable)
        self._show()
        self.edited.emit()

    def _begin_replacing(self) -> None:
        self._replacing = True
        self._show()
        self.secret.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop_replacing(self) -> None:
        self._replacing = False
        self.secret.clear()
        self._show()
        self.replace.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()

    def _tell(self) -> None:
        self.edited.emit()

    def _show(self) -> None:
        facts, typing = self._facts, self._typing()
        by_variable = self.keep() is Keep.VARIABLE
        self._stored_line.setVisible(not typing)
        self._typing_line.setVisible(typing)
        self.secret.setVisible(not by_variable)
        self.variable.setVisible(by_variable)
        self._back.setVisible(self._replacing)
        self._no_store.setVisible(typing and not facts.has_keyring and not by_variable)
        self.remove.setVisible(facts.place is not KeyPlace.ENVIRONMENT)
        noun = "Token" if facts.sign_in else "Key"
        if facts.place is KeyPlace.ENVIRONMENT:
            self._said.setText(f"From the variable {facts.variable}")
        else:
            self._said.setText(f"{noun}, ends in {facts.ending}" if facts.ending else f"{noun}")
        self._where.setText(_WHERE.get(facts.place, "") if facts.place else "")
        self._where.setVisible(self._theme.text_scale < _LARGE_TEXT)
        self.secret.line.setPlaceholderText(
            "Only if it asks for one" if facts.optional else "Type or paste it"
        )
        self.variable.setPlaceholderText(facts.variable)
        if by_variable and self.variable.text().strip() and facts.place is KeyPlace.NONE:
            self._unset.setText("Not set where Kontext Studio was started.")
            self._unset.show()
        else:
            self._unset.hide()

    def _build(self, theme: Theme) -> None:
        set_kind(self._stored, kind="stored")
        inside = QHBoxLayout(self._stored)
        inside.setContentsMargins(theme.space(3), 0, theme.space(3), 0)
        inside.setSpacing(theme.space(3))
        inside.addWidget(self._sign)
        inside.addWidget(self._said)
        inside.addStretch(1)
        inside.addWidget(self._where)
        self._stored.setMinimumHeight(theme.length("size.control"))
        self._stored_line = QWidget(self)
        line = QHBoxLayout(self._stored_line)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space(3))
        line.addWidget(self._stored, 1)
        line.addWidget(self.replace)
        line.addWidget(self.remove)
        self._typing_line = QWidget(self)
        row = QHBoxLayout(self._typing_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        row.addWidget(self.secret, 1)
        row.addWidget(self.variable, 1)
        row.addWidget(self._keep)
        row.addWidget(self._back)
        self._unset = words("", "small", "warning")
        self._unset.setObjectName("keyVariableUnset")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        column.addWidget(self._stored_line)
        column.addWidget(self._typing_line)
        column.addWidget(self._unset)
        column.addWidget(self._no_store_card(theme))

    def _no_store_card(self, theme: Theme) -> QFrame:
        set_kind(self._no_store, kind="message", tone="warning")
        self._warning = Label()
        self._warning.setAlignment(Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(theme.space(1))
        texts.addWidget(words(NO_STORE, "strong"))
        texts.addWidget(words(NO_STORE_BODY, "small", "secondary"))
        row = QHBoxLayout(self._no_store)
        row.setContentsMargins(theme.space(4), theme.space(3), theme.space(4), theme.space(3))
        row.setSpacing(theme.space(3))
        row.addWidget(self._warning)
        row.addLayout(texts, 1)
        return self._no_store


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    return button
