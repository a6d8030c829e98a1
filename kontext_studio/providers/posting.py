"""The one POST that buys a run. It leaves once, unless it is certain that nobody took it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from kontext_studio.core import kill_points
from kontext_studio.core.errors import RateLimited, RouteError, StudioError, Unreachable
from kontext_studio.core.provider import NotAccepted, Sending
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, WAIT_ATTEMPTS, Patience
from kontext_studio.providers.routing import ResolvedRoute, RouteUnfit
from kontext_studio.providers.service import Service

T = TypeVar("T")

_QUICKLY_READ = 256 * 1024

KEY_HEADER = "idempotency-key"
KEPT_HEADER = "idempotency-replayed"
PROXY_HEADER = "x-kontext-request-id"
"""That a key-holding proxy of ours puts into each of its answers, and takes out of all others."""

OUTCOME_HEADER = "x-kontext-outcome"
"""In which a key-holding proxy of ours says what became of a POST that it did not pass on, or whose
answer it lost."""


@dataclass(frozen=True, slots=True)
class Posted(Generic[T]):
    """The service took the run, and this is what it said."""

    value: T


Post = Callable[[Arrived, Mapping[str, str]], Awaitable[Answer]]
"""Makes the call once, with these headers beside its own, and notes what came of the answer also
where it raises."""

Judge = Callable[[Answer], T | RateLimited]
"""What a whole answer says: that the run was taken, or that it was certainly not and may be sent
again. Raises for every other end, OutcomeUnknown where nobody can tell."""

Rescue = Callable[[Answer | None], T | None]
"""What can be had of an answer that broke off; None where it does not tell the run."""


async def _rescued(rescue: Rescue[T], answer: Answer | None) -> T | None:
    if answer is None or len(answer.body) <= _QUICKLY_READ:
        return rescue(answer)
    return await asyncio.to_thread(rescue, answer)


async def _judged(judge: Judge[T], answer: Answer) -> T | RateLimited:
    """In a thread where the answer carries its pictures within."""
    if len(answer.body) <= _QUICKLY_READ:
        return judge(answer)
    return await asyncio.to_thread(judge, answer)


def _new_key(route: ResolvedRoute) -> str:
    """None of the services says that it reads one: it is for what stands before them."""
    return "" if route.is_direct else secrets.token_urlsafe(18)


def _demand_sent(answer: Answer, service: Service) -> None:
    """Raise what a proxy of ours knows of the POST, whatever the service's own answers look like:
    Unreachable where it never left the proxy, OutcomeUnknown where nobody knows."""
    match answer.headers.get(OUTCOME_HEADER):
        case "not-sent":
            raise Unreachable(
                "The proxy could not pass the run on. Nothing was sent.",
                hint="Try again; if it stays, tell whoever runs the proxy.",
                detail=answer.facts(),
            )
        case "unknown":
            raise service.unknown("The proxy lost the answer to the run.", answer.facts())


async def post_once(
    post: Post,
    judge: Judge[T],
    rescue: Rescue[T],
    service: Service,
    patience: Patience,
    route: ResolvedRoute,
) -> AsyncGenerator[Sending | NotAccepted | Posted[T]]:
    """Send the run and end with Posted, or raise why it was not taken.

    1. No connection, of ours or of our proxy: three attempts. 2. An answer in hand that it was not
    taken: up to six, when the service asks. 3. Anything else that is no acceptance and no refusal:
    OutcomeUnknown, unless what came of the answer tells the run.

    Every POST of the run has the same key, which is told before the first leaves.
    """
    connects = refusals = 0
    key = _new_key(route)
    headers = {KEY_HEADER: key} if key else {}
    while True:
        yield Sending(order_key=key)
        reason: StudioError
        outcome: T | RateLimited | None = None
        arrived = Arrived()
        try:
            answer = await post(arrived, headers)
            kill_points.reach(kill_points.KillPoint.AFTER_ANSWER)
            if key:
                _demand_sent(answer, service)
        except RouteUnfit:
            raise
        except Unreachable as fault:
            connects += 1
            if connects >= CONNECT_ATTEMPTS:
                raise
            reason, attempt, wait_s = fault, connects, patience.connect_wait_s(connects)
        except RouteError as fault:
            outcome = await _rescued(rescue, arrived.answer)
            if outcome is None:
                came = arrived.answer.facts() if arrived.answer is not None else ""
                detail = f"{fault.detail}\n{came}".strip()
                raise service.unknown("The connection broke while sending.", detail) from fault
        else:
            outcome = await _judged(judge, answer)
        if outcome is not None and not isinstance(outcome, RateLimited):
            yield Posted(outcome)
            return
        if outcome is not None:
            refusals += 1
            if refusals >= WAIT_ATTEMPTS:
                raise outcome
            asked_s = patience.retry_after_s(answer.headers)
            wait_s = patience.refused_wait_s(refusals, asked_s)
            reason = RateLimited(outcome.message, retry_after_s=asked_s, detail=outcome.detail)
            attempt = refusals
        yield NotAccepted(reason, attempt, wait_s)
        await patience.sleep(wait_s)


async def kept_answer(client: HttpClient, base: str, key: str) -> Answer | None:
    """The answer to the POST that carried this key, where a proxy of ours has kept it; None where
    it has not, or something else stands there. Nothing is sent to the service for it."""
    if not key or client.route.is_direct:
        return None
    url = f"{base}/orders/{key}"
    answer = await client.api("GET", url, most_bytes=client.limits.result_bytes)
    return answer if KEPT_HEADER in answer.headers and answer.status < 300 else None
