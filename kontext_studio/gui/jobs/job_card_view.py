"""A run that needs the person's eye, as a card in the jobs list: words, suggestions and verbs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.history import JobId
from kontext_studio.gui.jobs.job_cards import CardVerb, JobCard, Tone, Verb
from kontext_studio.gui.jobs.job_rows import JobRow
from kontext_studio.gui.jobs.refusals import chip_words
from kontext_studio.gui.shell.elided_chip import ElidedChip
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_ICON_PX = 18
_MOST_CHIPS = 4
"""Few, so that the verbs below stay in sight."""


@dataclass(frozen=True, slots=True)
class CardPress:
    """A button of a run's card was pressed."""

    job: JobId
    verb: Verb


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One of the embedded engine's suggestions for a run was chosen: a whole instruction."""

    job: JobId
    text: str


class JobCardView(QWidget):
    """`verb_pressed` carries a CardPress, `suggestion_pressed` a Suggestion."""

    verb_pressed = Signal(object)
    suggestion_pressed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._job: JobId | None = None
        self._card: JobCard | None = None
        self._icon = Label(self)
        self._icon.setFixedSize(_ICON_PX, _ICON_PX)
        self._title = self._words("strong", "")
        self._instruction = ElidedLabel(self)
        set_kind(self._instruction, type="small", tone="tertiary")
        self._body = self._words("small", "secondary")
        self._lead = self._words("small", "secondary")
        self._note = self._words("small", "tertiary")
        self._note.setWordWrap(False)
        self._details = self._words("meta", "tertiary")
        self._details.setObjectName("jobDetails")
        self._details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._details.hide()
        self._dismiss = QToolButton(self)
        self._dismiss.setObjectName("jobDismiss")
        self._dismiss.clicked.connect(self._press_dismiss)
        self._chips = QWidget(self)
        self._chip_group = QButtonGroup(self)
        self._chip_group.idClicked.connect(self._press_chip)
        self._verb_group = QButtonGroup(self)
        self._verb_group.setExclusive(False)
        self._verb_group.idClicked.connect(self._press_verb)
        self._chip_flow = FlowLayout(self._chips, gap_px=6)
        self._verbs = QWidget(self)
        self._verb_flow = FlowLayout(self._verbs, gap_px=theme.space(3))
        self._build(theme)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._dismiss.setIcon(icon(theme, "x", size_px=_ICON_PX))
        self._dismiss.setIconSize(QSize(_ICON_PX, _ICON_PX))
        if self._card is not None:
            self._show_icon(self._card)
        for details in self._verbs.findChildren(QToolButton, "jobShowDetails"):
            details.setIcon(icon(theme, "info"))

    def show_row(self, row: JobRow, _picture: QPixmap | None) -> None:
        card = row.card
        if card is None:
            return
        before, self._card = self._card, card
        self._job = row.id
        self._title.setText(card.title)
        self._instruction.set_whole_text(row.title)
        _show_words(self._body, card.body)
        _show_words(self._lead, card.lead)
        self._details.setText(card.details)
        self._dismiss.setToolTip("Dismiss" if card.dismiss is Verb.DISMISS else "Cancel")
        self._dismiss.setAccessibleName(f"{self._dismiss.toolTip()} {row.title}")
        self.setAccessibleName(row.spoken)
        if before is None or before.suggestions != card.suggestions:
            self._fill_chips(card.suggestions)
        if before is None or (before.verbs, bool(before.details)) != (
            card.verbs,
            bool(card.details),
        ):
            self._fill_verbs(card.verbs, has_details=bool(card.details))
        _show_words(self._note, card.note)
        if before is None or (before.icon, before.tone) != (card.icon, card.tone):
            self._show_icon(card)

    def first_stop(self) -> QWidget:
        """Where the focus goes when the card is reached by a command."""
        return self._dismiss

    def set_turn(self, turn: float | None) -> None:
        """Cards do not move."""

    def _build(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.space(3))
        head.addWidget(self._title, 1)
        head.addWidget(self._dismiss, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.space(2))
        words.addLayout(head)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, theme.space(3), 0)
        inner.setSpacing(6)
        for part in (self._instruction, self._body, self._lead, self._chips, self._verbs):
            inner.addWidget(part)
        inner.insertSpacing(inner.count() - 1, 2)
        inner.addWidget(self._details)
        words.addLayout(inner)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.space(3), 0, theme.space(4))
        row.setSpacing(theme.space(3))
        left = QVBoxLayout()
        left.setContentsMargins(0, 7, 0, 0)
        left.addWidget(self._icon)
        left.addStretch(1)
        row.addLayout(left)
        row.addLayout(words, 1)

    def _words(self, type_role: str, tone: str) -> Label:
        label = Label(self)
        set_kind(label, type=type_role, tone=tone)
        label.setWordWrap(True)
        label.setMinimumWidth(60)
        return label

    def _show_icon(self, card: JobCard) -> None:
        role = {Tone.WARNING: "warning", Tone.DANGER: "danger"}.get(card.tone, "default")
        made = icon(self._theme, card.icon, role, _ICON_PX)
        self._icon.setPixmap(made.pixmap(QSize(_ICON_PX, _ICON_PX), self.devicePixelRatioF()))

    def _fill_chips(self, suggestions: tuple[str, ...]) -> None:
        _empty(self._chip_flow)
        suggestions = suggestions[:_MOST_CHIPS]
        shown = [chip_words(text) for text in suggestions]
        for number, (text, words) in enumerate(zip(suggestions, shown, strict=True)):
            alone = shown.count(words) == 1
            chip = ElidedChip(text, self._chips, shown=words if alone else text)
            self._chip_group.addButton(chip, number)
            self._chip_flow.addWidget(chip)
        self._chips.setVisible(bool(suggestions))

    def _fill_verbs(self, verbs: tuple[CardVerb, ...], *, has_details: bool) -> None:
        self._note.setParent(self)
        _empty(self._verb_flow)
        for number, one in enumerate(verbs):
            button = QPushButton(one.words, self._verbs)
            button.setObjectName(f"jobVerb-{one.verb}")
            set_kind(button, kind="outlined", small="true")
            self._verb_group.addButton(button, number)
            self._verb_flow.addWidget(button)
        if has_details:
            self._verb_flow.addWidget(self._details_button())
        self._note.setParent(self._verbs)
        self._verb_flow.addWidget(self._note)
        self._verbs.setVisible(bool(verbs) or has_details)

    def _details_button(self) -> QToolButton:
        button = QToolButton(self._verbs)
        button.setObjectName("jobShowDetails")
        button.setText("Details")
        button.setToolTip("Details")
        button.setAccessibleName("Details")
        button.setIcon(icon(self._theme, "info"))
        button.setCheckable(True)
        set_kind(button, small="true")
        button.setChecked(not self._details.isHidden())
        button.toggled.connect(self._details.setVisible)
        return button

    def _press_chip(self, number: int) -> None:
        if self._card is not None and self._job is not None:
            self.suggestion_pressed.emit(Suggestion(self._job, self._card.suggestions[number]))

    def _press_verb(self, number: int) -> None:
        if self._card is not None and self._job is not None:
            self.verb_pressed.emit(CardPress(self._job, self._card.verbs[number].verb))

    def _press_dismiss(self) -> None:
        if self._card is not None and self._job is not None:
            self.verb_pressed.emit(CardPress(self._job, self._card.dismiss))


def _show_words(label: Label, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _empty(layout: FlowLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if isinstance(widget, QPushButton | QToolButton):
            widget.hide()
            widget.deleteLater()
