"""A connection tested stage by stage, without a run that costs money: one free status call."""

from __future__ import annotations

import asyncio
import socket
import time
from urllib.parse import urlsplit

from kontext_studio.core.errors import (
    BadAnswer,
    NotFound,
    OutOfCredit,
    ProviderError,
    StudioError,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.provider import CheckStep
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.fal.errors import complaint_in, fault_of, redirected
from kontext_studio.providers.fal.service import queue_address
from kontext_studio.providers.service import Service

_MADE_UP_REQUEST = "00000000-0000-4000-8000-000000000000"

NAME, CONNECTION, SIGN_IN, SERVICE = "Name", "Connection", "Sign-in", "Service"


async def check(client: HttpClient, service: Service, probe: str) -> tuple[CheckStep, ...]:
    """Four lines: is the name known, is there a connection, is the key taken, is it the service.

    A stage that was not reached has `passed` None.
    """
    name = await _name(client)
    if name.passed is False:
        return (name, _skipped(CONNECTION), _skipped(SIGN_IN), _skipped(SERVICE))
    url = queue_address(client.route.base("queue"), probe, _MADE_UP_REQUEST) + "/status"
    begun = time.perf_counter()
    fault: StudioError | None = None
    try:
        answer = await client.api("GET", url)
        if 300 <= answer.status < 400:
            raise redirected(answer)
        said = complaint_in(answer, answer.json())
        fault = fault_of(said, service, ran=False) if said is not None else None
    except StudioError as found:
        fault = found
    seconds = time.perf_counter() - begun
    return (name, *_stages(fault, service, seconds))


def _stages(fault: StudioError | None, service: Service, seconds: float) -> tuple[CheckStep, ...]:
    connected = CheckStep(CONNECTION, True, "Connected.", seconds)
    signed_in = CheckStep(SIGN_IN, True, "The key is accepted.")
    match fault:
        case Unreachable():
            return (_failed(CONNECTION, fault, seconds), _skipped(SIGN_IN), _skipped(SERVICE))
        case Unauthorized():
            return (connected, _failed(SIGN_IN, fault), _skipped(SERVICE))
        # A request that was made up is not known: exactly the answer of the right service.
        case None | NotFound():
            title = service.title[:1].upper() + service.title[1:]
            return (connected, signed_in, CheckStep(SERVICE, True, f"{title} answered."))
        case OutOfCredit():
            return (connected, signed_in, _failed(SERVICE, fault))
        case BadAnswer() | ProviderError():
            return (connected, _skipped(SIGN_IN), _failed(SERVICE, fault))
        case _:
            return (_failed(CONNECTION, fault, seconds), _skipped(SIGN_IN), _skipped(SERVICE))


async def _name(client: HttpClient) -> CheckStep:
    """Looks up whom the connection goes to first: a network proxy, a server proxy, the service."""
    route = client.route
    target = route.given.network_proxy or route.asked_at(route.base("queue"))
    host = host_of(target)
    begun = time.perf_counter()
    try:
        loop = asyncio.get_running_loop()
        await loop.getaddrinfo(host, urlsplit(target).port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return CheckStep(
            NAME,
            False,
            f"The server {host} cannot be found. Check the network and the address.",
            time.perf_counter() - begun,
        )
    return CheckStep(NAME, True, f"{host} is known.", time.perf_counter() - begun)


def _failed(name: str, fault: StudioError, seconds: float = 0.0) -> CheckStep:
    return CheckStep(name, False, f"{fault.message} {fault.hint}".strip(), seconds, fault.kind)


def _skipped(name: str) -> CheckStep:
    return CheckStep(name, None, "Not tried.")
