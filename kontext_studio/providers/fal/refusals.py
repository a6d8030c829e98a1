"""What an answer to the one POST says besides yes: a page, a refusal, a "later", or nothing that
tells whether the run was taken."""

from __future__ import annotations

from kontext_studio.core.errors import BadAnswer, RateLimited
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.fal.errors import STATUS_OF_TYPE, Complaint, fault_of
from kontext_studio.providers.refusals import (
    broke_off,
    page_instead,
    redirected,
    sign_in_wanted,
    too_large,
)
from kontext_studio.providers.service import Service

_PICTURE = "image_url"

_RUNS_NO_MODEL = frozenset({401, 402, 403, 404, 405, 407, 410, 413})
"""Refusals that come before any model is run."""


def value_in(answer: Answer, service: Service) -> object:
    """The JSON of the answer, or RateLimited where somebody before the service is busy. Raise for
    redirects, pages and what is no JSON."""
    if 300 <= answer.status < 400:
        raise redirected(answer)
    if answer.is_page:
        instead = page_instead(answer, service, _PICTURE)
        if isinstance(instead, RateLimited):
            return instead
        raise instead
    try:
        return answer.json()
    except BadAnswer as fault:
        if answer.status == 429:
            return RateLimited("The service is busy.", detail=answer.facts())
        if answer.status == 413:
            raise too_large(answer.facts(), _PICTURE) from fault
        if answer.status in (401, 407):
            raise sign_in_wanted(answer) from fault
        if answer.status >= 400 and not broke_off(answer.status):
            raise
        raise service.unknown("The answer to the run was lost.", answer.facts()) from fault


def refused(
    said: Complaint, answer: Answer, service: Service, endpoint: str, *, runs: bool
) -> RateLimited:
    """The reason to send it again later; raise for every other end.

    `runs`: the call is the run itself, so what the service says of it is the run's own end.
    """
    if said.status == 429:
        return RateLimited("The service is busy.", detail=answer.facts())
    # A gateway's `Retry-After` says nothing of the run: it may have passed the POST on before.
    if said.status == 503 and said.surely_not_taken:
        return RateLimited("The service takes no runs just now.", detail=answer.facts())
    ended = said.never_started or (runs and _is_its_end(said))
    if not ended and (said.status < 400 or broke_off(said.status)):
        raise service.unknown("The service broke while taking the run.", answer.facts())
    ran = runs and said.status not in _RUNS_NO_MODEL
    raise fault_of(said, service, model=endpoint, ran=ran)


def _is_its_end(said: Complaint) -> bool:
    """Whether the model's side speaks: a gateway neither gives a type nor numbers the run."""
    return said.kind in STATUS_OF_TYPE or bool(said.problems) or bool(said.about)
