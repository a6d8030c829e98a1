"""The words of runs that need the person's eye: what happened, what it cost, what can be done.

Promises FAILURES 1.3 for each: one plain sentence, one about the charge, what was kept, one or two
verbs and the details.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.errors import Charged, Unauthorized
from kontext_studio.core.jobs import JobFault, JobRecord, JobState
from kontext_studio.core.result import Cost
from kontext_studio.core.route import EMBEDDED
from kontext_studio.gui.jobs.progress import (
    ATTEMPTS,
    JobProgress,
    Stage,
    countdown,
    service_name,
    stage_of,
)
from kontext_studio.gui.jobs.refusals import is_about_words, suggestions_of, unknown_words
from kontext_studio.workbench.money import charged_words, charged_words_of
from kontext_studio.workbench.progress import Phase

KEPT = "Text and settings are kept."


class Verb(StrEnum):
    """What a button of a card asks for."""

    RETRY = "retry"
    CHECK = "check"
    STOP = "stop"
    PUT_BACK = "put_back"
    ELSEWHERE = "elsewhere"
    CONNECT = "connect"
    SETTINGS = "settings"
    DISMISS = "dismiss"


class Tone(StrEnum):
    NEUTRAL = "default"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class CardVerb:
    verb: Verb
    words: str


@dataclass(frozen=True, slots=True)
class JobCard:
    """`lead` introduces the suggestions, which are whole instructions; `note` stands beside the
    verbs; `dismiss` is what the cross does: put the row away, or stop a run that goes on."""

    icon: str
    tone: Tone
    title: str
    body: str = ""
    lead: str = ""
    suggestions: tuple[str, ...] = ()
    verbs: tuple[CardVerb, ...] = ()
    note: str = ""
    details: str = ""
    dismiss: Verb = Verb.DISMISS


def card_of(
    record: JobRecord, progress: JobProgress, cost: Cost | None, *, elsewhere: str = ""
) -> JobCard | None:
    """The card of a run, None where a line is enough."""
    match stage_of(record, progress):
        case Stage.RETRYING:
            return _retrying(record, progress)
        case Stage.OFFLINE:
            return JobCard(
                icon="wifi-off",
                tone=Tone.WARNING,
                title="Waiting for the network",
                body="Sends by itself when you are back online. Not charged.",
                dismiss=Verb.STOP,
            )
        case Stage.PAUSED:
            return _paused(record)
        case Stage.BLOCKED:
            return _blocked(record, cost)
        case Stage.UNKNOWN:
            return _unknown(record, progress, cost)
        case Stage.CANCELLED:
            return JobCard(
                icon="ban",
                tone=Tone.NEUTRAL,
                title="Cancelled",
                body=_body("", record, cost),
                verbs=(CardVerb(Verb.RETRY, "Run again"),),
                details=details_of(record),
            )
        case Stage.FAILED:
            refused = _refused(record, elsewhere) if record.provider == EMBEDDED else None
            return refused or _failed(record, cost)
    return None


def details_of(record: JobRecord) -> str:
    """Redacted facts for the Details view; no instruction, no key."""
    lines = [f"Service: {service_name(record.provider)}", f"Connection: {record.route}"]
    lines.append(f"Model: {record.request.model}")
    lines.append(f"Seed: {record.request.seed}")
    lines += _request_line(record)
    if record.fault is not None:
        lines.append(f"Kind: {record.fault.kind}")
        if record.fault.detail:
            lines.append(record.fault.detail)
    return "\n".join(lines)


def _request_line(record: JobRecord) -> list[str]:
    return [f"Request: {record.remote.request_id}"] if record.remote is not None else []


def _retrying(record: JobRecord, progress: JobProgress) -> JobCard:
    reason = _label(progress.message) or "Not accepted yet"
    attempt = f"Attempt {progress.attempt} of {ATTEMPTS}, " if progress.attempt else ""
    return JobCard(
        icon="timer",
        tone=Tone.WARNING,
        title=f"{reason}, trying again in {countdown(progress.retry_in_s or 0.0)}",
        verbs=(CardVerb(Verb.RETRY, "Try now"), CardVerb(Verb.STOP, "Stop")),
        note=f"{attempt}not charged" if attempt else "Not charged",
        details=details_of(record),
        dismiss=Verb.STOP,
    )


def _paused(record: JobRecord) -> JobCard:
    fault = record.fault
    if record.state is JobState.PREPARED:
        title = _title(fault) or "Not sent yet"
        verb = CardVerb(Verb.RETRY, "Try again" if fault else "Send now")
        body = _body(_rest(fault), record, None)
    else:
        title = _title(fault) or "Not fetched yet"
        verb = CardVerb(Verb.RETRY, "Try again")
        body = " ".join(
            part
            for part in (_rest(fault), "The run goes on at the service; it is not sent twice.")
            if part
        )
    return JobCard(
        icon="triangle-alert",
        tone=Tone.WARNING,
        title=title,
        body=body,
        verbs=(*_way_to_key(fault), verb, CardVerb(Verb.PUT_BACK, "Put text back")),
        details=details_of(record),
        dismiss=Verb.STOP,
    )


def _blocked(record: JobRecord, cost: Cost | None) -> JobCard:
    return JobCard(
        icon="ban",
        tone=Tone.DANGER,
        title=f"{service_name(record.provider)}’s content rules stopped this",
        body=_body("No reason was given.", record, cost),
        verbs=(CardVerb(Verb.PUT_BACK, "Reword it"),),
        details=details_of(record),
    )


def _unknown(record: JobRecord, progress: JobProgress, cost: Cost | None) -> JobCard:
    looking = progress.phase is not Phase.IDLE
    charged = charged_words(Charged.MAYBE, cost)
    found = "" if looking else progress.trouble
    return JobCard(
        icon="circle-question-mark",
        tone=Tone.WARNING,
        title=_title(record.fault) or "The connection broke while sending",
        body=" ".join(
            part for part in (charged, "It is not sent again by itself.", KEPT, found) if part
        ),
        verbs=(CardVerb(Verb.CHECK, "Check"), CardVerb(Verb.RETRY, "Send again")),
        note="Looking…" if looking else "",
        details=details_of(record),
    )


def _failed(record: JobRecord, cost: Cost | None) -> JobCard:
    return JobCard(
        icon="triangle-alert",
        tone=Tone.DANGER,
        title=_title(record.fault) or "The run ended without a picture",
        body=_body(_rest(record.fault), record, cost),
        verbs=_after_failing(record),
        details=details_of(record),
    )


def _after_failing(record: JobRecord) -> tuple[CardVerb, ...]:
    again = CardVerb(Verb.RETRY, "Run again")
    if record.may_be_looked_for:  # asking costs nothing
        return CardVerb(Verb.CHECK, "Check again"), again
    return *_way_to_key(record.fault), again, CardVerb(Verb.PUT_BACK, "Put text back")


def _way_to_key(fault: JobFault | None) -> tuple[CardVerb, ...]:
    """Where a key is missing or was not accepted: to the place where one is given."""
    missing = fault is not None and fault.kind == Unauthorized.kind
    return (CardVerb(Verb.SETTINGS, "Open settings"),) if missing else ()


def _refused(record: JobRecord, elsewhere: str) -> JobCard | None:
    """A refusal of the embedded engine: it names words, or what it needs, and offers edits."""
    fault = record.fault
    if fault is None or not fault.problems:
        return None
    words = unknown_words(fault)
    offered = suggestions_of(fault)
    said = str(fault.problems[0].get("message") or fault.message)
    if is_about_words(fault):
        listed = " and ".join(f"“{word}”" for word in words)
        verb = "is" if len(words) == 1 else "are"
        title, body = f"Embedded engine: {listed} {verb} unknown", ""
    else:
        title, body = _first_sentence(said), _after_first_sentence(said)
    other = CardVerb(Verb.ELSEWHERE, elsewhere) if elsewhere else None
    return JobCard(
        icon="cpu",
        tone=Tone.DANGER,
        title=_label(title),
        body=" ".join(part for part in (body, KEPT) if part),
        lead="It can do:" if offered else "",
        suggestions=offered,
        verbs=(
            CardVerb(Verb.PUT_BACK, "Put text back"),
            other or CardVerb(Verb.CONNECT, "Connect a provider"),
        ),
        # It is no service: codes and headers of its protocol would say the opposite.
        details="\n".join((said, *_request_line(record))),
    )


def _body(said: str, record: JobRecord, cost: Cost | None) -> str:
    parts = (said, charged_words_of(record, cost, said), KEPT)
    return " ".join(part for part in parts if part)


def _title(fault: JobFault | None) -> str:
    return _label(_first_sentence(fault.message)) if fault is not None else ""


def _rest(fault: JobFault | None) -> str:
    if fault is None:
        return ""
    rest = _after_first_sentence(fault.message)
    return " ".join(part for part in (rest, fault.hint) if part)


def _first_sentence(text: str) -> str:
    end = _sentence_end(text)
    return text[:end]


def _after_first_sentence(text: str) -> str:
    return text[_sentence_end(text) :].strip()


def _sentence_end(text: str) -> int:
    """Just after the first full stop that ends a sentence: a space and a capital follow it."""
    place = text.find(". ")
    while place != -1:
        if text[place + 2 : place + 3].isupper():
            return place + 1
        place = text.find(". ", place + 1)
    return len(text)


def _label(text: str) -> str:
    """A sentence as a label: without its full stop (UX E4)."""
    return text.strip().removesuffix(".")
