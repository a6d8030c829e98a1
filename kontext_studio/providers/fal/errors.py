"""fal's two shapes of errors, and those of what may stand before it, as faults of our tree.

Types decide, words are only shown; the one exception are accounts without credit, which fal
tells apart by their sentence alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from kontext_studio.core.errors import (
    Charged,
    ContentBlocked,
    FieldProblem,
    RateLimited,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.providers import complaints
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.complaints import usual_fault
from kontext_studio.providers.refusals import NOT_YET, problems_in, says_not_taken
from kontext_studio.providers.service import Service

CONTENT_POLICY = "content_policy_violation"
CANCELLED = "client_cancelled"

STATUS_OF_TYPE: Mapping[str, int] = {
    "internal_server_error": 500,
    "internal_error": 500,
    "runner_server_error": 500,
    "downstream_service_unavailable": 500,
    "downstream_service_error": 502,
    "runner_incomplete_response": 502,
    "runner_scheduling_failure": 503,
    "runner_connection_timeout": 503,
    "runner_disconnected": 503,
    "runner_connection_refused": 503,
    "runner_connection_error": 503,
    "request_timeout": 504,
    "startup_timeout": 504,
    "generation_timeout": 504,
    "client_disconnected": 499,
    CANCELLED: 499,
    "bad_request": 400,
    "unauthorized": 401,
    "not_found": 404,
    "rate_limited": 429,
    "queue_full": 429,
}
"""What an error type means where the status is lost: a proxy of fal's Express adapter answers 200
to everything, and so does COMPLETED with an error inside."""

_OF_THE_CALL = frozenset({"unauthorized", "not_found", "rate_limited", "queue_full"})
"""Types that say why a call was not answered, and nothing of the run it asked about."""

_FAILED_WORDS: Mapping[str, str] = {
    "FAILED": "internal_error",
    "ERROR": "internal_error",
    "CANCELLED": CANCELLED,
    "CANCELED": CANCELLED,
}
"""Ends that some services which copy fal's protocol tell without an error."""

_WORDS_OF_PROXIES = frozenset({"unauthorized", "invalid request"})
"""Theirs whatever the status; nobody knows who says another word of success, and of what."""

_SUCCESS = frozenset({"images", "image", "request_id", "status", "upload_url"})

