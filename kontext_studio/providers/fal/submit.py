"""The one POST that buys a run. It leaves once, unless it is certain that nobody took it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

from kontext_studio.core import kill_points
from kontext_studio.core.errors import (
    BadAnswer,
    OutcomeUnknown,
    RateLimited,
    RouteError,
    StudioError,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import NotAccepted, Sending, Submitted
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.fal.errors import complaint_in, fault_of, redirected, too_large
from kontext_studio.providers.fal.service import Service, handle_of
from kontext_studio.providers.retries import CONNECT_ATTEMPTS, WAIT_ATTEMPTS, Patience
from kontext_studio.providers.routing import ResolvedRoute, RouteUnfit

_NUMBER = re.compile(r"[\w-]{1,128}", re.ASCII)
_NUMBER_IN_JSON = re.compile(rb'"request_id"\s*:\s*"([\w-]{1,128})"')


async def submit(
    client: HttpClient, service: Service, patience: Patience, endpoint: str, body: bytes
) -> AsyncGenerator[Sending | NotAccepted | Submitted]:
    """Send the run and end with Submitted, or raise why there is none.

    1. No connection: three attempts. 2. An answer in hand that it was not taken: up to six, when
    the service asks. 3. Anything else that is no acceptance and no refusal: OutcomeUnknown, unless
    what came of the answer tells the run's number.
    """
    base = client.route.base("queue")
    url = f"{base}/{endpoint}"
    connects = refusals = 0
    while True:
        yield Sending()
        reason: StudioError
        outcome: RemoteHandle | RateLimited | None = None
        arrived = Arrived()
        try:
            answer = await client.api("POST", url, body, arrived=arrived)
            kill_points.reach(kill_points.KillPoint.AFTER_ANSWER)
        except RouteUnfit:
            raise
        except Unreachable as fault:
            connects += 1
            if connects >= CONNECT_ATTEMPTS:
                raise
            reason, attempt, wait_s = fault, connects, patience.connect_wait_s(connects)
        except RouteError as fault:
            outcome = _named(arrived.answer, endpoint, base)
            if outcome is None:
                came = arrived.answer.facts() if arrived.answer is not None else ""
                detail = f"{fault.detail}\n{came}".strip()
                raise _unknown(service, "The connection broke while sending.", detail) from fault
        else:
            outcome = _judged(answer, service, endpoint, base)
        if isinstance(outcome, RemoteHandle):
            yield Submitted(_reachable(outcome, client.route, endpoint))
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
    if 300 <= answer.status < 400:
        raise redirected(answer)
    if answer.is_page:
        return _page(answer, service)
    try:
        value = answer.json()
    except BadAnswer as fault:
        if answer.status == 429:
            return RateLimited("The service is busy.", detail=answer.facts())
        if answer.status == 413:
            raise too_large(answer.facts()) from fault
        if 400 <= answer.status < 500:
            raise
        raise _unknown(service, "The answer to the run was lost.", answer.facts()) from fault
    if isinstance(value, dict) and answer.status < 300:
        request_id = value.get("request_id")
        if isinstance(request_id, str) and request_id:
            return _handle(value, handle_of(base, endpoint, request_id))
    said = complaint_in(answer, value)
    if said is None:
        raise _unknown(service, "The service answered without the run's number.", answer.facts())
    if said.status == 429:
        return RateLimited("The service is busy.", detail=answer.facts())
    # A gateway's `Retry-After` says nothing of the run: it may have passed the POST on before.
    if said.status == 503 and said.surely_not_taken:
        return RateLimited("The service takes no runs just now.", detail=answer.facts())
    if not 400 <= said.status < 500 or said.status == 408:
        raise _unknown(service, "The service broke while taking the run.", answer.facts())
    raise fault_of(said, service, model=endpoint, ran=False)


def _page(answer: Answer, service: Service) -> RateLimited:
    """Something that is not the service answered; what it says about the run is its status."""
    if answer.status == 429:
        return RateLimited("The service is busy.", detail=answer.facts())
    if answer.status == 413:
        raise too_large(answer.facts())
    if answer.status in (401, 407):
        raise Unauthorized(
            "Something before the service asks for a sign-in.",
            hint="Open your browser and sign in to the network, or check the proxy in Settings.",
            detail=answer.facts(),
        )
    if answer.status >= 500 or answer.status == 408:
        raise _unknown(service, "A gateway answered instead of the service.", answer.facts())
    if answer.status >= 400:
        raise BadAnswer(
            f"{answer.host} answered with a page that says {answer.status}.",
            hint="Check the address of the connection.",
            detail=answer.facts(),
        )
    answer.json()  # raises the sentence about sign-in pages
    raise _unknown(service, "The answer to the run was lost.", answer.facts())


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


def _unknown(service: Service, what: str, detail: str) -> OutcomeUnknown:
    if not service.billed:
        return OutcomeUnknown(f"{what} The run may have begun.", detail=detail)
    return OutcomeUnknown(
        f"{what} It may have been charged.",
        hint="Look at the requests in your account before you send it again.",
        detail=detail,
    )
