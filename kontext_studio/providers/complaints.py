"""What a service that means its HTTP statuses says is wrong, as faults of our tree.

It reads every shape of error body that such services are known for, and never decides by words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    FieldProblem,
    NotAllowed,
    NotFound,
    OutOfCredit,
    RateLimited,
    Refused,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.refusals import (
    NOT_YET,
    broke_off,
    page_instead,
    problems_in,
    redirected,
    too_large,
)
from kontext_studio.providers.service import Service

T = TypeVar("T")

PICTURE = "input_image"
"""What the picture is called at the services that are read here."""

_TEXTS = ("detail", "message", "error", "details", "title")
_LINE = re.compile(r"^\s*-\s*(?P<place>[\w.\[\]-]{1,120}):\s*(?P<words>.+)$")
"""One refusal of a list in plain text: "- input.seed: must be a whole number"."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an answer says is wrong; `facts` are for the Details view."""

    status: int
    text: str
    problems: tuple[FieldProblem, ...]
    facts: str

    @property
    def gone(self) -> bool:
        return self.status in (404, 410)


Complain = Callable[[Answer, object], Complaint | None]


def complaint_in(answer: Answer, value: object) -> Complaint | None:
    """The complaint in an answer and its JSON, None where it is none."""
    if answer.status < 400:
        return None
    problems = _problems(value)
    text = " ".join(one.message for one in problems) if problems else shown(_text(value))
    return Complaint(answer.status, text, problems, answer.facts())


def usual_fault(
    said: Complaint, service: Service, *, model: str, charged: Charged, picture: str
) -> StudioError | None:
    """The fault of a status that means the same at every service, None for any other. `picture` is
    the wire name of the picture."""
    facts = said.facts
    if said.status == 402:
        return OutOfCredit(
            f"The account at {service.title} has no credit.",
            hint=said.text,
            detail=facts,
            charged=charged,
        )
    if said.status in (401, 407):
        return Unauthorized(
            "The key was not accepted.",
            hint="Check the key of this connection in Settings.",
            detail=facts,
            charged=charged,
        )
    if said.status == 403:
        return NotAllowed(
            f"This key may not use {model or 'this model'}.",
            hint=said.text,
            detail=facts,
            charged=charged,
        )
    if said.gone:
        words = f"{model} is not offered at this address." if model else _UNKNOWN_RUN
        return NotFound(words, hint=said.text, detail=facts, charged=charged)
    if said.status == 413:
        return too_large(facts, picture)
    if said.status == 429:
        return RateLimited("The service is busy.", detail=facts)
    if said.status in _OF_THE_MOMENT:
        why, hint = _OF_THE_MOMENT[said.status]
        words = f"The service refused this request: {why} (HTTP {said.status}). {said.text}".strip()
        return Refused(words, hint=hint, problems=said.problems, detail=facts, charged=charged)
    return None


_OF_THE_MOMENT = {
    409: (
        "it collides with another one",
        "Look whether the same run is under way, then run it again.",
    ),
    425: ("it came too early", "Run it again in a moment."),
}
"""What is wrong with the moment, and nothing with the request."""
_UNKNOWN_RUN = "The service no longer knows this request."


def fault_of(
    said: Complaint, service: Service, *, model: str = "", charged: Charged = Charged.NO
) -> StudioError:
    """The complaint as a fault."""
    usual = usual_fault(said, service, model=model, charged=charged, picture=PICTURE)
    if usual is not None:
        return usual
    if said.status >= 500:
        return ServiceFailed("The service is in trouble.", detail=said.facts, charged=charged)
    return Refused(
        f"The service refused this request: {said.text}",
        problems=said.problems,
        detail=said.facts,
        charged=charged,
    )


def passing(said: Complaint, service: Service) -> StudioError:
    """A complaint about a call alone, as the fault that is shown while it is tried again."""
    if said.status == 429 or said.status in NOT_YET:
        return RateLimited("The service is not ready to answer yet.", detail=said.facts)
    return fault_of(said, service, charged=service.perhaps())


def judged(
    answer: Answer,
    service: Service,
    model: str,
    named: Callable[[Answer], T | None],
    complain: Complain = complaint_in,
) -> T | RateLimited:
    """What a whole answer to the POST of a run says: the run that was taken, as `named` finds it
    in there, or the reason to send it again later. Raise for every other end."""
    if 300 <= answer.status < 400:
        raise redirected(answer)
    if answer.status < 300 and (run := named(answer)) is not None:
        return run
    if answer.status == 429:
        return RateLimited("The service is busy.", detail=answer.facts())
    if answer.status == 413:
        raise too_large(answer.facts(), PICTURE)
    if answer.is_page:
        raise page_instead(answer, service, PICTURE)
    if answer.status < 300:
        raise service.unknown("The service answered without the run's number.", answer.facts())
    if broke_off(answer.status):
        raise service.unknown("The service broke while taking the run.", answer.facts())
    said = complain(answer, _json_or_text(answer))
    assert said is not None  # it is a status of an error
    raise fault_of(said, service, model=model)


def _json_or_text(answer: Answer) -> object:
    """An error told in plain text is the service's all the same."""
    try:
        return answer.json()
    except BadAnswer:
        return answer.body[:2048].decode("utf-8", "replace")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    for name in _TEXTS:
        told = value.get(name)
        if isinstance(told, dict):
            told = _text(told)
        if isinstance(told, str) and told.strip():
            return told
    return ""


def _problems(value: object) -> tuple[FieldProblem, ...]:
    """Lists of entries, and what comes closest to one: a bulleted text."""
    if not isinstance(value, dict):
        return ()
    if found := problems_in(value.get("detail")):
        return tuple(replace(one, field=_plain_field(one.field)) for one in found)
    entries = value.get("invalid_fields")
    if isinstance(entries, list) and entries:
        told = [entry for entry in entries[:50] if isinstance(entry, dict)]
        return tuple(
            FieldProblem(
                _plain_field(shown(entry.get("field", ""), 60)),
                shown(entry.get("type", ""), 80),
                shown(entry.get("description", entry.get("message", ""))),
            )
            for entry in told
        )
    detail = value.get("detail")
    lines = detail.splitlines()[:50] if isinstance(detail, str) else []
    matches = [found for found in map(_LINE.match, lines) if found is not None]
    return tuple(
        FieldProblem(_plain_field(one["place"]), "", shown(one["words"])) for one in matches
    )


def _plain_field(place: str) -> str:
    """The field's name without what holds all fields."""
    return place.removeprefix("input.")
