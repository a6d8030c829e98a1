"""The POST that creates a prediction, and what its answer says of it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import NotAccepted, Sending, Submitted
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.complaints import judged
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.replicate.service import (
    API,
    create_address,
    handle_of,
    is_number,
)
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import ResolvedRoute
from kontext_studio.providers.service import Service

WAIT_S = 30
"""So long the answer is waited for where the person chose to: proxies often cut what is silent for
a minute."""

_NUMBER_IN_JSON = re.compile(
    rb'(?:"id"\s*:\s*"|/v1/predictions/)(?P<number>[\w-]{1,128})(?=["/])', re.ASCII
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The prediction that was created, and what the answer told of it (nothing where it broke
    off)."""

    remote: RemoteHandle
    prediction: Mapping[str, object] | None = None


async def submit(
    client: HttpClient,
    service: Service,
    patience: Patience,
    model: str,
    body: bytes,
    delivery: Delivery,
) -> AsyncGenerator[Sending | NotAccepted | Taken]:
    """Send the run and end with Taken, or raise why there is none."""
    route = client.route
    waits = delivery.way is Way.SYNC

    async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
        return await client.api(
            "POST",
            create_address(route.base(API), model),
            body,
            headers={**headers, "prefer": f"wait={WAIT_S}"} if waits else headers,
            wait_s=WAIT_S + client.limits.gap_s if waits else None,
            most_bytes=client.limits.result_bytes,  # it repeats the input, and may hold the output
            arrived=arrived,
        )

    posting = post_once(
        post,
        lambda answer: judged(answer, service, model, lambda one: _named(one, route)),
        lambda answer: _named(answer, route),
        service,
        patience,
        route,
    )
    async with aclosing(posting) as events:
        async for event in events:
            yield event.value if isinstance(event, Posted) else event


def run_in(answer: Answer, route: ResolvedRoute) -> Submitted | None:
    """The run in an answer to its POST that came late; None where it tells no run."""
    found = _named(answer, route)
    return None if found is None else Submitted(found.remote)


def _named(answer: Answer | None, route: ResolvedRoute) -> Taken | None:
    """The prediction in an answer, also in one that is cut off or makes no sense otherwise."""
    if answer is None or not 200 <= answer.status < 300:
        return None
    try:
        value = parse_json(answer.body)
    except ValueError:
        value = None
    if isinstance(value, dict):
        number = value.get("id")
        if not is_number(number):
            return None
        return Taken(_addresses(value, str(number), route), value)
    found = _NUMBER_IN_JSON.search(answer.body)
    if found is None or answer.is_page:
        return None
    return Taken(handle_of(route.base(API), found["number"].decode()))


def _addresses(value: Mapping[str, object], number: str, route: ResolvedRoute) -> RemoteHandle:
    """As the service gave them where the key may go there, else the usual ones."""
    usual = handle_of(route.base(API), number)
    urls = value.get("urls")
    named = urls if isinstance(urls, dict) else {}

    def own(name: str, instead: str) -> str:
        url = named.get(name)
        return url if isinstance(url, str) and route.is_own(url) else instead

    get = own("get", usual.status_url)
    return RemoteHandle(number, get, get, own("cancel", usual.cancel_url))
