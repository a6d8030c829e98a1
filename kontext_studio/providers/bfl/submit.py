"""The POST that begins a run, and what its answer says of it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import NotAccepted, Sending, Submitted
from kontext_studio.core.result import Cost
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.bfl.errors import complaint_in
from kontext_studio.providers.bfl.service import API, handle_of
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.complaints import judged
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import ResolvedRoute
from kontext_studio.providers.service import Service

_USD_PER_CREDIT = 0.01
_NUMBER = re.compile(r"[\w-]{1,128}", re.ASCII)
_NUMBER_IN_JSON = re.compile(rb'"id"\s*:\s*"(?P<number>[\w-]{1,128})"', re.ASCII)


async def submit(
    client: HttpClient, service: Service, patience: Patience, model: str, body: bytes
) -> AsyncGenerator[Sending | NotAccepted | Submitted]:
    """Send the run and end with Submitted, or raise why there is none."""
    route = client.route

    async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
        return await client.api(
            "POST",
            f"{route.base(API)}/v1/{model}",
            body,
            headers=headers,
            total_s=client.limits.picture_s,
            arrived=arrived,
        )

    posting = post_once(
        post,
        lambda answer: judged(answer, service, model, lambda one: _named(one, route), complaint_in),
        lambda answer: _named(answer, route),
        service,
        patience,
        route,
    )
    async with aclosing(posting) as events:
        async for event in events:
            yield Submitted(event.value) if isinstance(event, Posted) else event


def run_in(answer: Answer, route: ResolvedRoute) -> Submitted | None:
    """The run in an answer to its POST that came late; None where it tells no run."""
    found = _named(answer, route)
    return None if found is None else Submitted(found)


def _named(answer: Answer | None, route: ResolvedRoute) -> RemoteHandle | None:
    """The run in an answer, also in one that is cut off or makes no sense otherwise."""
    if answer is None or not 200 <= answer.status < 300:
        return None
    base = route.base(API)
    try:
        value = parse_json(answer.body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        number = value.get("id")
        if not isinstance(number, str) or not _NUMBER.fullmatch(number):
            return None
        url = value.get("polling_url")
        # What lies elsewhere is asked for at the usual place: the key goes to no other.
        own = isinstance(url, str) and route.is_own(url)
        return handle_of(base, number, str(url) if own else "", cost_of(value.get("cost")))
    found = _NUMBER_IN_JSON.search(answer.body)
    if found is None or answer.is_page:
        return None
    return handle_of(base, found["number"].decode())


def cost_of(told: object) -> Cost | None:
    """The service counts in credits."""
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return Cost(round(told * _USD_PER_CREDIT, 6), estimated=False)
