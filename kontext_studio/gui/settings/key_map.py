"""Where the provider key is, drawn: this computer, what stands between, and the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.core.route import RouteMode
from kontext_studio.gui.settings.draft import ConnectionDraft
from kontext_studio.gui.settings.key_field import KeyFacts
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.providers.addresses import host_of
from kontext_studio.workbench.keys import KeyPlace

_HERE = {
    KeyPlace.KEYRING: "Holds the key, in the system keychain",
    KeyPlace.THIS_RUN: "Holds the key, for this run only",
    KeyPlace.ENVIRONMENT: "Holds the key, in its environment",
}


@dataclass(frozen=True, slots=True)
class MapPlace:
    """One of the places; `key` is what its key does, empty where it has none."""

    title: str
    icon: str
    body: str = ""
    key: str = ""
    encrypted: bool = True


def places_of(draft: ConnectionDraft, facts: KeyFacts, typed: bool = False) -> tuple[MapPlace, ...]:
    """The places between the picture and the model, as the connection is written now."""
    title = draft.service.title if draft.service is not None else draft.provider
    host = host_of(draft.address.strip())
    plain = draft.address.strip().lower().startswith("http://")
    here = MapPlace(
        "This computer", "laptop", "No provider key. Images and instructions leave here."
    )
    match draft.mode:
        case _ if draft.on_own_server:
            held = _held_here(facts, typed)
            server = MapPlace(
                host or "Your server",
                "server",
                f"Runs the model with {title}.",
                encrypted=not plain,
            )
            return (held or MapPlace(here.title, here.icon, "No key is needed here."), server)
        case RouteMode.SERVER_PROXY:
            middle = MapPlace(
                host or "Server proxy", "server", key=f"Adds the {title} key", encrypted=not plain
            )
        case RouteMode.GATEWAY:
            held = _held_here(facts, typed)
            here = held or here
            middle = MapPlace(
                host or "Gateway",
                "server",
                "Passes calls on." if held else "",
                key="Holds the provider key" if not held else "",
                encrypted=not plain,
            )
        case _:
            empty = MapPlace(here.title, here.icon, "No key yet. Give one above.")
            service = MapPlace(title, "cloud", "Runs the model, bills your account.")
            return (_held_here(facts, typed) or empty, service)
    return (here, middle, MapPlace(title, "cloud", "Runs the model, bills the key’s owner."))


def _held_here(facts: KeyFacts, typed: bool) -> MapPlace | None:
    if typed:
        return MapPlace("This computer", "laptop", key="Will hold the key once saved")
    if facts.place in _HERE:
        return MapPlace("This computer", "laptop", key=_HERE[facts.place])
    return None


class KeyMap(QWidget):
    """Shows places from left to right with what lies between them."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyMap")
        self._theme = theme
        self._places: tuple[MapPlace, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.space(3))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def set_places(self, places: Sequence[MapPlace]) -> None:
        if tuple(places) != self._places:
            self._places = tuple(places)
            self._draw()

    def _draw(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, place in enumerate(self._places):
            if number:
                self._put(self._between(place), 1)
            self._put(self._card(place), 3)

    def _put(self, part: QWidget, stretch: int) -> None:
        self._row.addWidget(part, stretch)
        part.show()  # at once: a layout shows what it is given at the next turn of the loop

    def _card(self, place: MapPlace) -> QFrame:
        theme = self._theme
        card = QFrame(self)
        card.setObjectName("keyPlace")
        set_kind(card, kind="place", tone="key" if place.key else "")
        card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        said = ": ".join(part for part in (place.title, place.key or place.body) if part)
        card.setAccessibleName(said)
        column = QVBoxLayout(card)
        column.setContentsMargins(theme.space(4), theme.space(3), theme.space(4), theme.space(3))
        column.setSpacing(theme.space(1))
        column.addLayout(self._line(place.icon, "primary", words(place.title, "strong")))
        if place.key:
            key = words(place.key, "small", "warning")
            column.addLayout(self._line("key-round", "warning", key))
        if place.body:
            column.addWidget(words(place.body, "small", "secondary"))
        column.addStretch(1)
        return card

    def _between(self, place: MapPlace) -> QWidget:
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        said = words("TLS" if place.encrypted else "plain http", "small", "secondary", wraps=False)
        said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        if not place.encrypted:
            set_kind(said, tone="warning")
        arrow = Label()
        arrow.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        arrow.setPixmap(icon(self._theme, "arrow-right").pixmap(QSize(16, 16)))
        column.addStretch(1)
        column.addWidget(said)
        column.addWidget(arrow)
        column.addStretch(1)
        return part

    def _line(self, name: str, role: str, said: Label) -> QHBoxLayout:
        sign = Label()
        sign.setPixmap(icon(self._theme, name, role, 14).pixmap(QSize(14, 14)))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        sign.setContentsMargins(0, 2, 0, 0)
        row = QHBoxLayout()
        row.setSpacing(self._theme.space(3))
        row.addWidget(sign)
        row.addWidget(said, 1)
        return row
