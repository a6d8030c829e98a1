"""The message bar over the canvas: one row for each cause, until it is answered or goes away.

Nothing leaves by itself. It shows what it is given as plain text and says which verb was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.jobs.thin_bar import ThinBar
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.message_layout import MessageLayout, Part
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

ROW_PX = 48
MOST_SHOWN = 2
_ICON_PX = 18


class MessageTone(StrEnum):
    INFO = "accent"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


_ICONS = {
    MessageTone.INFO: "info",
    MessageTone.SUCCESS: "circle-check",
    MessageTone.WARNING: "triangle-alert",
    MessageTone.DANGER: "circle-alert",
}


@dataclass(frozen=True, slots=True)
class MessageVerb:
    """A button of a message; `id` is what is told when it is pressed."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Message:
    """`cause` names what the message is about: a second one of the same cause counts up.

    `counted` is what is counted ("run"), empty where nothing is. At most two verbs. A message with
    `closable` has a cross. `share` (0 to 1) is how far something under way is, None where nothing
    is.
    """

    cause: str
    title: str
    body: str = ""
    tone: MessageTone = MessageTone.WARNING
    icon: str = ""
    verbs: tuple[MessageVerb, ...] = ()
    details: str = ""
    counted: str = "time"
    closable: bool = True
    share: float | None = None


@dataclass(frozen=True, slots=True)
class MessageAnswer:
    """A verb of the message about `cause` was pressed."""

    cause: str
    verb: str


class MessageBar(QWidget):
    """`answered` carries a MessageAnswer, `closed` a cause. Hidden while nothing is said."""

    answered = Signal(object)
    closed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self._theme = theme
        self._rows: dict[str, _MessageRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Show a message on top, or count up the one of the same cause."""
        row = self._rows.get(message.cause)
        if row is None:
            row = _MessageRow(self._theme, self)
            row.pressed.connect(self.answered)
            row.crossed.connect(self._close)
            self._rows[message.cause] = row
            self._column.insertWidget(0, row)
            row.show_message(message, 1)
        else:
            row.show_message(message, row.count + 1)
        self._arrange()

    def clear(self, cause: str) -> None:
        """The cause is gone."""
        row = self._rows.pop(cause, None)
        if row is not None:
            row.hide()
            row.deleteLater()
        self._arrange()

    def clear_all(self) -> None:
        for cause in tuple(self._rows):
            self.clear(cause)

    def messages(self) -> tuple[Message, ...]:
        """What is shown or waits to be shown, oldest first."""
        return tuple(row.message for row in self._rows.values() if row.message is not None)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row in self._rows.values():
            row.set_theme(theme)

    def _close(self, cause: str) -> None:
        self.clear(cause)
        self.closed.emit(cause)

    def _arrange(self) -> None:
        for place, row in enumerate(reversed(self._rows.values())):
            row.setVisible(place < MOST_SHOWN)
        self.setVisible(bool(self._rows))


class _MessageRow(QFrame):
    pressed = Signal(object)
    crossed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.message: Message | None = None
        self.count = 1
        self._icon = Label(self)
        self._icon.setFixedSize(_ICON_PX, _ICON_PX)
        self._title = Label(self)
        set_kind(self._title, type="strong")
        self._body = Label(self)
        set_kind(self._body, type="body", tone="secondary")
        for words in (self._title, self._body):
            words.setWordWrap(True)
        self._count = Label(self)
        set_kind(self._count, type="small", tone="tertiary")
        self._share = ThinBar(theme, self)
        self._share.setObjectName("messageShare")
        self._share.hide()
        self._verbs = QButtonGroup(self)
        self._verbs.idClicked.connect(self._press)
        self._more = self._tool("Details")
        self._more.setCheckable(True)
        self._cross = self._tool("Close")
        self._cross.clicked.connect(self._ask_to_close)
        self._details_box = QWidget(self)
        self._details = Label(self._details_box)
        self._details.setObjectName("messageDetails")
        self._details.setWordWrap(True)
        self._details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        set_kind(self._details, type="small", tone="secondary")
        self._more.toggled.connect(self._details_box.setVisible)
        self._build(theme)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._more.setIcon(icon(theme, "info", size_px=_ICON_PX))
        self._cross.setIcon(icon(theme, "x", size_px=_ICON_PX))
        self._share.set_theme(theme)
        if self.message is not None:
            self._show_icon(self.message)

    def show_message(self, message: Message, count: int) -> None:
        before, self.message, self.count = self.message, message, count
        set_kind(self, kind="message-bar", tone=message.tone.value)
        self._title.setText(message.title)
        self._body.setText(message.body)
        self._body.setVisible(bool(message.body))
        self._count.setText(f"{count} {message.counted}s")
        self._count.setVisible(count > 1 and bool(message.counted))
        self._details.setText(message.details)
        self._more.setVisible(bool(message.details))
        self._cross.setVisible(message.closable)
        self._share.setVisible(message.share is not None)
        self._share.set_value(message.share or 0.0)
        self.setAccessibleName(f"{message.title} {message.body}".strip())
        self._show_icon(message)
        if before is None or before.verbs != message.verbs:
            self._fill_verbs(message.verbs)
        self._line.invalidate()  # a label's words are not told to the layout that asks for them

    def _build(self, theme: Theme) -> None:
        holder = QWidget(self)
        self._line = MessageLayout(
            holder, row_px=ROW_PX - 1, side_px=theme.space(4), gap_px=theme.space(3)
        )
        for part, widget in (
            (Part.ICON, self._icon),
            (Part.TITLE, self._title),
            (Part.BODY, self._body),
            (Part.TOOL, self._count),
            (Part.TOOL, self._more),
            (Part.TOOL, self._cross),
        ):
            self._line.put(part, widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(holder)
        column.addWidget(self._share)
        self._details_box.hide()
        box = QHBoxLayout(self._details_box)
        left = theme.space(4) + _ICON_PX + theme.space(3)
        box.setContentsMargins(left, 0, theme.space(4), theme.space(4))
        box.addWidget(self._details)
        column.addWidget(self._details_box)

    def _tool(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"message{name}")
        button.setText(name)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        return button

    def _fill_verbs(self, verbs: tuple[MessageVerb, ...]) -> None:
        for button in self._verbs.buttons():
            self._verbs.removeButton(button)
            self._line.take(button)
            button.hide()
            button.deleteLater()
        for number, verb in enumerate(verbs[:2]):
            button = QPushButton(verb.words)
            set_kind(button, kind="outlined", small="true")
            self._verbs.addButton(button, number)
            self._line.put(Part.VERB, button)
            button.show()

    def _show_icon(self, message: Message) -> None:
        name = message.icon or _ICONS[message.tone]
        role = message.tone.value
        size = QSize(_ICON_PX, _ICON_PX)
        made = icon(self._theme, name, role, _ICON_PX)
        self._icon.setPixmap(made.pixmap(size, self.devicePixelRatioF()))

    def _press(self, number: int) -> None:
        if self.message is not None:
            answer = MessageAnswer(self.message.cause, self.message.verbs[number].id)
            self.pressed.emit(answer)

    def _ask_to_close(self) -> None:
        if self.message is not None:
            self.crossed.emit(self.message.cause)
