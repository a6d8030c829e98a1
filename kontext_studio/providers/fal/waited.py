"""A run that is waited for on its own connection: the answer to the POST is the result.

There is nothing to come back to, so what breaks after the POST has left ends unknown.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import RateLimited
from kontext_studio.core.provider import NotAccepted, RemoteDone, Sending
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.fal.asking import run_headers
from kontext_studio.providers.fal.errors import complaint_in
from kontext_studio.providers.fal.refusals import refused, value_in
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.results import reduced
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service


async def wait_for_run(
    client: HttpClient,
    service: Service,
    patience: Patience,
    endpoint: str,
    body: bytes,
    delivery: Delivery,
) -> AsyncGenerator[Sending | NotAccepted | RemoteDone]:
    """Send the run and end with RemoteDone, or raise why there is no result."""
    url = f"{client.route.base('run')}/{endpoint}"
    # The time to start is the service's to keep; the rest is ours.
    wait_s = client.limits.run_s + (delivery.start_timeout_s or 0.0)

    async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
        return await client.api(
            "POST",
            url,
            body,
            headers={**run_headers(delivery), **headers},
            wait_s=wait_s,
            most_bytes=client.limits.result_bytes,
            arrived=arrived,
        )

    posting = post_once(
        post,
        lambda answer: result_in(answer, service, endpoint),
        _rescued,
        service,
        patience,
        client.route,
    )
    async with aclosing(posting) as events:
        async for event in events:
            yield RemoteDone(event.value) if isinstance(event, Posted) else event


def result_in(answer: Answer, service: Service, endpoint: str) -> str | RateLimited:
    """The result as it is kept, or the reason to send the run again; raise for every other end."""
    value = value_in(answer, service)
    if isinstance(value, RateLimited):
        return value
    if isinstance(value, dict) and answer.status < 300 and has_result(value):
        return reduced(value)
    said = complaint_in(answer, value)
    if said is None:
        raise service.unknown("The service answered without a result.", answer.facts())
    return refused(said, answer, service, endpoint, runs=True)


def has_result(value: dict[str, object]) -> bool:
    return "images" in value or "image" in value


def _rescued(answer: Answer | None) -> str | None:
    """A result that came whole although its connection broke."""
    if answer is None or answer.status >= 300:
        return None
    try:
        value = parse_json(answer.body)
    except ValueError:
        return None
    return reduced(value) if isinstance(value, dict) and has_result(value) else None
