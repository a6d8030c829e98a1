"""The page of connections: which one is looked at, its fields, where its key is, and its test.

It shows values and tells what a person did; what is kept where is not its business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.route import EMBEDDED, RouteMode
from kontext_studio.core.services import SERVICES
from kontext_studio.gui.settings.check_card import CheckCard
from kontext_studio.gui.settings.choice_cards import Choice, ChoiceCards
from kontext_studio.gui.settings.draft import (
    ADDRESS,
    HEADERS,
    KEY,
    KEY_VARIABLE,
    MODEL,
    NAME,
    OWN_SERVER,
    OWN_SERVERS,
    ConnectionDraft,
)
from kontext_studio.gui.settings.footer import Footer
from kontext_studio.gui.settings.form_row import FormRow
from kontext_studio.gui.settings.headers_table import HeadersTable
from kontext_studio.gui.settings.key_field import KeyFacts, KeyField
from kontext_studio.gui.settings.key_map import KeyMap, places_of
from kontext_studio.gui.settings.network_part import NetworkPart
from kontext_studio.gui.settings.profile_box import ProfileBox
from kontext_studio.gui.settings.use_line import UseLine
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.section_button import SectionButton
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_MODES = {
    RouteMode.DIRECT: ("Direct", "Your key is stored in the system keychain of this computer.", ""),
    RouteMode.SERVER_PROXY: (
        "Server proxy",
        "The key stays on a server that your team runs.",
        "Recommended",
    ),
    RouteMode.GATEWAY: ("Gateway", "One gateway key reaches several providers.", ""),
}
_NO_KEYCHAIN = "Your key is on this computer, for this run or in its environment."
_ADDRESS = {
    RouteMode.DIRECT: ("Server address", "http://127.0.0.1:{port}/v1"),
    RouteMode.SERVER_PROXY: ("Proxy address", "https://proxy.example/api/fal/proxy"),
    RouteMode.GATEWAY: ("Gateway address", "https://gateway.example/{service}"),
}
_PORTS = {"sglang": 30000, "litellm": 4000, "localai": 8080}
_USUAL_PORT = 8000
_CHEVRON_PX = 6
"""How far within its button the chevron is drawn."""
_EMBEDDED = (
    "The embedded engine is always there. It runs on this computer, offline and free, and needs no "
    "account and no key. Nothing about it has to be set up."
)


def address_words(mode: RouteMode, provider: str) -> tuple[str, str]:
    """What the field is called, and an address as it may look for this service."""
    label, example = _ADDRESS[mode]
    return label, example.format(service=provider, port=_PORTS.get(provider, _USUAL_PORT))


class ConnectionPage(QWidget):
    """`profile_chosen` carries a connection's name, `edited` nothing: `draft` says what stands in
    the fields. `offers` says in a word what each service has that can be chosen."""

    profile_chosen = Signal(str)
    new_pressed = Signal()
    edited = Signal()

    def __init__(
        self, theme: Theme, offers: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("connectionPage")
        self._theme = theme
        self._draft = ConnectionDraft()
        self._facts = KeyFacts()
        self._offers = offers
        self.profiles = ProfileBox(theme, self)
        self.new = QPushButton("New", self)
        self.use = UseLine(theme, self)
        self.name = QLineEdit(self)
        self.providers = ChoiceCards(theme, "Provider", 3, self)
        self.servers = QComboBox(self)
        self.modes = ChoiceCards(theme, "Route", 3, self)
        self.address = QLineEdit(self)
        self.model = QLineEdit(self)
        self.key = KeyField(theme, self)
        self.headers = HeadersTable(theme, self)
        self.network = NetworkPart(theme, self)
        self.map = KeyMap(theme, self)
        self.check = CheckCard(theme, self)
        self.footer = Footer(theme, self)
        self._more = SectionButton(theme, "Headers and network", self)
        self._connect_one = QPushButton("Connect a service", self)
        self._rows: dict[str, FormRow] = {}
        self._build(theme)
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        parts = (self.profiles, self.use, self.providers, self.modes, self.key, self.headers)
        for part in (*parts, self.network, self.map, self.check, self.footer, self._more):
            part.set_theme(theme)
        for row in self._rows.values():
            row.set_theme(theme)

    # Values.

    def draft(self) -> ConnectionDraft:
        """What stands in the fields."""
        return self._draft

    def set_draft(self, draft: ConnectionDraft) -> None:
        """Show a connection; nothing that was typed is left, and nothing is told."""
        self._draft = draft
        self.name.setText(draft.name)
        self.address.setText(draft.address)
        self.model.setText(draft.model)
        self.headers.set_headers(draft.headers)
        self.network.set_draft(draft)
        self.key.start_afresh()
        self.key.set_variable(draft.key_env)
        self._more.setChecked(bool(draft.headers) or self.network.says_more())
        self._scroll.verticalScrollBar().setValue(0)
        self.set_problems({})
        self._show()

    def suggest_name(self, name: str) -> None:
        """Another name for a connection that was not named by the person yet."""
        self.name.setText(name)
        self._draft = replace(self._draft, name=name)

    def set_key(self, facts: KeyFacts) -> None:
        """Where the key of this connection is."""
        self._facts = facts
        self.key.set_facts(facts)
        self._show_modes()
        self._show_map()

    def set_problems(self, problems: Mapping[str, str]) -> None:
        """Say at the fields what is wrong."""
        for field, row in self._rows.items():
            row.set_problem(problems.get(field, ""))
        self._rows[KEY].set_problem(problems.get(KEY) or problems.get(KEY_VARIABLE, ""))
        if any(field in problems for field in (HEADERS, *self.network.rows)):
            self._more.setChecked(True)

    def focus_problem(self) -> None:
        """Put the caret where the first problem is."""
        for row in self._rows.values():
            if row.problem:
                self.reveal(row)
                row.target.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def focus_key(self) -> None:
        self.reveal(self._rows[KEY])
        self.key.focus_key()

    def reveal(self, part: QWidget) -> None:
        """Scroll to a part, as far as that is needed."""
        layout = self._inner.layout()
        if layout is not None:
            layout.activate()
        # The area learns at the next turn of the loop how long the page has become; not too late.
        QApplication.sendEvent(self._scroll, QEvent(QEvent.Type.LayoutRequest))
        self._scroll.ensureWidgetVisible(part, 0, self._theme.space(5))

    # Inside.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field saves."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat()
        if enter and isinstance(QApplication.focusWidget(), QLineEdit):
            self.footer.save.click()
            return
        super().keyPressEvent(event)

    def _take_edit(self) -> None:
        """Read the fields again."""
        draft = replace(
            self._draft,
            name=self.name.text(),
            address=self.address.text(),
            model=self.model.text(),
            headers=self.headers.headers(),
            key_env=self.key.variable_name(),
            signs_in=self._facts.is_stored or bool(self.key.text()),
        )
        self._draft = self.network.written_into(draft)
        self._show()
        self.edited.emit()

    def _take_provider(self, choice: str) -> None:
        self._set_provider(str(self.servers.itemData(0)) if choice == OWN_SERVER else choice)

    def _take_server(self, row: int) -> None:
        self._set_provider(str(self.servers.itemData(row)))

    def _set_provider(self, word: str) -> None:
        draft = replace(self._draft, provider=word, hosts=())
        if draft.mode not in draft.modes:
            draft = replace(draft, mode=draft.modes[0])
        self._draft = draft
        self._show()
        self.edited.emit()

    def _take_mode(self, choice: str) -> None:
        self._draft = replace(self._draft, mode=RouteMode(choice))
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        """What the provider and the route leave to be said."""
        draft = self._draft
        self._fields.setVisible(not draft.embedded)
        self._fold.setVisible(not draft.embedded)
        self._engine.setVisible(draft.embedded)
        self._connect_one.setVisible(draft.embedded)
        self.providers.choose(OWN_SERVER if draft.on_own_server else draft.provider)
        with QSignalBlocker(self.servers):
            self.servers.setCurrentIndex(max(0, self.servers.findData(draft.provider)))
        self._server_row.setVisible(draft.on_own_server)
        self._show_modes()
        several = len(draft.modes) > 1
        self._route_label.setVisible(several)
        self.modes.setVisible(several)
        label, example = address_words(draft.mode, draft.provider)
        self._rows[ADDRESS].name_field(label)
        self.address.setPlaceholderText(example)
        self._rows[ADDRESS].setVisible(draft.wants_address)
        self._rows[MODEL].setVisible(draft.on_own_server)
        self._rows[KEY].name_field(self._key_label())
        self._show_map()

    def _show_modes(self) -> None:
        choices = [Choice(mode.value, *_MODES[mode]) for mode in self._draft.modes]
        if not self._facts.has_keyring:
            choices = [
                replace(one, body=_NO_KEYCHAIN) if one.id == RouteMode.DIRECT else one
                for one in choices
            ]
        self.modes.set_choices(choices)
        self.modes.choose(self._draft.mode.value)

    def _key_label(self) -> str:
        draft = self._draft
        if draft.mode is RouteMode.SERVER_PROXY:
            return "Proxy sign-in"
        if draft.mode is RouteMode.GATEWAY:
            return "Gateway key"
        title = draft.service.title if draft.service is not None else draft.provider
        return "Server key" if draft.on_own_server else f"{title} key"

    def _show_map(self) -> None:
        if not self._draft.embedded:
            self.map.set_places(places_of(self._draft, self._facts, bool(self.key.text())))

    def _connect(self) -> None:
        self.profiles.chosen.connect(self.profile_chosen)
        self.new.clicked.connect(self.new_pressed)
        self._connect_one.clicked.connect(self.new_pressed)
        self.providers.chosen.connect(self._take_provider)
        self.servers.activated.connect(self._take_server)
        self.modes.chosen.connect(self._take_mode)
        for field in (self.name, self.address, self.model):
            field.textEdited.connect(self._take_edit)
        for part in (self.key, self.headers, self.network):
            part.edited.connect(self._take_edit)
        self._more.toggled.connect(self._show_more)

    def _show_more(self, shown: bool) -> None:
        self._more_part.setVisible(shown)

    def _build(self, theme: Theme) -> None:
        self._name_parts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._scroll = SteadyScrollArea(self)
        self._inner = QWidget()
        set_kind(self._inner, kind="scrolled")
        self._scroll.setWidget(self._inner)
        inner = QVBoxLayout(self._inner)
        pad = theme.space(6)
        inner.setContentsMargins(pad + 4, theme.space(5), pad, theme.space(5))
        inner.setSpacing(theme.space(4))
        inner.addLayout(self._head(theme))
        inner.addWidget(self.use)
        self._engine = words(_EMBEDDED, "body", "secondary")
        self._engine.setObjectName("embeddedWords")
        inner.addWidget(self._engine)
        set_kind(self._connect_one, kind="primary")
        inner.addWidget(self._connect_one, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self._make_fields(theme))
        inner.addWidget(self.check)
        inner.addWidget(self._make_fold(theme))
        inner.addStretch(1)
        line = QFrame(self)
        set_kind(line, kind="divider")
        column.addWidget(self._scroll, 1)
        column.addWidget(line)
        column.addWidget(self.footer)

    def _name_parts(self) -> None:
        for part, name in (
            (self.new, "newConnection"),
            (self.name, "connectionName"),
            (self.providers, "providerCards"),
            (self.servers, "serverBox"),
            (self.modes, "modeCards"),
            (self.address, "connectionAddress"),
            (self.model, "servedModel"),
            (self._more, "moreOfConnection"),
            (self._connect_one, "connectService"),
        ):
            part.setObjectName(name)
        self.new.setAccessibleName("New connection")
        self.model.setPlaceholderText("As the server lists it")
        servers = [one for one in OWN_SERVERS if one.word in self._offers]
        for one in servers:
            self.servers.addItem(one.title, one.word)
        choices = [
            Choice(one.word, one.title, self._offers.get(one.word, ""))
            for one in SERVICES
            if one.word in self._offers and not one.own_server and one.word != EMBEDDED
        ]
        if servers:
            choices.append(Choice(OWN_SERVER, "Own server", "OpenAI-style API"))
        self.providers.set_choices(choices)

    def _head(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.space(3))
        row.addWidget(words("Connection", "page", wraps=False), 1)
        label = words("Profile", "body", "secondary", wraps=False)
        label.setBuddy(self.profiles)
        row.addWidget(label)
        row.addWidget(self.profiles)
        row.addWidget(self.new)
        return row

    def _make_fields(self, theme: Theme) -> QWidget:
        self._rows[NAME] = FormRow(theme, "Name", self.name)
        self._server_row = FormRow(theme, "Server software", self.servers)
        self._rows[ADDRESS] = FormRow(theme, "Address", self.address)
        self._rows[MODEL] = FormRow(theme, "Served model", self.model)
        self._rows[KEY] = FormRow(theme, "Key", self.key, target=self.key.secret.line)
        self._rows[HEADERS] = FormRow(
            theme,
            "Extra headers",
            self.headers,
            target=self.headers.add,
            note="They go with every call, to the address above and nowhere else.",
        )
        self.headers.add.setAccessibleName("Add header")
        self._rows |= self.network.rows
        self._fields = QWidget(self)
        column = QVBoxLayout(self._fields)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        self._route_label = words("Route", "body", "secondary")
        column.addWidget(self._rows[NAME])
        column.addSpacing(theme.space(2))
        column.addWidget(words("Provider", "body", "secondary"))
        column.addWidget(self.providers)
        column.addSpacing(theme.space(2))
        column.addWidget(self._route_label)
        column.addWidget(self.modes)
        column.addSpacing(theme.space(2))
        for row in (self._server_row, self._rows[ADDRESS], self._rows[MODEL], self._rows[KEY]):
            column.addWidget(row)
        column.addSpacing(theme.space(2))
        column.addWidget(words("Where the provider key is", "body", "secondary"))
        column.addWidget(self.map)
        return self._fields

    def _make_fold(self, theme: Theme) -> QWidget:
        """What few connections need: headers, a network proxy, TLS roots."""
        self._fold = QWidget(self)
        column = QVBoxLayout(self._fold)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        more = QHBoxLayout()
        more.setContentsMargins(-_CHEVRON_PX, 0, 0, 0)  # the chevron stands where the labels do
        more.addWidget(self._more)
        more.addStretch(1)
        column.addLayout(more)
        self._more_part = QWidget(self)
        inside = QVBoxLayout(self._more_part)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.space(3))
        inside.addWidget(self._rows[HEADERS])
        inside.addWidget(self.network)
        column.addWidget(self._more_part)
        self._more.setChecked(False)
        self._more_part.hide()
        return self._fold
