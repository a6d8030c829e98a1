"""What an OpenAI-style server complains of, as faults of our tree: codes and statuses decide, words
are only shown."""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.core.errors import (
    Charged,
    ContentBlocked,
    FieldProblem,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.complaints import Complaint, complaint_in, fault_of
from kontext_studio.providers.openai_images.service import API
from kontext_studio.providers.refusals import broke_off, says_not_taken, too_large
from kontext_studio.providers.service import Service

PICTURE = "image"
"""What the picture is called at these services."""

_NO_CREDIT = frozenset({"insufficient_balance", "insufficient_quota", "billing_hard_limit_reached"})
_CONTENT = frozenset(
    {
        "content_policy_violation",
        "moderation_blocked",
        "content_filter",
        "contentpolicyviolationerror",
    }
)
_STATUS_OF_CODE = {
    "authentication_failed": 401,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "model_not_found": 404,
    "model_disabled": 404,
    "rate_limited": 429,
    "rate_limit_exceeded": 429,
}
_EXHAUSTED = "all_providers_exhausted"


def fault_in(answer: Answer, value: object, service: Service, model: str = "") -> StudioError:
    """The fault that an answer with a status of an error tells. RateLimited where the run was
    certainly not taken and may be sent again."""
    said = complaint_in(answer, value) or Complaint(answer.status, "", (), answer.facts())
    codes = _codes(value)
    if not broke_off(said.status):
        # What broke on its way may be told by the word of something that stands behind it.
        if codes & _NO_CREDIT:
            said = replace(said, status=402)
        for code in codes & _STATUS_OF_CODE.keys():
            said = replace(said, status=_STATUS_OF_CODE[code])
    if codes & _CONTENT:
        return ContentBlocked(
            "The service's content rules stopped this.",
            detail=said.facts,
            charged=service.perhaps(),
        )
    if said.status == 402:
        return OutOfCredit(
            f"The account at {service.title} has no credit.", hint=said.text, detail=said.facts
        )
    if said.status == 413:
        return too_large(said.facts, PICTURE)
    if said.status == 503 and says_not_taken(said.text):
        return RateLimited("The service takes no runs just now.", detail=said.facts)
    if _EXHAUSTED in codes:
        # That a run which nobody carried out is not billed is a guess; no document says otherwise.
        return ServiceFailed(
            f"No provider behind {service.title} made the picture.",
            hint="Run it again in a while, or choose a model of another provider.",
            detail=said.facts,
        )
    if broke_off(said.status):
        return _broken(said, service)
    problems = said.problems or _named_problem(value, said.text)
    fault = fault_of(replace(said, problems=problems), service, model=model)
    if isinstance(fault, Refused) and not service.billed:
        fault.hint = "What the server can do depends on how it was started."
    if isinstance(fault, Unauthorized) and not service.origins[API] and said.text:
        # It may be the key that a server of one's own has for what stands behind it.
        fault.hint = f"{fault.hint} The server says: {said.text}"
    return fault


def free_fault_in(answer: Answer, value: object, service: Service, model: str = "") -> StudioError:
    """The same of a call that buys nothing, however it ends."""
    fault = fault_in(answer, value, service, model)
    if isinstance(fault, OutcomeUnknown):
        said = complaint_in(answer, value)
        words = said.text if said is not None and value is not None else ""
        fault = ServiceFailed(f"{service.title} is in trouble.", hint=words, detail=fault.detail)
    fault.charged = Charged.NO
    return fault


def _broken(said: Complaint, service: Service) -> StudioError:
    """Nobody knows whether a billed run was made; one on a machine of one's own has just failed."""
    if service.billed:
        return service.unknown("The service broke while working on the run.", said.facts)
    return ServiceFailed(
        f"{service.title} stopped working on it{f': {said.text}' if said.text else '.'}",
        hint="Run it again; if it stays, look at the server's log.",
        detail=said.facts,
    )


def _codes(value: object) -> set[str]:
    """The machine's words in an error: its code, a number at some, and its type."""
    told = value.get("error") if isinstance(value, dict) else None
    if not isinstance(told, dict):
        return set()
    return {str(told[name])[:80].lower() for name in ("code", "type") if told.get(name)}


def _named_problem(value: object, text: str) -> tuple[FieldProblem, ...]:
    """The field that the error object names, where it does."""
    told = value.get("error") if isinstance(value, dict) else None
    param = told.get("param") if isinstance(told, dict) else None
    if not isinstance(param, str) or not param:
        return ()
    return (FieldProblem(shown(param, 60), "", text),)