_NO_CREDIT = re.compile(r"exhausted balance|is locked|top up|billing", re.IGNORECASE)
_NO_USER = re.compile(r"no user found|unauthori[sz]ed|authenticat", re.IGNORECASE)
_STILL_RUNNING = re.compile(r"in progress|not (yet )?(completed|ready|finished)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complaint(complaints.Complaint):
    """As everywhere; but `status` is the meant one, where the real one is lost."""

    kind: str = ""
    from_proxy: bool = False
    about: str = ""
    """The request that the answer says it is about, where it says so."""
    never_started: bool = False
    """It waited longer for its start than the person had allowed."""

    @property
    def still_running(self) -> bool:
        return self.status in (200, 400) and _STILL_RUNNING.search(self.text) is not None

    def ends(self, request_id: str) -> bool:
        """Whether this is the run's own end. A key that was changed, a busy service, a gateway or
        a proxy that refuses say nothing of it: the picture is still there, and was paid for."""
        if self.from_proxy or self.kind in _OF_THE_CALL:
            return False
        if self.never_started or self.problems or self.kind in STATUS_OF_TYPE:
            return True
        if self.status >= 500:
            # A gateway neither gives a type nor knows the run.
            return bool(self.kind) or self.about == request_id
        return self.status == 422 or (self.status in (400, 499) and self.about == request_id)

    @property
    def gone(self) -> bool:
        return self.status in (404, 410) and not self.from_proxy

    @property
    def surely_not_taken(self) -> bool:
        """Whether a submit that was answered so certainly began no run."""
        return self.status == 429 or says_not_taken(self.text)


def complaint_in(answer: Answer, value: object) -> Complaint | None:
    """The complaint in a JSON answer, None where it is none.

    The body decides where it can: fal's Express proxy answers 200 to everything.
    """
    if isinstance(value, str):
        # fal's proxies speak for themselves in bare JSON strings.
        if answer.status < 400 and value.lower() not in _WORDS_OF_PROXIES:
            return None
        status = answer.status if answer.status >= 400 else 400
        if "unauthorized" in value.lower():
            status = 401
        return Complaint(status, shown(value), (), answer.facts(), from_proxy=True)
    if not isinstance(value, dict):
        return None
    if answer.status < 400 and ("detail" not in value or _SUCCESS.intersection(value)):
        return None
    return _complaint(answer, value.get("detail", ""), value.get("error_type"))


def complaint_in_status(answer: Answer, status: Mapping[str, object]) -> Complaint | None:
    """The complaint of a run that is COMPLETED with an error: fal knows no failed status."""
    said, kind = status.get("error"), status.get("error_type")
    word = str(status.get("status", "")).upper()
    if not said and not kind and word not in _FAILED_WORDS:
        return None
    if not kind and word in _FAILED_WORDS:
        kind = _FAILED_WORDS[word]
    return _complaint(answer, said or "", kind)


def _complaint(answer: Answer, detail: object, stated: object) -> Complaint:
    stated = stated or answer.headers.get("x-fal-error-type", "")
    problems = problems_in(detail)
    text = " ".join(one.message for one in problems) if problems else shown(detail)
    kind = shown(stated) if stated else (problems[0].kind if problems else "")
    status = answer.status if answer.status >= 400 else _meant_status(kind, text, bool(problems))
    about = answer.headers.get("x-fal-request-id", "")
    late = answer.headers.get("x-fal-request-timeout-type", "").lower() == "user"
    return Complaint(status, text, problems, answer.facts(), kind, about=about, never_started=late)


def passing(said: Complaint, service: Service) -> StudioError:
    """A complaint about a call alone, as the fault that is shown while it is tried again."""
    if said.status == 429 or said.status in NOT_YET or said.still_running:
        return RateLimited("The service is not ready to answer yet.", detail=said.facts)
    if said.status >= 500:
        return ServiceFailed("The service is in trouble.", detail=said.facts)
    return fault_of(said, service, ran=True)


def fault_of(said: Complaint, service: Service, *, model: str = "", ran: bool) -> StudioError:
    """The complaint as a fault. `ran`: the run had been taken, so that it may have cost money."""
    perhaps = service.perhaps() if ran else Charged.NO
    if said.from_proxy:
        return _proxy_speaks(said)
    if said.never_started:
        return ServiceFailed(
            "It did not start in the time that was allowed.",
            hint="Run it again, or allow it more time.",
            detail=said.facts,
        )
    if any(one.kind == CONTENT_POLICY for one in said.problems) or said.kind == CONTENT_POLICY:
        return ContentBlocked(
            "The service's content rules stopped this.", detail=said.facts, charged=perhaps
        )
    if said.status == 403 and _NO_CREDIT.search(said.text):
        said = replace(said, status=402)
    usual = usual_fault(said, service, model=model, charged=perhaps, picture="image_url")
    if usual is not None:
        return usual
    if said.status == 499:
        return Refused(
            "The run was cancelled at the service.",
            problems=(FieldProblem("", CANCELLED, said.text),),
            detail=said.facts,
            charged=perhaps,
        )
    if said.status >= 500 or STATUS_OF_TYPE.get(said.kind, 0) >= 500:
        # fal bills no 5xx.
        return ServiceFailed(
            f"The model stopped working on it: {said.text}"
            if said.text
            else "The model stopped working on it.",
            hint="Run it again.",
            detail=said.facts,
        )
    return Refused(
        said.text if not service.billed else f"The service refused this request: {said.text}",
        problems=said.problems,
        detail=said.facts,
        charged=perhaps,
    )


def _proxy_speaks(said: Complaint) -> StudioError:
    if said.status == 401:
        return Unauthorized(
            "The proxy did not accept the sign-in.",
            hint="Check the headers of this connection in Settings.",
            detail=said.facts,
        )
    return Refused(
        f"The proxy does not pass this request on: {said.text.rstrip('.')}.",
        hint="Whoever runs the proxy can allow this service and this model.",
        detail=said.facts,
    )


def _meant_status(kind: str, text: str, has_problems: bool) -> int:
    if kind in STATUS_OF_TYPE:
        return STATUS_OF_TYPE[kind]
    if has_problems:
        return 422
    if _NO_CREDIT.search(text):
        return 403
    if _NO_USER.search(text):
        return 401
    if _STILL_RUNNING.search(text):
        return 200
    if "not found" in text.lower():
        return 404
    return 200
