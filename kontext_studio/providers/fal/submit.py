"""The POST of a run into fal's queue, and what its answer says of the run."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import OutcomeUnknown, RateLimited
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import USUAL, NotAccepted, Sending, Submitted
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.fal.asking import run_headers, run_query
from kontext_studio.providers.fal.errors import complaint_in
from kontext_studio.providers.fal.refusals import refused, value_in
from kontext_studio.providers.fal.service import handle_of
from kontext_studio.providers.limits import MIB
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import ResolvedRoute
from kontext_studio.providers.service import Service

_NUMBER = re.compile(r"[\w-]{1,128}", re.ASCII)
_NUMBER_IN_JSON = re.compile(rb'"request_id"\s*:\s*"([\w-]{1,128})"')


async def submit(
    client: HttpClient,
    service: Service,
    patience: Patience,
    endpoint: str,
    body: bytes,
    delivery: Delivery = USUAL,
) -> AsyncGenerator[Sending | NotAccepted | Submitted]:
    """Send the run and end with Submitted, or raise why there is none."""
    base = client.route.base("queue")
    url = f"{base}/{endpoint}{run_query(delivery)}"
    # With pictures inside, sending it alone may take longer than other calls do as a whole.
    total_s = client.limits.picture_s if len(body) > MIB else None

    async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
        told = {**run_headers(delivery), **headers}
        return await client.api("POST", url, body, headers=told, total_s=total_s, arrived=arrived)

    posting = post_once(
        post,
        lambda answer: _judged(answer, service, endpoint, base),
        lambda answer: _named(answer, endpoint, base),
        service,
        patience,
        client.route,
    )
    async with aclosing(posting) as events:
        async for event in events:
            if isinstance(event, Posted):
                yield Submitted(_reachable(event.value, client.route, endpoint))
            else:
                yield event


def run_in(answer: Answer, client: HttpClient, service: Service, endpoint: str) -> Submitted | None:
    """The run in an answer to its POST that came late; None where it tells no run."""
    handle = _judged(answer, service, endpoint, client.route.base("queue"))
    if isinstance(handle, RateLimited):
        return None
    return Submitted(_reachable(handle, client.route, endpoint))


def _judged(
    answer: Answer, service: Service, endpoint: str, base: str
) -> RemoteHandle | RateLimited:
    """The accepted run, or the reason to wait; raise for every other end."""
    try:
        return _read(answer, service, endpoint, base)
    except OutcomeUnknown:
        named = _named(answer, endpoint, base)
        if named is None:
            raise
        return named


def _read(answer: Answer, service: Service, endpoint: str, base: str) -> RemoteHandle | RateLimited:
    value = value_in(answer, service)
    if isinstance(value, RateLimited):
        return value
    if isinstance(value, dict) and answer.status < 300:
        request_id = value.get("request_id")
        if isinstance(request_id, str) and request_id:
            return _handle(value, handle_of(base, endpoint, request_id))
    said = complaint_in(answer, value)
    if said is None:
        raise service.unknown("The service answered without the run's number.", answer.facts())
    return refused(said, answer, service, endpoint, runs=False)


def _named(answer: Answer | None, endpoint: str, base: str) -> RemoteHandle | None:
    """The run whose number is in an answer that is cut off or makes no sense otherwise.

    In an error's body the number alone may be another one's: many gateways number their errors.
    """
    if answer is None or 300 <= answer.status < 500:
        return None
    try:
        value = parse_json(answer.body)
    except ValueError:
        value = None
    told = value.get("request_id") if isinstance(value, dict) else None
    if isinstance(value, dict) and isinstance(told, str) and told:
        if answer.status < 300 or isinstance(value.get("status_url"), str):
            return _handle(value, handle_of(base, endpoint, told))
    elif answer.status < 300 and (found := _NUMBER_IN_JSON.search(answer.body)) is not None:
        return handle_of(base, endpoint, found[1].decode())
    number = answer.headers.get("x-fal-request-id", "")
    return handle_of(base, endpoint, number) if _NUMBER.fullmatch(number) else None


def _reachable(remote: RemoteHandle, route: ResolvedRoute, endpoint: str) -> RemoteHandle:
    """The run at addresses that the key may go to: what lies elsewhere is asked for at the usual
    place."""
    usual = handle_of(route.base("queue"), endpoint, remote.request_id)

    def own(url: str, instead: str) -> str:
        return url if route.is_own(url) else instead

    return RemoteHandle(
        remote.request_id,
        own(remote.status_url, usual.status_url),
        own(remote.response_url, usual.response_url),
        own(remote.cancel_url, usual.cancel_url),
    )


def _handle(value: dict[str, object], usual: RemoteHandle) -> RemoteHandle:
    def named(field: str, default: str) -> str:
        url = value.get(field)
        return url if isinstance(url, str) and url else default

    return RemoteHandle(
        request_id=usual.request_id,
        status_url=named("status_url", usual.status_url),
        response_url=named("response_url", usual.response_url),
        cancel_url=named("cancel_url", usual.cancel_url),
    )
