"""How calls leave this computer: no network proxy, the system's, or one of the connection's own."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.settings.draft import (
    NO_PROXY,
    PROXY,
    ROOTS,
    ConnectionDraft,
    Via,
)
from kontext_studio.gui.settings.form_row import FormRow
from kontext_studio.gui.settings.secret_field import SecretField
from kontext_studio.gui.theme.tokens import Theme

_VIAS = {
    Via.NONE: "None, straight to the address",
    Via.SYSTEM: "As the system says",
    Via.OWN: "One for this connection",
}
KEPT_PASSWORD = "Unchanged"


class NetworkPart(QWidget):
    """`edited` after each change by the person; `file_wanted` when a file of roots is wanted."""

    edited = Signal()
    file_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._via = QComboBox(self)
        self._via.setObjectName("networkProxy")
        for via, label in _VIAS.items():
            self._via.addItem(label, via.value)
        self.address = _line("networkProxyAddress", "http://proxy.example:3128", self)
        self.user = _line("networkProxyUser", "Only if it asks for a sign-in", self)
        self.password = SecretField(theme, "networkProxyPassword", self)
        self.exclusions = _line(
            "networkProxyExclusions", "localhost, example.com, 10.0.0.0/8", self
        )
        self.roots = _line("tlsRoots", "Those of the system", self)
        self._choose = QPushButton("Choose…", self)
        self._choose.setObjectName("tlsRootsChoose")
        file_line = QWidget(self)
        row = QHBoxLayout(file_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        row.addWidget(self.roots, 1)
        row.addWidget(self._choose)
        way = FormRow(theme, "Network proxy", self._via)
        self.rows = {
            PROXY: FormRow(theme, "Its address", self.address),
            NO_PROXY: FormRow(theme, "Not used for", self.exclusions),
            ROOTS: FormRow(
                theme,
                "Further TLS roots",
                file_line,
                target=self.roots,
                note="A PEM file with the certificate authority of your company.",
            ),
        }
        self._user_row = FormRow(theme, "Its user", self.user)
        self._password_row = FormRow(
            theme, "Its password", self.password, target=self.password.line
        )
        self._own = (self.rows[PROXY], self._user_row, self._password_row, self.rows[NO_PROXY])
        self._all = (way, *self._own, self.rows[ROOTS])
        # Spoken alone, a name says whose it is.
        self.address.setAccessibleName("Address of the network proxy")
        self.user.setAccessibleName("User at the network proxy")
        self.password.line.setAccessibleName("Password at the network proxy")
        self.exclusions.setAccessibleName("Addresses the network proxy is not used for")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(2))
        for one in self._all:
            column.addWidget(one)
        self._via.activated.connect(self._tell)
        for field in (self.address, self.user, self.exclusions, self.roots):
            field.textEdited.connect(self._tell)
        self.password.edited.connect(self._tell)
        self._choose.clicked.connect(self.file_wanted)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.password.set_theme(theme)
        for one in self._all:
            one.set_theme(theme)

    def set_draft(self, draft: ConnectionDraft) -> None:
        """Show these values; a password that was typed goes."""
        self._via.setCurrentIndex(self._via.findData(draft.via.value))
        self.address.setText(draft.proxy_address)
        self.user.setText(draft.proxy_user)
        self.exclusions.setText(draft.no_proxy)
        self.roots.setText(draft.ca_file)
        self.password.clear()
        self.password.line.setPlaceholderText(KEPT_PASSWORD if draft.proxy_user else "")
        self._show()

    def written_into(self, draft: ConnectionDraft) -> ConnectionDraft:
        """The draft with what stands in these fields."""
        return replace(
            draft,
            via=Via(self._via.currentData()),
            proxy_address=self.address.text(),
            proxy_user=self.user.text(),
            no_proxy=self.exclusions.text(),
            ca_file=self.roots.text(),
        )

    def set_roots(self, path: str) -> None:
        """The file that was chosen."""
        self.roots.setText(path)
        self.edited.emit()

    def says_more(self) -> bool:
        """Whether something other than the usual is set."""
        return Via(self._via.currentData()) is not Via.NONE or bool(self.roots.text().strip())

    def _tell(self) -> None:
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        own = Via(self._via.currentData()) is Via.OWN
        for row in self._own:
            row.setVisible(own)
        self._password_row.setVisible(own and bool(self.user.text().strip()))


def _line(name: str, example: str, parent: QWidget) -> QLineEdit:
    line = QLineEdit(parent)
    line.setObjectName(name)
    line.setPlaceholderText(example)
    return line
