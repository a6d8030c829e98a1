"""Connections made to the very addresses that were checked, the dead ones lost no time on.

A name is looked up once; what it led to is judged and then dialled, so that a name which changes
its mind in between leads nowhere. Behind a network proxy the proxy looks names up, not we.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore

from kontext_studio.providers.addresses import LeadsInside, is_inside


class Dialer(httpcore.AsyncNetworkBackend):
    """`own` are the hosts and ports that may lie inside: those the person wrote down."""

    def __init__(self, own: frozenset[tuple[str, int]], next_address_s: float) -> None:
        self._own = own
        self._next_address_s = next_address_s
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature of httpcore)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        options = tuple(socket_options or ())

        async def dial(address: str) -> httpcore.AsyncNetworkStream:
            return await self._sockets.connect_tcp(address, port, None, local_address, options)

        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(host, port)
                return await _first(addresses, dial, self._next_address_s)
        except TimeoutError as fault:
            raise httpcore.ConnectTimeout(str(fault)) from fault
        except OSError as fault:
            raise httpcore.ConnectError(str(fault)) from fault

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("only TCP is spoken")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        # One inside address among open ones is how a rebinding begins: then none is taken.
        if (host.lower(), port) not in self._own and any(map(is_inside, addresses)):
            raise LeadsInside(f"The address is refused: {host} leads into this network.")
        return _alternating(addresses)


def _alternating(addresses: Sequence[str]) -> Sequence[str]:
    """IPv6 and IPv4 in turn, the resolver's first choice first (RFC 8305)."""
    first = [one for one in addresses if (":" in one) == (":" in addresses[0])]
    other = [one for one in addresses if one not in first]
    ordered: list[str] = []
    for index in range(max(len(first), len(other))):
        ordered += first[index : index + 1] + other[index : index + 1]
    return ordered


async def _first(
    addresses: Sequence[str],
    dial: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]],
    delay_s: float,
) -> httpcore.AsyncNetworkStream:
    """The first connection that comes about; each address gets a head start over the next."""
    fault: BaseException = OSError("no address")
    waiting = list(addresses)
    dialling: set[asyncio.Future[httpcore.AsyncNetworkStream]] = set()
    made: list[httpcore.AsyncNetworkStream] = []
    try:
        while waiting or dialling:
            if waiting:
                dialling.add(asyncio.ensure_future(dial(waiting.pop(0))))
            done, dialling = await asyncio.wait(
                dialling,
                timeout=delay_s if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for one in done:
                if (failed := one.exception()) is not None:
                    fault = failed
                else:
                    made.append(one.result())
            if made:
                return made.pop(0)
        raise fault
    finally:
        for one in dialling:
            one.cancel()
        late = await asyncio.gather(*dialling, return_exceptions=True)
        for stream in (*made, *late):
            if isinstance(stream, httpcore.AsyncNetworkStream):
                await stream.aclose()
