"""The instruction guide: every rule with an instruction that breaks it, one that does not, and who
says so; searchable, and opened at a rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.guide import RuleGuide

_SIZE = QSize(600, 640)
_INTRO = (
    "Name the thing, say what it becomes, and say what must stay. One change to a step: "
    "what went wrong can then be taken back alone."
)
_NOTHING = "No rule speaks of that."
_NO_WORDS = "(nothing)"


class InstructionGuide(QDialog):
    """Stands beside the window and does not block it."""

    def __init__(
        self, theme: Theme, rules: Sequence[RuleGuide], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("instructionGuide")
        self.setWindowTitle("Instruction guide")
        self.setModal(False)
        self.resize(_SIZE)
        self._rules = tuple(rules)
        self._field = QLineEdit(self)
        self._field.setObjectName("guideSearch")
        self._field.setAccessibleName("Search the guide")
        self._field.setPlaceholderText("Search rules and examples")
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(self._filter)
        inner = QWidget()
        set_kind(inner, kind="scrolled")
        column = QVBoxLayout(inner)
        pad = theme.space(6)
        column.setContentsMargins(pad, theme.space(4), pad, pad)
        column.setSpacing(theme.space(5))
        self._head = _words("Instructions that work", "page")
        self._intro = _words(_INTRO, "body", "secondary")
        self._nothing = _words(_NOTHING, "body", "secondary")
        self._nothing.hide()
        for part in (self._head, self._intro, self._nothing):
            column.addWidget(part)
        self._cards: dict[str, QFrame] = {}
        for rule in self._rules:
            self._cards[rule.id] = card = _card(theme, rule)
            column.addWidget(card)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("guideText")
        self._scroll.setAccessibleName("Instruction guide")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        top = QVBoxLayout()
        top.setContentsMargins(pad, theme.space(5), pad, theme.space(3))
        top.addWidget(self._field)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self._scroll, 1)

    def show_rule(self, rule: str) -> None:
        """All of the guide, scrolled to a rule, which takes the keyboard."""
        self._field.clear()
        card = self._cards.get(rule)
        if card is not None:
            # Once the cards have their places.
            QTimer.singleShot(0, card, lambda: self._go_to(card))

    def shown_rules(self) -> tuple[str, ...]:
        """The rules that are listed now."""
        return tuple(rule for rule, card in self._cards.items() if not card.isHidden())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._field.hasFocus():
            self._scroll.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # nothing here is to be agreed to
        else:
            super().keyPressEvent(event)

    def _go_to(self, card: QFrame) -> None:
        card.setFocus(Qt.FocusReason.OtherFocusReason)
        bar = self._scroll.verticalScrollBar()
        bar.setValue(min(bar.maximum(), max(0, card.y() - 8)))

    def _filter(self, text: str) -> None:
        for rule in self._rules:
            self._cards[rule.id].setHidden(not rule.matches(text))
        self._head.setVisible(not text.strip())
        self._intro.setVisible(not text.strip())
        self._nothing.setVisible(not self.shown_rules())
        self._scroll.verticalScrollBar().setValue(0)


def _card(theme: Theme, rule: RuleGuide) -> QFrame:
    card = QFrame()
    card.setObjectName(f"rule_{rule.id}")
    set_kind(card, kind="card")
    card.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    bad = rule.bad or _NO_WORDS
    said = f"{'Kontext Studio' if not rule.sources else '; '.join(rule.sources)}"
    card.setAccessibleName(rule.name)
    card.setAccessibleDescription(
        f"{rule.why} Instead of: {bad}. Write: {rule.good}. Source: {said}."
    )
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.space(5), theme.space(4), theme.space(5), theme.space(4))
    column.setSpacing(theme.space(2))
    column.addWidget(_words(rule.name, "strong"))
    column.addWidget(_words(rule.why, "small", "secondary"))
    column.addWidget(_words(f"Instead of: “{bad}”", "body", "warning"))
    column.addWidget(_words(f"Write: “{rule.good}”", "body"))
    column.addWidget(_words(f"Source: {said}", "meta", "tertiary"))
    return card


def _words(text: str, role: str, tone: str = "") -> Label:
    label = Label(text)
    label.setWordWrap(True)
    set_kind(label, type=role, tone=tone)
    return label
