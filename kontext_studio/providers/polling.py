"""A run followed by asking for it again and again: every call here may be repeated.

It knows no protocol. A provider gives the one call that tells what has become of the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from kontext_studio.core import kill_points
from kontext_studio.core.errors import BadAnswer, Charged, NotFound, StudioError
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import Queued, RemoteDone, Running, Trouble
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import parse_json, shown
from kontext_studio.providers.results import Reread, reduced
from kontext_studio.providers.retries import GONE_ATTEMPTS, Patience
from kontext_studio.providers.routing import BadCertificate, ResolvedRoute, RouteUnfit
from kontext_studio.providers.service import Service

_ODD_ATTEMPTS = 3
_QUICK_POLL_S, _QUICK_POLLS = 0.5, 60
_SLOW_POLL_S = 1.0

GOOD_UNTIL = "good_until"
"""The fact of an answer that says until when its addresses last, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Done:
    """The run has finished, and this is its answer in the form of `results`."""

    value: Mapping[str, object]


class Over(Exception):
    """Carries the run's own end past the retries."""

    def __init__(self, fault: StudioError) -> None:
        super().__init__(fault.message)
        self.fault = fault


State = Queued | Running | Done

Ask = Callable[[], Awaitable[State]]
"""One call that tells the state of the run. Raise Over where it ended without a picture; what else
is raised is only in the way."""


async def follow(
    ask: Ask, patience: Patience
) -> AsyncGenerator[Queued | Running | Trouble | RemoteDone]:
    """Queued and Running when they change, Trouble around faults, RemoteDone at the end.

    "No such run" is believed after five answers in a row over a minute, and a finished run without
    a picture after three.
    """
    polls = faults = unknown = odd = 0
    last: State | None = None
    while True:
        try:
            state = await ask()
        except Over as over:
            raise over.fault from None
        except StudioError as fault:
            # A strange certificate may be a sign-in page's, and passes with it.
            if isinstance(fault, RouteUnfit) and not isinstance(fault, BadCertificate):
                raise
            faults += 1
            unknown = unknown + 1 if isinstance(fault, NotFound) else 0
            if unknown >= GONE_ATTEMPTS:
                raise
            yield Trouble(fault)
            wait_s = patience.gone_wait_s(unknown) if unknown else patience.read_wait_s(faults)
            await patience.sleep(wait_s)
            continue
        if faults:
            yield Trouble(None)
        faults = unknown = 0
        if isinstance(state, Done):
            if state.value.get("images") or odd >= _ODD_ATTEMPTS:
                kill_points.reach(kill_points.KillPoint.BEFORE_RESULT)
                yield RemoteDone(await asyncio.to_thread(reduced, state.value))
                return
            odd += 1  # a server of the service that is behind the others
            await patience.sleep(patience.read_wait_s(odd))
            continue
        if state != last:
            last = state
            yield state
            kill_points.reach(kill_points.KillPoint.BETWEEN_POLLS)
        polls += 1
        await patience.sleep(_QUICK_POLL_S if polls <= _QUICK_POLLS else _SLOW_POLL_S)


def rereads(ask: Ask, patience: Patience) -> Reread:
    """The same question, asked once more about a run that is known to have finished."""

    async def again() -> AsyncGenerator[Trouble | RemoteDone]:
        async with aclosing(follow(ask, patience)) as events:
            async for event in events:
                if isinstance(event, Trouble | RemoteDone):
                    yield event

    return again


async def freshened(
    answer: str, now: float, reread: Reread, charged: Charged
) -> AsyncGenerator[Trouble | RemoteDone]:
    """The answer once more where the addresses in the stored one no longer last; ends with
    RemoteDone. Raise NotFound where the service has nothing of it any more."""
    if (until := _good_until(answer)) is not None and until < now:
        try:
            async with aclosing(reread()) as events:
                async for event in events:
                    yield event
                    if isinstance(event, RemoteDone):
                        return
        except NotFound as gone:
            gone.charged = charged
            raise
    yield RemoteDone(answer)


def _good_until(answer: str) -> float | None:
    try:
        value = parse_json(answer.encode("utf-8", "replace"))
    except ValueError:
        return None
    until = value.get(GOOD_UNTIL) if isinstance(value, dict) else None
    return float(until) if isinstance(until, int | float) else None


def demand_own(route: ResolvedRoute, service: Service, remote: RemoteHandle) -> None:
    """Raise BadAnswer where the run lies at an address that the key may not go to: a session file
    may come from anywhere."""
    if not route.is_own(remote.status_url):
        raise BadAnswer(
            f"This run lies at {shown(host_of(remote.status_url)) or 'an unknown address'}, "
            "which is not part of the connection.",
            hint="Nothing was sent there. Choose the connection the run was made with.",
            detail=f"request {shown(remote.request_id)}",
            charged=service.perhaps(),
        )
