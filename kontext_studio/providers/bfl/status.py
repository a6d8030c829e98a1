"""What a poll says of a run: how far it is, what came of it, or why there is nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ContentBlocked,
    NotFound,
    ServiceFailed,
    StudioError,
)
from kontext_studio.core.provider import Queued, Running
from kontext_studio.core.result import Cost
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.bfl.submit import cost_of
from kontext_studio.providers.polling import GOOD_UNTIL, Done, Over, State
from kontext_studio.providers.service import Service

LIFETIME_S = 540.0
"""The signed addresses die after ten minutes; each poll gives a new one."""


def state_of(
    answer: Answer, value: object, number: str, service: Service, now: float, cost: Cost | None
) -> State:
    """The state of the run of that number. Raise Over where it has ended without a picture,
    NotFound where the service does not know it, BadAnswer where the answer is not about it."""
    if not isinstance(value, dict) or value.get("id", number) not in (number, None):
        raise BadAnswer(
            f"The answer of {answer.host} is not about this run.", detail=answer.facts()
        )
    word = shown(value.get("status", ""), 60)
    match word.lower():
        case "ready":
            return Done(_result(value, now, cost_of(value.get("cost")) or cost))
        case "pending":
            return Running(_fraction(value.get("progress")))
        case "request moderated":
            raise Over(_blocked("The service's content rules stopped this.", value))
        case "content moderated":
            raise Over(_blocked("The service's content rules stopped the picture it made.", value))
        case "task not found":
            raise NotFound(
                f"The service no longer knows this request ({shown(number)}).",
                charged=service.perhaps(),
            )
        case "error" | "failed":
            raise Over(_failed(value, service))
        case "":
            raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())
    return Queued(None, word)


def _result(value: Mapping[str, object], now: float, cost: Cost | None) -> dict[str, object]:
    """A finished run in the form that all results are read in."""
    told = value.get("result")
    facts = told if isinstance(told, dict) else {}
    sample = facts.get("sample")
    result: dict[str, object] = {
        "images": [{"url": sample}] if isinstance(sample, str) and sample else [],
        "timings": {"duration": facts["duration"]} if "duration" in facts else {},
        GOOD_UNTIL: now + LIFETIME_S,
    }
    for name in ("seed", "prompt"):
        if name in facts:
            result[name] = facts[name]
    if cost is not None:
        result["cost"] = cost.to_json()
    return result


def _blocked(words: str, value: Mapping[str, object]) -> StudioError:
    # The service charges for neither.
    return ContentBlocked(words, detail=_details(value), charged=Charged.NO)


def _failed(value: Mapping[str, object], service: Service) -> StudioError:
    details = _details(value)
    return ServiceFailed(
        f"The model stopped working on it: {shown(details)}"
        if details
        else "The model stopped working on it.",
        hint="Run it again.",
        detail=details,
        charged=service.perhaps(),
    )


def _details(value: Mapping[str, object]) -> str:
    details = value.get("details") or value.get("error") or ""
    return shown(details if isinstance(details, str) else json.dumps(details), 2048)


def _fraction(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    return min(1.0, float(value))
