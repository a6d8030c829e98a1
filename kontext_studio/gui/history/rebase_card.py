"""The ways to make the same edits from the original again, with their price, before anything is
done. It shows what it is given and tells which way was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.floating_card import FloatingCard
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_WIDTH_PX = 560


class Way(StrEnum):
    STACK = "stack"
    REPLAY = "replay"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class WayOffer:
    """One way: what it is called, what it does, what it costs, and the words of its button. With a
    `reason` it cannot be gone. `quoted` is an instruction as it would be sent."""

    way: Way
    title: str
    body: str
    price: str
    verb: str
    quoted: str = ""
    reason: str = ""


class RebaseCard(FloatingCard):
    """`chosen` carries a Way; the card is put away before."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "Re-base on the original", parent, width_px=_WIDTH_PX)
        self.setObjectName("rebaseCard")
        self._theme = theme
        self._summary = Label(self)
        self._summary.setWordWrap(True)
        set_kind(self._summary, type="small", tone="secondary")
        self._ways = QVBoxLayout()
        self._ways.setSpacing(theme.space(3))
        self._rows: list[QWidget] = []
        cancel = QPushButton("Cancel", self)
        set_kind(cancel, kind="outlined")
        cancel.clicked.connect(self.put_away)
        self.column.addWidget(self._summary)
        self.column.addLayout(self._ways)
        self.column.addWidget(cancel, 0, Qt.AlignmentFlag.AlignRight)

    def ask(self, summary: str, offers: tuple[WayOffer, ...]) -> None:
        """Show these ways; the keyboard is on the first."""
        self._summary.setText(summary)
        buttons = self.offer(offers)
        self.come_up(next((one for one in buttons if one.isEnabled()), self))

    def offer(self, offers: tuple[WayOffer, ...]) -> list[QPushButton]:
        """Other ways in place of those that are shown; their buttons."""
        held = any(row.isAncestorOf(self.focusWidget() or self) for row in self._rows)
        for row in self._rows:
            self._ways.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.spare = [self._summary]
        buttons = []
        self._rows = []
        for offer in offers:
            row, button = self._row(offer)
            self._rows.append(row)
            self._ways.addWidget(row)
            row.show()
            buttons.append(button)
        if self.isVisible():
            self.place()
        if held:
            next((one for one in buttons if one.isEnabled()), self).setFocus()
        return buttons

    def _row(self, offer: WayOffer) -> tuple[QWidget, QPushButton]:
        row = QFrame(self)
        set_kind(row, kind="card")
        title = Label(offer.title, row)
        title.setWordWrap(True)
        set_kind(title, type="label")
        price = Label(offer.price, row)
        set_kind(price, type="label", tone="secondary")
        body = Label(offer.reason or offer.body, row)
        body.setWordWrap(True)
        set_kind(body, type="small", tone="warning" if offer.reason else "secondary")
        button = QPushButton(offer.verb, row)
        button.setObjectName(f"rebase_{offer.way.value}")
        button.setAccessibleName(f"{offer.verb}, {offer.price}")
        button.setAccessibleDescription(offer.reason or offer.body)
        button.setEnabled(not offer.reason)
        set_kind(button, kind="outlined")
        button.clicked.connect(lambda: self._choose(offer.way))
        words = QVBoxLayout()
        words.setSpacing(self._theme.space(1))
        words.addWidget(title)
        words.addWidget(price)
        words.addWidget(body)
        price.setVisible(bool(offer.price))
        if not offer.reason:
            self.spare.append(body)
        if offer.quoted and not offer.reason:
            quoted = ElidedLabel(row)
            quoted.set_whole_text(f"“{offer.quoted}”")
            self.spare.append(quoted)
            set_kind(quoted, type="small", tone="tertiary")
            words.addWidget(quoted)
        line = QHBoxLayout(row)
        side = self._theme.space(4)
        line.setContentsMargins(side, self._theme.space(3), side, self._theme.space(3))
        line.setSpacing(self._theme.space(4))
        line.addLayout(words, 1)
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row, button

    def _choose(self, way: Way) -> None:
        self.put_away()
        self.chosen.emit(way)
