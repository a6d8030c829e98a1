"""Addresses as text: whose they are and whether they may be asked.

It promises never to guess: an address that could be read in two ways has no origin at all.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> str | None:
    """`scheme://host:port` in one spelling, or None where the address is not plainly one.

    Refused are user names, control and non-ASCII characters, and backslashes: browsers and
    libraries disagree about them, and a key would go where the disagreement leads.
    """
    if any(not "!" <= character <= "~" or character == "\\" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}:{port or _PORTS[parts.scheme]}"


def host_of(url: str) -> str:
    """The host for a sentence; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether the name can only mean this machine."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _literal(name)
    return address is not None and address.is_loopback


def keeps_secrets(url: str) -> bool:
    """Whether a secret may travel to this address: https, or plain http on this machine."""
    whole = origin(url)
    if whole is None:
        return False
    return whole.startswith("https://") or is_loopback(host_of(url))


async def leads_inside(url: str) -> bool:
    """Whether an address ends on this machine, in a private network or at a metadata service.

    A name that cannot be resolved here (behind a network proxy) counts as outside; the connection
    that follows resolves again, so a name that changes its mind in between is not caught.
    """
    host = host_of(url)
    if is_loopback(host):
        return True
    literal = _literal(host)
    if literal is not None:
        return not literal.is_global
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    addresses = [_literal(str(entry[4][0])) for entry in found]
    return any(one is not None and not one.is_global for one in addresses)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        # 2130706433, 0x7f.1 and 127.1 are addresses to most resolvers.
        try:
            address = IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError, UnicodeEncodeError):
            return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
