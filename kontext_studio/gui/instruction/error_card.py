"""A message beside its cause: what happened, what was kept, and one or two verbs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QWidget

from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme


@dataclass(frozen=True, slots=True)
class CardAction:
    """`key` is what the card's signal carries: "reword", "details"."""

    key: str
    words: str


@dataclass(frozen=True, slots=True)
class CardMessage:
    """Plain words. `tone` is danger, warning, success or accent; `chips` are suggestions."""

    title: str
    body: str = ""
    icon: str = "ban"
    tone: str = "danger"
    actions: tuple[CardAction, ...] = ()
    chips: tuple[str, ...] = ()


class ErrorCard(QFrame):
    """`action_asked` carries the key of an action, `chip_chosen` the words of a suggestion."""

    action_asked = Signal(str)
    chip_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("errorCard")
        self._theme = theme
        self._message = CardMessage("")
        self._icon = Label(self)
        self._title = self._label("strong", "")
        self._body = self._label("small", "secondary")
        self._chips = QWidget(self)
        FlowLayout(self._chips, gap_px=6, row_gap_px=6)
        self._buttons = QWidget(self)
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 4, 0, 0)
        buttons.setSpacing(8)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 10, 12, 12)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        for row, part in enumerate((self._title, self._body, self._chips, self._buttons)):
            grid.addWidget(part, row, 1)
        self.hide()

    def _label(self, type_: str, tone: str) -> Label:
        label = Label(self)
        label.setWordWrap(True)
        set_kind(label, type=type_, tone=tone)
        return label

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        role = self._message.tone
        picture = icon(theme, self._message.icon, role, 16)
        self._icon.setPixmap(picture.pixmap(QSize(16, 16), self.devicePixelRatioF()))

    def show_message(self, message: CardMessage | None) -> None:
        """None hides the card; it never leaves by itself."""
        self.setVisible(message is not None)
        if message is None:
            self._message = CardMessage("")
            return
        self._message = message
        set_kind(self, kind="message", tone=message.tone)
        self.setAccessibleName(message.title)
        self.setAccessibleDescription(message.body)
        self._title.setText(message.title)
        self._body.setText(message.body)
        self._body.setVisible(bool(message.body))
        self._fill(self._chips, [(words, words) for words in message.chips], "chip")
        actions = [(action.key, action.words) for action in message.actions]
        self._fill(self._buttons, actions, "outlined")
        self.set_theme(self._theme)

    def message(self) -> CardMessage | None:
        return self._message if self._message.title else None

    def _fill(self, holder: QWidget, entries: list[tuple[str, str]], kind: str) -> None:
        layout = holder.layout()
        if layout is None:
            return
        while (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for key, words in entries:
            button = QPushButton(words.replace("&", "&&"), holder)
            button.setProperty("entryKey", key)
            set_kind(button, kind=kind)
            button.clicked.connect(self._choose_chip if kind == "chip" else self._act)
            layout.addWidget(button)
        if isinstance(layout, QHBoxLayout):
            layout.addStretch(1)
        holder.setVisible(bool(entries))

    def _act(self) -> None:
        self.action_asked.emit(str(self.sender().property("entryKey")))

    def _choose_chip(self) -> None:
        self.chip_chosen.emit(str(self.sender().property("entryKey")))
