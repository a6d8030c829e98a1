"""Which network proxy a call goes over: the one of the connection, the system's, or none.

The system is asked only where the connection says so: what stands in the environment does not
choose by itself where a key goes.
"""

from __future__ import annotations

import asyncio
import re
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from urllib.parse import quote, urlsplit

import httpx

from kontext_studio.core.route import Access, split_password
from kontext_studio.core.secret import Secret
from kontext_studio.providers.system_proxy import SystemProxies, read_system_proxies

_PORTS = {"http": 80, "https": 443}


class NetworkProxies:
    """Those of one connection. The system's setting is read once, at the first call."""

    def __init__(self, access: Access) -> None:
        self._route = access.route
        self._password = access.proxy_password
        self._system: SystemProxies | None = None
        self._reading = asyncio.Lock()

    async def over(self, url: str) -> httpx.URL | None:
        """The address of the proxy for this call, with its sign-in; None where it goes straight.

        Raise ValueError or httpx.InvalidURL where the proxy's address is none.
        """
        if self._route.network_proxy:
            if bypasses(url, self._route.no_proxy):
                return None
            return self._own()
        if not self._route.proxy_from_system or bypasses(url, self._route.no_proxy):
            return None
        async with self._reading:
            if self._system is None:
                self._system = await asyncio.to_thread(read_system_proxies)
        system = self._system
        text = system.of_scheme(urlsplit(url).scheme)
        if not text or bypasses(url, system.bypass):
            return None
        if await asyncio.to_thread(system.excludes, urlsplit(url).hostname or ""):
            return None
        if password := split_password(text)[1]:
            Secret(password)  # so that it is hidden wherever it turns up
        return httpx.URL(text)

    def _own(self) -> httpx.URL:
        url = httpx.URL(self._route.network_proxy)
        if self._password is None:
            return url
        password = quote(self._password.reveal(), safe="")
        return url.copy_with(username=url.username, password=password)


def bypasses(url: str, listed: str) -> bool:
    """Whether an address is on a list of hosts, domains (with all below them), addresses and
    networks, each with or without a port, divided by commas or spaces."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    port = port or _PORTS.get(parts.scheme)
    return any(_is_meant(one, host, port) for one in items_of(listed))


def items_of(listed: str) -> list[str]:
    """The entries of such a list."""
    return [one.lower() for one in re.split(r"[\s,;|]+", listed) if one]


def _is_meant(item: str, host: str, port: int | None) -> bool:
    if item == "*":
        return True
    if item == "<local>":  # as Windows writes it
        return "." not in host and ":" not in host
    name, colon, stated = item.rpartition(":")
    if colon and stated.isdigit() and (":" not in name or name.endswith("]")):
        if int(stated) != port:
            return False
        item = name
    item = item.strip("[]")
    try:
        address = ip_address(host)
    except ValueError:
        domain = item.removeprefix("*").strip(".")
        if "*" in domain:
            return fnmatchcase(host, domain)
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
    if "*" in item:  # 10.*
        return fnmatchcase(host, item)
    try:
        return address in ip_network(item, strict=False)
    except ValueError:
        return False
