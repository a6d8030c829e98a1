"""What every service may be answered with, whatever its protocol: redirects, pages for people, and
lists of what is wrong with which field."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kontext_studio.core.errors import (
    BadAnswer,
    FieldProblem,
    RateLimited,
    Refused,
    StudioError,
    Unauthorized,
)
from kontext_studio.core.redaction import redact_value
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.service import Service

_MOST_PROBLEMS = 50

NOT_YET = frozenset({408, 409, 425})
"""Statuses of a call that may be made again a little later."""

_NOT_TAKEN = re.compile(r"not accepted|queue is full", re.IGNORECASE)
"""Nothing vaguer: a gateway that says "try again" may have passed the request on before."""


def says_not_taken(text: str) -> bool:
    """Whether a busy service says that it certainly began no run."""
    return _NOT_TAKEN.search(text) is not None


def broke_off(status: int) -> bool:
    """Whether a status says that something went wrong on the way of a POST that may have been taken
    before: 408 and 499 are what gateways say when they have given one up."""
    return status >= 500 or status in (408, 499)


def redirected(answer: Answer) -> BadAnswer:
    """No call to the service follows a redirect: the key would go along."""
    target = host_of(answer.headers.get("location", "")) or "another address"
    return BadAnswer(
        f"The service tried to send this request to {shown(target)}; refused.",
        hint="Check the addresses of the connection.",
        detail=answer.facts(),
    )


def too_large(facts: str, field: str) -> Refused:
    """`field` is the wire name of the picture."""
    return Refused(
        "The picture is too large to send.",
        hint="Send it at one megapixel.",
        problems=(FieldProblem(field, "file_too_large", "The picture is too large."),),
        detail=facts,
    )


def sign_in_wanted(answer: Answer) -> Unauthorized:
    """It does not speak as the service does, so it is not the service's key that is wrong."""
    return Unauthorized(
        "Something before the service asks for a sign-in.",
        hint="Check the key and the headers of this connection in Settings, or open your browser "
        "and sign in to the network.",
        detail=answer.facts(),
    )


def page_instead(answer: Answer, service: Service, field: str) -> StudioError:
    """Something that is not the service answered the POST of a run; what it says about the run is
    its status. RateLimited where it was certainly not taken and may be sent again."""
    if answer.status == 429:
        return RateLimited("The service is busy.", detail=answer.facts())
    if answer.status == 413:
        return too_large(answer.facts(), field)
    if answer.status in (401, 407):
        return sign_in_wanted(answer)
    if broke_off(answer.status):
        return service.unknown("A gateway answered instead of the service.", answer.facts())
    if answer.status >= 400:
        return BadAnswer(
            f"{answer.host} answered with a page that says {answer.status}.",
            hint="Check the address of the connection.",
            detail=answer.facts(),
        )
    try:
        answer.json()
    except BadAnswer as sign_in:
        return sign_in
    return service.unknown("The answer to the run was lost.", answer.facts())


def problems_in(detail: object) -> tuple[FieldProblem, ...]:
    """The entries of a `detail` list (`loc`, `msg`, `type`, `ctx`) as problems of fields."""
    if not isinstance(detail, list):
        return ()
    return tuple(_problem(entry) for entry in detail[:_MOST_PROBLEMS] if isinstance(entry, dict))


def _problem(entry: Mapping[str, object]) -> FieldProblem:
    place = entry.get("loc")
    steps = [shown(step, 60) for step in place] if isinstance(place, list) else []
    if steps[:1] == ["body"]:
        steps = steps[1:]
    context = entry.get("ctx")
    return FieldProblem(
        field=".".join(steps),
        kind=shown(entry.get("type", ""), 80),
        message=shown(entry.get("msg", "")),
        context=_plain(context) if isinstance(context, dict) else None,
    )


def _plain(context: Mapping[str, object]) -> dict[str, object]:
    """The facts of a problem as they are kept; some services repeat the whole request in them."""
    clean = redact_value(context)
    return clean if isinstance(clean, dict) else {}
