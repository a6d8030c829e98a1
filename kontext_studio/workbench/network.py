"""Whether this machine has a network at all, asked of the system without sending anything."""

from __future__ import annotations

import asyncio
import socket

POLL_S = 2.0

# Addresses for documentation (RFC 5737, RFC 3849): connecting a datagram socket only looks for a
# way there.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def is_offline() -> bool:
    """True where the system knows no way out of this machine."""
    return not any(_has_way(family, address) for family, address in _ELSEWHERE)


async def until_online() -> None:
    """Ask again and again until there is one."""
    while True:
        await asyncio.sleep(POLL_S)
        if not await asyncio.to_thread(is_offline):
            return


def _has_way(family: socket.AddressFamily, address: str) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True
