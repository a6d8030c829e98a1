"""Where something is said that belongs to no run and no field: the message bar, once per cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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

INNER = "inner"
NOT_OPENED = "files not opened"
SESSION_NOT_OPENED = "session not opened"


@dataclass(frozen=True, slots=True)
class Offer:
    """A button of a message, and what it does. The message goes when it is pressed, unless it
    `stays`."""

    words: str
    act: Callable[[], object]
    stays: bool = False


class Faults(QObject):
    def __init__(self, bar: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._offers: dict[str, tuple[Offer, ...]] = {}
        self._not_opened: list[StudioError] = []
        bar.answered.connect(self._answer)
        bar.closed.connect(self._forget)

    def show(self, fault: StudioError, *offers: Offer, cause: str = "") -> None:
        """One message; the same sentence again counts up. With a `cause` it takes the place of the
        last one of that cause, and `clear` takes it away."""
        inner = type(fault) is StudioError
        if inner and not offers:
            report = f"{fault.kind}: {fault.message} {fault.detail}".strip()
            offers = (Offer("Copy report", lambda: _copy(report), stays=True),)
        tone = MessageTone.WARNING if isinstance(fault, BadInput) else MessageTone.DANGER
        self._show(
            Message(
                cause=cause or (INNER if inner else f"{fault.kind}:{fault.message}"),
                title=fault.message,
                body=fault.hint,
                tone=tone,
                icon="lock" if isinstance(fault, SessionError) else "",
                details=fault.detail,
                counted="" if cause else "time",
            ),
            offers,
        )

    def show_announced(self, what: Fault) -> None:
        self.show(StudioError(what.message, detail=what.detail))

    def show_not_opened(self, faults: Sequence[StudioError]) -> None:
        """Files that are no pictures: one message for all of them until it is closed."""
        known = {fault.message for fault in self._not_opened}
        self._not_opened += [fault for fault in faults if fault.message not in known]
        if len(self._not_opened) == 1:
            (only,) = self._not_opened
            title, body, details = only.message, only.hint, only.detail
        else:
            title = f"{len(self._not_opened)} files were not opened."
            body = " ".join(fault.message for fault in self._not_opened)
            details = "\n".join(f"{one.message} {one.hint}".strip() for one in self._not_opened)
        if self._not_opened:
            self._show(Message(NOT_OPENED, title, body, details=details, counted=""), ())

    def say(
        self,
        cause: str,
        title: str,
        body: str = "",
        *offers: Offer,
        tone: MessageTone = MessageTone.INFO,
    ) -> None:
        """Something worth knowing that is no fault; a new word takes the last one's place."""
        self._show(Message(cause, title, body, tone=tone, counted=""), offers)

    def show_progress(self, cause: str, title: str, share: float, cancel: Offer) -> None:
        """Something under way, and how far it is; `clear` it when it has ended."""
        message = Message(cause, title, tone=MessageTone.INFO, counted="", closable=False)
        self._show(replace(message, share=share), (cancel,))

    def clear(self, cause: str) -> None:
        """What was said is no longer so."""
        self._forget(cause)
        self._bar.clear(cause)

    def _show(self, message: Message, offers: tuple[Offer, ...]) -> None:
        self._offers[message.cause] = offers
        verbs = tuple(MessageVerb(str(n), offer.words) for n, offer in enumerate(offers))
        self._bar.show_message(replace(message, verbs=verbs))

    def _answer(self, answer: MessageAnswer) -> None:
        offer = self._offers[answer.cause][int(answer.verb)]
        if not offer.stays:
            self.clear(answer.cause)
        offer.act()

    def _forget(self, cause: str) -> None:
        self._offers.pop(cause, None)
        if cause == NOT_OPENED:
            self._not_opened.clear()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
