"""Cards of which one is chosen: a radio button with a title, a line of words and perhaps a tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.settings.words import words
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

_RING = 14
_CARD_PX = 188
"""A card is not narrower than this while there are several columns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One card; `id` is told when it is chosen."""

    id: str
    title: str
    body: str = ""
    tag: str = ""


class ChoiceCard(QRadioButton):
    """To keyboard and screen reader a radio button."""

    def __init__(self, theme: Theme, choice: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.choice = choice
        self.setObjectName(f"choice-{choice.id}")
        said = ", ".join(part for part in (choice.title, choice.tag.lower()) if part)
        self.setAccessibleName(said)
        self.setAccessibleDescription(choice.body)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addSpacing(_RING + theme.space(3))
        head.addWidget(words(choice.title, "strong", wraps=not choice.tag), 1)
        if choice.tag:
            tag = words(choice.tag, "meta", wraps=False)
            set_kind(tag, kind="tag")
            head.addWidget(tag)
        column = QVBoxLayout(self)
        pad = theme.space(4)
        column.setContentsMargins(pad, theme.space(3), pad, theme.space(3) + 1)
        column.setSpacing(theme.space(1))
        column.addLayout(head)
        if choice.body:
            column.addWidget(words(choice.body, "small", "secondary"))
        column.addStretch(1)
        for label in self.findChildren(QWidget):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalSizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalMinimumSize() if layout is not None else super().minimumSizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, on = self._theme, self.isChecked()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            radius = theme.length("radius.control")
            self._paint_frame(painter, radius, on=on)
            pad = theme.space(4)
            ring = QRectF(pad, theme.space(3) + 2, _RING, _RING)
            if on:
                painter.setPen(QPen(theme.colour("accent.line"), 4.5))
                painter.setBrush(theme.colour("accent.on"))
                painter.drawEllipse(ring.adjusted(2.25, 2.25, -2.25, -2.25))
            else:
                edge = "border.strong" if self.underMouse() else "border.control"
                painter.setPen(QPen(theme.colour(edge), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(ring.adjusted(0.75, 0.75, -0.75, -0.75))

    def _paint_frame(self, painter: QPainter, radius: float, *, on: bool) -> None:
        theme = self._theme
        fill = theme.colour("surface.hover" if self.underMouse() and not on else "surface.panel")
        painter.setBrush(fill)
        width = 2.0 if on else 1.0
        painter.setPen(QPen(theme.colour("accent.line" if on else "border.control"), width))
        inset = 3.5 if self.hasFocus() else width / 2
        box = QRectF(self.rect())
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("focus.ring"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius + 1, radius + 1)


class ChoiceCards(QWidget):
    """`chosen` carries the id of a card that a person chose. Arrows move among the cards, and only
    the chosen one is a stop of the keyboard."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, columns: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._theme = theme
        self._columns = columns
        self._placed = 0
        self._cards: dict[str, ChoiceCard] = {}
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.space(3))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for card in self._cards.values():
            card.set_theme(theme)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Show these cards. The same ones again change nothing."""
        if [card.choice for card in self._cards.values()] == list(choices):
            return
        for card in self._cards.values():
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = {}
        for choice in choices:
            card = ChoiceCard(self._theme, choice, self)
            card.clicked.connect(self._tell)
            self._cards[choice.id] = card
            card.show()
        self._place()
        self._keep_one_stop()

    def choose(self, choice_id: str) -> None:
        """Show one as chosen, without telling."""
        card = self._cards.get(choice_id)
        if card is not None:
            card.setChecked(True)
        self._keep_one_stop()

    def current(self) -> str:
        return next((one for one, card in self._cards.items() if card.isChecked()), "")

    def card(self, choice_id: str) -> ChoiceCard:
        return self._cards[choice_id]

    def minimumSizeHint(self) -> QSize:
        """As narrow as one card: there are fewer columns where there is less room."""
        widest = max((card.minimumSizeHint().width() for card in self._cards.values()), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Put the cards into as many columns as fit."""
        least = round(_CARD_PX * self._theme.text_scale) + self._grid.spacing()
        columns = max(1, min(self._columns, (self.width() + self._grid.spacing()) // least))
        if columns == self._placed and self._grid.count() == len(self._cards):
            return
        self._placed = columns
        for card in self._cards.values():
            self._grid.removeWidget(card)
        for place, card in enumerate(self._cards.values()):
            self._grid.addWidget(card, place // columns, place % columns)
        for column in range(self._columns):
            self._grid.setColumnStretch(column, int(column < columns))

    def _tell(self) -> None:
        self._keep_one_stop()
        self.chosen.emit(self.current())

    def _keep_one_stop(self) -> None:
        current = self.current() or next(iter(self._cards), "")
        for one, card in self._cards.items():
            policy = Qt.FocusPolicy.StrongFocus if one == current else Qt.FocusPolicy.ClickFocus
            card.setFocusPolicy(policy)
