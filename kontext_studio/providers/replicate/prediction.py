"""What a prediction says of its run: how far it is, what came of it, or why there is nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    FieldProblem,
    NotFound,
    Refused,
    ServiceFailed,
    StudioError,
)
from kontext_studio.core.provider import Queued, Running
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.polling import GOOD_UNTIL, Done, Over, State
from kontext_studio.providers.service import Service

LIFETIME_S = 3600.0
"""So long the service keeps what it made."""

_CANCELLED = "client_cancelled"
_PROGRESS = re.compile(r"\s*(?P<percent>\d{1,3})%\s*\|.+?\|\s*\d+/\d+")
_SAFETY = re.compile(
    r"\bE005\b|nsfw|flagged as sensitive|content (?:policy|moderation)|safety (?:filter|check)",
    re.IGNORECASE,
)
"""For the words that are shown alone: neither end is ever tried again."""


def state_of(answer: Answer, value: object, number: str, service: Service, now: float) -> State:
    """The state of the run of that number. Raise Over where it has ended without a picture,
    BadAnswer where the answer is not about it."""
    if not isinstance(value, dict) or value.get("id") != number:
        raise BadAnswer(
            f"The answer of {answer.host} is not about this run.", detail=answer.facts()
        )
    word = shown(value.get("status", ""), 40)
    match word:
        case "succeeded":
            if value.get("data_removed") is True and not value.get("output"):
                raise Over(_removed(service))
            return Done(result_of(value, now))
        case "failed":
            raise Over(_failed(value, service))
        case "canceled" | "cancelled" | "aborted":
            raise Over(_stopped(word, service))
        case "processing":
            return Running(_fraction(value.get("logs")), _last_line(value.get("logs")))
        case "starting" | "queued":
            return Queued(None, "" if word == "queued" else word)
    if value.get("completed_at"):  # a word of a newer version, for an end
        raise Over(_failed(value, service))
    return Queued(None, word)


def result_of(value: Mapping[str, object], now: float) -> dict[str, object]:
    """A finished prediction in the form that all results are read in."""
    given = value.get("input")
    result: dict[str, object] = {
        "images": [{"url": url} for url in _addresses(value.get("output"))],
        "timings": value.get("metrics"),
        GOOD_UNTIL: now + LIFETIME_S,
    }
    if isinstance(given, dict) and "seed" in given:
        result["seed"] = given["seed"]
    return result


def _addresses(output: object) -> list[str]:
    """The addresses in an output: one text, a list of texts, or an object that holds either."""
    if isinstance(output, str):
        return [output] if output.startswith(("https:", "http:", "data:")) else []
    if isinstance(output, dict):
        output = list(output.values())
    if isinstance(output, list):
        return [url for one in output[:100] for url in _addresses(one)]
    return []


def _removed(service: Service) -> NotFound:
    return NotFound(
        "The service has deleted the picture: it keeps what it makes for about an hour.",
        hint="Run it again with the same seed.",
        charged=service.surely(),
    )


def _failed(value: Mapping[str, object], service: Service) -> StudioError:
    text = shown(value.get("error") or "")
    detail = shown(value.get("logs") or "", 2048)
    if _SAFETY.search(text):
        return ContentBlocked(
            "The service's content rules stopped this.",
            hint=text,
            detail=detail,
            charged=service.perhaps(),
        )
    return ServiceFailed(
        f"The model stopped working on it: {text}" if text else "The model stopped working on it.",
        hint="Run it again.",
        detail=detail,
        charged=service.perhaps(),
    )


def _stopped(word: str, service: Service) -> Refused:
    began = word != "aborted"  # the service's word for one that never began, and costs nothing
    return Refused(
        "The run was cancelled at the service."
        if began
        else "The service gave the run up before it began.",
        problems=(FieldProblem("", _CANCELLED, ""),),
        detail=f"status {word}",
        charged=service.perhaps() if began else Charged.NO,
    )


def _fraction(logs: object) -> float | None:
    """How far the last progress bar in the logs has come."""
    if not isinstance(logs, str):
        return None
    for line in reversed(re.split(r"[\r\n]+", logs[-20_000:])):
        if (found := _PROGRESS.match(line)) is not None:
            return min(1.0, int(found["percent"]) / 100)
    return None


def _last_line(logs: object) -> str:
    if not isinstance(logs, str):
        return ""
    for line in reversed(re.split(r"[\r\n]+", logs[-20_000:])):
        if line.strip() and not _PROGRESS.match(line):
            return shown(line)
    return ""
