"""Addresses as text: whose they are and whether they may be asked.

It promises never to guess: an address that could be read in two ways has no origin at all.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

from kontext_studio.core.errors import BadAnswer

_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressRefused(BadAnswer):
    """Nothing is sent there, however often it is asked for."""


class LeadsInside(AddressRefused):
    """A name that leads into this network now. Sign-in networks do that to every name, for a
    while."""


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


def joined(base: str, url: str) -> str:
    """An address as it is meant beside another; empty where it makes no sense."""
    try:
        return urljoin(base, url)
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


def is_inside(host: str) -> bool:
    """Whether a host is plainly this machine, one of a private network, or a metadata service.

    Other names than those of this machine are not: what they lead to is judged when it is dialled.
    """
    if is_loopback(host):
        return True
    address = _literal(host)
    return address is not None and not address.is_global


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        # 2130706433, 0x7f.1 and 127.1 are addresses to most resolvers.
        try:
            address = IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError, UnicodeEncodeError):
            return None
    return _carried(address) if isinstance(address, IPv6Address) else address


def _carried(address: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, else the address itself."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
