"""The one POST that buys a run. It leaves once, unless it is certain that nobody took it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from kontext_studio.core import kill_points
from kontext_studio.core.errors import RateLimited, RouteError, StudioError, Unreachable
from kontext_studio.core.provider import NotAccepted, Sending
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.client import Arrived
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, WAIT_ATTEMPTS, Patience
from kontext_studio.providers.routing import RouteUnfit
from kontext_studio.providers.service import Service

T = TypeVar("T")

_QUICKLY_READ = 256 * 1024


@dataclass(frozen=True, slots=True)
class Posted(Generic[T]):
    """The service took the run, and this is what it said."""

    value: T


Post = Callable[[Arrived], Awaitable[Answer]]
"""Makes the call once, and notes what came of the answer also where it raises."""

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


async def post_once(
    post: Post, judge: Judge[T], rescue: Rescue[T], service: Service, patience: Patience
) -> AsyncGenerator[Sending | NotAccepted | Posted[T]]:
    """Send the run and end with Posted, or raise why it was not taken.

    1. No connection: three attempts. 2. An answer in hand that it was not taken: up to six, when
    the service asks. 3. Anything else that is no acceptance and no refusal: OutcomeUnknown, unless
    what came of the answer tells the run.
    """
    connects = refusals = 0
    while True:
        yield Sending()
        reason: StudioError
        outcome: T | RateLimited | None = None
        arrived = Arrived()
        try:
            answer = await post(arrived)
            kill_points.reach(kill_points.KillPoint.AFTER_ANSWER)
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
