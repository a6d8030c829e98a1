"""What a test of a connection found, step by step as it goes; then the verdict and the remedy."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.core.provider import CheckStep
from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_SIGNS = {True: ("check", "success"), False: ("x", "danger"), None: ("minus", "tertiary")}
_SAID = {True: "holds", False: "does not hold", None: "not tested"}
_STAGE_PX = 84
NOTHING_SENT = "No image and no instruction was sent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The head of the card."""

    title: str
    note: str = ""
    tone: str = "default"
    icon: str = "loader-circle"


def verdict_of(steps: tuple[CheckStep, ...], *, ended: bool) -> Verdict:
    """What the steps say together. One that could not be tested makes no connection bad."""
    failed = next((one for one in steps if one.passed is False), None)
    if failed is not None:
        return Verdict(
            f"It stops at {_in_a_sentence(failed.name)}", NOTHING_SENT, "danger", "circle-alert"
        )
    if not ended:
        return Verdict("Testing…", "No image and no instruction is sent")
    held = [one for one in steps if one.passed]
    if not held:
        return Verdict("Nothing could be tested", NOTHING_SENT, "warning", "triangle-alert")
    return Verdict(
        "Connection works", "tested just now · nothing was charged", "success", "circle-check"
    )


class CheckCard(QFrame):
    """Hidden until a test begins."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: tuple[CheckStep, ...] = ()
        self._ended = True
        self._stopped = ""
        self.setObjectName("checkCard")
        self.setAccessibleName("Connection test")
        set_kind(self, kind="message")
        self._sign = Label()
        self.title = words("", "strong", wraps=False)
        self.title.setObjectName("checkTitle")
        self._note = words("", "small", "secondary")
        head = QHBoxLayout()
        head.setSpacing(theme.space(3))
        head.addWidget(self._sign)
        head.addWidget(self.title)
        head.addWidget(self._note, 1)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.space(1))
        self._lines.setContentsMargins(theme.space(6), 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space(4), theme.space(3), theme.space(4), theme.space(3))
        column.setSpacing(theme.space(2))
        column.addLayout(head)
        column.addLayout(self._lines)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    @property
    def steps(self) -> tuple[CheckStep, ...]:
        return self._steps

    def begin(self) -> None:
        """A test begins; what an earlier one found goes."""
        self._steps, self._ended, self._stopped = (), False, ""
        self._draw()
        self.show()

    def add(self, step: CheckStep) -> None:
        """One step has come to its end."""
        self._steps = (*self._steps, step)
        self._draw()
        self._announce(f"{step.name} {_SAID[step.passed]}. {step.message}")

    def end(self, stopped: str = "") -> None:
        """No further step comes; `stopped` says why where the test was cut off."""
        self._ended, self._stopped = True, stopped
        self._draw()
        self._announce(self.title.text())

    def clear(self) -> None:
        """What was found is about another connection, or one that has changed."""
        self._steps, self._ended, self._stopped = (), True, ""
        self.hide()

    def _draw(self) -> None:
        verdict = verdict_of(self._steps, ended=self._ended)
        if self._stopped:
            verdict = Verdict(self._stopped, NOTHING_SENT, "default", "circle-minus")
        set_kind(self, tone=verdict.tone)
        role = "secondary" if verdict.tone == "default" else verdict.tone
        shown = icon(self._theme, verdict.icon, role if role != "secondary" else "default")
        self._sign.setPixmap(shown.pixmap(QSize(16, 16)))
        self.title.setText(verdict.title)
        self._note.setText(verdict.note)
        _empty(self._lines)
        for step in self._steps:
            line = _StepLine(self._theme, step, self)
            self._lines.addWidget(line)
            line.show()  # at once: a layout shows what it is given at the next turn of the loop

    def _announce(self, text: str) -> None:
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))


class _StepLine(QWidget):
    def __init__(self, theme: Theme, step: CheckStep, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("checkStep")
        self.setAccessibleName(
            f"{step.name} {_SAID[step.passed]}. {step.message} {step.hint}".strip()
        )
        name, role = _SIGNS[step.passed]
        sign = Label()
        sign.setPixmap(icon(theme, name, role, 14).pixmap(QSize(14, 14)))
        sign.setContentsMargins(0, 2, 0, 0)
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        stage = words(step.name, "small")
        stage.setFixedWidth(round(_STAGE_PX * theme.text_scale))
        stage.setAlignment(Qt.AlignmentFlag.AlignTop)
        said = words(step.message, "small", "secondary" if step.passed is not False else "")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(said)
        if step.hint:
            remedy = words(step.hint, "small", "secondary")
            remedy.setObjectName("checkRemedy")
            texts.addWidget(remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        row.addWidget(sign)
        row.addWidget(stage)
        row.addLayout(texts, 1)
        if step.passed is not None and step.seconds:
            took = words(_took(step.seconds), "small", "tertiary", wraps=False)
            took.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            row.addWidget(took)


def _in_a_sentence(stage: str) -> str:
    return stage if stage.isupper() else f"{stage[:1].lower()}{stage[1:]}"


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
