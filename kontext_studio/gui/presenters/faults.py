"""Where a fault is shown that belongs to no run and no field: the message bar, once per cause."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kontext_studio.core.errors import BadInput, SessionError, StudioError
from kontext_studio.gui.shell.message_bar import (
    Message,
    MessageAnswer,
    MessageBar,
    MessageTone,
    MessageVerb,
)
from kontext_studio.workbench.announcements import Fault

COPY = "copy"
INNER = "inner"


class Faults(QObject):
    def __init__(self, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._reports: dict[str, str] = {}
        bar.answered.connect(self._answer)

    def show(self, fault: StudioError) -> None:
        """One message; the same sentence again counts up."""
        inner = type(fault) is StudioError
        tone = MessageTone.WARNING if isinstance(fault, BadInput) else MessageTone.DANGER
        cause = INNER if inner else f"{fault.kind}:{fault.message}"
        self._reports[cause] = f"{fault.kind}: {fault.message} {fault.detail}".strip()
        self._bar.show_message(
            Message(
                cause=cause,
                title=fault.message,
                body=fault.hint,
                tone=tone,
                icon="lock" if isinstance(fault, SessionError) else "",
                verbs=(MessageVerb(COPY, "Copy report"),) if inner else (),
                details=fault.detail,
            )
        )

    def show_announced(self, what: Fault) -> None:
        self.show(StudioError(what.message, detail=what.detail))

    def say(self, cause: str, title: str, body: str = "") -> None:
        """Something worth knowing that is no fault."""
        self._bar.show_message(Message(cause=cause, title=title, body=body, tone=MessageTone.INFO))

    def _answer(self, answer: MessageAnswer) -> None:
        if answer.verb == COPY:
            QGuiApplication.clipboard().setText(self._reports.get(answer.cause, ""))
