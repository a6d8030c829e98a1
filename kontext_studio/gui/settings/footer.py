"""The foot of the connection page: test, save, take back; and a question where one is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.settings.words import words
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme

SENDS_NOTHING = "Sends no image"
KEEP = "keep"
"""The answer that changes nothing; Esc gives it too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A button of a question; its `id` is told. The filled one has the keyboard first."""

    id: str
    words: str
    filled: bool = False


class Footer(QWidget):
    """`answered` carries the id of an answer; the question is gone by then."""

    test_pressed = Signal()
    save_pressed = Signal()
    revert_pressed = Signal()
    answered = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("connectionFooter")
        self._answers: list[QPushButton] = []
        self._returns_to: QWidget | None = None
        self.test = KeyHintButton(theme, "Test connection", "outlined")
        self.test.setObjectName("testConnection")
        self.test.set_icon("unplug")
        self.note = words(SENDS_NOTHING, "body", "secondary")
        self.note.setObjectName("footerNote")
        self.revert = _button("Revert", "revertConnection")
        self.save = _button("Save", "saveConnection", "primary")
        self._question = words("", "body")
        self._question.setObjectName("footerQuestion")
        self._faces = QStackedWidget(self)
        usual, self._usual_row = _line(theme)
        for widget, stretch in ((self.test, 0), (self.note, 1), (self.revert, 0), (self.save, 0)):
            self._usual_row.addWidget(widget, stretch)
        asking, self._asking_row = _line(theme)
        self._asking_row.addWidget(self._question, 1)
        self._faces.addWidget(usual)
        self._faces.addWidget(asking)
        column = QVBoxLayout(self)
        side = theme.space(6)  # as the page above
        column.setContentsMargins(side + 4, theme.space(4), side, theme.space(4))
        column.addWidget(self._faces)
        self.test.clicked.connect(self.test_pressed)
        self.save.clicked.connect(self.save_pressed)
        self.revert.clicked.connect(self.revert_pressed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.test.set_theme(theme)

    def set_changed(self, changed: bool) -> None:
        """Whether there is something to save or to take back."""
        if not changed and (self.save.hasFocus() or self.revert.hasFocus()):
            self.test.setFocus(Qt.FocusReason.OtherFocusReason)  # not on the way out
        for button in (self.save, self.revert):
            button.setEnabled(changed)
            button.setToolTip("" if changed else f"{button.text()}: nothing was changed")

    def set_testing(self, testing: bool) -> None:
        self.test.setText("Stop testing" if testing else "Test connection")

    def set_note(self, text: str, tone: str = "secondary") -> None:
        """What was done last, beside the test; empty for the usual words."""
        self.note.setText(text or SENDS_NOTHING)
        set_kind(self.note, tone=tone if text else "secondary")

    @property
    def asks(self) -> bool:
        return self._faces.currentIndex() == 1

    def ask(self, question: str, answers: Sequence[Answer]) -> None:
        """Ask in place of the buttons."""
        self._clear_answers()
        self._question.setText(question)
        for answer in answers:
            button = _button(
                answer.words, f"answer-{answer.id}", "primary" if answer.filled else "outlined"
            )
            button.clicked.connect(lambda _on=False, one=answer.id: self._take(one))
            self._asking_row.addWidget(button)
            self._answers.append(button)
        if not self.asks:
            self._returns_to = QApplication.focusWidget()
        self._faces.setCurrentIndex(1)
        first = next((n for n, one in enumerate(answers) if one.filled), 0)
        self._answers[first].setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_asking(self) -> None:
        """Show the buttons again; the keyboard goes back to where it was."""
        if not self.asks:
            return
        had_keyboard = any(answer.hasFocus() for answer in self._answers)
        before, self._returns_to = self._returns_to, None
        self._faces.setCurrentIndex(0)
        if had_keyboard and before is not None and shiboken6.isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc at a question changes nothing, as anywhere."""
        if self.asks and event.key() == Qt.Key.Key_Escape:
            self._take(KEEP)
            return
        super().keyPressEvent(event)

    def _take(self, answer: str) -> None:
        self.stop_asking()
        self.answered.emit(answer)

    def _clear_answers(self) -> None:
        for button in self._answers:
            self._asking_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._answers = []


def _button(text: str, name: str, kind: str = "outlined") -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    set_kind(button, kind=kind)
    return button


def _line(theme: Theme) -> tuple[QWidget, QHBoxLayout]:
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space(3))
    return line, row
